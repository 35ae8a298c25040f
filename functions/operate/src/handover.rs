//! Hands over what an officer has invited who has left, and so cannot do it.

use domain::{
    BulkActionId, EmailAddress, InviteId, TraceId,
    bulk_action::{BulkAction, MAX_INVITES_PER_BULK_ACTION, Verb},
    invite::{Actor, Invite},
};
use queue::{Group, QueueName, Wake};
use store::{CreateBulkActionOutcome, InviteQuery, Sort};

use crate::{Failure, Round, Said, audit};

/// Gives all that the officer of `invite` has invited to the colleague who signs in with `address`. A worker does it,
/// and both are mailed.
pub(crate) async fn hand_over(round: &Round<'_>, invite: InviteId, address: &EmailAddress) -> Result<Said, Failure> {
    let deps = round.deps;
    let found = deps.store.get::<Invite>(&invite).await?;
    let found = found.ok_or_else(|| Failure::refused(format!("there is no {invite}, or its person was erased")))?;
    let from = found.officer.clone();
    let Some(to) = deps.sign_in.find_officer_at(address).await? else {
        return Err(Failure::refused(
            "nobody who may sign in has this address, or several have; they sign in once first",
        ));
    };
    if to.id == from.id {
        return Err(Failure::refused("this officer has it already"));
    }
    if !from.is_colleague_of(&to) {
        return Err(Failure::refused("this officer is of another agency: its people are not shown to anybody else"));
    }
    let now = deps.clock.now();
    let all = InviteQuery { limit: MAX_INVITES_PER_BULK_ACTION, sort: Sort::NEWEST, ..InviteQuery::default() };
    let invites = deps.store.matching_invites(&from.id, &all, now).await?;
    audit::note(round, "HAND_OVER", &invite.to_string()).await?;
    let (id, trace) = (BulkActionId::generate(now, &deps.entropy), TraceId::generate(now, &deps.entropy));
    let verb = Verb::HandOver { to, by: Actor::Operator };
    let (action, parts) = BulkAction::new(id, from, verb, &invites, now, trace);
    let CreateBulkActionOutcome::Created(action) = deps.store.create_action(&action, &parts, None).await? else {
        return Err(Failure::refused("somebody wrote at the same moment; try again"));
    };
    deps.queues.try_wake(QueueName::Actions, Group::from(&action.officer.id), &[Wake::BulkAction { id }]).await?;
    let number = invites.len();
    Ok(Said::once(format!(
        "{id}: handing over {number}; both are mailed once it is done, and `show {id}` says how far it is\n"
    )))
}
