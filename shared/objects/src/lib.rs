#![doc = include_str!("../README.md")]

mod announcement;
#[cfg(feature = "fake")]
mod memory;
mod place;
mod s3;

use aws_sdk_s3::Client;
use domain::{Timestamp, batch::ObjectVersion};
use thiserror::Error;

pub use announcement::Announcement;
pub use place::Place;

/// The bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    backend: Backend,
    bucket: String,
}

#[derive(Clone, Debug)]
enum Backend {
    S3(Client),
    #[cfg(feature = "fake")]
    Memory(memory::Memory),
}

/// One stored version of an object, and when it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Which.
    pub object: ObjectVersion,
    /// When, by S3's clock.
    pub stored_at: Timestamp,
}

/// One page of what the bucket holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// By key, the newest version of each first.
    pub objects: Vec<StoredObject>,
    /// Where the next page begins, if there is one.
    pub next: Option<ObjectVersion>,
}

/// The bucket could not answer.
#[derive(Debug, Error)]
#[error("bucket: {operation} failed with {code}")]
pub struct ObjectError {
    operation: &'static str,
    code: String,
}

impl Objects {
    /// The bucket of a stack.
    #[must_use]
    pub fn s3(client: Client, bucket: String) -> Self {
        Self { backend: Backend::S3(client), bucket }
    }

    /// A bucket in memory whose calls pass a probe.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn probed(probe: probe::Probe, bucket: String) -> Self {
        Self { backend: Backend::Memory(memory::Memory::new(probe)), bucket }
    }

    /// Puts an object into a bucket in memory; a real one is left as it is.
    #[cfg(feature = "fake")]
    pub fn put(&self, stored: StoredObject, bytes: Vec<u8>) {
        if let Backend::Memory(memory) = &self.backend {
            memory.put(stored, bytes);
        }
    }

    /// Its name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The bytes of one stored version; `None` when they are more than `max`, which is known before they are read.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer, or sends more than it said.
    pub async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Option<Vec<u8>>, ObjectError> {
        match &self.backend {
            Backend::S3(client) => s3::get(client, &self.bucket, object, max).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.get(object, max).await,
        }
    }

    /// At most `limit` of the stored versions, from the beginning or from the `next` of the page before, which may have been
    /// deleted meanwhile. What marks an object as deleted is not listed.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer.
    pub async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError> {
        match &self.backend {
            Backend::S3(client) => s3::list(client, &self.bucket, after, limit).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.list(after, limit).await,
        }
    }

    /// Deletes one stored version for good. One that is gone already stays gone.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer.
    pub async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError> {
        match &self.backend {
            Backend::S3(client) => s3::delete(client, &self.bucket, object).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.delete(object).await,
        }
    }
}
