//! Mails: what they say ([`Letters`]) and how they leave ([`Mailer`]).
//!
//! A letter is a function of its inputs, so a copy that is sent after a lost answer is identical to the first.
//! A mailer sends one request per mail and says what is known of it ([`SendOutcome`]); it repeats nothing by itself,
//! because SES has no key by which it would recognise a copy.

use aws_sdk_sesv2::Client;
use domain::EmailAddress;

mod letter;
#[cfg(feature = "fake")]
mod memory;
mod outcome;
mod ses;
mod tags;

pub use letter::{AccountLetter, Ending, InvitationLetter, Letter, Letters, RenderError, Report, Tally};
#[cfg(feature = "fake")]
pub use memory::{Fault, Outbox, SentMail};
pub use outcome::SendOutcome;
pub use ses::Sender;
pub use tags::{Subject, Tags};

use ses::Ses;

/// What carries mails away.
#[derive(Clone, Debug)]
pub struct Mailer {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Ses(Ses),
    #[cfg(feature = "fake")]
    Memory(Outbox),
}

/// A mail with its one recipient.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// Who gets it.
    pub to: EmailAddress,
    /// What it says.
    pub letter: Letter,
    /// What its events will be recognised by.
    pub tags: Tags,
}

impl Mailer {
    /// Amazon SES.
    #[must_use]
    pub fn ses(client: &Client, sender: &Sender) -> Self {
        Self { backend: Backend::Ses(Ses::new(client, sender)) }
    }

    /// The in-memory outbox of the tests.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn memory(outbox: Outbox) -> Self {
        Self { backend: Backend::Memory(outbox) }
    }

    /// Hands one mail over, in one request.
    pub async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        match &self.backend {
            Backend::Ses(ses) => ses.send(mail).await,
            #[cfg(feature = "fake")]
            Backend::Memory(outbox) => outbox.send(mail).await,
        }
    }
}
