//! The outbox of the tests.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use domain::EmailAddress;

use crate::{Letter, OutgoingMail, SendOutcome, Tags};

/// Mails in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<SentMail>,
    faults: VecDeque<Fault>,
    requests: usize,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct SentMail {
    /// The id that it got.
    pub message_id: String,
    /// Who gets it.
    pub to: EmailAddress,
    /// What it says.
    pub letter: Letter,
    /// What it is recognised by.
    pub tags: Tags,
}

/// How a hand-over can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost on its way.
    BeforeEffect,
    /// The answer is lost on its way.
    AfterEffect,
    /// SES has too much to do.
    Throttle,
    /// SES refuses the mail for good.
    Refuse,
    /// SES refuses the service.
    Misconfigured,
}

impl Outbox {
    /// Lets the next hand-over fail.
    pub fn fail_next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// The mails that were taken, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMail> {
        self.state().sent.clone()
    }

    /// How many mails were handed over, taken or not.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.state().requests
    }

    pub(crate) async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        self.turn().await;
        let mut state = self.state();
        state.requests += 1;
        match state.faults.pop_front() {
            None => {}
            Some(Fault::BeforeEffect) => return SendOutcome::Unknown,
            Some(Fault::AfterEffect) => {
                state.take(mail);
                return SendOutcome::Unknown;
            }
            Some(Fault::Throttle) => {
                return SendOutcome::NotSent { retry_after: Duration::from_secs(30) };
            }
            Some(Fault::Refuse) => return SendOutcome::Refused,
            Some(Fault::Misconfigured) => {
                return SendOutcome::Misconfigured { code: "MailFromDomainNotVerifiedException".to_owned() };
            }
        }
        SendOutcome::Sent { message_id: state.take(mail) }
    }

    /// Lets other tasks go first, as a call over a network does.
    async fn turn(&self) {
        let mut went = false;
        poll_fn(|context| {
            if std::mem::replace(&mut went, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, mail: OutgoingMail) -> String {
        let message_id = format!("message-{}", self.sent.len() + 1);
        self.sent.push(SentMail { message_id: message_id.clone(), to: mail.to, letter: mail.letter, tags: mail.tags });
        message_id
    }
}
