//! Each sweep: marks invites whose messages are among the dead letters, so that an operator checks them and the
//! officer sees it.
//!
//! The job takes a message from the dead letters and marks its invite. An operator's `retry` continues the invite from
//! its state. A batch has no such state: it stays due, and its message stays where the alarm counts it.

use domain::{InviteId, invite::Invite};
use queue::{QueueName, Wake};
use store::Updated;
use tracing::Instrument as _;

use crate::{AnyError, Deps};

/// Dead letters of one queue that one run processes at most.
const LETTERS: usize = 100;

pub(crate) async fn run(deps: &Deps) -> Result<(), AnyError> {
    let mut marked: u32 = 0;
    for queue in [QueueName::Provision, QueueName::Mail] {
        for letter in deps.queues.dead_letters(queue, LETTERS).await? {
            match letter.wake {
                Wake::Invite { id } | Wake::Resume { id } => {
                    let span = tracing::info_span!("invite", invite_id = %id);
                    marked += u32::from(mark(deps, id).instrument(span).await?);
                }
                // The next canary follows soon, and the age of the last one raises an alarm.
                Wake::Canary => {}
                _ => continue,
            }
            deps.queues.bury(queue, &letter).await?;
        }
    }
    tracing::info!(invites_given_up = marked, "dead letters looked at");
    Ok(())
}

/// Marks an invite. `false`: it has no work ahead.
async fn mark(deps: &Deps, id: InviteId) -> Result<bool, AnyError> {
    let marked = deps.store.update(&id, |invite: Invite| invite.needs_attention(deps.clock.now()).map(Some)).await?;
    let Updated::Done { after, .. } = marked else {
        return Ok(false);
    };
    tracing::error!(trace_id = %after.trace, "the workers gave an invite up");
    Ok(true)
}
