//! Announcements of stored objects, in the form of S3's notifications, as far as they are read.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use std::fmt;

use domain::batch::ObjectVersion;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// The characters that S3 does not encode in a key.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');

/// Announces objects that were stored. The test message that S3 sends first announces none.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event_name: String,
    s3: Entity,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Object {
    /// Encoded like the value of a form: percent-encoded, with `+` for a space.
    key: String,
    #[serde(rename = "versionId")]
    version_id: Option<String>,
}

impl Announcement {
    /// Announces that `object` was stored in `bucket`.
    #[must_use]
    pub fn of(bucket: &str, object: &ObjectVersion) -> Self {
        let key = utf8_percent_encode(&object.key, ENCODED).to_string();
        let object = Object { key, version_id: Some(object.version_id.clone()) };
        let s3 = Entity { bucket: Bucket { name: bucket.to_owned() }, object };
        Self { records: vec![Record { event_name: "ObjectCreated:Announced".to_owned(), s3 }] }
    }

    /// The announced stored versions, one for each record. `None`: the object is in another bucket, or has no version.
    pub fn objects<'a>(&'a self, bucket: &'a str) -> impl Iterator<Item = Option<ObjectVersion>> + 'a {
        self.records.iter().map(move |record| {
            let is_ours = record.s3.bucket.name == bucket;
            let is_created = record.event_name.trim_start_matches("s3:").starts_with("ObjectCreated:");
            (is_ours && is_created).then_some(())?;
            let key = decoded(&record.s3.object.key)?;
            Some(ObjectVersion { key, version_id: record.s3.object.version_id.clone()? })
        })
    }

    /// The text of the message.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Decodes a key that S3 encoded like the value of a form: percent-encoded, with `+` for a space.
pub(crate) fn decoded(key: &str) -> Option<String> {
    let key = key.replace('+', " ");
    percent_decode_str(&key).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

impl fmt::Debug for Announcement {
    /// Prints only how many objects there are: people choose the names of their files, which are in the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcement").field("objects", &self.records.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Announcement {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_s3_says_is_read_and_what_we_say_reads_like_it() {
        let event: serde_json::Value = serde_json::from_str(include_str!("../../../events/drop-created.json")).unwrap();
        let said = read(event["Records"][0]["body"].as_str().unwrap());
        let bucket = "invite-users-uploads-123456789012-ap-southeast-1";
        let found: Vec<_> = said.objects(bucket).collect();
        let [Some(object)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(object.key, "drops/9f1d44a6-61a1-4bd5-b134-6a8e5e7654d0/new joiners (nächste Woche).xlsx");
        assert_eq!(said.objects("another").collect::<Vec<_>>(), [None]);
        let ours = read(&Announcement::of(bucket, object).to_text());
        assert_eq!(ours.objects(bucket).collect::<Vec<_>>(), found);
        assert!(!format!("{ours:?}{said:?}").contains("joiners"));
    }

    #[test]
    fn any_key_comes_back() {
        for key in ["drops/a/1+1=2 & 100%.xlsx", "uploads/bat_1", "drops/a/名单.xlsx", "a?b#c", "~*'()"] {
            let object = ObjectVersion { key: key.to_owned(), version_id: "v.1_~".to_owned() };
            assert_eq!(read(&Announcement::of("b", &object).to_text()).objects("b").next(), Some(Some(object)));
        }
    }

    #[test]
    fn the_message_of_a_new_connection_announces_nothing() {
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-23T05:55:29.137Z","Bucket":"b"}"#;
        assert_eq!(read(test), Announcement::default());
        let unversioned =
            r#"{"Records":[{"eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"#;
        assert_eq!(read(unversioned).objects("b").collect::<Vec<_>>(), [None]);
        let removed = unversioned.replace("ObjectCreated:Put", "ObjectRemoved:Delete");
        assert_eq!(read(&removed).objects("b").collect::<Vec<_>>(), [None]);
    }
}
