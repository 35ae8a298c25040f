//! The SES events on the bus, as far as they are read. Their addresses are not read.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html>

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    mail::{MailEvent, SuppressionReason},
};
use mail::Tags;
use serde::Deserialize;

/// The source of SES's events. Only AWS can put events whose source begins with `aws.`.
const SOURCE: &str = "aws.ses";

/// SES's names for a mail that it took and does not send, because its recipient bounced or complained before.
const SUPPRESSED: [&str; 2] = ["OnAccountSuppressionList", "Suppressed"];

/// An SES event about one mail.
#[derive(Clone, Debug, Deserialize)]
pub struct SesEvent {
    source: String,
    account: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    time: String,
    detail: Detail,
}

#[derive(Clone, Debug, Deserialize)]
struct Detail {
    mail: MailDetail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailDetail {
    message_id: String,
    timestamp: Option<String>,
    sending_account_id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: Option<String>,
    bounce_sub_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complaint_feedback_type: Option<String>,
    complaint_sub_type: Option<String>,
}

impl SesEvent {
    /// Whether SES sent it, about a mail of this account.
    pub(crate) fn is_genuine(&self) -> bool {
        let sender = self.detail.mail.sending_account_id.as_ref();
        self.source == SOURCE && sender.is_none_or(|sender| *sender == self.account)
    }

    /// The mail that it is about. `None`: it is not a mail of ours.
    pub(crate) fn tags(&self) -> Option<Tags> {
        let tags = &self.detail.mail.tags;
        Tags::read(|name| Some(tags.get(name)?.first()?.as_str()))
    }

    /// The id that SES gave the mail.
    pub(crate) fn message_id(&self) -> &str {
        &self.detail.mail.message_id
    }

    /// When SES created the event.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        time(&self.time)
    }

    /// When SES took the mail.
    pub(crate) fn sent_at(&self) -> Option<Timestamp> {
        time(self.detail.mail.timestamp.as_ref()?)
    }

    /// Why its mailbox is to be suppressed. `None`: it is not. A temporary failure, such as a full mailbox, is no
    /// reason, and neither is a report that a mail was no spam.
    pub(crate) fn suppresses(&self) -> Option<SuppressionReason> {
        let is_permanent = |bounce: &Bounce| bounce.bounce_type.as_deref() == Some("Permanent");
        let is_spam = |complaint: &Complaint| complaint.complaint_feedback_type.as_deref() != Some("not-spam");
        let (bounce, complaint) = (self.detail.bounce.as_ref(), self.detail.complaint.as_ref());
        match self.detail_type.as_str() {
            "Email Bounced" => bounce.filter(|bounce| is_permanent(bounce)).map(|_| SuppressionReason::Bounced),
            "Email Complaint Received" => {
                complaint.filter(|complaint| is_spam(complaint)).map(|_| SuppressionReason::Complained)
            }
            _ => None,
        }
    }

    /// What it reports about the mail. `None`: an event that is not needed, such as an open.
    pub(crate) fn says(&self) -> Option<MailEvent> {
        let suppressed = |kind: Option<&String>| kind.is_some_and(|kind| SUPPRESSED.contains(&kind.as_str()));
        let bounce = self.detail.bounce.as_ref();
        let complaint = self.detail.complaint.as_ref();
        match self.detail_type.as_str() {
            "Email Sent" => Some(MailEvent::Accepted),
            "Email Delivery Delayed" => Some(MailEvent::Delayed),
            "Email Delivered" => Some(MailEvent::Delivered),
            "Email Rejected" | "Email Rendering Failed" => Some(MailEvent::Suppressed),
            "Email Bounced" if suppressed(bounce.and_then(|b| b.bounce_sub_type.as_ref())) => {
                Some(MailEvent::Suppressed)
            }
            "Email Bounced" => Some(MailEvent::Bounced),
            "Email Complaint Received" if suppressed(complaint.and_then(|c| c.complaint_sub_type.as_ref())) => {
                Some(MailEvent::Suppressed)
            }
            "Email Complaint Received" => Some(MailEvent::Complained),
            _ => None,
        }
    }
}

fn time(text: &str) -> Option<Timestamp> {
    // EventBridge writes whole seconds.
    let with_fraction = || Timestamp::parse(&format!("{}.000Z", text.strip_suffix('Z')?));
    Timestamp::parse(text).or_else(with_fraction)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(kind: &str, mut detail: Value) -> SesEvent {
        detail["mail"] = json!({"messageId": "m-1", "timestamp": "2026-11-28T00:00:00.123Z"});
        let event = json!({
            "source": "aws.ses", "account": "111122223333", "detail-type": kind, "time": "2026-11-28T00:00:09Z",
            "detail": detail,
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn an_event_says_what_became_of_its_mail_and_of_its_mailbox() {
        let bounce = |kind, sub| json!({"bounce": {"bounceType": kind, "bounceSubType": sub}});
        let complaint = |kind, sub| json!({"complaint": {"complaintFeedbackType": kind, "complaintSubType": sub}});
        let (bounced, complained) = (Some(SuppressionReason::Bounced), Some(SuppressionReason::Complained));
        let listed = "OnAccountSuppressionList";
        for (kind, detail, says, suppresses) in [
            ("Email Sent", json!({}), Some(MailEvent::Accepted), None),
            ("Email Delivery Delayed", json!({}), Some(MailEvent::Delayed), None),
            ("Email Delivered", json!({}), Some(MailEvent::Delivered), None),
            ("Email Rejected", json!({}), Some(MailEvent::Suppressed), None),
            ("Email Rendering Failed", json!({}), Some(MailEvent::Suppressed), None),
            ("Email Bounced", bounce("Permanent", "General"), Some(MailEvent::Bounced), bounced),
            ("Email Bounced", bounce("Permanent", listed), Some(MailEvent::Suppressed), bounced),
            ("Email Bounced", bounce("Permanent", "Suppressed"), Some(MailEvent::Suppressed), bounced),
            ("Email Bounced", bounce("Transient", "MailboxFull"), Some(MailEvent::Bounced), None),
            ("Email Bounced", json!({}), Some(MailEvent::Bounced), None),
            ("Email Complaint Received", complaint("abuse", ""), Some(MailEvent::Complained), complained),
            ("Email Complaint Received", complaint("not-spam", ""), Some(MailEvent::Complained), None),
            ("Email Complaint Received", complaint("abuse", listed), Some(MailEvent::Suppressed), complained),
            ("Email Complaint Received", json!({}), Some(MailEvent::Complained), None),
            ("Email Opened", json!({}), None, None),
        ] {
            let event = event(kind, detail.clone());
            assert_eq!((event.says(), event.suppresses()), (says, suppresses), "{kind} {detail}");
        }
    }

    #[test]
    fn an_event_and_its_mail_have_times_of_their_own() {
        let event = event("Email Sent", json!({}));
        let text = |at: Option<Timestamp>| at.unwrap().to_string();
        assert_eq!(text(event.at()), "2026-11-28T00:00:09.000Z", "EventBridge writes whole seconds");
        assert_eq!(text(event.sent_at()), "2026-11-28T00:00:00.123Z");
        assert_eq!(event.message_id(), "m-1");
    }
}
