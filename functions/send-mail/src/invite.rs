//! The mails of an invite.

use domain::{
    InviteId, Keys, Timestamp,
    delivery::{MailKind, MailState},
    invite::{INVITATION_LIFE, Invite},
    keys::Token,
};
use mail::{AccountLetter, InvitationLetter, Letter, Letters, OutgoingMail, RenderError, Subject, Tags};
use store::Written;
use tracing::Instrument as _;

use crate::{AnyError, Deps, Disposition, Next, Verdict, is_too_late, notice, out_of_time, persist, verdict};

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
    let keys: &Keys = deps.secrets.keys().await?;
    let token = keys.token(invite.id, mail.generation);
    let Some(letter) = letter(&deps.letters, &invite, mail.kind, &token)? else {
        return Ok(Next::Rest(Disposition::Reject("an invite has no such mail")));
    };
    if is_too_late(deps, deadline) {
        return Ok(out_of_time());
    }
    let (now, read) = (deps.clock.now(), invite.version);
    let Ok(claimed) = invite.claim_mail(now) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let expires_at = now + INVITATION_LIFE;
    let hash = token.hash();
    let written = deps.store.claim_mail(read, &claimed, &hash, expires_at);
    if let Written::LostRace = written.await? {
        return Ok(Next::Reload);
    }
    let Some((state, tags)) = claim_of(&claimed) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let outgoing = OutgoingMail { to: claimed.email.clone(), letter, tags };
    let Some(verdict) = verdict(deps.mailer.send(outgoing).await, &state) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    record(deps, claimed, &verdict, tags, deadline).await?;
    Ok(Next::Rest(Disposition::Done))
}

/// What a mail of `kind` says. It follows from what never changes in an invite, so that a copy is identical.
fn letter(letters: &Letters, invite: &Invite, kind: MailKind, token: &Token) -> Result<Option<Letter>, RenderError> {
    let (inviter, expires_at) = (&invite.officer.email, invite.promised_until());
    match kind {
        MailKind::Invitation => letters.invitation(&InvitationLetter { inviter, token, expires_at }).map(Some),
        MailKind::Reminder => letters.reminder(&InvitationLetter { inviter, token, expires_at }).map(Some),
        MailKind::AccountCreated => {
            letters.account_created(&AccountLetter { inviter, username: invite.holder.username(), token }).map(Some)
        }
        MailKind::InvitationLapsed | MailKind::BatchReport => Ok(None),
    }
}

fn claim_of(claimed: &Invite) -> Option<(MailState, Tags)> {
    let mail = claimed.mail.as_ref()?;
    let MailState::Claimed { attempt, .. } = mail.state else {
        return None;
    };
    let tags = Tags { subject: Subject::Invite(claimed.id), kind: mail.kind, generation: mail.generation, attempt };
    Some((mail.state.clone(), tags))
}

/// Records SES's answer over the claim that it belongs to, whatever else has changed in the invite.
async fn record(
    deps: &Deps,
    claimed: Invite,
    verdict: &Verdict,
    tags: Tags,
    deadline: Timestamp,
) -> Result<(), AnyError> {
    let mut current = claimed;
    loop {
        let is_ours = claim_of(&current).is_some_and(|(_, claim)| claim == tags);
        let (now, read) = (deps.clock.now(), current.version);
        let next = match verdict {
            Verdict::Accepted { message_id } => current.mail_accepted(message_id.clone(), now),
            Verdict::NotSent { retry_after } => current.mail_not_sent(now + *retry_after, now),
            Verdict::Refused => current.mail_refused(now),
        };
        // An event was faster than we are.
        let (Ok(next), true) = (next, is_ours) else {
            return Ok(());
        };
        let written = persist(deps, deadline, || deps.store.replace_invite(read, &next)).await?;
        if written == Written::Done {
            return Ok(());
        }
        match deps.store.find_invite(next.id).await? {
            Some(invite) => current = invite,
            None => return Ok(()),
        }
    }
}
