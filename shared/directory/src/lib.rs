//! The directory: where TechPass accounts are made and looked up.
//!
//! One concrete type over a closed set of backends. Whoever calls it sees outcomes and [`DirectoryError`]s that say what
//! is known about the effect, never an SDK type, and nothing in either names a person.
//!
//! No call is repeated in here. A create whose answer was lost is repeated by its caller, later, and then finds the
//! account by the id of its invite; see [`Directory::create_account`].

use aws_sdk_cognitoidentityprovider::Client;
use domain::{
    EmailAddress, InviteId, OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX, Officer, OfficerId,
    form::{Holder, Profile},
    invite::{Account, Invite},
    keys::AddressKey,
    seed::LicenceFault,
};

pub use domain::invite::AccountStatus;

mod active;
mod cognito;
mod error;
#[cfg(feature = "fake")]
mod memory;

pub use active::ActiveAccounts;
pub use cognito::UserPool;
pub use error::DirectoryError;
#[cfg(feature = "fake")]
pub use memory::{Call, Fault, MemoryDirectory, SearchIndex, SeedGroup};

use cognito::Cognito;

/// The directory that accounts are made in.
#[derive(Clone, Debug)]
pub struct Directory {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Cognito(Cognito),
    #[cfg(feature = "fake")]
    Memory(MemoryDirectory),
}

/// What a directory can do beyond making accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// How a public officer comes in.
    pub officers: OfficerEntry,
    /// How it knows who holds a SEED licence.
    pub licences: LicenceSource,
    /// Whether it knows that a device is enrolled.
    pub devices: DeviceSource,
}

/// How a public officer comes into a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficerEntry {
    /// By an account of the directory's own.
    LocalAccount,
}

/// How a directory knows who holds a SEED licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceSource {
    /// Whoever is in the group counts as licensed.
    GroupMembership,
}

/// Whether a directory knows of enrolled devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceSource {
    /// It does not.
    Absent,
}

/// Everything that an account is made from.
#[derive(Clone, Copy, Debug)]
pub struct AccountToCreate<'a> {
    /// The invite behind it, which marks the account as ours.
    pub invite: InviteId,
    /// The key of its holder's address.
    pub address_key: &'a AddressKey,
    /// Its holder's address.
    pub email: &'a EmailAddress,
    /// What its holder signs in with.
    pub holder: &'a Holder,
    /// Who its holder is.
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
    /// Which.
    pub account: Account,
    /// The invite that it was made for, if any.
    pub invite: Option<InviteId>,
}

/// What became of a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    /// It was made.
    Created(Account),
    /// An earlier attempt for the same invite had made it.
    AlreadyOurs(Account),
    /// The address has an account.
    EmailTaken,
    /// The username has an account.
    UsernameTaken,
    /// The directory does not take these details.
    DetailsRefused,
}

/// What became of an assignment to the SEED group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedOutcome {
    /// The account is in the group.
    Assigned,
    /// The account is no more.
    AccountGone,
    /// The account is disabled, and was not put into the group.
    AccountDisabled,
    /// There is no licence for it.
    Refused(LicenceFault),
}

/// What became of a removal from the SEED group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawOutcome {
    /// The account is not in the group.
    Withdrawn,
    /// The account is no more.
    AccountGone,
}

/// What became of a request for a first password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPasswordOutcome {
    /// The directory has mailed one.
    Mailed,
    /// The holder has a password already.
    NotPending,
    /// The account is no more.
    AccountGone,
}

/// An account in a list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// Which, and for which invite.
    pub found: FoundAccount,
    /// How it stands.
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

impl Directory {
    /// A Cognito user pool.
    #[must_use]
    pub fn cognito(client: &Client, pool: UserPool) -> Self {
        Self { backend: Backend::Cognito(Cognito::new(client, pool)) }
    }

    /// The in-memory directory of the tests.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn memory(memory: MemoryDirectory) -> Self {
        Self { backend: Backend::Memory(memory) }
    }

    /// What it can do.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        match &self.backend {
            Backend::Cognito(_) => Cognito::CAPABILITIES,
            #[cfg(feature = "fake")]
            Backend::Memory(_) => Cognito::CAPABILITIES,
        }
    }

    /// The account of an address' mailbox, with whatever plus-tag it was made.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    pub async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.find_by_email(email).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.find_by_email(email).await,
        }
    }

    /// The officer behind a user id, if they may sign in and their address is verified.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    pub async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.find_officer(id).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.find_officer(id).await,
        }
    }

    /// Whether the account of a token may sign in now: it is enabled, and still the one with this user id. Another account
    /// that took the name of a deleted one is not.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    pub async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.is_active(account, id).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.is_active(account, id).await,
        }
    }

    /// Makes an account, or finds the one that an earlier attempt for the same invite made.
    ///
    /// At most one request with an effect is sent. Its holder hears nothing of it from the directory.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when the account may be there now; every other error means that this call made none.
    pub async fn create_account(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.create_account(wanted).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.create_account(wanted).await,
        }
    }

    /// The account that an earlier attempt for the same invite made under these details, if it is there.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    pub async fn find_made(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.find_made(wanted).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.find_made(wanted).await,
        }
    }

    /// Puts an account that is enabled into the SEED group. Harmless to repeat.
    ///
    /// A directory that has to be asked for that first may disable the account in between; the daily audit of licences
    /// finds those.
    ///
    /// # Errors
    ///
    /// When it is not known to be there.
    pub async fn add_to_seed_group(&self, account: &Account) -> Result<SeedOutcome, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.add_to_seed_group(account).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.add_to_seed_group(account).await,
        }
    }

    /// Takes an account out of the SEED group. Harmless to repeat.
    ///
    /// # Errors
    ///
    /// When it may still be there.
    pub async fn remove_from_seed_group(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.remove_from_seed_group(account).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.remove_from_seed_group(account).await,
        }
    }

    /// A page of all accounts, whoever made them: the first, or the one that begins at an [`AccountPage::next`]. An account
    /// made a moment ago may be missing.
    ///
    /// # Errors
    ///
    /// When the directory does not say, and [`DirectoryError::Misconfigured`] when it no longer knows that place.
    pub async fn list_accounts(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.list_accounts(from).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.list_accounts(from).await,
        }
    }

    /// As [`Directory::list_accounts`], of those in the SEED group.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.list_licensed(from).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.list_licensed(from).await,
        }
    }

    /// Has the directory make a first password and mail it to the holder. Each voids the one before.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Unknown`] when one may have been mailed.
    pub async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.mail_first_password(account).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.mail_first_password(account).await,
        }
    }

    /// How an account stands now.
    ///
    /// # Errors
    ///
    /// When the directory does not say.
    pub async fn account_status(&self, account: &Account) -> Result<AccountStatus, DirectoryError> {
        match &self.backend {
            Backend::Cognito(cognito) => cognito.account_status(account).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.account_status(account).await,
        }
    }
}

/// Whether an address of the directory is of the same mailbox as `email`, whatever its case and plus-tag.
fn is_same_mailbox(known: &str, email: &EmailAddress) -> bool {
    EmailAddress::parse(known).is_ok_and(|known| known.recipient() == email.recipient())
}
