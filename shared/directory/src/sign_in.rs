//! Who may sign in to this service: always a user pool's to say, whatever directory accounts are created in.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{Officer, OfficerId, invite::Account};

use crate::DirectoryError;

#[async_trait]
pub trait SignIn: Debug + Send + Sync {
    /// The officer behind a user id, if they may sign in and their address is verified.
    ///
    /// # Errors
    ///
    /// When the pool does not say.
    async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError>;

    /// Whether the account of a token may sign in now: it is enabled, and still the one with this user id. Another
    /// account that took the name of a deleted one is not.
    ///
    /// # Errors
    ///
    /// When the pool does not say.
    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError>;
}
