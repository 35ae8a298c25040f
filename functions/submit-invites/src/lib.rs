//! submit-invites.
