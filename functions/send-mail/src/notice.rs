//! The notice to an officer whose invitation nobody accepted.

use domain::{
    Timestamp,
    delivery::{Mail, MailKind, MailState},
    invite::Invite,
};
use mail::{OutgoingMail, Subject, Tags};
use store::Written;

use crate::{AnyError, Deps, Disposition, Next, Verdict, is_too_late, out_of_time, persist, verdict};

/// Sends the notice that waits, if one does.
pub(crate) async fn attempt(deps: &Deps, invite: Invite, deadline: Timestamp) -> Result<Next, AnyError> {
    if !invite.notice_is_due() {
        return Ok(Next::Rest(Disposition::Done));
    }
    let letter = deps.letters.invitation_lapsed(invite.id, &invite.email)?;
    if is_too_late(deps, deadline) {
        return Ok(out_of_time());
    }
    let (now, read) = (deps.clock.now(), invite.version);
    let Ok(claimed) = invite.map_notice(now, None, |mail| mail.claim(now)) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    if let Written::LostRace = deps.store.replace_invite(read, &claimed).await? {
        return Ok(Next::Reload);
    }
    let Some((state, tags)) = claim_of(&claimed) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let outgoing = OutgoingMail { to: claimed.officer.email.clone(), letter, tags };
    let Some(verdict) = verdict(deps.mailer.send(outgoing).await, &state) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    record(deps, claimed, &verdict, tags, deadline).await?;
    Ok(Next::Rest(Disposition::Done))
}

fn claim_of(claimed: &Invite) -> Option<(MailState, Tags)> {
    let mail = claimed.notice.as_ref()?;
    let MailState::Claimed { attempt, .. } = mail.state else {
        return None;
    };
    let (subject, kind) = (Subject::Invite(claimed.id), MailKind::InvitationLapsed);
    Some((mail.state.clone(), Tags { subject, kind, generation: mail.generation, attempt }))
}

/// Records SES's answer over the claim that it belongs to, whatever else has changed in the invite.
async fn record(
    deps: &Deps,
    claimed: Invite,
    verdict: &Verdict,
    tags: Tags,
    deadline: Timestamp,
) -> Result<(), AnyError> {
    let mut current = Some(claimed);
    while let Some(invite) = current {
        let is_ours = claim_of(&invite).is_some_and(|(_, claim)| claim == tags);
        let (now, read, id) = (deps.clock.now(), invite.version, invite.id);
        let retry_at = match verdict {
            Verdict::NotSent { retry_after } => Some(now + *retry_after),
            Verdict::Accepted { .. } | Verdict::Refused => None,
        };
        let next = invite.map_notice(now, retry_at, |mail| match verdict {
            Verdict::Accepted { message_id } => mail.accepted(message_id.clone(), now),
            Verdict::NotSent { .. } => Mail::not_sent(mail),
            Verdict::Refused => mail.refused(now),
        });
        // An event was faster than we are.
        let (Ok(next), true) = (next, is_ours) else {
            return Ok(());
        };
        if persist(deps, deadline, || deps.store.replace_invite(read, &next)).await? == Written::Done {
            return Ok(());
        }
        current = deps.store.find_invite(id).await?;
    }
    Ok(())
}
