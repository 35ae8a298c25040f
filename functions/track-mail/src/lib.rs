//! track-mail.
