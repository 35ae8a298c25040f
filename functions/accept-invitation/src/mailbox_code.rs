//! The code that shows that the mailbox is the invitee's: a request for it, its state on the page, and its check.

use std::time::Duration;

use domain::{
    CodeSeed, MailboxCode, Timestamp,
    invite::{CODE_ATTEMPTS, Invite, Proven, Unproven},
    mail::{Closed, MailState},
};
use queue::{Group, QueueName, Wake};
use serde::Serialize;
use store::{MAX_UPDATE_ROUNDS, Written, settings::MailSwitch};
use utoipa::ToSchema;
use web::{Problem, ProblemItem, Slug};

use crate::{Deps, Opened};

/// The code, while the invitation waits for its invitee.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailboxCodeBody {
    /// How far the latest code is.
    pub state: MailboxCodeState,
    /// From when one can be asked for.
    #[schema(value_type = String, format = DateTime)]
    pub available_from: Timestamp,
    /// Until when the latest can be typed. Absent where there is none that can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
}

/// How far the mail with the code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailboxCodeState {
    /// No code that can be typed was asked for.
    Available,
    /// It is on its way to the mail system.
    Requested,
    /// The mail system has taken it, or may have.
    Sent,
    /// It came back, or the mail system did not take it.
    NotDelivered,
}

impl MailboxCodeBody {
    /// What the page says about the code at `now`. `None`: the invitation does not wait for its invitee.
    pub(crate) fn of(invite: &Invite, now: Timestamp) -> Option<Self> {
        let available_from = invite.code_from(now)?;
        let proof = invite.mailbox_proof.as_ref().filter(|proof| proof.is_valid(now));
        let state = match proof.map(|proof| &proof.mail) {
            None => MailboxCodeState::Available,
            Some(mail) if mail.is_undeliverable() => MailboxCodeState::NotDelivered,
            Some(mail) if mail.is_open() || mail.state == MailState::Replaced => MailboxCodeState::Requested,
            Some(_) => MailboxCodeState::Sent,
        };
        Some(Self { state, available_from, valid_until: proof.map(|proof| proof.valid_until()) })
    }
}

/// Has a code mailed to the invited mailbox.
pub(crate) async fn ask(deps: &Deps, token: &str) -> Result<(Opened, Timestamp), Problem> {
    for _ in 0..MAX_UPDATE_ROUNDS {
        let opened = deps.open(token).await?;
        let now = deps.clock.now();
        match opened.invite.code_from(now) {
            None => return Err(Problem::new(Slug::StateConflict)),
            Some(from) if now < from => return Err(too_soon(from.since(now))),
            Some(_) => {}
        }
        match deps.store.mail_switch(now).await? {
            MailSwitch::Running => {}
            MailSwitch::Stopped => return Err(no_mail()),
            MailSwitch::Paused { until } => return Err(no_mail().retry_after(until.since(now))),
        }
        let mailbox = deps.store.find_mailbox(&opened.invite.address_key).await?;
        if let Err(Closed::Suppressed(_)) = mailbox.is_open() {
            return Err(Problem::new(Slug::StateConflict)
                .detail("Mail to this address came back, so nothing is sent to it. Ask support to clear it."));
        }
        let next = opened.invite.to_value().ask_for_code(CodeSeed::generate(&deps.entropy), now);
        let next = opened.invite.becomes(next.map_err(|_| Problem::new(Slug::StateConflict))?);
        if let Written::Done(invite) = deps.store.write(next).await? {
            // Their person waits on the page, so the mails of a list must not be sent first.
            tracing::info!(invite_id = %invite.id, invite_trace = %invite.trace, "code requested");
            deps.queues.wake(QueueName::Mail, Group::service(), &[Wake::Invite { id: invite.id }]).await;
            return Ok((Opened { invite, ..opened }, now));
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// Whether the invitee has typed the code that was mailed to them.
pub(crate) enum Checked {
    Proven(Proven),
    /// Another writer changed the invite: read it again.
    LostRace,
}

/// Checks the code that was typed. A wrong one is counted before the answer.
pub(crate) async fn check(deps: &Deps, opened: &Opened, typed: &str, now: Timestamp) -> Result<Checked, Problem> {
    if typed.trim().is_empty() {
        return Err(fault("mailbox-code.required", "Type the code that was mailed to you."));
    }
    let Some(typed) = MailboxCode::parse(typed) else {
        return Err(fault("mailbox-code.syntax", "Type the six digits that were mailed to you."));
    };
    match opened.invite.prove(&opened.token, &typed, now) {
        Ok(proven) => Ok(Checked::Proven(proven)),
        Err(Unproven::NotAsked) => Err(fault("mailbox-code.required", "Have a code mailed to you, and type it here.")),
        Err(Unproven::Expired) => Err(fault("mailbox-code.expired", "This code has expired. Have another one mailed.")),
        Err(Unproven::UsedUp) => Err(used_up()),
        Err(Unproven::Wrong { left }) => {
            let next = opened.invite.to_value().wrong_code(now).map_err(|_| Problem::new(Slug::StateConflict))?;
            match deps.store.write(opened.invite.becomes(next)).await? {
                Written::Done(_) if left == 0 => Err(used_up()),
                Written::Done(_) => Err(wrong(left)),
                Written::LostRace => Ok(Checked::LostRace),
            }
        }
    }
}

fn wrong(left: u32) -> Problem {
    let times = if left == 1 { "once more".to_owned() } else { format!("{left} more times") };
    fault("mailbox-code.wrong", format!("This is not the code that was mailed. You can try {times}."))
}

fn used_up() -> Problem {
    let detail = format!("A wrong code was typed {CODE_ATTEMPTS} times. Have another one mailed.");
    fault("mailbox-code.used-up", detail)
}

fn fault(code: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(Slug::Validation).items([ProblemItem::new("/mailboxCode", code, detail)])
}

fn too_soon(pause: Duration) -> Problem {
    Problem::new(Slug::TooManyRequests)
        .detail("A code was asked for already. Check your mail, also the junk folder.")
        .retry_after(pause)
}

fn no_mail() -> Problem {
    Problem::new(Slug::Unavailable).detail("No mail is sent at the moment. Nothing was changed. Try again later.")
}
