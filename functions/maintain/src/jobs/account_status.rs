//! Records what an audit has seen of an account.

use std::time::Duration;

use directory::AccountStatus;
use domain::{invite::NextStep, licence::SeedStep};
use queue::{QueueName, Wake};
use store::AccountOwner;

use crate::{AnyError, Deps};

/// How old a change must be: a newer one may not be visible everywhere yet.
pub(super) const SETTLED: Duration = Duration::from_secs(600);

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
