//! The mail with the code by which an invitee shows that the mailbox is theirs.

use domain::{EmailAddress, MailboxCode, Timestamp, invite::Invite, keys::Token, mail::Mail};
use mail::Subject;
use store::Stored;

use crate::{
    AnyError, Deps, Next,
    slot::{self, Slot, Step},
};

/// Sends the mail, which is due, to the holder of the link with this token.
pub(crate) async fn attempt(
    deps: &Deps,
    invite: Stored<Invite>,
    token: &Token,
    deadline: Timestamp,
) -> Result<Next, AnyError> {
    let letter = |claimed: &Invite| {
        let Some(proof) = &claimed.mailbox_proof else { return Ok(None) };
        let code = MailboxCode::of(token, &proof.seed);
        deps.letters.mailbox_code(&claimed.officer.email, &code).map(Some)
    };
    slot::send(deps, WithCode(invite), letter, deadline).await
}

/// The mail with the code as a [`Slot`]. The pauses between codes bound how many a mailbox is sent, so that an invitee
/// who needs two of them still gets the mails of the account today.
struct WithCode(Stored<Invite>);

impl Slot for WithCode {
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
        &self.0.email
    }

    fn mail(&self) -> Option<&Mail> {
        self.0.code_mail()
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<Invite> {
        let invite = self.0.to_value();
        let next = match step {
            Step::Claim => invite.claim_code_mail(now),
            _ => invite.map_code_mail(now, |mail| step.apply(mail, now)),
        };
        let next = next.ok()?;
        Some(match step.retry_at() {
            Some(at) => next.postponed(at),
            None => next,
        })
    }
}
