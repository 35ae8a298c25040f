//! A fake directory. It keeps addresses and usernames unique, knows which holders have signed in and who may, and its
//! searches may lag.

mod sign_in;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use async_trait::async_trait;
use directory::{
    AccountChange, AccountHistory, AccountPage, AccountStatus, AccountToCreate, Accounts, AssignOutcome, Attributes,
    ChangeOutcome, CreateOutcome, DirectoryError, Elsewhere, FirstPasswordOutcome, FoundAccount, Licences,
    ListedAccount, SignedIn, WithdrawOutcome, is_same_mailbox,
};
use domain::{
    EmailAddress, InviteId, NameAndNumber, Officer, OfficerId, PersonName, invite::Account, licence::LicenceFault,
};

use crate::probe::{Failure, Probe, Probed};

/// Accounts of a page: few, so that tests get several pages with few accounts.
const PAGE: usize = 3;

/// Accounts in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryDirectory(Probed<State>);

#[derive(Clone, Debug, Default)]
struct State {
    /// The accounts by name in lower case.
    accounts: BTreeMap<String, Record>,
    /// The officers by user id, and whether they may sign in.
    officers: BTreeMap<String, (Officer, Access)>,
    search_index: SearchIndex,
    seed_group: SeedGroup,
    faults: VecDeque<(Call, Fault)>,
    calls: BTreeMap<Call, usize>,
}

#[derive(Clone, Debug)]
struct Record {
    invite: Option<InviteId>,
    email: String,
    person: Option<NameAndNumber>,
    sign_in: Presence,
    access: Access,
    indexed: SearchIndex,
    seed: bool,
    first_passwords: usize,
}

/// Whether its holder has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Awaited,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Enabled,
    Disabled,
}

impl Record {
    fn new(invite: Option<InviteId>, email: &EmailAddress, sign_in: Presence, indexed: SearchIndex) -> Self {
        let email = email.as_str().to_ascii_lowercase();
        let (person, access) = (None, Access::Enabled);
        Self { invite, email, person, sign_in, access, indexed, seed: false, first_passwords: 0 }
    }

    fn status(&self) -> AccountStatus {
        match (self.access, self.sign_in) {
            (Access::Disabled, _) => AccountStatus::Disabled,
            (Access::Enabled, Presence::Done) => AccountStatus::SignedIn,
            (Access::Enabled, Presence::Awaited) => AccountStatus::Pending,
        }
    }
}

/// Whether searches and lists show accounts that were just created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchIndex {
    #[default]
    Current,
    /// They do not show accounts that are created from now on.
    Lagging,
}

/// The state of the group with the SEED licences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeedGroup {
    #[default]
    Open,
    Full,
    Missing,
}

/// A call of a function to the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A call of [`Accounts::find_by_email`] by a function.
    FindByEmail,
    /// A call of [`SignIn::find_officer`](directory::SignIn::find_officer) by a function.
    FindOfficer,
    /// A call of [`SignIn::find_officer_at`](directory::SignIn::find_officer_at) by a function.
    FindOfficerAt,
    /// A call of [`SignIn::is_active`](directory::SignIn::is_active) by a function.
    IsActive,
    /// A call of [`Accounts::create`] by a function.
    CreateAccount,
    /// A call of [`Accounts::find_created`] by a function.
    FindMade,
    /// A call of [`Licences::assign`] by a function.
    AddToSeedGroup,
    /// A call of [`Licences::withdraw`] by a function.
    RemoveFromSeedGroup,
    /// A call of [`Accounts::list`] by a function.
    ListAccounts,
    /// A call of [`Licences::list_licensed`] by a function.
    ListLicensed,
    /// A call of [`Accounts::mail_first_password`] by a function.
    MailFirstPassword,
    /// A call of [`Accounts::status`] by a function.
    AccountStatus,
    /// A call of [`Accounts::history`] by a function.
    AccountHistory,
    /// A call of [`Accounts::change`] by a function.
    ChangeAccount,
}

impl Call {
    /// The name of the call in the traces of a probe.
    fn name(self) -> &'static str {
        match self {
            Self::FindByEmail => "directory.find_by_email",
            Self::FindOfficer => "directory.find_officer",
            Self::FindOfficerAt => "directory.find_officer_at",
            Self::IsActive => "directory.is_active",
            Self::CreateAccount => "directory.create_account",
            Self::FindMade => "directory.find_made",
            Self::AddToSeedGroup => "directory.add_to_seed_group",
            Self::RemoveFromSeedGroup => "directory.remove_from_seed_group",
            Self::ListAccounts => "directory.list_accounts",
            Self::ListLicensed => "directory.list_licensed",
            Self::MailFirstPassword => "directory.mail_first_password",
            Self::AccountStatus => "directory.account_status",
            Self::AccountHistory => "directory.account_history",
            Self::ChangeAccount => "directory.change_account",
        }
    }
}

