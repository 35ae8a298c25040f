//! The port to SEED licences: assign, withdraw, list.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{invite::Account, licence::LicenceFault};

use crate::{AccountPage, DirectoryError};

#[async_trait]
pub trait Licences: Debug + Send + Sync {
    /// Assigns the licence to an account that is enabled. Harmless to repeat.
    ///
    /// If the directory needs a separate question for the status, the account may be disabled in between; the daily
    /// audit of licences finds that.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the licence may not be assigned.
    async fn assign(&self, account: &Account) -> Result<AssignOutcome, DirectoryError>;

    /// Withdraws the licence of an account. Harmless to repeat.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the account may still have it.
    async fn withdraw(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError>;

    /// A page of the accounts with a licence, like [`Accounts::list`](crate::Accounts::list).
    ///
    /// # Errors
    ///
    /// Like [`Accounts::list`](crate::Accounts::list).
    async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError>;
}

/// The result of assigning a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOutcome {
    /// The account has the licence.
    Assigned,
    AccountGone,
    /// The account is disabled, and did not get one.
    AccountDisabled,
    /// The licence system refused the licence.
    Refused(LicenceFault),
}

/// The result of withdrawing a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawOutcome {
    /// The account has no licence.
    Withdrawn,
    AccountGone,
}
