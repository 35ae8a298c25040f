//! The mail to an officer whose invitation has expired.

use domain::{EmailAddress, Timestamp, invite::Invite, mail::Mail};
use mail::{Ending, Subject};
use store::Stored;

use crate::{
    AnyError, Deps, Disposition, Next,
    slot::{self, Slot, Step},
};

/// Sends the mail, if it is due.
pub(crate) async fn attempt(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, AnyError> {
    if !invite.officer_mail_is_due() {
        return Ok(Next::Rest(Disposition::Done));
    }
    let ending = if invite.was_sent() { Ending::NotAccepted } else { Ending::NotSent };
    let letter = deps.letters.invitation_expired(invite.id, &invite.email, ending)?;
    slot::send(deps, ToOfficer(invite), |_| Ok(Some(letter)), deadline).await
}

/// The mail to the officer as a [`Slot`].
struct ToOfficer(Stored<Invite>);

impl Slot for ToOfficer {
    type Holder = Invite;

    fn holder(&self) -> &Stored<Invite> {
        &self.0
    }

    fn with(self, holder: Stored<Invite>) -> Self {
        Self(holder)
    }

    fn subject(&self) -> Subject {
        Subject::Invite(self.0.id)
    }

    fn recipient(&self) -> &EmailAddress {
        &self.0.officer.email
    }

    fn mail(&self) -> Option<&Mail> {
        self.0.officer_mail.as_ref()
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<Invite> {
        let next = self.0.to_value().map_officer_mail(now, |mail| step.apply(mail, now)).ok()?;
        Some(match step.retry_at() {
            Some(at) => next.postponed(at),
            None => next,
        })
    }
}
