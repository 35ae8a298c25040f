//! Creates the invites of a submitted batch's ready rows, and follows the batch to its end.
//!
//! - **trigger**: the dispatch queue; a message holds the id of a batch
//! - **does**: writes each row with its invite and locks in one transaction, and wakes `provision-user`
//! - **then**: checks the invites until none is open; the batch is done, its report is due, and `send-mail` is woken
//! - **again**: a sent row is no longer ready, and an invite's id follows from its row, so no second invite is created
//! - **crash**: sent rows stay sent; the batch and its invites are due, and the sweeper wakes their workers
//! - **needs**: the table, the domain rules, the secret of the keys, the dispatch, provision and mail queues
//!
//! A long batch stops when time runs short, records its last row, and wakes itself.

mod check;

use std::time::Duration;

use boot::{Disposition, Rules, Secrets, Stack};
use domain::{
    Clock, InviteId, Keys, Timestamp,
    batch::{Batch, BatchState, Row, RowRules, RowStatus},
    invite::{Creation, Invite, Origin},
    terms::Terms,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use queue::{Destination, QueueName, Queues, Wake};
use store::{
    Store, StoreError, Stored, Written,
    dispatch::{DispatchOutcome, ROWS_PER_DISPATCH},
    rows::KeyedRow,
};
use thiserror::Error;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    pub rules: Rules,
    /// The keys by which addresses are found.
    pub secrets: Secrets,
    /// How long the links in its mails work.
    pub terms: Terms,
    pub clock: Clock,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let used = [QueueName::Dispatch, QueueName::Provision, QueueName::Mail].map(Destination::Queue);
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&used)?,
            rules: stack.rules()?,
            secrets: stack.secrets()?,
            terms: boot::terms(stack.env())?,
            clock: stack.clock(),
        })
    }
}

/// Rows of one page at most.
const ROWS_PER_PAGE: u32 = 500;

/// Pages that are processed between two records of the progress. Each is of another partition of the table, and they
/// are written in turn, so that no partition holds up the others.
const PAGES_PER_STEP: usize = 4;

/// Transactions of one step that run at the same time.
const IN_FLIGHT: usize = 8;

/// The time that must be left to begin a step.
const STEP_TIME: Duration = Duration::from_secs(20);

/// Why the work stopped. The message is delivered again, and the work continues.
#[derive(Debug, Error)]
enum DispatchError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secrets(#[from] boot::SecretsError),
}

/// Does the next step of the batch. `deadline` is when the invocation must end.
pub async fn handle(deps: &Deps, message: Wake, deadline: Timestamp) -> Disposition {
    let Wake::Batch { id } = message else {
        return Disposition::Discard("message is not about a batch");
    };
    let batch = match deps.store.get::<Batch>(&id).await {
        Ok(Some(batch)) => batch,
        Ok(None) => return Disposition::Discard("no such batch"),
        Err(error) => return Disposition::retry(error),
    };
    let done = match batch.state {
        BatchState::Submitted { .. } => dispatch(deps, batch, deadline).await,
        BatchState::Dispatched { .. } => check::check_invites(deps, batch).await,
        _ if batch.report_is_due() => {
            wake(deps, &batch, QueueName::Mail, Duration::ZERO).await;
            Ok(())
        }
        _ => Ok(()),
    };
    done.map_or_else(Disposition::retry, |()| Disposition::Done)
}

async fn dispatch(deps: &Deps, mut batch: Stored<Batch>, deadline: Timestamp) -> Result<(), DispatchError> {
    let rules = deps.rules.current().await?;
    let keys = deps.secrets.keys().await?;
    loop {
        let BatchState::Submitted { cursor } = batch.state else {
            return Ok(());
        };
        let (pages, next) = next_pages(deps, &batch, cursor).await?;
        let store = deps.store.until(deadline, deps.clock.now());
        let step = Step { deps, store, batch: &batch, rules: batch.row_rules(&rules), keys };
        stream::iter(in_turn(&pages))
            .map(|rows| step.dispatch(rows))
            .buffer_unordered(IN_FLIGHT)
            .try_collect::<()>()
            .await?;
        let now = deps.clock.now();
        let next = match next {
            Some(cursor) => batch.to_value().advanced(cursor, now),
            // The rows are counted one by one, so that no row is missing from the counts after a crash.
            None => batch.to_value().dispatched(deps.store.count_rows(&batch).await?, now),
        };
        let Ok(next) = next else { return Ok(()) };
        let Written::Done(next) = deps.store.write(batch.becomes(next)).await? else {
            // Another worker dispatches the same batch. The state of each row keeps it from being dispatched twice.
            return Ok(());
        };
        if matches!(next.state, BatchState::Dispatched { .. }) {
            tracing::info!(batch_id = %next.id, trace_id = %next.trace, rows_sent = next.counts.sent,
                "batch dispatched");
            return check::check_invites(deps, next).await;
        }
        if deps.clock.now() + STEP_TIME > deadline {
            wake(deps, &next, QueueName::Dispatch, Duration::ZERO).await;
            return Ok(());
        }
        batch = next;
    }
}

