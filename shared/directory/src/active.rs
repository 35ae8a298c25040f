//! Which accounts may act, as the directory said a moment ago.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, OfficerId, Timestamp, invite::Account};

use crate::{DirectoryError, SignIn};

/// How long an answer counts: an account that is disabled does nothing more after this.
const FRESH: Duration = Duration::from_secs(60);

/// Accounts remembered at most; then all are forgotten, which costs a question each.
const REMEMBERED: usize = 10_000;

/// Asks the directory whether accounts are active, once a minute for each.
///
/// A token is good until it expires, whatever becomes of its account; this is what says that the account was disabled
/// or deleted meanwhile.
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
    /// Those that sign in there, none asked about yet.
    #[must_use]
    pub fn new(sign_in: Arc<dyn SignIn>, clock: Clock) -> Self {
        Self { sign_in, clock, answers: Mutex::default() }
    }

    /// What [`SignIn::is_active`] says, or said at most a minute ago.
    ///
    /// # Errors
    ///
    /// When the directory does not say now and said nothing within the last minute: nobody may act on older answers.
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
