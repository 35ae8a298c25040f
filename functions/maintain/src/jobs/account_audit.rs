//! Daily: compares every account of the table with the directory. So a sign-in, and an account that was disabled,
//! enabled or deleted, is recorded even if no officer opens a page.

use std::time::Duration;

use directory::AccountStatus;
use domain::{Timestamp, invite::NextStep, licence::SeedStep};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use queue::{QueueName, Wake};
use store::{AccountLink, AccountOwner, accounts::ACCOUNT_SHARDS};

use super::{Progress, Round};
use crate::{AnyError, Deps};

/// Accounts of a page, and pages of a run at most.
const PAGE: u32 = 25;
const PAGES: usize = 40;

/// Accounts that are checked at the same time. Officers' pages and sign-ins use the same quota.
const AT_ONCE: usize = 4;

/// The time that must be left to begin a page.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(12);

/// How old a change must be: a newer one may not be visible everywhere yet.
pub(super) const SETTLED: Duration = Duration::from_secs(600);

/// If at least this many accounts of one page are missing, and more than half of them, it may be the wrong directory:
/// nothing of that page is recorded.
const DOUBTFUL: usize = 6;

/// Runs the job. Its cursor is the shard, and the last account that was checked in it.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let (mut shard, mut after) = round.cursor.as_deref().and_then(read).unwrap_or((0, None));
    let mut changed = 0;
    for _ in 0..PAGES {
        let here = || Some(format!("{shard}#{}", after.as_deref().unwrap_or_default()));
        if round.has_less_than(TIME_FOR_A_PAGE) {
            return Ok(Progress::OutOfTime { cursor: here() });
        }
        let links = deps.store.list_accounts(shard, after.as_deref(), PAGE).await?;
        let Some(last) = links.last().map(|link| link.account.directory_id.clone()) else {
            (shard, after) = (shard + 1, None);
            if shard < ACCOUNT_SHARDS {
                continue;
            }
            tracing::info!(accounts_changed = changed, "known accounts looked at");
            return Ok(Progress::Finished { cursor: None });
        };
        let looks = stream::iter(links).map(|link| look(deps, link)).buffered(AT_ONCE);
        let looked: Vec<Option<(AccountOwner, AccountStatus)>> = looks.try_collect().await?;
        let seen: Vec<_> = looked.into_iter().flatten().collect();
        let gone = seen.iter().filter(|(_, status)| *status == AccountStatus::Gone).count();
        if gone >= DOUBTFUL && 2 * gone > seen.len() {
            tracing::error!(gone, looked_at = seen.len(), "most accounts are gone; is this the directory they are in?");
        } else {
            for (owner, status) in seen {
                changed += u64::from(record(deps, owner, status).await?);
            }
        }
        after = Some(last);
    }
    tracing::info!(accounts_changed = changed, "known accounts looked at");
    Ok(Progress::OutOfTime { cursor: Some(format!("{shard}#{}", after.unwrap_or_default())) })
}

/// The status of one account, and the owner of its licence. `None`: it is too early to know.
async fn look(deps: &Deps, link: AccountLink) -> Result<Option<(AccountOwner, AccountStatus)>, AnyError> {
    let Some(owner) = deps.store.find_owner(&link.account).await? else {
        // A lost race means that the account has an owner again.
        let _ = deps.store.forget_account(&link).await?;
        return Ok(None);
    };
    if deps.clock.now() < changed_at(&owner) + SETTLED {
        return Ok(None);
    }
    let status = deps.accounts.status(&link.account).await?;
    Ok(Some((owner, status)))
}

fn changed_at(owner: &AccountOwner) -> Timestamp {
    match owner {
        // This is not the time of the last write, because this audit itself writes the invite every day.
        AccountOwner::Invite(invite) => invite.over_since().unwrap_or(invite.updated_at),
        AccountOwner::Request(request) => request.updated_at,
    }
}

/// Writes the status of an account, if it is new, and wakes the worker that withdraws its licence or assigns it again.
pub(super) async fn record(deps: &Deps, owner: AccountOwner, status: AccountStatus) -> Result<bool, AnyError> {
    let now = deps.clock.now();
    let (is_written, wake) = match owner {
        AccountOwner::Invite(invite) => {
            let Some(next) = invite.to_value().account_seen(status, now) else { return Ok(false) };
            let wake = (next.next_step(now) != NextStep::Nothing)
                .then(|| (next.officer.id.clone(), Wake::Invite { id: next.id }));
            (deps.store.write(invite.becomes(next)).await?.is_done(), wake)
        }
        AccountOwner::Request(request) => {
            let Some(next) = request.to_value().account_seen(status, now) else { return Ok(false) };
            let wake = (next.seed.step(now) != SeedStep::Nothing)
                .then(|| (next.officer.clone(), Wake::SeedRequest { id: next.id }));
            (deps.store.write(request.becomes(next)).await?.is_done(), wake)
        }
    };
    // Another writer has changed it. The run of the next day checks it again.
    if !is_written {
        return Ok(false);
    }
    if let Some((officer, wake)) = wake {
        deps.queues.wake(QueueName::Provision, &officer, &[wake]).await;
    }
    Ok(true)
}

fn read(cursor: &str) -> Option<(u8, Option<String>)> {
    let (shard, after) = cursor.split_once('#')?;
    let shard = shard.parse().ok().filter(|shard| *shard < ACCOUNT_SHARDS)?;
    Some((shard, Some(after.to_owned()).filter(|after| !after.is_empty())))
}
