//! The mail that is sent only to be heard of.

use domain::{
    EmailAddress, Timestamp,
    canary::Canary,
    delivery::Mail,
    mailbox::{Closed, Mailbox},
};
use mail::Subject;
use store::{Store, StoreError, Written};

use crate::{
    AnyError, Deps, Disposition, Next,
    slot::{self, Slot, Step},
};

/// Sends the canary that waits, if one does. One that cannot be sent now is not tried again: the next one comes.
pub(crate) async fn send(deps: &Deps, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(canary) = deps.store.find_canary().await? else {
        return Ok(Next::Rest(Disposition::Reject("no canary")));
    };
    slot::send(deps, canary, |_| deps.letters.canary().map(Some), deadline).await
}

impl Slot for Canary {
    fn subject(&self) -> Subject {
        Subject::Canary
    }

    fn recipient(&self) -> &EmailAddress {
        &self.to
    }

    fn mail(&self) -> Option<&Mail> {
        Some(&self.mail)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn moved(self, step: &Step, now: Timestamp) -> Option<Self> {
        self.map_mail(|mail| step.apply(mail, now)).ok()
    }

    /// Always: even a mail that SES returns is heard of.
    fn admitted(&self, mailbox: Mailbox, _now: Timestamp) -> Result<Mailbox, Closed> {
        Ok(mailbox)
    }

    async fn write(&self, store: &Store, _read_version: u64) -> Result<Written, StoreError> {
        store.write_canary(self).await
    }

    async fn reread(self, store: &Store) -> Result<Option<Self>, StoreError> {
        store.find_canary().await
    }
}
