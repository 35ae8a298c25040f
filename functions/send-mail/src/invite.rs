//! The mails of an invite: first the code that its invitee waits for on the page, then its own, then the officer's.

use domain::{
    EmailAddress, InviteId, Timestamp,
    invite::Invite,
    keys::{Token, TokenHash},
    mail::{Closed, Mail, MailKind, Mailbox},
};
use mail::{AccountLetter, InvitationLetter, Letter, Letters, RenderError, Subject};
use store::{Change, Store, StoreError, Stored, Written};
use tracing::Instrument as _;

use crate::{
    AnyError, Deps, Disposition, Next, code_mail, officer_mail,
    slot::{self, Slot, Step},
};

pub(crate) async fn send(deps: &Deps, id: InviteId, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(invite) = deps.store.get::<Invite>(&id).await? else {
        return Ok(Next::Rest(Disposition::Discard("no such invite")));
    };
    let span = tracing::info_span!("invite", invite_id = %id, trace_id = %invite.trace);
    attempt(deps, invite, deadline).instrument(span).await
}

async fn attempt(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, AnyError> {
    let due = invite.mail.as_ref().filter(|_| invite.mail_is_due() || invite.code_mail_is_due());
    let Some(mail) = due else {
        return officer_mail::attempt(deps, invite, deadline).await;
    };
    let token = deps.secrets.keys().await?.token(invite.id, mail.generation);
    if invite.code_mail_is_due() {
        return code_mail::attempt(deps, invite, &token, deadline).await;
    }
    let slot = ToInvitee { invite, token: token.hash() };
    slot::send(deps, slot, |claimed| letter(&deps.letters, claimed, &token), deadline).await
}

/// The letter of a claimed invite. `None`: the invite has no such mail. It depends only on what stays the same until
/// the next deliberate sending, so an early copy is identical; see [`Invite::claim_mail`].
fn letter(letters: &Letters, invite: &Invite, token: &Token) -> Result<Option<Letter>, RenderError> {
    let (inviter, expires_at) = (&invite.officer.email, invite.promised_until());
    let Some(kind) = invite.mail.as_ref().map(|mail| mail.kind) else { return Ok(None) };
    match kind {
        MailKind::Invitation => letters.invitation(&InvitationLetter { inviter, token, expires_at }).map(Some),
        MailKind::Reminder => letters.reminder(&InvitationLetter { inviter, token, expires_at }).map(Some),
        MailKind::AccountCreated => {
            let (username, days) = (invite.holder.username(), invite.terms.days());
            letters.account_created(&AccountLetter { inviter, username, token, days }).map(Some)
        }
        _ => Ok(None),
    }
}

/// The mail to the invitee as a [`Slot`], with the token of its link.
struct ToInvitee {
    invite: Stored<Invite>,
    token: TokenHash,
}

impl Slot for ToInvitee {
    type Holder = Invite;

    fn holder(&self) -> &Stored<Invite> {
        &self.invite
    }

    fn with(self, holder: Stored<Invite>) -> Self {
        Self { invite: holder, ..self }
    }

    fn subject(&self) -> Subject {
        Subject::Invite(self.invite.id)
    }

    fn recipient(&self) -> &EmailAddress {
        &self.invite.email
    }

    fn mail(&self) -> Option<&Mail> {
        self.invite.mail.as_ref()
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<Invite> {
        let invite = self.invite.to_value();
        let moved = match step {
            Step::Hold { until } => invite.mail_held(*until, now),
            Step::Withhold { reason } => invite.mail_withheld(*reason, now),
            Step::Claim => invite.claim_mail(now),
            Step::Accepted { message_id } => invite.mail_accepted(message_id.clone(), now),
            Step::NotSent { retry_at } => invite.mail_not_sent(*retry_at, now),
            Step::Refused => invite.mail_refused(now),
        };
        moved.ok()
    }

    fn admitted(&self, mailbox: Mailbox, now: Timestamp) -> Result<Mailbox, Closed> {
        mailbox.admit(self.invite.id, now)
    }

    async fn write_claim(
        &self,
        store: &Store,
        claim: Change<Invite>,
        mailbox: Change<Mailbox>,
    ) -> Result<Written<Stored<Invite>>, StoreError> {
        let until = claim.promised_until();
        store.claim_mail(claim, mailbox, &self.token, until).await
    }

    async fn write_answer(
        &self,
        store: &Store,
        change: Change<Invite>,
        answer: &Step,
    ) -> Result<Written<Stored<Invite>>, StoreError> {
        if let Step::NotSent { .. } | Step::Refused = answer {
            let mailbox = store.find_mailbox(&change.address_key).await?;
            if let Some(next) = mailbox.to_value().give_back(change.id, change.updated_at) {
                return store.write_both(change, mailbox.becomes(next)).await;
            }
        }
        store.write(change).await
    }
}
