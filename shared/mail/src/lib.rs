//! Mails: what they say ([`Letters`]) and how they leave ([`Mailer`]).
//!
//! A letter is a function of its inputs, so a copy that is sent after a lost answer is identical to the first.
//! A mailer sends one request per mail and says what is known of it ([`SendOutcome`]); it repeats nothing by itself,
//! because SES has no key by which it would recognise a copy.
//!
//! Addresses that SES itself sends nothing are on its [`SuppressionList`].

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use domain::EmailAddress;

mod letter;
mod outcome;
mod ses;
mod suppression;
mod tags;

pub use letter::{AccountLetter, Ending, InvitationLetter, Letter, Letters, RenderError, Report, Tally};
pub use outcome::SendOutcome;
pub use ses::{Sender, Ses};
pub use suppression::{SesSuppressions, SuppressionError, SuppressionList};
pub use tags::{Subject, Tags};

/// What carries mails away. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: Arc<dyn Transport>,
}

/// Who takes mails: SES, or the outbox of a test.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// See [`Mailer::send`] for what it promises.
    async fn send(&self, mail: OutgoingMail) -> SendOutcome;
}

/// A mail with its one recipient.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    pub to: EmailAddress,
    pub letter: Letter,
    /// What its events will be recognised by.
    pub tags: Tags,
}

impl Mailer {
    /// Mails that `transport` carries away.
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Hands one mail over, in one request.
    pub async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        self.transport.send(mail).await
    }
}
