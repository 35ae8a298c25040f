//! A fake bucket in memory.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use domain::{Timestamp, batch::ObjectVersion};
use objects::{Bucket, Fetched, ObjectError, Objects, Page, StoredObject};

use crate::probe::{Failure, Probe, Probed};

/// The order of S3's lists: by key, and the newest version of each key first.
type Rank = (String, Reverse<Timestamp>, String);

/// A fake bucket in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryBucket {
    state: Probed<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    objects: BTreeMap<Rank, Vec<u8>>,
    /// The places of deleted versions: a page that ended with a deleted version is still followed by the next page.
    deleted: Vec<Rank>,
}

impl State {
    fn find(&self, object: &ObjectVersion) -> Option<&Rank> {
        self.objects.keys().find(|(key, _, version_id)| (key, version_id) == (&object.key, &object.version_id))
    }

    fn page(&self, after: Option<&ObjectVersion>, limit: usize) -> Page {
        let of = |rank: &&Rank| after.is_some_and(|after| (&rank.0, &rank.2) == (&after.key, &after.version_id));
        let begin = self.objects.keys().chain(&self.deleted).find(of);
        let mut rest = self.objects.keys().filter(|rank| begin.is_none_or(|begin| *rank > begin));
        let stored = |(key, Reverse(stored_at), version_id): &Rank| StoredObject {
            object: ObjectVersion { key: key.clone(), version_id: version_id.clone() },
            stored_at: *stored_at,
        };
        let objects: Vec<StoredObject> = rest.by_ref().take(limit).map(stored).collect();
        let next = rest.next().and(objects.last()).map(|last| last.object.clone());
        Page { objects, next }
    }
}

impl MemoryBucket {
    /// A bucket whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self { state: Probed::new(probe, State::default()) }
    }

    /// The bucket under this name, as functions use it.
    #[must_use]
    pub fn objects(&self, name: &str) -> Objects {
        Objects::new(self.clone(), name.to_owned())
    }

    /// The keys of all objects and the bytes of each, in the order of the keys, without a counted call.
    #[must_use]
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let objects = &self.state.by_hand().objects;
        objects.iter().map(|((key, _, _), bytes)| (key.clone(), bytes.clone())).collect()
    }

    /// Stores a version of an object without a counted call.
    pub fn store(&self, stored: StoredObject, bytes: Vec<u8>) {
        let rank = (stored.object.key, Reverse(stored.stored_at), stored.object.version_id);
        self.state.by_hand().objects.insert(rank, bytes);
    }
}

#[async_trait]
impl Bucket for MemoryBucket {
    async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Fetched, ObjectError> {
        let find = |state: &mut State| {
            Ok(match state.find(object).and_then(|rank| state.objects.get(rank)) {
                None => Fetched::Gone,
                Some(bytes) if bytes.len() > max => Fetched::TooLarge,
                Some(bytes) => Fetched::Bytes(bytes.clone()),
            })
        };
        self.state.read("s3.get", find, |failure: Failure| Err(failed("GetObject", failure.code()))).await
    }

    async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError> {
        let page = |state: &mut State| Ok(state.page(after, usize::from(limit)));
        self.state.read("s3.list", page, |failure| Err(failed("ListObjectVersions", failure.code()))).await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ObjectError> {
        let put = |state: &mut State| {
            // A version of its own for each time, as the bucket of the template keeps them.
            let version = state.objects.len() + state.deleted.len();
            let stored_at = Timestamp::from_unix_ms(i64::try_from(version).unwrap_or_default());
            let rank = (key.to_owned(), Reverse(stored_at), format!("put-{version}"));
            state.objects.insert(rank, bytes.clone());
            Ok(())
        };
        self.state.write("s3.put", put, |failure| Err(failed("PutObject", failure.code()))).await
    }

    async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError> {
        let delete = |state: &mut State| {
            if let Some(rank) = state.find(object).cloned() {
                state.objects.remove(&rank);
                state.deleted.push(rank);
            }
            Ok(())
        };
        self.state.write("s3.delete", delete, |failure| Err(failed("DeleteObject", failure.code()))).await
    }
}

fn failed(operation: &'static str, code: &str) -> ObjectError {
    ObjectError { operation, code: code.to_owned() }
}
