//! Every five minutes: creates a canary, and logs when the newest canary with an SES event was sent.
//!
//! The canary is sent like every mail, under the emergency stop and SES's rate. So its age grows when mails are not
//! sent, and also when their events do not arrive.

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
    // Another sweeper has created the first canary.
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
