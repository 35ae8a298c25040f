//! Reads a stored list from the bucket into the rows of a batch.
//!
//! - **trigger**: the parse queue: S3 or `maintain` announces objects under `uploads/` and `drops/`, in any order
//! - **does**: writes the batch and its rows, or what its officer has to be asked; wakes `dispatch-batch` for a drop
//! - **again**: a batch that is read stays as it is; during another worker's attempt, the message is delivered again
//! - **crash**: the message is delivered again, and `maintain` announces the workbook within minutes
//! - **bad file**: after three attempts at one version, the batch is unreadable; at once if the version is gone
//! - **needs**: the table, the domain rules, the secret of the keys, the bucket, the user pool, the dispatch queue
//!
//! S3 announces each object at least once. `uploads/<batch>` belongs to a batch that the portal created: its first
//! version is pinned, and later versions are ignored. `drops/<officer>/<name>` creates a batch of its own for each
//! stored version: a workbook, a CSV file or an OpenDocument spreadsheet. Its ready rows are submitted without the
//! officer, unless the officer's share of the day has no room for them or the reader asks questions or is in doubt:
//! no titles, hidden rows, columns or fields with content, stray addresses, or an agency that nobody is of. The
//! officer gets a mail then, and one about a file that cannot be read.

use std::sync::Arc;

mod agencies;

use boot::{Disposition, KnownAgencies, Rules, Secrets, Stack};
use directory::SignIn;
use domain::{
    BatchId, Clock, Entropy, Timestamp, TraceId,
    batch::{Batch, BatchState, Counts, ObjectVersion, Questions, Source, read_all},
    usage::BatchCap,
};
use looks::Looks;
use objects::{Announcement, Fetched, ObjectError, Objects, Place};
use queue::{Destination, QueueName, Queues, Wake};
use sheet::{FileError, Limits, Reading};
use store::{MAX_UPDATE_ROUNDS, Store, StoreError, Stored, Written, rows::KeyedRow};
use thiserror::Error;

/// What the function needs to read a workbook.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub objects: Objects,
    /// The queues; only the dispatch queue is used.
    pub queues: Queues,
    /// The user pool, which knows the officer of a dropped file.
    pub sign_in: Arc<dyn SignIn>,
    pub rules: Rules,
    /// The agencies that have accounts, to warn of others.
    pub agencies: KnownAgencies,
    /// Checks the accounts of people who seem to be invited already.
    pub looks: Looks,
    /// The keys by which addresses are found.
    pub secrets: Secrets,
    /// The resources that reading one workbook may use.
    pub limits: Limits,
    /// How many people an officer may submit in batches a day.
    pub cap: BatchCap,
    pub clock: Clock,
    /// The source of Trace IDs for dropped files.
    pub entropy: Entropy,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let store = stack.store()?;
        Ok(Self {
            looks: Looks::new(store.clone(), stack.accounts()?, stack.clock()),
            store,
            objects: stack.objects()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Dispatch)])?,
            sign_in: stack.sign_in()?,
            rules: stack.rules()?,
            agencies: stack.agencies()?,
            secrets: stack.secrets()?,
            limits: Limits::default(),
            cap: boot::batch_cap(stack.env())?,
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

