//! Claim, send, record: the one way in which a mail leaves, whatever item of the table holds it.

use std::time::Duration;

use domain::{
    EmailAddress, Guard, Timestamp,
    delivery::{Mail, MailConflict, MailState},
    mailbox::{Closed, Mailbox, SuppressionReason},
};
use mail::{Letter, OutgoingMail, RenderError, SendOutcome, Subject, Tags};
use store::{Store, StoreError, Written};

use crate::{AnyError, Deps, Disposition, Next, turn};

/// What must be left to claim a mail: SES's time limit, and two seconds to record its answer.
pub(crate) const TIME_TO_SEND: Duration = Duration::from_secs(10);

/// How often SES's answer is tried to be recorded.
const RECORD_TRIES: u32 = 6;

/// The wait before the second try at recording; it doubles with each.
const RECORD_PAUSE: Duration = Duration::from_millis(100);

/// The wait after the first refusal of a mail that was not sent; it doubles with each, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The wait after a mail has queued in vain for SES's rate. It does not grow: that SES is busy says nothing of the mail.
const BUSY_PAUSE: Duration = Duration::from_secs(30);

/// The least wait while SES refuses the service: somebody has to mend it first.
const MISCONFIGURED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// A place that holds one mail, as it was read: an invite's mail to its invitee, its notice to its officer, the report of
/// a batch, the canary.
pub(crate) trait Slot: Sized {
    /// What its mails are about.
    fn subject(&self) -> Subject;

    /// Who gets them.
    fn recipient(&self) -> &EmailAddress;

    /// The mail in it.
    fn mail(&self) -> Option<&Mail>;

    /// The version that was read.
    fn version(&self) -> u64;

    /// The slot with its mail one step on; `None` when the mail is not where the step begins.
    fn moved(self, step: &Step, now: Timestamp) -> Option<Self>;

    /// Takes room for its mail in the mailbox that it goes to. A mail to an officer about their own invites takes none.
    fn admitted(&self, mailbox: Mailbox, _now: Timestamp) -> Result<Mailbox, Closed> {
        mailbox.is_open().map(|()| mailbox)
    }

    /// Writes it over the version that was read.
    async fn write(&self, store: &Store, read_version: u64) -> Result<Written, StoreError>;

    /// Writes the claim of its mail over the version that was read, with all that must be there before the mail is.
    async fn write_claim(&self, store: &Store, read_version: u64, _mailbox: &Mailbox) -> Result<Written, StoreError> {
        self.write(store, read_version).await
    }

    /// Writes SES's answer over the version that was read, with what follows from it.
    async fn write_answer(&self, store: &Store, read_version: u64, _answer: &Step) -> Result<Written, StoreError> {
        self.write(store, read_version).await
    }

    /// The slot as it is now.
    async fn reread(self, store: &Store) -> Result<Option<Self>, StoreError>;
}

/// A step of a mail on its way to SES.
pub(crate) enum Step {
    /// Its mailbox has no room before `until`.
    Hold { until: Timestamp },
    /// Its mailbox is sent nothing.
    Withhold { reason: SuppressionReason },
    /// It is about to be sent.
    Claim,
    /// SES took it.
    Accepted { message_id: String },
    /// SES did not take it and may at `retry_at`.
    NotSent { retry_at: Timestamp },
    /// SES will never take it.
    Refused,
}

impl Step {
    /// The mail after this step.
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

    /// When the mail is tried again because of it.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotSent { retry_at } => Some(*retry_at),
            Self::Hold { until } => Some(*until),
            Self::Claim | Self::Accepted { .. } | Self::Refused | Self::Withhold { .. } => None,
        }
    }
}

/// Which attempt at which mail a slot is claimed for.
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

/// Sends the mail of a slot as the `letter` that follows from it once it is claimed; without one, nothing is sent.
pub(crate) async fn send<S: Slot>(
    deps: &Deps,
    slot: S,
    letter: impl FnOnce(&S) -> Result<Option<Letter>, RenderError>,
    deadline: Timestamp,
) -> Result<Next, AnyError> {
    let (now, read) = (deps.clock.now(), slot.version());
    if now + TIME_TO_SEND > deadline {
        return Ok(Next::Rest(Disposition::retry("no time left to send a mail")));
    }
    let key = deps.secrets.keys().await?.address(slot.recipient());
    let mailbox = match slot.admitted(deps.store.find_mailbox(&key).await?, now) {
        Ok(mailbox) => mailbox,
        Err(closed) => return Ok(hold_back(deps, slot, closed, now).await?),
    };
    let Some(claimed) = slot.moved(&Step::Claim, now) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let Some(letter) = letter(&claimed)? else {
        return Ok(Next::Rest(Disposition::Reject("there is no such mail")));
    };
    if let Written::LostRace = claimed.write_claim(&deps.store, read, &mailbox).await?.under(Guard::Claim) {
        return Ok(Next::Reload);
    }
    let Some(claim) = Claim::of(&claimed) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let tags = Tags { mailbox: Some(key), ..claim.tags.clone() };
    let outgoing = OutgoingMail { to: claimed.recipient().clone(), letter, tags };
    if let Some(answer) = answer(turn::take(deps, &outgoing, deadline).await, &claim, deps.clock.now()) {
        record(deps, claimed, &claim, &answer, deadline).await?;
    }
    Ok(Next::Rest(Disposition::Done))
}

/// Leaves a mail unsent whose mailbox takes none now: until there is room, or for good.
async fn hold_back(deps: &Deps, slot: impl Slot, closed: Closed, now: Timestamp) -> Result<Next, StoreError> {
    let step = match closed {
        // Woken for something else while it waits: all is said already.
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
    let read = slot.version();
    let Some(next) = slot.moved(&step, now) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    Ok(match next.write(&deps.store, read).await? {
        Written::Done => Next::Rest(Disposition::Done),
        Written::LostRace => Next::Reload,
    })
}

/// Reads SES's answer; `None` when it was lost and the claim stays.
fn answer(outcome: SendOutcome, claim: &Claim, now: Timestamp) -> Option<Step> {
    let refusals = claim.refusals;
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

/// Records SES's answer over the claim that it belongs to, whatever else has changed beside it.
async fn record<S: Slot>(
    deps: &Deps,
    claimed: S,
    claim: &Claim,
    answer: &Step,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let mut current = Some(claimed);
    // Without our claim in it, an event was faster than we are.
    while let Some(slot) = current.filter(|slot| Claim::of(slot).as_ref() == Some(claim)) {
        let read = slot.version();
        let Some(next) = slot.moved(answer, deps.clock.now()) else {
            return Ok(());
        };
        if let Written::Done = persist(deps, &next, read, answer, deadline).await? {
            return Ok(());
        }
        current = next.reread(&deps.store).await?;
    }
    Ok(())
}

/// Repeats a write of SES's answer for as long as the table is away and time is left: what is not recorded now has to
/// wait for an event.
async fn persist(
    deps: &Deps,
    slot: &impl Slot,
    read: u64,
    answer: &Step,
    deadline: Timestamp,
) -> Result<Written, StoreError> {
    let mut pause = RECORD_PAUSE;
    for _ in 1..RECORD_TRIES {
        match slot.write_answer(&deps.store, read, answer).await {
            Ok(written) => return Ok(written),
            Err(error) if deps.clock.now() + pause + pause >= deadline => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
        pause *= 2;
    }
    slot.write_answer(&deps.store, read, answer).await
}
