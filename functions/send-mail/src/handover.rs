//! The mails about a handover to the officer who had the invites, and to the colleague who has them now.

use domain::{
    BulkActionId, EmailAddress, Timestamp,
    bulk_action::{BulkAction, Side, Verb},
    mail::Mail,
};
use mail::{HandoverLetter, Subject};
use store::Stored;
use tracing::Instrument as _;

use crate::{
    AnyError, Deps, Disposition, Next,
    slot::{self, Slot, Step},
};

/// Sends the mails that are due, one after the other.
pub(crate) async fn send(deps: &Deps, id: BulkActionId, deadline: Timestamp) -> Result<Next, AnyError> {
    let mut next = Next::Rest(Disposition::Done);
    for _ in Side::BOTH {
        let Some(action) = deps.store.get::<BulkAction>(&id).await? else {
            return Ok(Next::Rest(Disposition::Discard("no such action")));
        };
        let Some(side) = action.mail_is_due() else { break };
        let span = tracing::info_span!("action", action_id = %id, trace_id = %action.trace);
        next = attempt(deps, action, side, deadline).instrument(span).await?;
        if !matches!(next, Next::Rest(Disposition::Done)) {
            break;
        }
    }
    Ok(next)
}

async fn attempt(deps: &Deps, action: Stored<BulkAction>, side: Side, deadline: Timestamp) -> Result<Next, AnyError> {
    let Verb::HandOver { to, by } = &action.verb else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let letter = HandoverLetter { giver: &action.officer.email, taker: &to.email, by: *by, invites: action.done };
    let letter = deps.letters.handover(side, &letter)?;
    let to = match side {
        Side::Giver => action.officer.email.clone(),
        Side::Taker => to.email.clone(),
    };
    slot::send(deps, AboutHandover { action, side, to }, |_| Ok(Some(letter)), deadline).await
}

/// The mail to one side as a [`Slot`].
struct AboutHandover {
    action: Stored<BulkAction>,
    side: Side,
    to: EmailAddress,
}

impl Slot for AboutHandover {
    type Holder = BulkAction;

    fn holder(&self) -> &Stored<BulkAction> {
        &self.action
    }

    fn with(self, action: Stored<BulkAction>) -> Self {
        Self { action, ..self }
    }

    fn subject(&self) -> Subject {
        Subject::BulkAction(self.action.id)
    }

    fn recipient(&self) -> &EmailAddress {
        &self.to
    }

    fn mail(&self) -> Option<&Mail> {
        self.action.mail_to(self.side)
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<BulkAction> {
        let next = self.action.to_value().map_mail(self.side, |mail| step.apply(mail, now)).ok()?;
        Some(match step.retry_at() {
            Some(at) => next.postponed(at),
            None => next,
        })
    }
}
