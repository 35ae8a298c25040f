//! Commands that wake workers and redrive dead letters.

use domain::invite::InviteState;
use queue::{Group, QueueName, Redrive, Wake};
use store::{Due, inspection::Work};

use crate::{Failure, Round, Said, audit, work};

/// Wakes the workers of one record. They do what its state allows, so a call too many does no harm.
pub(crate) async fn retry(round: &Round<'_>, id: Due) -> Result<Said, Failure> {
    let work = work::existing(round, id).await?;
    let (wake, queues) = workers(&work);
    audit::note(round, "RETRY", &id.to_string()).await?;
    for queue in queues {
        round.deps.queues.try_wake(*queue, Group::service(), &[wake]).await?;
    }
    let readers: Vec<&str> = queues.iter().map(|queue| queue.name()).collect();
    Ok(Said::once(format!("{id}: woke the readers of {}\n", readers.join(" and "))))
}

/// Sends the dead letters of a queue again.
pub(crate) async fn redrive(round: &Round<'_>, queue: Redrive) -> Result<Said, Failure> {
    audit::note(round, "REDRIVE", queue.name()).await?;
    round.deps.queues.redrive(queue).await?;
    Ok(Said::once(format!("the dead letters of {} are on their way back\n", queue.name())))
}

/// The message that wakes the workers of one record, and the queues that they read.
fn workers(work: &Work) -> (Wake, &'static [QueueName]) {
    match work {
        Work::Invite(invite) if matches!(invite.state, InviteState::NeedsAttention { .. }) => {
            (Wake::Resume { id: invite.id }, &[QueueName::Provision])
        }
        Work::Invite(invite) => (Wake::Invite { id: invite.id }, &[QueueName::Provision, QueueName::Mail]),
        Work::Batch(batch) => (Wake::Batch { id: batch.id }, &[QueueName::Dispatch, QueueName::Mail]),
        Work::BulkAction(action) => (Wake::BulkAction { id: action.id }, &[QueueName::Actions, QueueName::Mail]),
        Work::WebhookEvent(event) => (Wake::WebhookEvent { id: event.id }, &[QueueName::Webhooks]),
        Work::SeedRequest(request) => (Wake::SeedRequest { id: request.id }, &[QueueName::Provision]),
    }
}