/// The way in which a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost, and has no effect.
    BeforeEffect,
    /// The answer is lost, after the effect.
    AfterEffect,
    /// The directory refuses more requests for now.
    Throttle,
    /// The directory cannot be reached.
    Unreachable,
    /// The directory refuses the service.
    Misconfigured,
    /// The directory refuses the details; for [`Call::CreateAccount`] only.
    RefuseDetails,
}

impl MemoryDirectory {
    /// A directory whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self(Probed::outside(probe, State::default()))
    }

    /// Makes the next call of this kind fail.
    pub fn fail_next(&self, call: Call, fault: Fault) {
        self.0.by_hand().faults.push_back((call, fault));
    }

    /// How often functions made this call.
    #[must_use]
    pub fn calls(&self, call: Call) -> usize {
        self.0.by_hand().calls.get(&call).copied().unwrap_or(0)
    }

    /// Adds an account that another system created.
    pub fn add_foreign_account(&self, name: &str, email: &EmailAddress) {
        let record = Record::new(None, email, Presence::Done, SearchIndex::Current);
        self.0.by_hand().accounts.insert(name.to_ascii_lowercase(), record);
    }

    /// Adds an officer who may sign in and can be found by user id. An officer who exists already is unchanged.
    pub fn add_officer(&self, officer: Officer) {
        let id = officer.id.as_str().to_owned();
        self.0.by_hand().officers.entry(id).or_insert((officer, Access::Enabled));
    }

    /// Disables the account of an officer that was added before.
    pub fn disable_officer(&self, id: &OfficerId) {
        if let Some((_, access)) = self.0.by_hand().officers.get_mut(id.as_str()) {
            *access = Access::Disabled;
        }
    }

    pub fn enable_officer(&self, id: &OfficerId) {
        if let Some((_, access)) = self.0.by_hand().officers.get_mut(id.as_str()) {
            *access = Access::Enabled;
        }
    }

    /// Assigns a licence to an account in any state, as a call does that ends late.
    pub fn leave_licence(&self, account: &Account) {
        if let Some(record) = self.0.by_hand().record(account) {
            record.seed = true;
        }
    }

    pub fn delete_all(&self) {
        self.0.by_hand().accounts.clear();
    }

    /// Sets the status of an account. A disabled account still knows whether its holder has signed in.
    pub fn set_status(&self, account: &Account, status: AccountStatus) {
        let mut state = self.0.by_hand();
        if status == AccountStatus::Gone {
            state.accounts.remove(&account.directory_id.to_ascii_lowercase());
            return;
        }
        let Some(record) = state.record(account) else { return };
        match status {
            AccountStatus::Disabled | AccountStatus::Gone => record.access = Access::Disabled,
            AccountStatus::Pending => (record.access, record.sign_in) = (Access::Enabled, Presence::Awaited),
            AccountStatus::SignedIn => (record.access, record.sign_in) = (Access::Enabled, Presence::Done),
        }
    }

    /// Makes searches lag, or current again.
    pub fn set_search_index(&self, index: SearchIndex) {
        let mut state = self.0.by_hand();
        state.search_index = index;
        if index == SearchIndex::Current {
            state.accounts.values_mut().for_each(|record| record.indexed = SearchIndex::Current);
        }
    }

    /// Sets the state of the SEED group from now on.
    pub fn set_seed_group(&self, group: SeedGroup) {
        self.0.by_hand().seed_group = group;
    }

    /// The accounts that the service created, by invite. An account that was created twice would be listed twice.
    #[must_use]
    pub fn made(&self) -> Vec<(InviteId, Account)> {
        let state = self.0.by_hand();
        let made = state.accounts.iter().filter_map(|(name, record)| {
            let account = Account { directory_id: name.clone() };
            Some((record.invite?, account))
        });
        made.collect()
    }

    /// The names of the accounts in the SEED group.
    #[must_use]
    pub fn seed_group(&self) -> BTreeSet<String> {
        let state = self.0.by_hand();
        let members = state.accounts.iter().filter(|(_, record)| record.seed);
        members.map(|(name, _)| name.clone()).collect()
    }

    /// How many first passwords were mailed to the holder of an account.
    #[must_use]
    pub fn first_passwords(&self, account: &Account) -> usize {
        let name = account.directory_id.to_ascii_lowercase();
        self.0.by_hand().accounts.get(&name).map_or(0, |record| record.first_passwords)
    }

    async fn search(&self, wanted: &AccountToCreate<'_>) -> Result<Option<FoundAccount>, DirectoryError> {
        let search = |state: &mut State| state.found(wanted.email);
        self.0.read_late("directory.search", search, |failure| error_of(failure).of_read()).await
    }

    async fn call<T>(&self, call: Call, effect: impl FnOnce(&mut State) -> T) -> Result<T, DirectoryError> {
        let answer = move |state: &mut State| state.answer(call, effect);
        self.0.write_once(call.name(), answer, |failure| Err(error_of(failure))).await
    }

    async fn ask<T: PartialEq>(&self, call: Call, look: impl Fn(&mut State) -> T) -> Result<T, DirectoryError> {
        let answer = |state: &mut State| state.answer(call, &look).map_err(DirectoryError::of_read);
        self.0.read_late(call.name(), answer, |failure| error_of(failure).of_read()).await.flatten()
    }
}

