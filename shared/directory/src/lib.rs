//! The directory: where TechPass accounts and SEED licences are, and where officers sign in.
//!
//! Three ports, of which a function holds those that it uses: [`Accounts`], [`Licences`] and [`SignIn`]. Their callers
//! see outcomes and [`DirectoryError`]s that say what is known about the effect, never an SDK type, and nothing in
//! either names a person. A backend is a folder that implements them; `contract` in the tests holds each to the same
//! promises.

mod accounts;
mod active;
mod cognito;
mod error;
mod licences;
mod sign_in;

use domain::EmailAddress;

pub use domain::invite::AccountStatus;

pub use accounts::{
    AccountPage, AccountToCreate, Accounts, CreateOutcome, FirstPasswordOutcome, FoundAccount, ListedAccount,
};
pub use active::ActiveAccounts;
pub use cognito::{Cognito, UserPool};
pub use error::DirectoryError;
pub use licences::{AssignOutcome, Licences, WithdrawOutcome};
pub use sign_in::SignIn;

/// Whether an address of the directory is of the same mailbox as `email`, whatever its case and plus-tag.
#[must_use]
pub fn is_same_mailbox(known: &str, email: &EmailAddress) -> bool {
    EmailAddress::parse(known).is_ok_and(|known| known.recipient() == email.recipient())
}
