//! Amazon S3.

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::ObjectVersion as Listed,
};
use domain::{Timestamp, batch::ObjectVersion};

use crate::{ObjectError, Page, StoredObject};

pub(crate) async fn get(
    client: &Client,
    bucket: &str,
    object: &ObjectVersion,
    max: usize,
) -> Result<Option<Vec<u8>>, ObjectError> {
    let request = client.get_object().bucket(bucket).key(&object.key).version_id(&object.version_id);
    let mut answer = request.send().await.map_err(|error| failed("GetObject", &error))?;
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

pub(crate) async fn list(
    client: &Client,
    bucket: &str,
    after: Option<&ObjectVersion>,
    limit: u16,
) -> Result<Page, ObjectError> {
    let request = client.list_object_versions().bucket(bucket).max_keys(i32::from(limit));
    let request = request
        .set_key_marker(after.map(|after| after.key.clone()))
        .set_version_id_marker(after.map(|after| after.version_id.clone()));
    let answer = request.send().await.map_err(|error| failed("ListObjectVersions", &error))?;
    let is_cut = answer.is_truncated == Some(true);
    let next = answer.next_key_marker.zip(answer.next_version_id_marker).filter(|_| is_cut);
    let objects = answer.versions.unwrap_or_default().into_iter().filter_map(stored).collect();
    Ok(Page { objects, next: next.map(|(key, version_id)| ObjectVersion { key, version_id }) })
}

fn stored(listed: Listed) -> Option<StoredObject> {
    let stored_at = Timestamp::from_unix_ms(listed.last_modified?.to_millis().ok()?);
    Some(StoredObject { object: ObjectVersion { key: listed.key?, version_id: listed.version_id? }, stored_at })
}

pub(crate) async fn delete(client: &Client, bucket: &str, object: &ObjectVersion) -> Result<(), ObjectError> {
    let request = client.delete_object().bucket(bucket).key(&object.key).version_id(&object.version_id);
    request.send().await.map(|_| ()).map_err(|error| failed("DeleteObject", &error))
}

fn failed<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> ObjectError {
    let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("unreachable");
    ObjectError { operation, code: code.to_owned() }
}
