//! send-mail.
