//! provision-user.
