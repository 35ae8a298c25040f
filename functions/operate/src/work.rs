//! Commands that find records without progress, and show them.

use std::{fmt::Write as _, time::Duration};

use domain::{TraceId, bulk_action::Side, invite::InviteState, mail::Mail};
use serde::Serialize;
use store::{Due, DueEntry, inspection::Work};

use crate::{Failure, Round, Said, listing::Listing};

/// Lists what is overdue by some minutes.
pub(crate) async fn stuck(round: &Round<'_>, minutes: u32) -> Result<Said, Failure> {
    let store = &round.deps.store;
    let before = round.deps.clock.now() - Duration::from_secs(60) * minutes;
    let line = |DueEntry { what, since }, _| Some(format!("{what}  {:7} due since {since}\n", what.kind()));
    let listing = Listing::read(round, async |from| store.list_overdue(before, from).await, line).await?;
    listing.ending_with(|found| format!("{found} stuck for more than {minutes} minutes\n"))
}

/// Lists what a request created, by the Trace ID that its officer quotes.
pub(crate) async fn find(round: &Round<'_>, trace: &TraceId) -> Result<Said, Failure> {
    let store = &round.deps.store;
    let line = |work: Work, _| (work.trace() == trace).then(|| format!("{}  {}\n", work.id(), work.state_name()));
    let listing = Listing::read(round, async |from| store.list_work(from).await, line).await?;
    listing.ending_with(|found| format!("{found} found\n"))
}

/// Lists the invites that need attention. They continue after `retry`.
pub(crate) async fn attention(round: &Round<'_>) -> Result<Said, Failure> {
    let store = &round.deps.store;
    let line = |work: Work, _| match work {
        Work::Invite(invite) if matches!(invite.state, InviteState::NeedsAttention { .. }) => {
            Some(format!("{}  since {}  trace {}\n", invite.id, invite.updated_at, invite.trace))
        }
        _ => None,
    };
    let listing = Listing::read(round, async |from| store.list_work(from).await, line).await?;
    listing.ending_with(|found| format!("{found} need attention\n"))
}

/// Shows the state of one record, and its history.
pub(crate) async fn show(round: &Round<'_>, id: Due) -> Result<Said, Failure> {
    let work = existing(round, id).await?;
    let mut text = String::new();
    let due = work.next_due().map_or_else(|| "never".to_owned(), |at| at.to_string());
    let _ = writeln!(text, "{id}  {}  version {}  trace {}", work.state_name(), work.version(), work.trace());
    let _ = writeln!(text, "  due      {due}");
    for (name, mail) in mails(&work) {
        let _ = writeln!(text, "  {name:8} {} {} {}", mail.kind.name(), mail.generation, mail.state.name());
    }
    if let Work::Invite(invite) = &work {
        for entry in &invite.history {
            let (event, by) = (word(&entry.event), word(&entry.by));
            let _ = writeln!(text, "  {}  {event:26} {by:8} {}", entry.at, entry.trace);
        }
    }
    Ok(Said::once(text))
}

pub(crate) async fn existing(round: &Round<'_>, id: Due) -> Result<Work, Failure> {
    let found = round.deps.store.find_work(id).await?;
    found.ok_or_else(|| Failure::refused(format!("there is no {id}, or its people were erased")))
}

/// The mails of one record, each with the name of its slot.
fn mails(work: &Work) -> Vec<(&'static str, &Mail)> {
    let slots = match work {
        Work::Invite(invite) => vec![
            ("mail", invite.mail.as_ref()),
            ("code mail", invite.code_mail()),
            ("officer mail", invite.officer_mail.as_ref()),
        ],
        Work::Batch(batch) => vec![("report", batch.report.as_ref())],
        Work::BulkAction(action) => {
            vec![("giver", action.mail_to(Side::Giver)), ("taker", action.mail_to(Side::Taker))]
        }
        Work::WebhookEvent(_) | Work::SeedRequest(_) => Vec::new(),
    };
    slots.into_iter().filter_map(|(name, mail)| Some((name, mail?))).collect()
}

/// The word under which a value is stored.
fn word(stored: &impl Serialize) -> String {
    let word = serde_json::to_value(stored).ok().and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_default()
}
