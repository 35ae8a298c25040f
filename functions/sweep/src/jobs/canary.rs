//! Every five minutes: lets a canary go, and says how long ago the newest one was sent that anything was heard of.
//!
//! Its mail is sent as every other is, under the emergency stop and SES's rate, so its age shows when mails do not go
//! out as well as when nothing is heard of them.

use std::convert::Infallible;

use domain::canary::Canary;
use queue::{Group, QueueName, Wake};
use store::{Updated, Written};

use super::{Progress, Round};
use crate::AnyError;

pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let Some(to) = &deps.canary else { return Ok(Progress::Finished { cursor: None }) };
    let next = |canary: Canary| Ok::<_, Infallible>(Some(canary.next(to.clone())));
    let canary = match deps.store.update(&(), next).await? {
        Updated::Done { after, .. } => Written::Done(after),
        _ => deps.store.create(Canary::first(to.clone(), deps.clock.now())).await?,
    };
    // Another sweeper's first canary is as good.
    let Written::Done(canary) = canary else { return Ok(Progress::Finished { cursor: None }) };
    deps.queues.wake(QueueName::Mail, Group::service(), &[Wake::Canary]).await;
    let now = deps.clock.now();
    let last_event = deps.store.last_mail_event().await?;
    tracing::info!(
        canary_age_seconds = canary.age(now).as_secs(),
        mail_event_age_seconds = last_event.map(|at| now.since(at).as_secs()),
        "a canary goes out"
    );
    Ok(Progress::Finished { cursor: None })
}
