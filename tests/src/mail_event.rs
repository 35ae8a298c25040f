//! SES's events about mails, made from recorded ones.

use domain::Timestamp;
use serde_json::{Value, json};
use testing::SentMail;

/// The recorded event of a mail that SES took.
pub const SENT: &str = include_str!("../../events/mail-sent.json");
/// The recorded event of a mail that arrived.
pub const DELIVERED: &str = include_str!("../../events/mail-delivered.json");

/// The recorded event, as one at `at` about this mail, which was sent then.
///
/// # Panics
///
/// When `recorded` is no SES event.
#[must_use]
pub fn about(sent: &SentMail, recorded: &str, at: Timestamp) -> Value {
    about_tagged(sent.tags.pairs(), &sent.message_id, recorded, at)
}

/// Like [`about`], for a mail with these tags and this id.
///
/// # Panics
///
/// Like [`about`].
pub fn about_tagged<N: Into<String>>(
    tags: impl IntoIterator<Item = (N, String)>,
    message_id: &str,
    recorded: &str,
    at: Timestamp,
) -> Value {
    let mut event: Value = serde_json::from_str(recorded).unwrap();
    event["time"] = json!(at.to_string());
    let mail = &mut event["detail"]["mail"];
    mail["timestamp"] = json!(at.to_string());
    mail["messageId"] = json!(message_id);
    let all = mail["tags"].as_object_mut().unwrap();
    all.remove("invite_id");
    all.extend(tags.into_iter().map(|(name, value)| (name.into(), json!([value]))));
    event
}
