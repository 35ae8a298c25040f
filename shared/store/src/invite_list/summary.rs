//! The summary of an invite for lists: what they search, filter and sort by, and no more.

use domain::{
    BatchId, InviteId, Timestamp,
    invite::{Invite, Origin, SeedStatus, TechpassStatus},
};
use serde::{Deserialize, Serialize};

use super::query::{InviteQuery, Sort};

/// An invite as lists need it. It is written with the invite, as the attribute that the index `listing` holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub(super) id: InviteId,
    pub(super) created_at: Timestamp,
    pub(super) techpass: TechpassStatus,
    pub(super) seed: SeedStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<BatchId>,
    pub(super) email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Name>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) places: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Name {
    pub(super) last: String,
    pub(super) first: String,
}

/// The place of an invite in an order. As texts, places are in the same order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    key: PlaceKey,
    pub(super) id: InviteId,
}

/// All places of one order have keys of one kind.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum PlaceKey {
    Time(i64),
    Text(String),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            PlaceKey::Time(time) => write!(f, "{time:020}\u{0}{}", self.id),
            PlaceKey::Text(text) => write!(f, "{text}\u{0}{}", self.id),
        }
    }
}

impl std::fmt::Debug for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Summary").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Summary {
    /// The kind of the items that have summaries.
    pub(crate) const ENTITY: &'static str = "invite";

    /// The summary of an invite.
    #[must_use]
    pub fn of(invite: &Invite) -> Self {
        let profile = invite.profile.as_ref();
        let department = profile.and_then(|profile| profile.department.as_ref());
        let organisation = profile.map(|profile| profile.organisation.as_str());
        let text = str::to_owned;
        Self {
            id: invite.id,
            created_at: invite.created_at,
            techpass: invite.techpass_status(),
            seed: invite.seed_status(),
            batch: match invite.origin {
                Origin::Batch { batch, .. } => Some(batch),
                _ => None,
            },
            email: text(invite.email.as_str()),
            username: invite.holder.username().map(|username| text(username.as_str())),
            name: profile.map(|profile| Name {
                last: text(profile.last_name.as_str()),
                first: text(profile.first_name.as_str()),
            }),
            places: organisation.into_iter().chain(department.map(domain::Department::as_str)).map(text).collect(),
        }
    }

    /// Whether it matches `query` in everything but the status of its TechPass account. `needle` is the query's text in
    /// lower case.
    pub(super) fn matches_elsewhere(&self, query: &InviteQuery, needle: Option<&str>) -> bool {
        query.seed.is_none_or(|wanted| wanted == self.seed)
            && query.batch.is_none_or(|wanted| self.batch == Some(wanted))
            && needle.is_none_or(|needle| self.searched().any(|text| text.to_lowercase().contains(needle)))
    }

    /// Whether its TechPass account has the status that the query asks for.
    pub(super) fn has_status(&self, query: &InviteQuery) -> bool {
        query.techpass.is_none_or(|wanted| wanted == self.techpass)
    }

    /// Its place in an order, which no other invite has.
    pub(super) fn place(&self, sort: Sort) -> Place {
        let key = match sort {
            // The complement of the time, so that later times are sorted first.
            Sort::NewestFirst => PlaceKey::Time(i64::MAX - self.created_at.unix_ms()),
            Sort::OldestFirst => PlaceKey::Time(self.created_at.unix_ms()),
            Sort::Email => PlaceKey::Text(self.email.to_lowercase()),
            Sort::Name => PlaceKey::Text(self.name.as_ref().map_or_else(
                || "\u{10ffff}".to_owned(),
                |Name { last, first }| format!("{last}\u{1}{first}").to_lowercase(),
            )),
        };
        Place { key, id: self.id }
    }

    fn searched(&self) -> impl Iterator<Item = &String> {
        let name = self.name.iter().flat_map(|name| [&name.first, &name.last]);
        [&self.email].into_iter().chain(&self.username).chain(name).chain(&self.places)
    }
}