/// Why a workbook was not read this time. Another attempt may read it.
#[derive(Debug, Error)]
enum ParseError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Object(#[from] ObjectError),
    #[error(transparent)]
    Secrets(#[from] boot::SecretsError),
    #[error(transparent)]
    Directory(#[from] directory::DirectoryError),
    #[error("others are at the workbook, or ended without a word")]
    BeingRead,
}

/// The code and the sentence for the officer of a workbook that was deleted before it was read.
const GONE: &str = "FILE_GONE";
const GONE_DETAIL: &str = "The file is no longer stored. Upload it again.";

/// What became of a workbook whose reading began. With `Read` its rows are stored.
enum Workbook {
    Read {
        counts: Counts,
        remarks: Vec<String>,
        doubt: Doubt,
    },
    /// Its officer has to be asked first; nothing is stored.
    Asked(Questions),
    Refused(FileError),
    /// The bucket no longer has the version.
    Gone,
}

/// Whether the officer should look at a list before anybody on it is invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    None,
    /// What the reader remarked makes it likely that something is not as it should be.
    Remarked,
}

/// Why a dropped workbook was not submitted by itself, if the reader is in doubt.
const DOUBT_DETAIL: &str = "The list was not submitted by itself, because the file is not like the template.";

/// Reads every announced workbook. An object that is not a workbook of ours is logged and skipped. `deadline` is when
/// the invocation must end.
pub async fn handle(deps: &Deps, announcement: Announcement, deadline: Timestamp) -> Disposition {
    for object in announcement.objects(deps.objects.bucket()) {
        if let Err(error) = read_object(deps, object, deadline).await {
            return Disposition::retry(error);
        }
    }
    Disposition::Done
}

async fn read_object(deps: &Deps, object: Option<ObjectVersion>, deadline: Timestamp) -> Result<(), ParseError> {
    let place = object.as_ref().and_then(|object| Place::of(&object.key));
    let Some((place, object)) = place.zip(object) else {
        tracing::warn!("object is none of ours");
        return Ok(());
    };
    match place {
        Place::LeftBehind => Ok(()),
        Place::Upload(id) => read_upload(deps, id, object, deadline).await,
        Place::Drop(officer) => {
            let now = deps.clock.now();
            let Some(officer) = deps.sign_in.find_officer(&officer).await? else {
                tracing::error!(officer_id = %officer, "dropped file names no officer");
                return Ok(());
            };
            if !deps.rules.current().await?.may_invite(&officer.email) {
                tracing::error!(officer_id = %officer.id, "dropped file names someone who may not invite");
                return Ok(());
            }
            let id = BatchId::of_object(&object);
            let trace = TraceId::generate(now, &deps.entropy);
            let batch = Batch::new(id, officer, Source::Drop, now, trace);
            if deps.store.create_batch(&batch).await?.is_done() {
                tracing::info!(batch_id = %id, trace_id = %batch.trace, "file dropped");
            }
            read_upload(deps, id, object, deadline).await
        }
    }
}

async fn read_upload(deps: &Deps, id: BatchId, object: ObjectVersion, deadline: Timestamp) -> Result<(), ParseError> {
    let Some(batch) = deps.store.get::<Batch>(&id).await? else {
        tracing::error!(batch_id = %id, "uploaded object belongs to no batch");
        return Ok(());
    };
    let (trace, now) = (batch.trace.clone(), deps.clock.now());
    if batch.is_being_read(&object, now) {
        // If this were done, the message would not be delivered again, and that run may still die.
        return Err(ParseError::BeingRead);
    }
    let claimed = match batch.to_value().claim_parse(object.clone(), now) {
        Ok(claimed) => claimed,
        Err(conflict) => {
            tracing::info!(batch_id = %id, trace_id = %trace, %conflict, "nothing to read");
            return Ok(());
        }
    };
    let Written::Done(claimed) = deps.store.write(batch.becomes(claimed)).await? else {
        return Err(ParseError::BeingRead);
    };
    if matches!(claimed.state, BatchState::Unreadable { .. }) {
        return Ok(());
    }
    let next = match read_rows(deps, &claimed, &object, deadline).await {
        Err(error) => {
            give_back(deps, &claimed).await;
            return Err(error);
        }
        Ok(Workbook::Read { counts, remarks, doubt }) => {
            tracing::info!(batch_id = %id, trace_id = %trace, rows = counts.total, rows_ready = counts.ready,
                "workbook read");
            return parsed(deps, &claimed, counts, remarks, doubt).await;
        }
        Ok(Workbook::Asked(questions)) => {
            let codes: Vec<&str> = questions.reasons.iter().map(|reason| reason.code.as_str()).collect();
            tracing::info!(batch_id = %id, trace_id = %trace, questions = codes.join(" "), "workbook asked about");
            claimed.to_value().asks(questions, deps.clock.now())
        }
        Ok(Workbook::Refused(error)) => {
            tracing::info!(batch_id = %id, trace_id = %trace, file_fault = error.code(), "workbook refused");
            claimed.to_value().unreadable(error.code(), &error.detail(), deps.clock.now())
        }
        Ok(Workbook::Gone) => {
            tracing::warn!(batch_id = %id, trace_id = %trace, "workbook is gone");
            claimed.to_value().unreadable(GONE, GONE_DETAIL, deps.clock.now())
        }
    };
    let Ok(next) = next else { return Ok(()) };
    let written = deps.store.write(claimed.becomes(next)).await?;
    wake(deps, &claimed, written).await;
    Ok(())
}

/// Writes a batch whose rows are stored. A dropped workbook is submitted at once, if its officer's share of the day has
/// room for its people and the reader is not in doubt.
async fn parsed(
    deps: &Deps,
    claimed: &Stored<Batch>,
    counts: Counts,
    remarks: Vec<String>,
    doubt: Doubt,
) -> Result<(), ParseError> {
    for _ in 0..MAX_UPDATE_ROUNDS {
        let now = deps.clock.now();
        let Ok(next) = claimed.to_value().parsed(counts, remarks.clone(), now) else { return Ok(()) };
        if !matches!(next.state, BatchState::Submitted { .. }) {
            let written = deps.store.write(claimed.becomes(next)).await?;
            wake(deps, claimed, written).await;
            return Ok(());
        }
        if doubt == Doubt::Remarked {
            let Ok(kept) = claimed.to_value().parsed_for_later(counts, remarks, DOUBT_DETAIL.to_owned(), now) else {
                return Ok(());
            };
            let written = deps.store.write(claimed.becomes(kept)).await?;
            wake(deps, claimed, written).await;
            return Ok(());
        }
        let usage = deps.store.find_usage(&next.officer.id).await?;
        match usage.to_value().people(deps.cap, counts.ready, now) {
            Ok(counted) => {
                // If the race was lost, then to another batch of the officer or to another reader of this one: the next
                // read shows it.
                let submitted = deps.store.write_both(claimed.becomes(next), usage.becomes(counted)).await?;
                if submitted.is_done() {
                    wake(deps, claimed, submitted).await;
                    return Ok(());
                }
            }
            Err(cap) => {
                let why = format!("The list was not submitted by itself. {}", cap.detail());
                let Ok(kept) = claimed.to_value().parsed_for_later(counts, remarks, why, now) else { return Ok(()) };
                let written = deps.store.write(claimed.becomes(kept)).await?;
                wake(deps, claimed, written).await;
                return Ok(());
            }
        }
    }
    // Other writers used up the share each time, or changed the batch: the message is delivered again.
    Err(ParseError::BeingRead)
}

/// Wakes the worker that continues with a batch that was read.
async fn wake(deps: &Deps, claimed: &Batch, written: Written<Stored<Batch>>) {
    let id = claimed.id;
    let Written::Done(next) = written else {
        tracing::warn!(batch_id = %id, trace_id = %claimed.trace, "the batch was changed while it was read");
        return;
    };
    let is_open = matches!(next.state, BatchState::Submitted { .. }) || next.report_is_due();
    if is_open {
        deps.queues.wake(QueueName::Dispatch, &next.officer.id, &[Wake::Batch { id }]).await;
    }
}

/// Releases the claim, so that the next attempt need not wait for the lease. If that fails, it waits.
async fn give_back(deps: &Deps, claimed: &Stored<Batch>) {
    if let Ok(next) = claimed.to_value().not_read(deps.clock.now())
        && let Err(error) = deps.store.write(claimed.becomes(next)).await
    {
        tracing::warn!(batch_id = %claimed.id, %error, "the claim stays until its lease is over");
    }
}

/// Reads the object and writes its rows.
async fn read_rows(
    deps: &Deps,
    batch: &Batch,
    object: &ObjectVersion,
    deadline: Timestamp,
) -> Result<Workbook, ParseError> {
    let bytes = match deps.objects.get(object, deps.limits.upload_bytes).await? {
        Fetched::Bytes(bytes) => bytes,
        Fetched::TooLarge => return Ok(Workbook::Refused(FileError::TooLarge)),
        Fetched::Gone => return Ok(Workbook::Gone),
    };
    let sheet = match sheet::read(&bytes, &deps.limits, &batch.answers) {
        Ok(Reading::Read(sheet)) => sheet,
        Ok(Reading::Asked(questions)) => return Ok(Workbook::Asked(questions)),
        Err(error) => return Ok(Workbook::Refused(error)),
    };
    let rules = deps.rules.current().await?;
    let keys = deps.secrets.keys().await?;
    let raws = sheet.rows.into_iter().map(|row| (row.sheet_row, row.raw));
    let rows = read_all(raws, &batch.row_rules(&rules));
    let mut rows: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, keys)).collect();
    // A long list goes on at the table's pace for as long as there is time.
    let now = deps.clock.now();
    let store = deps.store.until(deadline, now);
    deps.looks.mark_known(&store, &mut rows, &batch.officer, now).await?;
    store.write_rows(batch.id, &rows).await?;
    let mut counts = Counts::default();
    for row in &rows {
        counts.add(&row.row.state);
    }
    let unknown = agencies::remarks(rows.iter().map(|keyed| &keyed.row), &rules, &*deps.agencies.current().await?);
    let is_doubtful = !unknown.is_empty() || sheet.remarks.iter().any(sheet::Remark::is_doubt);
    let doubt = if is_doubtful { Doubt::Remarked } else { Doubt::None };
    let remarks = sheet.remarks.iter().map(sheet::Remark::detail).chain(unknown).collect();
    Ok(Workbook::Read { counts, remarks, doubt })
}
