//! Continues an action for many invites where its last worker stopped.
//!
//! - **trigger**: the actions queue; a message holds the id of an action
//! - **does**: changes each invite, wakes its next worker, and records the outcomes of each part of 100 invites
//! - **again**: a recorded part is not repeated; an invite whose history names the action is skipped
//! - **crash**: finished changes stay; the action is due, and the sweeper wakes this function again
//! - **needs**: the table, the provision, mail and actions queues
//!
//! A long action stops when time runs short, and wakes itself. The outcomes of a part and the progress of the action
//! are recorded in one transaction.

use std::time::Duration;

use actions::Actions;
use boot::{Disposition, Stack};
use domain::{
    Timestamp,
    bulk_action::{BulkAction, BulkActionState},
};
use queue::{Destination, QueueName, Queues, Wake};
use store::Store;
use tracing::Instrument as _;

/// What the function needs to continue an action.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// The queue in which the function wakes itself.
    pub queues: Queues,
    /// Does what an action does with each invite.
    pub actions: Actions,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let used = [QueueName::Provision, QueueName::Mail, QueueName::Actions].map(Destination::Queue);
        let (store, queues) = (stack.store()?, stack.queues(&used)?);
        let caps = boot::single_caps(stack.env())?;
        Ok(Self { actions: Actions::new(store.clone(), queues.clone(), caps, stack.clock()), store, queues })
    }
}

/// The time that must be left to begin a part.
const PART_TIME: Duration = Duration::from_secs(20);

/// Does the rest of the action, as far as time allows. `deadline` is when the invocation must end.
pub async fn handle(deps: &Deps, message: Wake, deadline: Timestamp) -> Disposition {
    let Wake::BulkAction { id } = message else {
        return Disposition::Discard("message is not about an action");
    };
    let action = match deps.store.get::<BulkAction>(&id).await {
        Ok(Some(action)) => action,
        Ok(None) => return Disposition::Discard("no such action"),
        Err(error) => return Disposition::retry(error),
    };
    let span = tracing::info_span!("action", action_id = %id, trace_id = %action.trace);
    let ran = deps.actions.run(action, deadline - PART_TIME).instrument(span.clone()).await;
    let action = match ran {
        Ok(action) => action,
        Err(error) => return Disposition::retry(error),
    };
    if action.state == BulkActionState::Done {
        span.in_scope(|| tracing::info!(done = action.done, total = action.total, "action done"));
        return Disposition::Done;
    }
    deps.queues.wake(QueueName::Actions, &action.officer.id, &[Wake::BulkAction { id }]).await;
    Disposition::Done
}
