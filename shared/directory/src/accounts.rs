//! Accounts: created, found, listed, and opened to their holder.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{
    EmailAddress, InviteId, OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX,
    fields::{Holder, Profile},
    invite::{Account, AccountStatus, Invite},
    keys::AddressKey,
};

use crate::DirectoryError;

/// Where TechPass accounts are. An account's id is the directory's own: it is kept as it was given, and never made
/// here.
///
/// No call is repeated in here. A create whose answer was lost is repeated by its caller, later, and then finds the
/// account by the id of its invite.
#[async_trait]
pub trait Accounts: Debug + Send + Sync {
    /// The account of an address' mailbox, with whatever plus-tag it was made.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError>;

    /// Creates an account, or finds the one that an earlier attempt for the same invite created.
    ///
    /// At most one request with an effect is sent. Its holder hears nothing of it from the directory.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when the account may be there now; every other error means that this call created
    /// none.
    async fn create(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError>;

    /// The account that an earlier attempt for the same invite created under these details, if it is there.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    async fn find_created(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError>;

    /// A page of all accounts, wherever they were created: the first, or the one that begins at an
    /// [`AccountPage::next`]. An account created a moment ago may be missing.
    ///
    /// # Errors
    ///
    /// When the directory does not say, and [`DirectoryError::Misconfigured`] when it no longer knows that place.
    async fn list(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError>;

    /// The status of an account now.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    async fn status(&self, account: &Account) -> Result<AccountStatus, DirectoryError>;

    /// Has the directory make a first password and mail it to the holder. Each voids the one before.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when one may have been mailed.
    async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError>;
}

/// Everything that an account is created from.
#[derive(Clone, Copy, Debug)]
pub struct AccountToCreate<'a> {
    /// The invite behind it, which marks the account as ours.
    pub invite: InviteId,
    /// The key of its holder's address.
    pub address_key: &'a AddressKey,
    pub email: &'a EmailAddress,
    /// What its holder signs in with.
    pub holder: &'a Holder,
    pub profile: &'a Profile,
}

impl<'a> AccountToCreate<'a> {
    /// The account that an invite asks for; none until it is known who the invitee is.
    #[must_use]
    pub fn of(invite: &'a Invite) -> Option<Self> {
        Some(Self {
            invite: invite.id,
            address_key: &invite.address_key,
            email: &invite.email,
            holder: &invite.holder,
            profile: invite.profile.as_ref()?,
        })
    }

    /// The account's name in the directory: a vendor's username, and for an officer, who signs in with the address, a
    /// name that follows from the address. Either way a second account for the same person meets a taken name.
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
    /// Its id, as the directory gave it.
    pub account: Account,
    /// The invite that it was made for, if any.
    pub invite: Option<InviteId>,
}

/// What became of a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    Created(Account),
    /// An earlier attempt for the same invite had created it.
    AlreadyOurs(Account),
    /// The address has an account.
    EmailTaken,
    /// The username has an account.
    UsernameTaken,
    /// The directory does not take these details.
    DetailsRefused,
}

/// What became of a request for a first password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPasswordOutcome {
    /// The directory has mailed one.
    Mailed,
    /// The holder has a password already.
    NotPending,
    AccountGone,
}

/// An account in a list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// Which, and for which invite.
    pub found: FoundAccount,
    /// Whether its holder has signed in, and may.
    pub status: AccountStatus,
    /// Its address, where it has one that can be read.
    pub email: Option<EmailAddress>,
}

/// A page of the list of all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts, in the directory's own order.
    pub accounts: Vec<ListedAccount>,
    /// Where the next page starts, if there is one. The directory forgets it within the hour.
    pub next: Option<String>,
}
