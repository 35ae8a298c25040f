//! Mails: what they say ([`Letters`]) and how they are sent ([`Mailer`]).
//!
//! A letter depends only on its inputs, so a copy that is sent after a lost answer is identical to the first letter. A
//! mailer sends one request for each mail and reports what is known about it ([`SendOutcome`]). It repeats nothing by
//! itself, because SES has no key by which it would recognise a copy.
//!
//! The [`SuppressionList`] has the addresses that SES itself does not send to.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use domain::EmailAddress;

mod letter;
mod outcome;
mod ses;
mod suppression;
mod tags;

pub use letter::{
    AccountLetter, Ending, HandoverLetter, InvitationLetter, Letter, Letters, RenderError, Report, Tally,
};
pub use outcome::SendOutcome;
pub use ses::{Sender, Ses};
pub use suppression::{SesSuppressions, SuppressionError, SuppressionList};
pub use tags::{Subject, Tags};

/// Sends mails. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: Arc<dyn Transport>,
}

/// The port that sends mails: SES, or the outbox of a test.
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
    /// The tags by which its events are recognised.
    pub tags: Tags,
}

impl Mailer {
    /// Sends mails with this transport.
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Sends one mail, in one request.
    pub async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        self.transport.send(mail).await
    }
}
