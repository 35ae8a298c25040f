//! The canary, a mail that is sent only so that SES reports it.

use domain::{
    EmailAddress, Timestamp,
    canary::Canary,
    mail::{Closed, Mail, Mailbox},
};
use mail::Subject;
use store::Stored;

use crate::{
    AnyError, Deps, Disposition, Next,
    slot::{self, Slot, Step},
};

/// Sends the canary, if it is due. A canary that cannot be sent now is not tried again: the next one replaces it.
pub(crate) async fn send(deps: &Deps, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(canary) = deps.store.get::<Canary>(&()).await? else {
        return Ok(Next::Rest(Disposition::Discard("no canary")));
    };
    slot::send(deps, TheCanary(canary), |_| deps.letters.canary().map(Some), deadline).await
}

/// The record of the latest canary.
struct TheCanary(Stored<Canary>);

impl Slot for TheCanary {
    type Holder = Canary;

    fn holder(&self) -> &Stored<Canary> {
        &self.0
    }

    fn with(self, holder: Stored<Canary>) -> Self {
        Self(holder)
    }

    fn subject(&self) -> Subject {
        Subject::Canary
    }

    fn recipient(&self) -> &EmailAddress {
        &self.0.to
    }

    fn mail(&self) -> Option<&Mail> {
        Some(&self.0.mail)
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<Canary> {
        self.0.to_value().map_mail(|mail| step.apply(mail, now)).ok()
    }

    /// Always has room: even a canary that is returned causes an event.
    fn admitted(&self, mailbox: Mailbox, _now: Timestamp) -> Result<Mailbox, Closed> {
        Ok(mailbox)
    }
}
