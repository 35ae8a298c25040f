//! The directory of the tests: an honest one, which keeps addresses and usernames unique and knows who signed in.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use domain::{EmailAddress, InviteId, Officer, OfficerId, invite::Account};

use crate::{
    AccountStatus, AccountToCreate, CreateOutcome, DirectoryError, FirstPasswordOutcome, FoundAccount, SeedOutcome,
    spellings,
};

/// Accounts in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryDirectory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// By name in lower case.
    accounts: BTreeMap<String, Record>,
    officers: BTreeMap<String, Officer>,
    faults: VecDeque<(Call, Fault)>,
    calls: BTreeMap<Call, usize>,
}

#[derive(Clone, Debug)]
struct Record {
    invite: Option<InviteId>,
    email: String,
    status: AccountStatus,
    seed: bool,
    first_passwords: usize,
}

/// A call that the directory takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// [`crate::Directory::find_by_email`].
    FindByEmail,
    /// [`crate::Directory::find_officer`].
    FindOfficer,
    /// [`crate::Directory::create_account`].
    CreateAccount,
    /// [`crate::Directory::add_to_seed_group`].
    AddToSeedGroup,
    /// [`crate::Directory::mail_first_password`].
    MailFirstPassword,
    /// [`crate::Directory::account_status`].
    AccountStatus,
}

impl Call {
    fn is_read(self) -> bool {
        matches!(self, Self::FindByEmail | Self::FindOfficer | Self::AccountStatus)
    }
}

/// How a call can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost on its way.
    BeforeEffect,
    /// The answer is lost on its way.
    AfterEffect,
    /// The directory has too much to do.
    Throttle,
    /// The directory cannot be reached.
    Unreachable,
    /// The directory refuses the service.
    Misconfigured,
    /// The directory does not take the details; [`Call::CreateAccount`] only.
    RefuseDetails,
}

impl MemoryDirectory {
    /// Lets the next such call fail.
    pub fn fail_next(&self, call: Call, fault: Fault) {
        self.state().faults.push_back((call, fault));
    }

    /// How often a call was made.
    #[must_use]
    pub fn calls(&self, call: Call) -> usize {
        self.state().calls.get(&call).copied().unwrap_or(0)
    }

    /// Adds an account that somebody else made.
    pub fn add_foreign_account(&self, name: &str, email: &EmailAddress) {
        let record = Record {
            invite: None,
            email: email.as_str().to_ascii_lowercase(),
            status: AccountStatus::SignedIn,
            seed: false,
            first_passwords: 0,
        };
        self.state().accounts.insert(name.to_ascii_lowercase(), record);
    }

    /// Adds an officer who can be found by user id.
    pub fn add_officer(&self, officer: Officer) {
        let id = officer.id.as_str().to_owned();
        self.state().officers.insert(id, officer);
    }

    /// Sets how an account stands.
    pub fn set_status(&self, account: &Account, status: AccountStatus) {
        let name = account.directory_id.to_ascii_lowercase();
        let mut state = self.state();
        if status == AccountStatus::Gone {
            state.accounts.remove(&name);
        } else if let Some(record) = state.accounts.get_mut(&name) {
            record.status = status;
        }
    }

    /// The accounts that the service made, by invite; one made twice would be there twice.
    #[must_use]
    pub fn made(&self) -> Vec<(InviteId, Account)> {
        let state = self.state();
        let made = state.accounts.iter().filter_map(|(name, record)| {
            let account = Account { directory_id: name.clone() };
            Some((record.invite?, account))
        });
        made.collect()
    }

    /// The names of the accounts in the SEED group.
    #[must_use]
    pub fn seed_group(&self) -> BTreeSet<String> {
        let state = self.state();
        let members = state.accounts.iter().filter(|(_, record)| record.seed);
        members.map(|(name, _)| name.clone()).collect()
    }

    /// How many first passwords were mailed for an account.
    #[must_use]
    pub fn first_passwords(&self, account: &Account) -> usize {
        let name = account.directory_id.to_ascii_lowercase();
        self.state().accounts.get(&name).map_or(0, |record| record.first_passwords)
    }

    pub(crate) fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError> {
        self.call(Call::FindByEmail, |state| state.found(email))
    }

