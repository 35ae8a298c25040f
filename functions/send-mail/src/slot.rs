//! Claims, sends and records: every mail is sent in this way, whatever record holds it.

use std::time::Duration;

use boot::{RECORD_PAUSES, leaves_time};
use domain::{
    EmailAddress, Timestamp,
    mail::{Closed, Mail, MailConflict, MailState, Mailbox, SuppressionReason},
};
use mail::{Letter, OutgoingMail, RenderError, SendOutcome, Subject, Tags};
use store::{Change, Record, Store, StoreError, Stored, Written};

use crate::{
    AnyError, Deps, Disposition, Next,
    turn::{self, TIME_TO_SEND},
};

/// The pause after the first refusal of a mail that was not sent. It doubles with each refusal, up to
/// [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The pause after a mail has waited in vain for SES's rate. It does not grow, because a busy SES says nothing about
/// the mail.
const BUSY_PAUSE: Duration = Duration::from_secs(30);

/// The pause of all mail while SES takes none of this account. The quota is for the last 24 hours at each moment, so
/// some of it may be free again soon.
const CLOSED_PAUSE: Duration = Duration::from_secs(15 * 60);

/// The shortest pause while SES refuses the service: an operator has to fix that first.
const MISCONFIGURED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// A record that holds a mail, as it was read: an invite with the mail to its invitee or to its officer, a batch with
/// its report, the canary.
pub(crate) trait Slot: Sized {
    /// The kind of the record.
    type Holder: Record;

    /// The record, as it was read.
    fn holder(&self) -> &Stored<Self::Holder>;

    /// The same slot with a newer version of the record.
    fn with(self, holder: Stored<Self::Holder>) -> Self;

    /// What the mail is about, for its tags.
    fn subject(&self) -> Subject;

    fn recipient(&self) -> &EmailAddress;

    fn mail(&self) -> Option<&Mail>;

    /// The record after a step of its mail. `None`: the mail is not in a state from which the step is allowed.
    fn moved(&self, step: &Step, now: Timestamp) -> Option<Self::Holder>;

    /// Counts the mail in its mailbox. A mail to an officer about their own invites is not counted.
    fn admitted(&self, mailbox: Mailbox, _now: Timestamp) -> Result<Mailbox, Closed> {
        mailbox.is_open().map(|()| mailbox)
    }

    /// Writes the claim of the mail, with everything that must be stored before the mail is sent.
    async fn write_claim(
        &self,
        store: &Store,
        claim: Change<Self::Holder>,
        _mailbox: Change<Mailbox>,
    ) -> Result<Written<Stored<Self::Holder>>, StoreError> {
        store.write(claim).await
    }

    /// Writes SES's answer, and what follows from it.
    async fn write_answer(
        &self,
        store: &Store,
        change: Change<Self::Holder>,
        _answer: &Step,
    ) -> Result<Written<Stored<Self::Holder>>, StoreError> {
        store.write(change).await
    }
}

/// A step of a mail to SES.
pub(crate) enum Step {
    /// Its mailbox has no room before `until`.
    Hold {
        until: Timestamp,
    },
    /// Its mailbox is suppressed, so it is dropped.
    Withhold {
        reason: SuppressionReason,
    },
    /// It is about to be sent.
    Claim,
    Accepted {
        message_id: String,
    },
    /// SES did not take it. The next attempt is at `retry_at`.
    NotSent {
        retry_at: Timestamp,
    },
    /// SES refused it for good.
    Refused,
}

impl Step {
    /// Applies the step to the mail.
    pub(crate) fn apply(&self, mail: Mail, now: Timestamp) -> Result<Mail, MailConflict> {
        match self {
            Self::Hold { until } => mail.hold(*until),
            Self::Withhold { reason } => mail.withhold(*reason, now),
            Self::Claim => mail.claim(now),
            Self::Accepted { message_id } => mail.accepted(message_id.clone(), now),
            Self::NotSent { .. } => mail.not_sent(),
            Self::Refused => mail.refused(now),
        }
    }

    /// When the mail is due again after this step. `None`: it is not.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotSent { retry_at } => Some(*retry_at),
            Self::Hold { until } => Some(*until),
            Self::Claim | Self::Accepted { .. } | Self::Refused | Self::Withhold { .. } => None,
        }
    }
}