#[async_trait]
impl Accounts for MemoryDirectory {
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError> {
        self.ask(Call::FindByEmail, |state| state.found(email)).await
    }

    async fn create(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        let refuse = (Call::CreateAccount, Fault::RefuseDetails);
        let refused = {
            let mut state = self.0.by_hand();
            let place = state.faults.iter().position(|fault| *fault == refuse);
            place.and_then(|place| state.faults.remove(place)).is_some()
        };
        let must_search = wanted.email.has_plus_tag() || wanted.elsewhere == Elsewhere::Listed;
        let found = if must_search { self.search(wanted).await? } else { None };
        if let Some(found) = found {
            *self.0.by_hand().calls.entry(Call::CreateAccount).or_default() += 1;
            let is_ours = found.invite == Some(wanted.invite);
            return Ok(if is_ours { CreateOutcome::AlreadyOurs(found.account) } else { CreateOutcome::EmailTaken });
        }
        let create = |state: &mut State| if refused { CreateOutcome::DetailsRefused } else { state.create(wanted) };
        self.call(Call::CreateAccount, create).await
    }

    async fn find_created(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError> {
        self.ask(Call::FindMade, |state| {
            let account = Account { directory_id: wanted.name() };
            let is_ours = state.record(&account)?.invite == Some(wanted.invite);
            is_ours.then_some(account)
        })
        .await
    }

    async fn list(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        self.ask(Call::ListAccounts, |state| state.page(from, |_| true)).await
    }

    async fn status(&self, account: &Account) -> Result<AccountStatus, DirectoryError> {
        self.ask(Call::AccountStatus, |state| {
            state.record(account).map_or(AccountStatus::Gone, |record| record.status())
        })
        .await
    }

    async fn history(&self, account: &Account) -> Result<Option<AccountHistory>, DirectoryError> {
        self.ask(Call::AccountHistory, |state| {
            let record = state.record(account)?;
            let sign_in = if record.sign_in == Presence::Done { SignedIn::Once } else { SignedIn::Never };
            Some(AccountHistory { invite: record.invite, sign_in })
        })
        .await
    }

    async fn change(&self, account: &Account, change: AccountChange) -> Result<ChangeOutcome, DirectoryError> {
        self.call(Call::ChangeAccount, |state| {
            let Some(record) = state.record(account) else { return ChangeOutcome::AccountGone };
            match change {
                AccountChange::Disable => record.access = Access::Disabled,
                AccountChange::Enable => record.access = Access::Enabled,
                AccountChange::Delete => {
                    state.accounts.remove(&account.directory_id.to_ascii_lowercase());
                }
            }
            ChangeOutcome::Changed
        })
        .await
    }

    async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError> {
        self.call(Call::MailFirstPassword, |state| match state.record(account) {
            None => FirstPasswordOutcome::AccountGone,
            Some(record) if record.status() != AccountStatus::Pending => FirstPasswordOutcome::NotPending,
            Some(record) => {
                record.first_passwords += 1;
                FirstPasswordOutcome::Mailed
            }
        })
        .await
    }
}

#[async_trait]
impl Licences for MemoryDirectory {
    async fn assign(&self, account: &Account) -> Result<AssignOutcome, DirectoryError> {
        self.call(Call::AddToSeedGroup, |state| {
            let group = state.seed_group;
            match (state.record(account), group) {
                (None, _) => AssignOutcome::AccountGone,
                (Some(record), _) if record.access == Access::Disabled => AssignOutcome::AccountDisabled,
                (Some(_), SeedGroup::Missing) => AssignOutcome::Refused(LicenceFault::NotSetUp),
                (Some(record), SeedGroup::Full) if !record.seed => AssignOutcome::Refused(LicenceFault::NoneLeft),
                (Some(record), SeedGroup::Open | SeedGroup::Full) => {
                    record.seed = true;
                    AssignOutcome::Assigned
                }
            }
        })
        .await
    }