    pub(crate) fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        self.call(Call::FindOfficer, |state| state.officers.get(id.as_str()).cloned())
    }

    pub(crate) fn create_account(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        let refuse = (Call::CreateAccount, Fault::RefuseDetails);
        let refused = {
            let mut state = self.state();
            let place = state.faults.iter().position(|fault| *fault == refuse);
            place.and_then(|place| state.faults.remove(place)).is_some()
        };
        self.call(
            Call::CreateAccount,
            |state| {
                if refused { CreateOutcome::DetailsRefused } else { state.create(wanted) }
            },
        )
    }

    pub(crate) fn add_to_seed_group(&self, account: &Account) -> Result<SeedOutcome, DirectoryError> {
        self.call(Call::AddToSeedGroup, |state| match state.record(account) {
            None => SeedOutcome::AccountGone,
            Some(record) => {
                record.seed = true;
                SeedOutcome::Assigned
            }
        })
    }

    pub(crate) fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError> {
        self.call(Call::MailFirstPassword, |state| match state.record(account) {
            None => FirstPasswordOutcome::AccountGone,
            Some(record) if record.status != AccountStatus::Pending => FirstPasswordOutcome::NotPending,
            Some(record) => {
                record.first_passwords += 1;
                FirstPasswordOutcome::Mailed
            }
        })
    }

    pub(crate) fn account_status(&self, account: &Account) -> Result<AccountStatus, DirectoryError> {
        self.call(Call::AccountStatus, |state| {
            state.record(account).map_or(AccountStatus::Gone, |record| record.status)
        })
    }

    fn call<T>(&self, call: Call, effect: impl FnOnce(&mut State) -> T) -> Result<T, DirectoryError> {
        let mut state = self.state();
        *state.calls.entry(call).or_default() += 1;
        let place = state.faults.iter().position(|(at, _)| *at == call);
        let fault = place.and_then(|place| state.faults.remove(place));
        let error = match fault.map(|(_, fault)| fault) {
            None | Some(Fault::RefuseDetails) => return Ok(effect(&mut state)),
            Some(Fault::AfterEffect) => {
                effect(&mut state);
                DirectoryError::Unknown
            }
            Some(Fault::BeforeEffect) => DirectoryError::Unknown,
            Some(Fault::Throttle) => DirectoryError::Throttled { retry_after: Duration::from_secs(30) },
            Some(Fault::Unreachable) => DirectoryError::KnownNoEffect,
            Some(Fault::Misconfigured) => DirectoryError::Misconfigured { code: "AccessDeniedException".to_owned() },
        };
        Err(if call.is_read() { error.of_read() } else { error })
    }

    /// Lets other tasks go first, as a call over a network does.
    pub(crate) async fn turn(&self) -> &Self {
        let mut went = false;
        poll_fn(|context| {
            if std::mem::replace(&mut went, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn record(&mut self, account: &Account) -> Option<&mut Record> {
        self.accounts.get_mut(&account.directory_id.to_ascii_lowercase())
    }

    fn found(&self, email: &EmailAddress) -> Option<FoundAccount> {
        let spellings = spellings(email);
        let (name, record) = self.accounts.iter().find(|(_, record)| spellings.contains(&record.email))?;
        Some(FoundAccount { account: Account { directory_id: name.clone() }, invite: record.invite })
    }

    fn create(&mut self, wanted: &AccountToCreate<'_>) -> CreateOutcome {
        let name = wanted.name();
        let account = Account { directory_id: name.clone() };
        let by_name = self.accounts.get(&name).map(|record| record.invite);
        match (self.found(wanted.email), by_name) {
            (Some(found), _) if found.invite == Some(wanted.invite) => CreateOutcome::AlreadyOurs(found.account),
            (Some(_), _) => CreateOutcome::EmailTaken,
            (None, Some(invite)) if invite == Some(wanted.invite) => CreateOutcome::AlreadyOurs(account),
            (None, Some(_)) if wanted.holder.username().is_none() => CreateOutcome::EmailTaken,
            (None, Some(_)) => CreateOutcome::UsernameTaken,
            (None, None) => {
                let record = Record {
                    invite: Some(wanted.invite),
                    email: wanted.email.as_str().to_ascii_lowercase(),
                    status: AccountStatus::Pending,
                    seed: false,
                    first_passwords: 0,
                };
                self.accounts.insert(name, record);
                CreateOutcome::Created(account)
            }
        }
    }
}
