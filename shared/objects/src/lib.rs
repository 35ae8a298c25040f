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

/// The port to the bucket: S3, or the fake of a test.
#[async_trait]
pub trait Bucket: Debug + Send + Sync {
    /// See [`Objects::get`] for what it promises.
    async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Fetched, ObjectError>;

    /// See [`Objects::list`] for what it promises.
    async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError>;

    /// See [`Objects::put`] for what it promises.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ObjectError>;

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

/// What the bucket has of one version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    Bytes(Vec<u8>),
    /// It has more bytes than the caller takes, which is known before they are read.
    TooLarge,
    /// It is not there: it was deleted, or never stored. S3 reads what was written, so another attempt finds no more.
    Gone,
}

/// One page of the stored versions of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The versions in the order of their keys, the newest version of each key first.
    pub objects: Vec<StoredObject>,
    /// Where the next page begins. `None`: this was the last page.
    pub next: Option<ObjectVersion>,
}

/// The bucket could not answer; the caller can try again later.
#[derive(Debug, Error)]
#[error("bucket: {operation} failed with {code}")]
pub struct ObjectError {
    pub operation: &'static str,
    /// The code of the failure, from S3 or its client.
    pub code: String,
}

impl Objects {
    /// The objects in the bucket with this name.
    #[must_use]
    pub fn new(bucket: impl Bucket + 'static, name: String) -> Self {
        Self { bucket: Arc::new(bucket), name }
    }

    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.name
    }

    /// The bytes of one stored version, up to `max` of them.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] when the bucket cannot answer, refuses to, or sends more bytes than it announced.
    pub async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Fetched, ObjectError> {
        self.bucket.get(object, max).await
    }

    /// Up to `limit` stored versions, from the beginning or from the `next` of the previous page, which may be deleted
    /// since. Delete markers are not listed.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] when the bucket cannot answer.
    pub async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError> {
        self.bucket.list(after, limit).await
    }

    /// Stores an object under a key, over what is there. Storing the same again changes nothing but the time.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] when the bucket cannot answer. The object may be stored all the same.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ObjectError> {
        self.bucket.put(key, bytes).await
    }

    /// Deletes one stored version for good. Deleting it again is no error.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] when the bucket cannot answer.
    pub async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError> {
        self.bucket.delete(object).await
    }
}
