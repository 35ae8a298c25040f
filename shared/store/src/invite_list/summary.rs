//! The summary of an invite for lists: what they search, filter and sort by, and no more.

use domain::{
    BatchId, InviteId, PersonName, Timestamp,
    invite::{Invite, Origin, SeedStatus, TechpassStatus},
    mail::MailStatus,
    search::{fold_onto, folded},
};
use serde::{Deserialize, Serialize};

use super::{
    place::{Place, PlaceKey},
    query::{InviteQuery, Sort, SortColumn},
};

/// An invite as lists need it. It is written with the invite, as the attribute that the index `listing` holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub(super) id: InviteId,
    pub(super) created_at: Timestamp,
    pub(super) techpass: TechpassStatus,
    pub(super) seed: SeedStatus,
    /// Of the invitee's mail. `None`: there is none, or a release wrote this that did not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mail: Option<MailStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<BatchId>,
    pub(super) email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Name>,
    /// The organisation, and the department if there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) places: Vec<String>,
    /// Whether it is in the list at all. `None`: it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left: Option<Left>,
}

/// The invite has left the list, because another officer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Left {
    #[serde(rename = "handed-over")]
    HandedOver,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Name {
    pub(super) last: String,
    pub(super) first: String,
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
        let owned = str::to_owned;
        let part = |name: Option<&PersonName>| name.map(|name| owned(name.as_str())).unwrap_or_default();
        Self {
            id: invite.id,
            created_at: invite.created_at,
            techpass: invite.techpass_status(),
            seed: invite.seed_status(),
            mail: invite.mail.as_ref().map(domain::mail::Mail::status),
            batch: match invite.origin {
                Origin::Batch { batch, .. } => Some(batch),
                _ => None,
            },
            email: owned(invite.email.as_str()),
            username: invite.holder.username().map(|username| owned(username.as_str())),
            name: profile.map(|profile| Name { last: part(profile.name.last()), first: part(profile.name.first()) }),
            places: organisation.into_iter().chain(department.map(domain::Department::as_str)).map(owned).collect(),
            left: None,
        }
    }

    /// The entry of an invite that has left a list. It holds nothing of its person.
    pub(crate) fn left(invite: &Invite) -> Self {
        Self {
            id: invite.id,
            created_at: invite.created_at,
            techpass: invite.techpass_status(),
            seed: invite.seed_status(),
            mail: None,
            batch: None,
            email: String::new(),
            username: None,
            name: None,
            places: Vec::new(),
            left: Some(Left::HandedOver),
        }
    }

    /// Whether it says only that its invite is no longer in the list.
    pub(super) fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// Whether it matches `query` in everything but the status of its TechPass account. `searched` is for the texts
    /// that are searched, so that a list needs memory for one invite only.
    pub(super) fn matches_elsewhere(&self, query: &InviteQuery, searched: &mut String) -> bool {
        query.seed.is_none_or(|wanted| wanted == self.seed)
            && query.mail.is_none_or(|wanted| self.mail == Some(wanted))
            && query.batch.is_none_or(|wanted| self.batch == Some(wanted))
            && query.invited.contain(self.created_at)
            && (query.words.is_empty() || query.words.are_in(self.searched(searched)))
    }

    /// Whether its TechPass account has the status that the query asks for.
    pub(super) fn has_status(&self, query: &InviteQuery) -> bool {
        query.techpass.is_none_or(|wanted| wanted == self.techpass)
    }

    /// Its place in an order.
    pub(super) fn place(&self, sort: Sort) -> Place {
        let name = |of: fn(&Name) -> [&str; 2]| {
            let [first, second] = of(self.name.as_ref()?);
            Some(format!("{}\u{1}{}", text(first)?, folded(second)))
        };
        let key = match sort.column {
            SortColumn::FirstName => name(|name| [&name.first, &name.last]).map(PlaceKey::Text),
            SortColumn::LastName => name(|name| [&name.last, &name.first]).map(PlaceKey::Text),
            SortColumn::Email => text(&self.email).map(PlaceKey::Text),
            SortColumn::Organisation => self.places.first().and_then(|name| text(name)).map(PlaceKey::Text),
            SortColumn::Department => self.places.get(1).and_then(|name| text(name)).map(PlaceKey::Text),
            SortColumn::Date => Some(PlaceKey::Number(self.created_at.unix_ms())),
            SortColumn::Techpass => number(&TechpassStatus::ALL, self.techpass),
            SortColumn::Seed => number(&SeedStatus::FILTERS, self.seed),
        };
        Place { key, id: self.id }
    }

    /// The folded texts that are searched, on a line each.
    fn searched<'a>(&self, folded: &'a mut String) -> &'a str {
        folded.clear();
        let name = self.name.iter().flat_map(|name| [&name.first, &name.last]);
        for text in [&self.email].into_iter().chain(&self.username).chain(name).chain(&self.places) {
            fold_onto(folded, text);
            folded.push('\n');
        }
        folded
    }
}

/// A text as it is sorted. `None`: it is empty.
fn text(text: &str) -> Option<String> {
    Some(folded(text)).filter(|text| !text.is_empty())
}

/// The number of a status in their order. `None`: it has no place there.
fn number<T: Copy + PartialEq>(order: &[T], status: T) -> Option<PlaceKey> {
    let number = order.iter().position(|each| *each == status)?;
    i64::try_from(number).ok().map(PlaceKey::Number)
}
