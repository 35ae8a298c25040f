//! Each sweep: whatever the workers gave up needs a person's attention, and its officer is to see that.
//!
//! A message that ends among the dead letters is taken from there, and its invite marked; an operator's `retry` lets it
//! go on where it stood. A batch has no such state: it stays due, and its message stays where the alarm sees it.

use domain::{InviteId, invite::Invite};
use queue::{QueueName, Wake};
use store::Updated;
use tracing::Instrument as _;

use super::{Progress, Round};
use crate::AnyError;

/// How many letters of one queue are looked at in one sweep.
const LETTERS: usize = 100;

pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let mut marked: u32 = 0;
    for queue in [QueueName::Provision, QueueName::Mail] {
        for letter in round.deps.queues.dead_letters(queue, LETTERS).await? {
            match letter.wake {
                Wake::Invite { id } | Wake::Resume { id } => {
                    let span = tracing::info_span!("invite", invite_id = %id);
                    marked += u32::from(mark(round, id).instrument(span).await?);
                }
                // The next one is on its way, and the age of the last tells.
                Wake::Canary => {}
                _ => continue,
            }
            round.deps.queues.bury(queue, &letter).await?;
        }
    }
    tracing::info!(invites_given_up = marked, "dead letters looked at");
    Ok(Progress::Finished { cursor: None })
}

/// Marks an invite that was given up; `false` when nothing is left to do for it.
async fn mark(round: &Round<'_>, id: InviteId) -> Result<bool, AnyError> {
    let deps = round.deps;
    let marked = deps.store.update(&id, |invite: Invite| invite.needs_attention(deps.clock.now()).map(Some)).await?;
    let Updated::Done { after, .. } = marked else {
        return Ok(false);
    };
    tracing::error!(trace_id = %after.trace, "the workers gave an invite up");
    Ok(true)
}
