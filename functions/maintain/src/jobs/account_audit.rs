//! Daily: compares every account of the directory with the table, and then every account of the table with what the
//! directory has listed. So a sign-in, and an account that was disabled, enabled or deleted, is recorded even if no
//! officer opens a page.
//!
//! A question about one account makes it an active user of the month, which costs. So only those that the list did not
//! have are asked about.

use std::time::Duration;

use directory::AccountStatus;
use domain::Timestamp;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use store::{AccountLink, AccountOwner, accounts::ACCOUNT_SHARDS, listed_accounts::ListedAccounts};

use super::{
    Progress, Round,
    account_status::{SETTLED, record},
    directory_audit::{self, List},
};
use crate::{AnyError, Deps};

/// Accounts of a page of the table.
const PAGE: u32 = 200;

/// Accounts that are asked about at the same time. Officers' pages and sign-ins use the same quota.
const AT_ONCE: usize = 4;

/// The time that must be left to begin a page.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(20);

/// If at least this many accounts of one page are missing, and more than half of them, it may be the wrong directory:
/// nothing of that page is recorded.
const DOUBTFUL: usize = 6;

/// How long a list may take. What was listed before that says little about now.
const LONGEST_LIST: Duration = Duration::from_secs(12 * 3600);

/// Where an audit that ran out of time continues.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    /// When the list of the directory began.
    began: Timestamp,
    part: Part,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Part {
    /// In the directory's list. `next` is the directory's own name for the place.
    Listing { next: String },
    /// In the table's accounts of a shard, after the account `after`.
    Missing { shard: u8, after: Option<String> },
}

/// Runs the job. Its cursor is its [`Place`]; without one it begins.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let now = round.deps.clock.now();
    let known: Option<Place> = round.cursor.as_deref().and_then(|place| serde_json::from_str(place).ok());
    match known.filter(|place| now < place.began + LONGEST_LIST) {
        Some(Place { began, part: Part::Missing { shard, after } }) => find_missing(round, began, shard, after).await,
        Some(Place { began, part: Part::Listing { next } }) => list(round, began, Some(next)).await,
        None => list(round, now, None).await,
    }
}

/// Compares what the directory lists, and then what it did not list. A list without a place begins anew.
async fn list(round: &Round<'_>, began: Timestamp, next: Option<String>) -> Result<Progress, AnyError> {
    let listing = Round { cursor: next, ..round.clone() };
    match directory_audit::run(&listing, List::Accounts { began }).await? {
        Progress::Finished { .. } => find_missing(round, began, 0, None).await,
        Progress::OutOfTime { cursor: None } => Ok(Progress::OutOfTime { cursor: None }),
        Progress::OutOfTime { cursor: Some(next) } => out_of_time(&Place { began, part: Part::Listing { next } }),
    }
}

fn out_of_time(place: &Place) -> Result<Progress, AnyError> {
    Ok(Progress::OutOfTime { cursor: Some(serde_json::to_string(place)?) })
}

/// Asks about the accounts that the list did not have.
async fn find_missing(
    round: &Round<'_>,
    began: Timestamp,
    mut shard: u8,
    mut after: Option<String>,
) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let listed = deps.store.listed_accounts(began).await?;
    let (mut asked, mut changed) = (0, 0);
    while shard < ACCOUNT_SHARDS {
        if round.has_less_than(TIME_FOR_A_PAGE) {
            return out_of_time(&Place { began, part: Part::Missing { shard, after } });
        }
        let links = deps.store.list_accounts(shard, after.as_deref(), PAGE).await?;
        let Some(last) = links.last().map(|link| link.account.directory_id.clone()) else {
            (shard, after) = (shard + 1, None);
            continue;
        };
        let seen = statuses(deps, &links, &listed, began).await?;
        asked += seen.len();
        let gone = seen.iter().filter(|(_, status)| *status == AccountStatus::Gone).count();
        if gone >= DOUBTFUL && 2 * gone > links.len() {
            tracing::error!(
                gone,
                looked_at = links.len(),
                "most accounts are gone; is this the directory they are in?"
            );
        } else {
            for (owner, status) in seen {
                changed += u64::from(record(deps, owner, status).await?);
            }
        }
        after = Some(last);
    }
    tracing::info!(accounts_asked_about = asked, accounts_changed = changed, "known accounts compared with the list");
    Ok(Progress::Finished { cursor: None })
}

/// The status of each account that was not listed, and the owner of its licence.
async fn statuses(
    deps: &Deps,
    links: &[AccountLink],
    listed: &ListedAccounts,
    began: Timestamp,
) -> Result<Vec<(AccountOwner, AccountStatus)>, AnyError> {
    let looks = stream::iter(links).map(|link| look(deps, link, listed, began)).buffered(AT_ONCE);
    let looked: Vec<Option<_>> = looks.try_collect().await?;
    Ok(looked.into_iter().flatten().collect())
}

/// The status of one account, and the owner of its licence. `None`: the list had it, or it was made or changed too late
/// for the list.
async fn look(
    deps: &Deps,
    link: &AccountLink,
    listed: &ListedAccounts,
    began: Timestamp,
) -> Result<Option<(AccountOwner, AccountStatus)>, AnyError> {
    let Some(owner) = deps.store.find_owner(&link.account).await? else {
        // A lost race means that the account has an owner again.
        let _ = deps.store.forget_account(link).await?;
        return Ok(None);
    };
    if listed.has(&link.account) || began < changed_at(&owner) + SETTLED {
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
