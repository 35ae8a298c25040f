//! Every five minutes: lets a canary go, and says how long ago the newest one was sent that anything was heard of.
//!
//! Its mail is sent as every other is, under the emergency stop and SES's rate, so its age shows when mails do not go out
//! as well as when nothing is heard of them.

use domain::canary::Canary;
use queue::{Group, QueueName, Wake};
use store::Written;

use super::{Progress, Round};
use crate::AnyError;

/// How often the slot is written anew after a lost race, before the next turn does it.
const ROUNDS: usize = 4;

pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let Some(to) = &deps.canary else { return Ok(Progress::Finished { cursor: None }) };
    for _ in 0..ROUNDS {
        let next = match deps.store.find_canary().await? {
            Some(canary) => canary.next(to.clone()),
            None => Canary::first(to.clone(), deps.clock.now()),
        };
        if deps.store.write_canary(&next).await? == Written::LostRace {
            continue;
        }
        deps.queues.wake(QueueName::Mail, Group::service(), &[Wake::Canary]).await;
        let now = deps.clock.now();
        let last_event = deps.store.last_mail_event().await?;
        tracing::info!(
            canary_age_seconds = next.age(now).as_secs(),
            mail_event_age_seconds = last_event.map(|at| now.since(at).as_secs()),
            "a canary goes out"
        );
        return Ok(Progress::Finished { cursor: None });
    }
    Err("others kept changing the slot of the canary".into())
}
