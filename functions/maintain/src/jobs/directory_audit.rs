//! Compares every account of the directory with the invite that it was created for. An account that was not
//! recorded is adopted; none is ever deleted. The addresses of accounts without an invite are recorded, so that lists
//! can show that a person has an account already.
//!
//! It also compares every account that has a licence, because a disabled account must have none. A licence that was
//! withdrawn is withdrawn again: a call at the moment when the account was disabled may have assigned it afterwards. A
//! licence whose invite or request is deleted is withdrawn here, because no other worker knows of it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use directory::{AccountStatus, DirectoryError, FoundAccount, ListedAccount, WithdrawOutcome};
use domain::{
    EmailAddress, InviteId, NameAndNumber, SeedRequestId, Timestamp,
    invite::{Account, Invite},
    licence::SeedRequest,
};
use queue::{QueueName, Wake};
use store::{AccountOwner, Refused, Stored};

use super::{
    Progress, Round,
    account_status::{SETTLED, record},
    backup,
};
use crate::{AnyError, Deps};

/// Pages of the directory's list that one run reads at most.
const PAGES: usize = 20;

/// How long an address counts as one with an account: until the list of the next day, and half a day more.
const BELIEVED: Duration = Duration::from_secs(36 * 3600);

/// The time that must be left to begin a page.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(12);

/// The accounts that a run reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// All accounts, in a list that began at `began`.
    Accounts {
        began: Timestamp,
    },
    Licensed,
}

#[derive(Debug, Default)]
struct Tally {
    listed: u64,
    adopted: u64,
    changed: u64,
    without_invite: u64,
    left_over: u64,
}

/// Runs the job. Its cursor is the directory's own place in its list.
pub(super) async fn run(round: &Round<'_>, list: List) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let mut place = round.cursor.clone();
    let mut tally = Tally::default();
    for _ in 0..PAGES {
        if round.has_less_than(TIME_FOR_A_PAGE) {
            break;
        }
        let listed = match list {
            List::Accounts { .. } => deps.accounts.list(place.as_deref()).await,
            List::Licensed => deps.licences.list_licensed(place.as_deref()).await,
        };
        let page = match listed {
            Ok(page) => page,
            Err(DirectoryError::Misconfigured { code }) if place.is_some() => {
                tracing::warn!(code, "the directory no longer knows the place; the audit begins anew");
                place = None;
                break;
            }
            Err(error @ DirectoryError::Misconfigured { .. }) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "the directory is not listed now; the next run goes on");
                break;
            }
        };
        match list {
            List::Accounts { began } => {
                backup::keep_accounts(deps, began, &page.accounts).await?;
                compare(deps, page.accounts, began, &mut tally).await?;
            }
            List::Licensed => {
                backup::keep_licences(deps, &page.accounts).await?;
                take_back(deps, page.accounts, &mut tally).await?;
            }
        }
        place = page.next;
        if place.is_none() {
            if let List::Accounts { began } = list {
                backup::complete(deps, began).await?;
            }
            tell(list, &tally);
            return Ok(Progress::Finished { cursor: None });
        }
    }
    tell(list, &tally);
    Ok(Progress::OutOfTime { cursor: place })
}

fn tell(list: List, tally: &Tally) {
    let Tally { listed, adopted, changed, without_invite, left_over } = tally;
    if list == List::Licensed {
        tracing::info!(accounts_listed = listed, licences_left_over = left_over, "licences compared");
        return;
    }
    tracing::info!(
        accounts_listed = listed,
        accounts_adopted = adopted,
        accounts_changed = changed,
        accounts_without_invite = without_invite,
        "directory compared"
    );
}

async fn compare(
    deps: &Deps,
    accounts: Vec<ListedAccount>,
    began: Timestamp,
    tally: &mut Tally,
) -> Result<(), AnyError> {
    let all: Vec<Account> = accounts.iter().map(|listed| listed.found.account.clone()).collect();
    deps.store.record_listed(began, &all).await?;
    let made_for: Vec<InviteId> = accounts.iter().filter_map(|listed| listed.found.invite).collect();
    let foreign = accounts.iter().filter(|listed| listed.found.invite.is_none());
    let foreign: Vec<_> = foreign.map(|listed| listed.found.account.clone()).collect();
    let invites = deps.store.get_many::<Invite>(&made_for).await?;
    let mut invites: HashMap<InviteId, Stored<Invite>> =
        invites.into_iter().map(|invite| (invite.id, invite)).collect();
    let requests = deps.store.find_seed_requests(&foreign).await?;
    let mut requests: HashMap<SeedRequestId, Stored<SeedRequest>> =
        requests.into_iter().map(|request| (request.id, request)).collect();
    let has_invite = |listed: &&ListedAccount| listed.found.invite.is_some_and(|id| invites.contains_key(&id));
    let others: Vec<_> =
        accounts.iter().filter(|listed| !has_invite(listed)).filter_map(|one| one.email.clone()).collect();
    let people: Vec<_> = accounts.iter().filter_map(|one| Some((one.person.clone()?, one.email.clone()?))).collect();
    let agencies = accounts.iter().filter_map(|one| Some(one.email.as_ref()?.domain().to_ascii_lowercase())).collect();
    for ListedAccount { found, status, .. } in accounts {
        tally.listed += 1;
        let Some(id) = found.invite else {
            if let Some(request) = requests.remove(&SeedRequestId::of_account(&found.account)) {
                tally.changed += u64::from(record(deps, AccountOwner::Request(request), status).await?);
            }
            continue;
        };
        match invites.remove(&id) {
            None => tally.without_invite += 1,
            Some(invite) if invite.account() == Some(&found.account) => {
                tally.changed += u64::from(record(deps, AccountOwner::Invite(Box::new(invite)), status).await?);
            }
            Some(invite) => tally.adopted += u64::from(adopt(deps, invite, found.account).await?),
        }
    }
    // Lists work without it for a day, and the audit has other results.
    if let Err(error) = note(deps, &others, &people, &agencies).await {
        tracing::warn!(error, "who has an account is not noted");
    }
    Ok(())
}

