//! Ids: one type per kind, so that a batch's id cannot be used in place of an invite's.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::{Entropy, Timestamp, digest::first_16_bytes, text_form::text_form};

/// An id that is computed from a digest: the same for the same input.
pub(crate) trait OfDigest: Sized {
    fn of_ulid(ulid: Ulid) -> Self;

    /// The id with the first 16 bytes of the digest.
    fn of_digest(digest: impl Into<[u8; 32]>) -> Self {
        Self::of_ulid(Ulid(first_16_bytes(&digest.into())))
    }

    /// The id with the time `ms`, in milliseconds since 1970, and as much of the digest as fits beside it. It is sorted
    /// among the ids of that time.
    fn of_digest_at(ms: u64, digest: impl Into<[u8; 32]>) -> Self {
        Self::of_ulid(Ulid::from_parts(ms, first_16_bytes(&digest.into())))
    }
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            const PREFIX: &'static str = concat!($prefix, "_");

            /// A new id. It is sorted after the ids of earlier times.
            #[must_use]
            pub fn generate(now: Timestamp, entropy: &Entropy) -> Self {
                Self(Ulid::from_parts(u64::try_from(now.unix_ms()).unwrap_or(0), entropy.next_u128()))
            }

            /// When it was generated, to the millisecond.
            #[must_use]
            pub fn generated_at(self) -> Timestamp {
                Timestamp::from_unix_ms(i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX))
            }

            /// Reads the text form. `None`: the text is no id of this kind.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let digits = text.strip_prefix(Self::PREFIX)?;
                let ulid = Ulid::from_string(digits).ok()?;
                // Crockford's alphabet has several spellings of one id; only the canonical one is used in keys.
                (ulid.to_string() == digits).then_some(Self(ulid))
            }
        }

        impl OfDigest for $name {
            fn of_ulid(ulid: Ulid) -> Self {
                Self(ulid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", Self::PREFIX, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| D::Error::custom(concat!("not an id of the form ", $prefix, "_…")))
            }
        }
    };
}

id_type! {
    /// An invite's id, such as `inv_01JD…`.
    InviteId, "inv"
}

id_type! {
    /// A batch's id, such as `bat_01JD…`.
    BatchId, "bat"
}

id_type! {
    /// The id of an action for many invites, such as `act_01JD…`.
    BulkActionId, "act"
}

id_type! {
    /// The id of a webhook event, such as `ntc_01JD…`.
    WebhookEventId, "ntc"
}

id_type! {
    /// The id of an agency's subscription, such as `agn_01JD…`.
    SubscriptionId, "agn"
}

impl WebhookEventId {
    /// The id of the webhook event for one version of an invite: the same event, however often the stream delivers the
    /// change.
    #[must_use]
    pub fn of_version(invite: InviteId, version: u64, at: Timestamp) -> Self {
        let digest = Sha256::new().chain_update(invite.to_string()).chain_update(version.to_be_bytes()).finalize();
        Self::of_digest_at(u64::try_from(at.unix_ms()).unwrap_or(0), digest)
    }
}

id_type! {
    /// The id of an account's own request for SEED, such as `sed_3F8R…`.
    SeedRequestId, "sed"
}

impl InviteId {
    /// The id of the invite that a row becomes. It is computed from the row, so a repeated dispatch creates no second
    /// invite.
    #[must_use]
    pub fn of_row(batch: BatchId, officer: &OfficerId, row: u32, row_version: u64) -> Self {
        let digest = Sha256::new()
            .chain_update(batch.to_string())
            .chain_update(officer.as_str())
            .chain_update(row.to_be_bytes())
            .chain_update(row_version.to_be_bytes())
            .finalize();
        // The time of the batch comes first, so that these ids are sorted among the others.
        Self::of_digest_at(batch.0.timestamp_ms(), digest)
    }
}

/// The id of an officer: the `sub` claim of the verified token.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OfficerId(String);

impl OfficerId {
    /// Reads a `sub`: letters, digits and hyphens, as user pools issue them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OfficerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OfficerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_form!(OfficerId, |text| OfficerId::parse(text).ok_or("not an officer id"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_no_other_kind_reads_it() {
        let id = InviteId::generate(Timestamp::from_unix_ms(1_763_875_442_123), &Entropy::seeded(7));
        assert_eq!(InviteId::parse(&id.to_string()), Some(id));
        assert_eq!(BatchId::parse(&id.to_string()), None);
        assert_eq!(InviteId::parse(&id.to_string().to_lowercase()), None);
        assert_eq!(InviteId::parse("inv_"), None);
    }

    /// Rows and versions that were written before a release are read again after it, so every release has to compute
    /// the same ids.
    #[test]
    fn a_computed_id_never_changes_and_holds_the_time_of_its_source() {
        let at = Timestamp::from_unix_ms(1_763_875_442_123);
        let batch = BatchId::generate(at, &Entropy::new(|| 7));
        let officer = OfficerId::parse("0a1b").unwrap();
        let id = InviteId::of_row(batch, &officer, 3, 1);
        assert_eq!((id.to_string().as_str(), id.generated_at()), ("inv_01KAQJPKEBYEBHC9VZS64M1YWG", at));
        let event = WebhookEventId::of_version(id, 2, at);
        assert_eq!((event.to_string().as_str(), event.generated_at()), ("ntc_01KAQJPKEBN6GD5VGMD28H3QHT", at));
    }

    #[test]
    fn everything_about_a_row_and_a_version_is_in_the_id() {
        let at = Timestamp::from_unix_ms(1_763_875_442_123);
        let batch = |random| BatchId::generate(at, &Entropy::new(move || random));
        let row =
            |batch, officer, row, version| InviteId::of_row(batch, &OfficerId::parse(officer).unwrap(), row, version);
        let id = row(batch(7), "0a1b", 3, 1);
        assert_eq!(id, row(batch(7), "0a1b", 3, 1));
        for other in [
            row(batch(8), "0a1b", 3, 1),
            row(batch(7), "0a1c", 3, 1),
            row(batch(7), "0a1b", 4, 1),
            row(batch(7), "0a1b", 3, 2),
        ] {
            assert_ne!(id, other);
        }
        let event = WebhookEventId::of_version(id, 2, at);
        assert_ne!(event, WebhookEventId::of_version(id, 3, at));
        assert_ne!(event, WebhookEventId::of_version(row(batch(8), "0a1b", 3, 1), 2, at));
    }

    #[test]
    fn an_officer_id_is_letters_digits_and_hyphens() {
        let longest = "a".repeat(64);
        for text in ["a", "7", "-", "0a1B-c", &longest] {
            let id = OfficerId::parse(text).unwrap();
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
        }
        for text in ["", "a b", "a_b", "a.b", "\u{e4}", &"a".repeat(65)] {
            assert_eq!(OfficerId::parse(text), None, "{text}");
        }
    }
}
