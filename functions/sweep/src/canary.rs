//! Every five minutes: creates a canary, and logs when the newest canary with an SES event was sent.
//!
//! The canary is sent like every mail, under the emergency stop and SES's rate. So its age grows when mails are not
//! sent, and also when their events do not arrive.

use std::convert::Infallible;

use domain::canary::Canary;
use queue::{Group, QueueName, Wake};
use store::{Updated, Written};

use crate::{AnyError, Deps};

pub(crate) async fn run(deps: &Deps) -> Result<(), AnyError> {
    let (Some(to), now) = (&deps.canary, deps.clock.now()) else { return Ok(()) };
    let canary =
        match deps.store.update(&(), |canary: Canary| Ok::<_, Infallible>(canary.next(to.clone(), now))).await? {
            Updated::Done { after, .. } => after,
            Updated::Missing => match deps.store.create(Canary::first(to.clone(), now)).await? {
                Written::Done(first) => first,
                // Another sweeper has created the first canary.
                Written::LostRace => return Ok(()),
            },
            // It is not time for the next one yet.
            Updated::Unchanged(_) => return Ok(()),
            Updated::Refused(never) => match never {},
        };
    deps.queues.wake(QueueName::Mail, Group::service(), &[Wake::Canary]).await;
    let last_event = deps.store.last_mail_event().await?;
    tracing::info!(
        canary_age_seconds = canary.age(now).as_secs(),
        mail_event_age_seconds = last_event.map(|at| now.since(at).as_secs()),
        "a canary goes out"
    );
    Ok(())
}
