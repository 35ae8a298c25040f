//! SEED licences of accounts: assigned, withdrawn, listed.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{invite::Account, licence::LicenceFault};

use crate::{AccountPage, DirectoryError};

#[async_trait]
pub trait Licences: Debug + Send + Sync {
    /// Assigns the licence to an account that is enabled. Harmless to repeat.
    ///
    /// A directory that has to be asked for that first may disable the account in between; the daily audit of licences
    /// finds those.
    ///
    /// # Errors
    ///
    /// When it is not known to be assigned.
    async fn assign(&self, account: &Account) -> Result<AssignOutcome, DirectoryError>;

    /// Withdraws the licence of an account. Harmless to repeat.
    ///
    /// # Errors
    ///
    /// When the account may still have it.
    async fn withdraw(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError>;

    /// A page of the accounts that have a licence, as [`Accounts::list`](crate::Accounts::list) gives one of all.
    ///
    /// # Errors
    ///
    /// As there.
    async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError>;
}

/// What became of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOutcome {
    /// The account has the licence.
    Assigned,
    AccountGone,
    /// The account is disabled, and was given none.
    AccountDisabled,
    /// There is no licence for it.
    Refused(LicenceFault),
}

/// What became of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawOutcome {
    /// The account has no licence.
    Withdrawn,
    AccountGone,
}
