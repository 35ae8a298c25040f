//! Which object an event is about, and whose it is.

use aws_lambda_events::event::s3::S3EventRecord;
use domain::{BatchId, OfficerId, batch::ObjectVersion};
use percent_encoding::percent_decode_str;

/// Whose workbook an object is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of a batch that the portal made.
    Upload(BatchId),
    /// Of an officer, put there by another system.
    Drop(OfficerId),
}

/// Where the object of `record` belongs: `None` for other buckets, other prefixes and other events.
pub(crate) fn locate(record: &S3EventRecord, bucket: &str) -> Option<(Place, ObjectVersion)> {
    let created = record.event_name.as_deref()?.trim_start_matches("s3:").starts_with("ObjectCreated:");
    if !created || record.s3.bucket.name.as_deref() != Some(bucket) {
        return None;
    }
    // S3 writes keys as forms do: percent-encoded, with `+` for a space.
    let encoded = record.s3.object.key.as_deref()?.replace('+', " ");
    let key = percent_decode_str(&encoded).decode_utf8().ok()?.into_owned();
    let version_id = record.s3.object.version_id.clone()?;
    let place = match key.split_once('/')? {
        ("uploads", id) => Place::Upload(BatchId::parse(id)?),
        ("drops", rest) => {
            let (officer, name) = rest.split_once('/')?;
            (!name.contains('/') && name.to_ascii_lowercase().ends_with(".xlsx")).then_some(())?;
            Place::Drop(OfficerId::parse(officer)?)
        }
        _ => return None,
    };
    Some((place, ObjectVersion { key, version_id }))
}