/// The attempt at a mail that a slot is claimed for.
#[derive(PartialEq, Eq)]
struct Claim {
    tags: Tags,
    refusals: u32,
}

impl Claim {
    fn of(slot: &impl Slot) -> Option<Self> {
        let mail = slot.mail()?;
        let MailState::Claimed { attempt, refusals, .. } = mail.state else { return None };
        let (subject, kind, generation) = (slot.subject(), mail.kind, mail.generation);
        let tags = Tags { subject, kind, generation, attempt, mailbox: None };
        Some(Self { tags, refusals })
    }
}

/// Sends the mail of a slot. `letter` gets the claimed record; if it returns no letter, nothing is sent.
pub(crate) async fn send<S: Slot>(
    deps: &Deps,
    slot: S,
    letter: impl FnOnce(&S::Holder) -> Result<Option<Letter>, RenderError>,
    deadline: Timestamp,
) -> Result<Next, AnyError> {
    let now = deps.clock.now();
    if now + TIME_TO_SEND > deadline {
        return Ok(Next::Rest(Disposition::retry("no time left to send a mail")));
    }
    let key = deps.secrets.keys().await?.address(slot.recipient());
    let mailbox = deps.store.find_mailbox(&key).await?;
    let mailbox = match slot.admitted(mailbox.to_value(), now) {
        Ok(admitted) => mailbox.becomes(admitted),
        Err(closed) => return Ok(hold_back(deps, slot, closed, now).await?),
    };
    let Some(claimed) = slot.moved(&Step::Claim, now) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let Some(letter) = letter(&claimed)? else {
        return Ok(Next::Rest(Disposition::Discard("there is no such mail")));
    };
    let claimed = match slot.write_claim(&deps.store, slot.holder().becomes(claimed), mailbox).await? {
        Written::Done(claimed) => slot.with(claimed),
        Written::LostRace => return Ok(Next::Reload),
    };
    let Some(claim) = Claim::of(&claimed) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let tags = Tags { mailbox: Some(key), ..claim.tags.clone() };
    let outgoing = OutgoingMail { to: claimed.recipient().clone(), letter, tags };
    let outcome = turn::take(deps, &outgoing, deadline).await;
    if let SendOutcome::Closed { code } = &outcome {
        close(deps, code).await;
    }
    if let Some(answer) = answer(outcome, claim.refusals, deps.clock.now()) {
        record(deps, claimed, &claim, &answer, deadline).await?;
    }
    Ok(Next::Rest(Disposition::Done))
}

/// Does not send a mail whose mailbox takes none now: it waits for room, or is dropped.
async fn hold_back(deps: &Deps, slot: impl Slot, closed: Closed, now: Timestamp) -> Result<Next, StoreError> {
    let step = match closed {
        // The mail waits already, and the message has another cause: there is nothing to record.
        Closed::Full(until) if slot.mail().and_then(Mail::held_until) == Some(until) => {
            return Ok(Next::Rest(Disposition::Done));
        }
        Closed::Full(until) => {
            tracing::warn!(%until, "the mailbox was sent its share; the mail waits");
            Step::Hold { until }
        }
        Closed::Suppressed(reason) => {
            tracing::warn!(reason = reason.name(), "the mailbox is sent nothing");
            Step::Withhold { reason }
        }
    };
    let Some(next) = slot.moved(&step, now) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    Ok(match deps.store.write(slot.holder().becomes(next)).await? {
        Written::Done(_) => Next::Rest(Disposition::Done),
        Written::LostRace => Next::Reload,
    })
}

/// Pauses all mail, so that no other is sent in vain. If that fails, the next mail pauses it.
async fn close(deps: &Deps, code: &str) {
    let until = deps.clock.now() + CLOSED_PAUSE;
    tracing::error!(code, %until, "SES takes no more mails of this account; all mail is paused");
    if let Err(error) = deps.store.pause_mail(until).await {
        tracing::warn!(%error, "mail could not be paused");
    }
}

