//! The upload bucket, read-only.

#[cfg(feature = "fake")]
mod memory;

use aws_sdk_s3::{Client, error::ProvideErrorMetadata as _};
use domain::batch::ObjectVersion;
use thiserror::Error;

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
    pub fn put(&self, object: ObjectVersion, bytes: Vec<u8>) {
        if let Backend::Memory(memory) = &self.backend {
            memory.put(object, bytes);
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
            Backend::S3(client) => self.get_from_s3(client, object, max).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.get(object, max).await,
        }
    }

    async fn get_from_s3(
        &self,
        client: &Client,
        object: &ObjectVersion,
        max: usize,
    ) -> Result<Option<Vec<u8>>, ObjectError> {
        let request = client.get_object().bucket(&self.bucket).key(&object.key).version_id(&object.version_id);
        let mut answer = request.send().await.map_err(|error| {
            let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("unreachable");
            ObjectError { operation: "GetObject", code: code.to_owned() }
        })?;
        let length = answer.content_length().and_then(|length| usize::try_from(length).ok());
        let Some(length) = length.filter(|length| *length <= max) else {
            return Ok(None);
        };
        let mut bytes = Vec::with_capacity(length);
        let broken = |code: &str| ObjectError { operation: "GetObject body", code: code.to_owned() };
        while let Some(chunk) = answer.body.next().await {
            let chunk = chunk.map_err(|_| broken("interrupted"))?;
            if bytes.len() + chunk.len() > length {
                return Err(broken("longer than it said"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}