    async fn withdraw(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError> {
        self.call(Call::RemoveFromSeedGroup, |state| match state.record(account) {
            None => WithdrawOutcome::AccountGone,
            Some(record) => {
                record.seed = false;
                WithdrawOutcome::Withdrawn
            }
        })
        .await
    }

    async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        self.ask(Call::ListLicensed, |state| state.page(from, |record| record.seed)).await
    }
}

fn error_of(failure: Failure) -> DirectoryError {
    match failure {
        Failure::Throttled => DirectoryError::Throttled { retry_after: Duration::ZERO },
        Failure::Denied => DirectoryError::Misconfigured { code: failure.code().to_owned() },
        Failure::Lost | Failure::Garbled => DirectoryError::Unknown,
    }
}

impl State {
    fn answer<T>(&mut self, call: Call, effect: impl FnOnce(&mut Self) -> T) -> Result<T, DirectoryError> {
        *self.calls.entry(call).or_default() += 1;
        let place = self.faults.iter().position(|(at, _)| *at == call);
        let fault = place.and_then(|place| self.faults.remove(place));
        match fault.map(|(_, fault)| fault) {
            None | Some(Fault::RefuseDetails) => Ok(effect(self)),
            Some(Fault::AfterEffect) => {
                effect(self);
                Err(DirectoryError::Unknown)
            }
            Some(Fault::BeforeEffect) => Err(DirectoryError::Unknown),
            Some(Fault::Throttle) => Err(error_of(Failure::Throttled)),
            Some(Fault::Unreachable) => Err(DirectoryError::KnownNoEffect),
            Some(Fault::Misconfigured) => Err(error_of(Failure::Denied)),
        }
    }

    fn page(&self, from: Option<&str>, is_wanted: impl Fn(&Record) -> bool) -> AccountPage {
        let is_shown = |record: &Record| record.indexed == SearchIndex::Current && is_wanted(record);
        let after = |name: &&String| from.is_none_or(|from| name.as_str() > from);
        let mut names = self.accounts.iter().filter(|(_, record)| is_shown(record)).map(|(name, _)| name);
        let page: Vec<String> = names.by_ref().filter(after).take(PAGE).cloned().collect();
        let next = page.last().filter(|_| names.next().is_some()).cloned();
        let accounts = page.into_iter().filter_map(|name| {
            let record = self.accounts.get(&name)?;
            let found = FoundAccount { account: Account { directory_id: name }, invite: record.invite };
            let email = EmailAddress::parse(&record.email).ok();
            let attributes = Attributes(BTreeMap::from([("email".to_owned(), record.email.clone())]));
            let (status, person) = (record.status(), record.person.clone());
            Some(ListedAccount { found, status, email, person, attributes })
        });
        AccountPage { accounts: accounts.collect(), next }
    }

    fn record(&mut self, account: &Account) -> Option<&mut Record> {
        self.accounts.get_mut(&account.directory_id.to_ascii_lowercase())
    }

    fn found(&self, email: &EmailAddress) -> Option<FoundAccount> {
        let indexed = self.accounts.iter().filter(|(_, record)| record.indexed == SearchIndex::Current);
        let (name, record) = indexed.into_iter().find(|(_, record)| is_same_mailbox(&record.email, email))?;
        Some(FoundAccount { account: Account { directory_id: name.clone() }, invite: record.invite })
    }

    /// Creates an account, unless its name or its address as it is written has one.
    fn create(&mut self, wanted: &AccountToCreate<'_>) -> CreateOutcome {
        let name = wanted.name();
        let account = Account { directory_id: name.clone() };
        let email = wanted.email.as_str().to_ascii_lowercase();
        let by_name = self.accounts.get(&name).map(|record| (record.invite, record.email == email));
        // The alias of a verified address is unique, even if the search does not show it.
        let has_alias = self.accounts.values().any(|record| record.email == email);
        match by_name {
            Some((invite, _)) if invite == Some(wanted.invite) => CreateOutcome::AlreadyOurs(account),
            Some((_, true)) => CreateOutcome::EmailTaken,
            Some(_) if wanted.holder.username().is_none() => CreateOutcome::EmailTaken,
            Some(_) => CreateOutcome::UsernameTaken,
            None if has_alias => CreateOutcome::EmailTaken,
            None => {
                let parts = [wanted.profile.name.first(), wanted.profile.name.last()];
                let parts = parts.map(|part| part.map(PersonName::as_str).unwrap_or_default());
                let person = NameAndNumber::new(parts, &wanted.profile.contact_number);
                let made = Record::new(Some(wanted.invite), wanted.email, Presence::Awaited, self.search_index);
                let record = Record { person, ..made };
                self.accounts.insert(name, record);
                CreateOutcome::Created(account)
            }
        }
    }
}
