//! Mails on their way, and what one mailbox may still be sent.

mod mailbox;
mod state;

pub use mailbox::{Closed, MAIL_WINDOW, MAILS_PER_WINDOW, Mailbox, SuppressionReason};
pub use state::{DELIVERY_WAIT, Mail, MailConflict, MailEvent, MailKind, MailState, Receipt};
