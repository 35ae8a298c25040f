//! Every two minutes: checks every stored workbook.
//!
//! A workbook that no reader has claimed is announced once, five minutes after it was stored. A workbook whose reader
//! died is announced again. A workbook that was read, or belongs to no batch, is deleted within a day.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use domain::{
    BatchId, Timestamp,
    batch::{Batch, BatchState, ObjectVersion},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use objects::{Announcement, Page, Place, StoredObject};

use super::{DAY, MINUTE, Progress, Round};
use crate::{AnyError, Deps};

/// Stored versions of a page, and pages of a run at most.
const PAGE: u16 = 200;
const PAGES: usize = 10;

/// Workbooks that are deleted at the same time.
const AT_ONCE: usize = 8;

/// The time that must be left to begin a page.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(10);

/// How long a workbook waits for S3's own message before it is announced here.
const SETTLED: Duration = MINUTE.saturating_mul(5);

/// Age from which a workbook that was not read counts as overdue.
const OVERDUE: Duration = MINUTE.saturating_mul(60);

/// Age at which a workbook that is not needed is deleted: a day, less the time that this job may be late.
const KEPT: Duration = MINUTE.saturating_mul(23 * 60);

/// The state of a stored workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It waits for its first reader.
    Unread,
    /// Its reader died, or released its claim.
    GivenUp,
    BeingRead,
    /// It is read again once its officer has answered.
    AskedAbout,
    /// It is no longer needed.
    Read,
    /// It belongs to no batch, and no reader would create one for it.
    Foreign,
}

/// One pass through the whole bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pass {
    /// Workbooks stored until then were announced by an earlier pass.
    announced_until: Timestamp,
    /// Workbooks stored until then are announced by this pass.
    until: Timestamp,
    /// The last version that was checked.
    after: Option<ObjectVersion>,
}

#[derive(Debug, Default)]
struct Tally {
    announced: usize,
    unread: usize,
    deleted: usize,
}

/// Runs the job. Its cursor is the [`Pass`], so that each workbook is announced once, however long the job did not run.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let deps = round.deps;
    let mut pass = Pass::go_on(round.cursor.as_deref(), deps.clock.now());
    let mut tally = Tally::default();
    for _ in 0..PAGES {
        if round.has_less_than(TIME_FOR_A_PAGE) {
            break;
        }
        let Page { objects, next } = deps.objects.list(pass.after.as_ref(), PAGE).await?;
        look(deps, &pass, objects, &mut tally).await?;
        pass.after = next;
        if pass.after.is_none() {
            tell(&tally);
            return Ok(Progress::Finished { cursor: Some(pass.to_text()) });
        }
    }
    tell(&tally);
    // The cursor of a pass that has not begun must differ from one that has ended.
    let cursor = if pass.after.is_some() { Some(pass.to_text()) } else { round.cursor.clone() };
    Ok(Progress::OutOfTime { cursor })
}

fn tell(tally: &Tally) {
    let Tally { announced, unread, deleted } = tally;
    tracing::info!(
        workbooks_announced = announced,
        workbooks_unread = unread,
        workbooks_deleted = deleted,
        "stored workbooks looked at"
    );
}

/// Checks one page: announces, counts and deletes.
async fn look(deps: &Deps, pass: &Pass, objects: Vec<StoredObject>, tally: &mut Tally) -> Result<(), AnyError> {
    let now = deps.clock.now();
    let ids: BTreeSet<BatchId> = objects.iter().filter_map(|stored| batch_of(&stored.object)).collect();
    let batches = deps.store.get_many::<Batch>(&ids.into_iter().collect::<Vec<_>>()).await?;
    let batches: HashMap<BatchId, Batch> = batches.into_iter().map(|batch| (batch.id, batch.into_value())).collect();
    let (mut announced, mut deleted) = (Vec::new(), Vec::new());
    for StoredObject { object, stored_at } in objects {
        let fate = fate(&object, batch_of(&object).and_then(|id| batches.get(&id)), now);
        let is_announced = stored_at <= pass.announced_until;
        let is_old = stored_at + KEPT <= now;
        if matches!(fate, Fate::Unread | Fate::Foreign) && stored_at + OVERDUE <= now {
            tally.unread += 1;
        }
        match fate {
            Fate::GivenUp => announced.push(object),
            Fate::Unread if !is_announced && stored_at <= pass.until => announced.push(object),
            Fate::Unread if is_announced && is_old && is_drop(&object) => deleted.push(object),
            Fate::Read | Fate::Foreign if is_old => deleted.push(object),
            Fate::Unread | Fate::BeingRead | Fate::AskedAbout | Fate::Read | Fate::Foreign => {}
        }
    }
    let bucket = deps.objects.bucket();
    let texts: Vec<String> = announced.iter().map(|object| Announcement::of(bucket, object).to_text()).collect();
    deps.queues.announce(&texts).await?;
    let deletions = stream::iter(&deleted).map(|object| deps.objects.delete(object)).buffer_unordered(AT_ONCE);
    deletions.try_collect::<()>().await?;
    tally.announced += announced.len();
    tally.deleted += deleted.len();
    Ok(())
}

/// The batch that an object belongs to, or will belong to once it is read.
fn batch_of(object: &ObjectVersion) -> Option<BatchId> {
    match Place::of(&object.key)? {
        Place::Upload(id) => Some(id),
        Place::Drop(_) => Some(BatchId::of_object(object)),
        Place::LeftBehind => None,
    }
}

fn is_drop(object: &ObjectVersion) -> bool {
    matches!(Place::of(&object.key), Some(Place::Drop(_)))
}

fn fate(object: &ObjectVersion, batch: Option<&Batch>, now: Timestamp) -> Fate {
    match batch.map(|batch| (batch, &batch.state)) {
        None if is_drop(object) => Fate::Unread,
        None => Fate::Foreign,
        Some((_, BatchState::AwaitingUpload)) => Fate::Unread,
        Some((batch, BatchState::Parsing { .. })) if batch.is_being_read(object, now) => Fate::BeingRead,
        Some((_, BatchState::Parsing { object: pinned, .. })) if pinned == object => Fate::GivenUp,
        Some((_, BatchState::Asking { object: pinned, .. })) if pinned == object => Fate::AskedAbout,
        // It belongs to another version of the object, or is read: only one version is ever read.
        Some(_) => Fate::Read,
    }
}

impl Pass {
    /// The pass of a cursor, or the next pass if that one has ended. The first pass announces every workbook of the
    /// last day.
    fn go_on(cursor: Option<&str>, now: Timestamp) -> Self {
        let until = Timestamp::from_unix_ms(now.unix_ms() - millis(SETTLED));
        match cursor.and_then(Self::read) {
            Some(pass) if pass.after.is_some() => pass,
            Some(pass) => Self { announced_until: pass.until, until, after: None },
            None => Self { announced_until: Timestamp::from_unix_ms(now.unix_ms() - millis(DAY)), until, after: None },
        }
    }

    /// Times and version ids contain no space; keys may contain some, so the key is last.
    fn to_text(&self) -> String {
        let Self { announced_until, until, after } = self;
        match after {
            Some(ObjectVersion { key, version_id }) => format!("{announced_until} {until} {version_id} {key}"),
            None => format!("{announced_until} {until}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        let mut time = || Timestamp::parse(parts.next()?);
        let (announced_until, until) = (time()?, time()?);
        let after = parts.next().zip(parts.next());
        let after =
            after.map(|(version_id, key)| ObjectVersion { key: key.to_owned(), version_id: version_id.to_owned() });
        Some(Self { announced_until, until, after })
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