/// The pages of the next step with the ready rows above `cursor`, and the cursor after it. `None`: these are the last.
async fn next_pages(deps: &Deps, batch: &Batch, cursor: u32) -> Result<(Vec<Vec<Row>>, Option<u32>), StoreError> {
    let (mut pages, mut next) = (Vec::with_capacity(PAGES_PER_STEP), Some(cursor));
    while let Some(after) = next
        && pages.len() < PAGES_PER_STEP
    {
        let page = deps.store.list_rows(batch, after, ROWS_PER_PAGE, Some(RowStatus::Ready)).await?;
        pages.push(page.rows);
        next = page.next;
    }
    Ok((pages, next))
}

/// The first rows of each page that go into one transaction, then the next ones of each page, and so on.
fn in_turn(pages: &[Vec<Row>]) -> Vec<&[Row]> {
    let turns = pages.iter().map(|page| page.len().div_ceil(ROWS_PER_DISPATCH)).max().unwrap_or(0);
    let turn = |turn: usize| pages.iter().filter_map(move |page| page.chunks(ROWS_PER_DISPATCH).nth(turn));
    (0..turns).flat_map(turn).collect()
}

async fn wake(deps: &Deps, batch: &Batch, queue: QueueName, delay: Duration) {
    deps.queues.wake_later(queue, &batch.officer.id, &[Wake::Batch { id: batch.id }], delay).await;
}

/// What is needed to dispatch a row.
struct Step<'a> {
    deps: &'a Deps,
    /// The store, for as long as the invocation may go on.
    store: Store,
    batch: &'a Batch,
    rules: RowRules<'a>,
    keys: &'a Keys,
}

impl Step<'_> {
    async fn dispatch(&self, rows: &[Row]) -> Result<(), DispatchError> {
        let now = self.deps.clock.now();
        let mut sending = Vec::with_capacity(rows.len());
        for row in rows {
            match self.invite(row, now) {
                Some(invite) => {
                    let sent = KeyedRow::new(row.clone().sent(invite.id, now), self.keys);
                    sending.push((row.version, sent, invite));
                }
                // The domain rules have changed since the row was checked.
                None => {
                    let again = row.clone().edited(row.raw.clone(), &self.rules);
                    self.replace(row, again).await?;
                }
            }
        }
        let outcomes = self.store.dispatch(self.batch.id, &sending).await?;
        let mut wakes = Vec::with_capacity(sending.len());
        for ((read_version, sent, invite), outcome) in sending.iter().zip(outcomes) {
            let found = match outcome {
                DispatchOutcome::Sent => {
                    wakes.push(Wake::Invite { id: invite.id });
                    continue;
                }
                // Another writer changed the row. The next step reads it again.
                DispatchOutcome::LostRace => continue,
                // If the address is free again by now, the row stays ready.
                DispatchOutcome::AddressTaken => match self.store.live_invite(&invite.address_key).await? {
                    Some(live) => sent.row.beside_invite(&live, &self.batch.officer),
                    None => continue,
                },
                DispatchOutcome::UsernameTaken => sent.row.beside_username(),
            };
            if let Some(row) = rows.iter().find(|row| row.number == sent.row.number && row.version == *read_version) {
                self.replace(row, Some(row.clone().found(found))).await?;
            }
        }
        self.deps.queues.wake(QueueName::Provision, &self.batch.officer.id, &wakes).await;
        Ok(())
    }

    fn invite(&self, row: &Row, now: Timestamp) -> Option<Invite> {
        let subject = row.subject(&self.rules)?;
        let id: InviteId = row.invite_id(self.batch.id, &self.batch.officer.id);
        let creation = Creation {
            id,
            officer: self.batch.officer.clone(),
            address_key: self.keys.address(&subject.email),
            terms: self.deps.terms,
            at: now,
            trace: self.batch.trace.clone(),
        };
        let origin = Origin::Batch { batch: self.batch.id, row: row.number, kind: self.rules.kind };
        Some(Invite::queued(creation, origin, subject))
    }

    async fn replace(&self, row: &Row, next: Option<Row>) -> Result<(), DispatchError> {
        if let Some(next) = next {
            let next = KeyedRow::new(next, self.keys);
            // After a lost race the row stays as the other writer wrote it.
            let _ = self.store.replace_row(self.batch.id, row.version, &next).await?;
        }
        Ok(())
    }
}
