//! The mails of an invite to its invitee.

use domain::{
    EmailAddress, InviteId, Timestamp,
    delivery::{Mail, MailKind},
    invite::Invite,
    keys::{Token, TokenHash},
    mailbox::{Closed, Mailbox},
};
use mail::{AccountLetter, InvitationLetter, Letter, Letters, RenderError, Subject};
use store::{Store, StoreError, Written};
use tracing::Instrument as _;

use crate::{
    AnyError, Deps, Disposition, Next, notice,
    slot::{self, Slot, Step},
};

pub(crate) async fn send(deps: &Deps, id: InviteId, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(invite) = deps.store.find_invite(id).await? else {
        return Ok(Next::Rest(Disposition::Reject("no such invite")));
    };
    let span = tracing::info_span!("invite", invite_id = %id, trace_id = %invite.trace);
    attempt(deps, invite, deadline).instrument(span).await
}

async fn attempt(deps: &Deps, invite: Invite, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(mail) = invite.mail.as_ref().filter(|_| invite.mail_is_due()) else {
        return notice::attempt(deps, invite, deadline).await;
    };
    let token = deps.secrets.keys().await?.token(invite.id, mail.generation);
    let slot = ToInvitee { invite, token: token.hash() };
    slot::send(deps, slot, |claimed| letter(&deps.letters, &claimed.invite, &token), deadline).await
}

/// What the mail of a claimed invite says; nothing where an invite has no such mail. It follows from what stays the same
/// until the next deliberate sending, so that a copy soon after is identical; see [`Invite::claim_mail`].
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
        MailKind::InvitationLapsed | MailKind::BatchReport | MailKind::Canary => Ok(None),
    }
}

/// An invite as the holder of the mail to its invitee, with the token in the mail's link.
struct ToInvitee {
    invite: Invite,
    token: TokenHash,
}

impl Slot for ToInvitee {
    fn subject(&self) -> Subject {
        Subject::Invite(self.invite.id)
    }

    fn recipient(&self) -> &EmailAddress {
        &self.invite.email
    }

    fn mail(&self) -> Option<&Mail> {
        self.invite.mail.as_ref()
    }

    fn version(&self) -> u64 {
        self.invite.version
    }

    fn moved(self, step: &Step, now: Timestamp) -> Option<Self> {
        let moved = match step {
            Step::Hold { until } => self.invite.mail_held(*until, now),
            Step::Withhold { reason } => self.invite.mail_withheld(*reason, now),
            Step::Claim => self.invite.claim_mail(now),
            Step::Accepted { message_id } => self.invite.mail_accepted(message_id.clone(), now),
            Step::NotSent { retry_at } => self.invite.mail_not_sent(*retry_at, now),
            Step::Refused => self.invite.mail_refused(now),
        };
        Some(Self { invite: moved.ok()?, ..self })
    }

    fn admitted(&self, mailbox: Mailbox, now: Timestamp) -> Result<Mailbox, Closed> {
        mailbox.admit(self.invite.id, now)
    }

    async fn write(&self, store: &Store, read_version: u64) -> Result<Written, StoreError> {
        store.replace_invite(read_version, &self.invite).await
    }

    async fn write_claim(&self, store: &Store, read_version: u64, mailbox: &Mailbox) -> Result<Written, StoreError> {
        store.claim_mail(read_version, &self.invite, mailbox, &self.token, self.invite.promised_until()).await
    }

    async fn write_answer(&self, store: &Store, read_version: u64, answer: &Step) -> Result<Written, StoreError> {
        if let Step::NotSent { .. } | Step::Refused = answer {
            let mailbox = store.find_mailbox(&self.invite.address_key).await?;
            if let Some(mailbox) = mailbox.give_back(self.invite.id, self.invite.updated_at) {
                return store.replace_invite_and_mailbox(read_version, &self.invite, &mailbox).await;
            }
        }
        self.write(store, read_version).await
    }

    async fn reread(self, store: &Store) -> Result<Option<Self>, StoreError> {
        let invite = store.find_invite(self.invite.id).await?;
        Ok(invite.map(|invite| Self { invite, ..self }))
    }
}
