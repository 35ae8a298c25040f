//! The port to sign-in. A user pool always decides it, in whatever directory accounts are created.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{EmailAddress, Officer, OfficerId, invite::Account};

use crate::DirectoryError;

#[async_trait]
pub trait SignIn: Debug + Send + Sync {
    /// The officer with a user id. `None`: the account may not sign in, or its address is not verified.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the pool does not answer.
    async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError>;

    /// The officer with an address, in any case. `None`: nobody who may sign in has it and has verified it, or several
    /// have, so that nobody can tell who is meant.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the pool does not answer.
    async fn find_officer_at(&self, address: &EmailAddress) -> Result<Option<Officer>, DirectoryError>;

    /// Whether the account of a token may sign in now: it is enabled and still has this user id. An account that has
    /// the name of a deleted one has another user id.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the pool does not answer.
    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError>;
}
