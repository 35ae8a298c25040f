//! The tags of a mail, by which its events are recognised.
//!
//! SES allows letters, digits, `_` and `-` in them. Ids and numbers have only these, and name no person.

use domain::{BatchId, BulkActionId, InviteId, keys::AddressKey, mail::MailKind};

const INVITE: &str = "invite_id";
const BATCH: &str = "batch_id";
const ACTION: &str = "action_id";
const KIND: &str = "kind";
const GENERATION: &str = "generation";
const ATTEMPT: &str = "attempt";
const MAILBOX: &str = "mailbox";

/// The identity of one attempt at one mail, and its mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// What the mail is about.
    pub subject: Subject,
    pub kind: MailKind,
    pub generation: u32,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The keyed hash of its recipient. `None`: the mail was sent before there was this tag.
    pub mailbox: Option<AddressKey>,
}

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Invite(InviteId),
    Batch(BatchId),
    /// An action for many invites.
    BulkAction(BulkActionId),
    /// Nothing: the mail is sent only to cause events.
    Canary,
}

impl Tags {
    /// The tags as names and values.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let subject = match self.subject {
            Subject::Invite(id) => Some((INVITE, id.to_string())),
            Subject::Batch(id) => Some((BATCH, id.to_string())),
            Subject::BulkAction(id) => Some((ACTION, id.to_string())),
            Subject::Canary => None,
        };
        let mailbox = self.mailbox.as_ref().map(|mailbox| (MAILBOX, mailbox.as_str().to_owned()));
        let mut pairs = vec![
            (KIND, self.kind.name().to_owned()),
            (GENERATION, self.generation.to_string()),
            (ATTEMPT, self.attempt.to_string()),
        ];
        pairs.extend(subject);
        pairs.extend(mailbox);
        pairs
    }

    /// Reads tags by their names. `None`: the mail is not one of this service.
    ///
    /// ```
    /// use mail::Tags;
    ///
    /// assert_eq!(Tags::read(|_| None), None);
    /// ```
    #[must_use]
    pub fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let invite = value(INVITE).and_then(InviteId::parse).map(Subject::Invite);
        let batch = || value(BATCH).and_then(BatchId::parse).map(Subject::Batch);
        let action = || value(ACTION).and_then(BulkActionId::parse).map(Subject::BulkAction);
        let kind = value(KIND)?;
        let kind = MailKind::ALL.into_iter().find(|known| known.name() == kind)?;
        let canary = (kind == MailKind::Canary).then_some(Subject::Canary);
        Some(Self {
            subject: invite.or_else(batch).or_else(action).or(canary)?,
            kind,
            generation: value(GENERATION)?.parse().ok()?,
            attempt: value(ATTEMPT)?.parse().ok()?,
            mailbox: value(MAILBOX).and_then(AddressKey::parse),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{EmailAddress, Keys, Timestamp};

    use super::*;

    #[test]
    fn tags_read_back_and_keep_to_what_ses_allows() {
        let (now, entropy) = (Timestamp::from_unix_ms(1_763_875_442_000), testing::seeded(1));
        let subjects = [
            Subject::Invite(InviteId::generate(now, &entropy)),
            Subject::Batch(BatchId::generate(now, &entropy)),
            Subject::BulkAction(BulkActionId::generate(now, &entropy)),
        ];
        let kinds = MailKind::ALL;
        let of_each = subjects.iter().flat_map(|s| kinds.iter().map(move |k| (*s, *k)));
        for (subject, kind) in of_each.chain([(Subject::Canary, MailKind::Canary)]) {
            let to = EmailAddress::parse("ada@agency.gov.sg").unwrap();
            let mailbox = Some(Keys::derive(b"test").address(&to));
            let tags = Tags { subject, kind, generation: 2, attempt: 1, mailbox };
            let pairs: BTreeMap<_, _> = tags.pairs().into_iter().collect();
            assert_eq!(Tags::read(|name| pairs.get(name).map(String::as_str)), Some(tags));
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            assert!(pairs.iter().all(|(name, value)| name.bytes().chain(value.bytes()).all(allowed)));
        }
    }
}
