//! The bucket in Amazon S3.

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::list_object_versions::ListObjectVersionsOutput,
    types::{EncodingType, ObjectVersion as Listed},
};
use domain::{Timestamp, batch::ObjectVersion};

use crate::{Bucket, Fetched, ObjectError, Page, StoredObject, announcement::decoded};

#[derive(Clone, Debug)]
pub struct S3 {
    client: Client,
    bucket: String,
}

impl S3 {
    /// The bucket with this name.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }
}

#[async_trait]
impl Bucket for S3 {
    async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Fetched, ObjectError> {
        let request = self.client.get_object().bucket(&self.bucket).key(&object.key).version_id(&object.version_id);
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if is_gone(&error) => return Ok(Fetched::Gone),
            Err(error) => return Err(failed("GetObject", &error)),
        };
        let length = answer.content_length().and_then(|length| usize::try_from(length).ok());
        let Some(length) = length.filter(|length| *length <= max) else {
            return Ok(Fetched::TooLarge);
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
        Ok(Fetched::Bytes(bytes))
    }

    async fn list(&self, after: Option<&ObjectVersion>, limit: u16) -> Result<Page, ObjectError> {
        // A key may contain characters that XML cannot. Without encoding, such a key would break every list that has
        // it.
        let request = self.client.list_object_versions().bucket(&self.bucket).encoding_type(EncodingType::Url);
        let request = request.max_keys(i32::from(limit));
        let request = request
            .set_key_marker(after.map(|after| after.key.clone()))
            .set_version_id_marker(after.map(|after| after.version_id.clone()));
        let answer = request.send().await.map_err(|error| failed("ListObjectVersions", &error))?;
        Ok(page(answer))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ObjectError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).body(bytes.into());
        request.send().await.map(|_| ()).map_err(|error| failed("PutObject", &error))
    }

    async fn delete(&self, object: &ObjectVersion) -> Result<(), ObjectError> {
        let request = self.client.delete_object().bucket(&self.bucket).key(&object.key).version_id(&object.version_id);
        request.send().await.map(|_| ()).map_err(|error| failed("DeleteObject", &error))
    }
}

fn page(answer: ListObjectVersionsOutput) -> Page {
    // An emulator may not encode the keys, and says so.
    let is_encoded = answer.encoding_type == Some(EncodingType::Url);
    let key_of = |key: String| if is_encoded { decoded(&key) } else { Some(key) };
    let stored = |listed: Listed| {
        let stored_at = Timestamp::from_unix_ms(listed.last_modified?.to_millis().ok()?);
        let object = ObjectVersion { key: key_of(listed.key?)?, version_id: listed.version_id? };
        Some(StoredObject { object, stored_at })
    };
    let is_cut = answer.is_truncated == Some(true);
    let next = answer.next_key_marker.and_then(key_of).zip(answer.next_version_id_marker).filter(|_| is_cut);
    Page {
        objects: answer.versions.unwrap_or_default().into_iter().filter_map(stored).collect(),
        next: next.map(|(key, version_id)| ObjectVersion { key, version_id }),
    }
}

/// Whether S3 says that there is no such version. It says so only to those who may list the bucket, and refuses the
/// others with `AccessDenied`, which is no answer:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("NoSuchKey" | "NoSuchVersion"))
}

fn failed<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> ObjectError {
    let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("unreachable");
    ObjectError { operation, code: code.to_owned() }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::{error::ErrorMetadata, operation::get_object::GetObjectError, primitives::DateTime};

    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let listed = |key: &str| {
            let version = Listed::builder().key(key).version_id("v1").last_modified(DateTime::from_secs(5)).build();
            ListObjectVersionsOutput::builder().versions(version).next_key_marker(key).next_version_id_marker("v1")
        };
        let object = |key: &str| ObjectVersion { key: key.to_owned(), version_id: "v1".to_owned() };
        let encoded = listed("drops/a/1+%2B+1%01.xlsx").encoding_type(EncodingType::Url);
        let found = page(encoded.is_truncated(true).build());
        assert_eq!(found.objects[0].object, object("drops/a/1 + 1\u{1}.xlsx"));
        assert_eq!(found.next, Some(object("drops/a/1 + 1\u{1}.xlsx")));
        let plain = page(listed("drops/a/1 + 1.xlsx").build());
        assert_eq!((plain.objects[0].object.clone(), plain.next), (object("drops/a/1 + 1.xlsx"), None));
        assert_eq!(plain.objects[0].stored_at, Timestamp::from_unix_ms(5000));
    }

    #[test]
    fn what_is_gone_is_told_from_what_is_refused_or_broken() {
        let answer = |code: &str| {
            SdkError::service_error(GetObjectError::generic(ErrorMetadata::builder().code(code).build()), ())
        };
        for code in ["NoSuchKey", "NoSuchVersion"] {
            assert!(is_gone(&answer(code)), "{code}");
        }
        for code in ["AccessDenied", "NoSuchBucket", "InvalidArgument", "SlowDown", "InternalError", "404", ""] {
            assert!(!is_gone(&answer(code)), "{code}");
        }
        let silent = SdkError::<GetObjectError, ()>::timeout_error("no answer");
        assert!(!is_gone(&silent));
    }
}
