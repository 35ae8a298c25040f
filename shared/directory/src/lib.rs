//! The directory: TechPass accounts, SEED licences, and the sign-in of officers.
//!
//! It has three ports, [`Accounts`], [`Licences`] and [`SignIn`], and a function has those that it uses. Callers see
//! outcomes and [`DirectoryError`]s, which say what is known about the effect. They never see an SDK type, and neither
//! names a person. A backend is a folder that implements the ports; `contract` in the tests checks the same promises
//! for each.

mod accounts;
mod active;
mod cognito;
mod error;
mod licences;
mod sign_in;

use domain::EmailAddress;

pub use domain::invite::AccountStatus;

pub use accounts::{
    AccountChange, AccountHistory, AccountPage, AccountToCreate, Accounts, Attributes, ChangeOutcome, CreateOutcome,
    Elsewhere, FirstPasswordOutcome, FoundAccount, ListedAccount, SignedIn,
};
pub use active::ActiveAccounts;
pub use cognito::{Cognito, Share, UserPool};
pub use error::DirectoryError;
pub use licences::{AssignOutcome, Licences, WithdrawOutcome};
pub use sign_in::SignIn;

/// Whether `known`, an address in the directory, has the same mailbox as `email`, in any case and with any plus-tag.
#[must_use]
pub fn is_same_mailbox(known: &str, email: &EmailAddress) -> bool {
    EmailAddress::parse(known).is_ok_and(|known| known.recipient() == email.recipient())
}