/// Records that these addresses, people and agencies have accounts.
async fn note(
    deps: &Deps,
    holders: &[EmailAddress],
    people: &[(NameAndNumber, EmailAddress)],
    agencies: &BTreeSet<String>,
) -> Result<(), AnyError> {
    let (keys, until) = (deps.secrets.keys().await?, deps.clock.now() + BELIEVED);
    let holders: Vec<_> = holders.iter().map(|email| keys.address(email)).collect();
    let people: Vec<_> = people.iter().map(|(person, email)| (keys.person(person), keys.address(email))).collect();
    deps.store.note_holders(&holders, until).await?;
    deps.store.note_people(&people, until).await?;
    Ok(deps.store.note_agencies(agencies, until).await?)
}

/// Has the licences of disabled accounts withdrawn if the directory still has them.
async fn take_back(deps: &Deps, accounts: Vec<ListedAccount>, tally: &mut Tally) -> Result<(), AnyError> {
    for ListedAccount { found, status, .. } in accounts {
        tally.listed += 1;
        let now = deps.clock.now();
        let owner = deps.store.find_owner(&found.account).await?;
        let is_known = owner.is_some() || is_ours(deps, &found, now).await?;
        if status != AccountStatus::Disabled || !is_known {
            continue;
        }
        let (is_written, officer, wake) = match owner {
            // A licence that is withdrawn at this moment may still be in the list.
            Some(AccountOwner::Invite(invite)) if now >= invite.updated_at + SETTLED => {
                let Some(next) = invite.to_value().licence_found(now) else { continue };
                let is_written = deps.store.write(invite.becomes(next)).await?.is_done();
                (is_written, invite.officer.id.clone(), Wake::Invite { id: invite.id })
            }
            Some(AccountOwner::Request(request)) if now >= request.updated_at + SETTLED => {
                let Some(next) = request.to_value().licence_found(now) else { continue };
                let is_written = deps.store.write(request.becomes(next)).await?.is_done();
                (is_written, request.officer.clone(), Wake::SeedRequest { id: request.id })
            }
            None => {
                tally.left_over += u64::from(withdraw(deps, &found.account).await?);
                continue;
            }
            Some(_) => continue,
        };
        if is_written {
            tracing::warn!(?wake, "a licence that was withdrawn was still there");
            tally.left_over += 1;
            deps.queues.wake(QueueName::Provision, &officer, &[wake]).await;
        }
    }
    Ok(())
}

/// Whether this service assigned the licence of an account that has no record any more.
async fn is_ours(deps: &Deps, found: &FoundAccount, now: Timestamp) -> Result<bool, AnyError> {
    if found.invite.is_some() {
        return Ok(true);
    }
    Ok(deps.store.was_requested(&found.account, now + deps.tombstones).await?)
}

/// Withdraws the licence of a disabled account that has no record any more.
async fn withdraw(deps: &Deps, account: &Account) -> Result<bool, AnyError> {
    match deps.licences.withdraw(account).await {
        Ok(WithdrawOutcome::Withdrawn | WithdrawOutcome::AccountGone) => {
            tracing::info!("the licence of a disabled account was withdrawn that nothing is kept of");
            Ok(true)
        }
        Err(error @ DirectoryError::Misconfigured { .. }) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "a licence is not withdrawn now; tomorrow's audit does it");
            Ok(false)
        }
    }
}

/// Adopts an account that its invite does not have. An invite in progress is left to its worker, which finds the
/// account too.
async fn adopt(deps: &Deps, invite: Stored<Invite>, account: Account) -> Result<bool, AnyError> {
    let now = deps.clock.now();
    let Ok(next) = invite.to_value().adopt(account, now) else {
        return Ok(false);
    };
    match deps.store.adopt_account(&invite, next).await?.first() {
        None => {}
        Some(Refused::LostRace | Refused::UsageMoved | Refused::KeyUsed) => return Ok(false),
        Some(Refused::AddressTaken | Refused::UsernameTaken) => {
            tracing::error!(invite_id = %invite.id, "an account that nobody recorded is in the way of a later invite");
            return Ok(false);
        }
    }
    tracing::warn!(invite_id = %invite.id, trace_id = %invite.trace, "an account that nobody recorded is adopted");
    for queue in [QueueName::Provision, QueueName::Mail] {
        let wake = [Wake::Invite { id: invite.id }];
        deps.queues.wake(queue, &invite.officer.id, &wake).await;
    }
    Ok(true)
}
