#![doc = include_str!("../README.md")]

mod announcement;
mod place;
mod s3;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use domain::{Timestamp, batch::ObjectVersion};
use thiserror::Error;

pub use announcement::Announcement;
pub use place::Place;
pub use s3::S3;

/// The bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    bucket: Arc<dyn Bucket>,
    name: String,
}

/// What holds the objects: S3, or the memory of a test.
#[async_trait]
pub trait Bucket: Debug + Send + Sync {
    /// See [`Objects::get`] for what it promises.
    async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Option<Vec<u8>>, ObjectError>;

    /// See [`Objects::list`] for what it promises.
    async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError>;

    /// See [`Objects::delete`] for what it promises.
    async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError>;
}

/// One stored version of an object, and when it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    pub object: ObjectVersion,
    /// When it was stored, by S3's clock.
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
    pub operation: &'static str,
    /// The service's or the client's code for it.
    pub code: String,
}

impl Objects {
    /// The objects in a bucket of this name.
    #[must_use]
    pub fn new(bucket: impl Bucket + 'static, name: String) -> Self {
        Self { bucket: Arc::new(bucket), name }
    }

    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.name
    }

    /// The bytes of one stored version; `None` when they are more than `max`, which is known before they are read.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer, or sends more than it said.
    pub async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Option<Vec<u8>>, ObjectError> {
        self.bucket.get(object, max).await
    }

    /// At most `limit` of the stored versions, from the beginning or from the `next` of the page before, which may have
    /// been deleted meanwhile. What marks an object as deleted is not listed.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer.
    pub async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError> {
        self.bucket.list(after, limit).await
    }

    /// Deletes one stored version for good. One that is gone already stays gone.
    ///
    /// # Errors
    ///
    /// When the bucket cannot answer.
    pub async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError> {
        self.bucket.delete(object).await
    }
}
