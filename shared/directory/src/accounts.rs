//! The port to accounts: create, find, list, and give their holder a first password.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use async_trait::async_trait;
use domain::{
    EmailAddress, InviteId, NameAndNumber, OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX,
    fields::{Holder, Profile},
    invite::{Account, AccountStatus, Invite},
    keys::AddressKey,
};
use serde::Serialize;

use crate::DirectoryError;

/// The directory of TechPass accounts. The directory chooses an account's id; this service stores it unchanged.
///
/// No call is repeated here. If the answer of a create is lost, its caller repeats the call later, and then finds the
/// account by the id of its invite.
#[async_trait]
pub trait Accounts: Debug + Send + Sync {
    /// The account with the mailbox of an address, whatever plus-tag it was created with.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer.
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError>;

    /// Creates an account, or finds the one that an earlier attempt for the same invite created.
    ///
    /// It sends at most one request with an effect. The directory does not notify the holder. The address is not
    /// searched before, unless only a search could find another account with its mailbox.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when the account may exist now. Every other error means that this call created none.
    async fn create(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError>;

    /// The account that an earlier attempt for the same invite created with these details. `None`: there is none.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer.
    async fn find_created(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError>;

    /// A page of all accounts, wherever they were created: the first page, or the one that begins at an
    /// [`AccountPage::next`]. An account that was created a moment ago may be missing.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer, and [`DirectoryError::Misconfigured`] when it no longer
    /// knows that place.
    async fn list(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError>;

    /// The current status of an account.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer.
    async fn status(&self, account: &Account) -> Result<AccountStatus, DirectoryError>;

    /// Whether the holder of an account ever signed in, and for which invite it was created; also of a disabled
    /// account. `None`: there is no such account.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] when the directory does not answer.
    async fn history(&self, account: &Account) -> Result<Option<AccountHistory>, DirectoryError>;

    /// Disables, enables or deletes an account. The same change again changes nothing.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when the account may be changed. Every other error means that this call changed
    /// nothing.
    async fn change(&self, account: &Account, change: AccountChange) -> Result<ChangeOutcome, DirectoryError>;

    /// Has the directory create a first password and mail it to the holder. Each password voids the one before.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when one may have been mailed. Every other error means that this call mailed none.
    async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError>;
}

/// The details of a new account.
#[derive(Clone, Copy, Debug)]
pub struct AccountToCreate<'a> {
    /// The invite that it is created for, by which the service recognises the account.
    pub invite: InviteId,
    /// The key of its holder's address.
    pub address_key: &'a AddressKey,
    pub email: &'a EmailAddress,
    /// What its holder signs in with.
    pub holder: &'a Holder,
    pub profile: &'a Profile,
    pub elsewhere: Elsewhere,
}

/// Whether another system created an account with this mailbox, as far as the service knows without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// The last list of all accounts had none. There may be one that was created since.
    NotListed,
    /// The last list of all accounts had one. It may be deleted by now.
    Listed,
}

impl<'a> AccountToCreate<'a> {
    /// The account that an invite needs. `None`: the details of the invitee are not known yet.
    #[must_use]
    pub fn of(invite: &'a Invite, elsewhere: Elsewhere) -> Option<Self> {
        Some(Self {
            invite: invite.id,
            address_key: &invite.address_key,
            email: &invite.email,
            holder: &invite.holder,
            profile: invite.profile.as_ref()?,
            elsewhere,
        })
    }

    /// The account's name in the directory: the username of a vendor; for an officer, who signs in with the address, a
    /// name that follows from the address. So for both, a second account of the same person would have a name that is
    /// taken.
    #[must_use]
    pub fn name(&self) -> String {
        match self.holder {
            Holder::Vendor { username } => username.canonical(),
            Holder::Officer => {
                format!("{OFFICER_ACCOUNT_PREFIX}{:.OFFICER_ACCOUNT_DIGITS$}", self.address_key.as_str())
            }
        }
    }
}

/// An account that the directory has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccount {
    /// Its id, as the directory returned it.
    pub account: Account,
    /// The invite that it was created for, if any.
    pub invite: Option<InviteId>,
}

/// The result of creating an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    Created(Account),
    /// An earlier attempt for the same invite has created it.
    AlreadyOurs(Account),
    /// The address already has an account.
    EmailTaken,
    /// The username already has an account.
    UsernameTaken,
    /// The directory refuses these details.
    DetailsRefused,
}

/// What the directory knows of an account's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountHistory {
    /// The invite that it was created for, if any.
    pub invite: Option<InviteId>,
    pub sign_in: SignedIn,
}

/// Whether the holder of an account ever signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedIn {
    Never,
    Once,
}

/// A change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// Its holder cannot sign in until it is enabled.
    Disable,
    Enable,
    Delete,
}

/// The result of changing an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The account is as it was asked for.
    Changed,
    AccountGone,
}

/// The result of asking for a first password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPasswordOutcome {
    /// The directory has mailed one.
    Mailed,
    /// The holder has a password already.
    NotPending,
    AccountGone,
}

/// An account in a list of all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// The account, and the invite that it was created for.
    pub found: FoundAccount,
    /// Whether its holder has signed in, and whether it is enabled.
    pub status: AccountStatus,
    /// Its address. `None`: it has none that is valid.
    pub email: Option<EmailAddress>,
    /// Its holder's name and number. `None`: one of them is missing or not valid.
    pub person: Option<NameAndNumber>,
    pub attributes: Attributes,
}

/// What the directory holds about the holder of an account, by the directory's own names: enough to create the account
/// again. It is not shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Attributes(pub BTreeMap<String, String>);

impl Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attributes({})", self.0.len())
    }
}

/// A page of the list of all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts, in the directory's own order.
    pub accounts: Vec<ListedAccount>,
    /// Where the next page begins. `None`: this was the last page. The directory knows the place for an hour at most.
    pub next: Option<String>,
}
