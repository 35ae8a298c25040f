//! Goes on with an action for many invites, from where its last worker left it.
//!
//! - **trigger**: one message of the actions queue: the id of an action
//! - **effects**: per invite: what the action does, with the action in its history, and a wake-up of the worker that is
//!   next; per part of a hundred: what became of each, with how far the action is, in one transaction
//! - **again**: a part that was recorded is not begun again; an invite whose history names the action is left as it is
//! - **crash**: what was done stays; the action is due and the sweeper wakes this function again
//!
//! A long action stops when time runs short, and wakes itself.

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

/// What going on with an action needs.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// Where the function wakes itself.
    pub queues: Queues,
    /// What is done with each invite.
    pub actions: Actions,
}

impl Deps {
    /// What the function takes from a stack.
    ///
    /// # Errors
    ///
    /// When a variable of the environment is missing, or cannot be meant.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let used = [QueueName::Provision, QueueName::Mail, QueueName::Actions].map(Destination::Queue);
        let (store, queues) = (stack.store()?, stack.queues(&used)?);
        let caps = boot::single_caps(stack.env())?;
        Ok(Self { actions: Actions::new(store.clone(), queues.clone(), caps, stack.clock()), store, queues })
    }
}

/// No part is begun with less than this left.
const PART_TIME: Duration = Duration::from_secs(20);

/// Does what is left of the action, as far as `deadline` allows, which is when the invocation must end.
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
