//! Which accounts are active, as the directory answered recently.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, OfficerId, Timestamp, invite::Account};

use crate::{DirectoryError, SignIn};

/// How long an answer is valid. A disabled account can do nothing after this time.
const FRESH: Duration = Duration::from_secs(60);

/// Accounts in memory at most. After that all are dropped, which costs one question for each.
const REMEMBERED: usize = 10_000;

/// Asks the directory whether accounts are active, once a minute for each account.
///
/// A token is valid until it expires, whatever happens to its account. These answers show that the account was disabled
/// or deleted since.
#[derive(Debug)]
pub struct ActiveAccounts {
    sign_in: Arc<dyn SignIn>,
    clock: Clock,
    answers: Mutex<HashMap<OfficerId, Answer>>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    at: Timestamp,
    is_active: bool,
}

impl ActiveAccounts {
    /// Asks `sign_in`. No account was asked about yet.
    #[must_use]
    pub fn new(sign_in: Arc<dyn SignIn>, clock: Clock) -> Self {
        Self { sign_in, clock, answers: Mutex::default() }
    }

    /// The answer of [`SignIn::is_active`], at most a minute old.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer now and gave no answer within the last minute: no caller
    /// may act on an older one.
    pub async fn has(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        // The answer is as old as its question.
        let at = self.clock.now();
        if let Some(answer) = self.remembered(id)
            && at < answer.at + FRESH
        {
            return Ok(answer.is_active);
        }
        let is_active = self.sign_in.is_active(account, id).await?;
        self.remember(id.clone(), Answer { at, is_active });
        Ok(is_active)
    }

    fn remembered(&self, id: &OfficerId) -> Option<Answer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    fn remember(&self, id: OfficerId, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        answers.insert(id, answer);
    }
}
