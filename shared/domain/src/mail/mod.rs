//! The states of a mail, and what one mailbox may still be sent.

mod mailbox;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod transitions;

pub use mailbox::{Closed, MAIL_WINDOW, MAILS_PER_WINDOW, Mailbox, SuppressionReason};
pub use state::{MailEvent, MailKind, MailState, Receipt};
pub use status::MailStatus;
pub use transitions::{DELIVERY_WAIT, Mail, MailConflict};