/// The step for SES's answer to a mail that was refused `refusals` times before. `None`: the answer is lost, and the
/// claim stays.
fn answer(outcome: SendOutcome, refusals: u32, now: Timestamp) -> Option<Step> {
    let backoff = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(refusals)).min(LONGEST_PAUSE);
    match outcome {
        SendOutcome::Sent { message_id } => {
            tracing::info!("SES has taken the mail");
            Some(Step::Accepted { message_id })
        }
        SendOutcome::NotSent { retry_after } => {
            tracing::warn!(refusals, "the mail was not taken and is tried again later");
            Some(Step::NotSent { retry_at: now + backoff.max(retry_after) })
        }
        SendOutcome::Throttled => {
            tracing::warn!("SES takes no more mails a second; the mail is tried again later");
            Some(Step::NotSent { retry_at: now + BUSY_PAUSE })
        }
        SendOutcome::Closed { .. } => Some(Step::NotSent { retry_at: now + CLOSED_PAUSE }),
        SendOutcome::Misconfigured { code } => {
            tracing::error!(code, "SES refuses the service");
            Some(Step::NotSent { retry_at: now + backoff.max(MISCONFIGURED_PAUSE) })
        }
        SendOutcome::Refused => {
            tracing::warn!("SES refuses the mail for good");
            Some(Step::Refused)
        }
        SendOutcome::Unknown => {
            tracing::warn!("SES's answer is lost; its event or time will tell");
            None
        }
    }
}

/// Records SES's answer over the claim that it belongs to, although other parts of the record may have changed.
async fn record<S: Slot>(
    deps: &Deps,
    claimed: S,
    claim: &Claim,
    answer: &Step,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let mut slot = claimed;
    // Without this claim, an SES event was faster.
    while Claim::of(&slot).as_ref() == Some(claim) {
        let Some(next) = slot.moved(answer, deps.clock.now()) else {
            return Ok(());
        };
        if persist(deps, &slot, &slot.holder().becomes(next), answer, deadline).await?.is_done() {
            return Ok(());
        }
        let Some(holder) = deps.store.reread(slot.holder()).await? else {
            return Ok(());
        };
        slot = slot.with(holder);
    }
    Ok(())
}

/// Tries to write SES's answer while the table is out and time is left. An answer that is not recorded has to be
/// settled by an event.
async fn persist<S: Slot>(
    deps: &Deps,
    slot: &S,
    change: &Change<S::Holder>,
    answer: &Step,
    deadline: Timestamp,
) -> Result<Written<Stored<S::Holder>>, StoreError> {
    for pause in RECORD_PAUSES {
        match slot.write_answer(&deps.store, change.clone(), answer).await {
            Ok(written) => return Ok(written),
            Err(error) if !leaves_time(pause, deps.clock.now(), deadline) => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
    }
    slot.write_answer(&deps.store, change.clone(), answer).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds until the mail is due again.
    fn pause(outcome: SendOutcome, refusals: u32) -> Option<u64> {
        let now = Timestamp::from_unix_ms(1_763_875_442_000);
        let retry_at = answer(outcome, refusals, now)?.retry_at()?;
        Some(retry_at.since(now).as_secs())
    }

    #[test]
    fn a_mail_that_was_not_taken_waits_for_as_long_as_its_refusal_means() {
        let after = |seconds| SendOutcome::NotSent { retry_after: Duration::from_secs(seconds) };
        let misconfigured = SendOutcome::Misconfigured { code: "NotAuthorized".to_owned() };
        let closed = SendOutcome::Closed { code: "QUOTA".to_owned() };
        for (what, outcome, refusals, seconds) in [
            ("the first time", after(1), 0, 30),
            ("the second time", after(1), 1, 60),
            ("the seventh time", after(1), 6, 1_920),
            ("the eighth time", after(1), 7, 3_600),
            ("whenever after that", after(1), u32::MAX, 3_600),
            ("SES asks for more time", after(45), 0, 45),
            ("an operator has to act", misconfigured.clone(), 0, 300),
            ("an operator has to act for long", misconfigured, 4, 480),
            ("SES's rate", SendOutcome::Throttled, 9, 30),
            ("SES's quota", closed, 9, 900),
        ] {
            assert_eq!(pause(outcome, refusals), Some(seconds), "{what}");
        }
    }

    #[test]
    fn a_mail_that_was_taken_or_refused_for_good_or_without_an_answer_is_not_due_again() {
        for outcome in [SendOutcome::Sent { message_id: "m-1".to_owned() }, SendOutcome::Refused, SendOutcome::Unknown]
        {
            assert_eq!(pause(outcome, 0), None);
        }
    }
}
