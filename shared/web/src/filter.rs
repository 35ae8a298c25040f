//! The filter of an officer's invites, for the query of a list and for the body of a bulk action.

use domain::{
    BatchId, Day,
    invite::{SeedStatus, TechpassStatus},
    mail::MailStatus,
    search::Words,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use store::{Days, InviteQuery, Sort};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};

use crate::{Problem, ProblemItem, Slug};

/// Characters of a search at most.
const MAX_SEARCH: usize = 100;

/// Which of an officer's invites: those that fit everything that is said.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteFilter {
    /// Words of a name, an address, an organisation, a department or a username, in any order and spelling.
    #[schema(max_length = 100)]
    pub q: Option<String>,
    /// The status of the TechPass account.
    #[schema(inline)]
    pub techpass: Option<TechpassFilter>,
    /// The status of the SEED licence.
    #[schema(inline)]
    pub seed: Option<SeedFilter>,
    /// The status of the mail to the invitee.
    #[schema(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFilter>,
    #[schema(value_type = Option<String>)]
    pub batch: Option<BatchId>,
    /// Invited on this day in Singapore or later.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Invited on this day in Singapore or earlier.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

/// A status by its name in the API. Names that earlier releases stored, and statuses that no filter has, are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByName<T>(pub T);

/// What a filter says of the TechPass account.
pub type TechpassFilter = ByName<TechpassStatus>;

/// What a filter says of the SEED licence.
pub type SeedFilter = ByName<SeedStatus>;

/// What a filter says of the mail to the invitee.
pub type MailFilter = ByName<MailStatus>;

/// A status that lists can be filtered by.
pub trait Status: Copy + 'static {
    /// Every one that a filter can have.
    const FILTERS: &'static [Self];

    /// The name in the API.
    fn name(self) -> &'static str;
}

impl Status for TechpassStatus {
    const FILTERS: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Status for SeedStatus {
    const FILTERS: &'static [Self] = &Self::FILTERS;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Status for MailStatus {
    const FILTERS: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl<'de, T: Status> Deserialize<'de> for ByName<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = T::FILTERS.iter().copied().find(|status| status.name() == text);
        found.map(Self).ok_or_else(|| de::Error::custom("no such status"))
    }
}

impl<T: Status> Serialize for ByName<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<T: Status> PartialSchema for ByName<T> {
    fn schema() -> RefOr<Schema> {
        let names = T::FILTERS.iter().map(|status| status.name());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl<T: Status> ToSchema for ByName<T> {}

impl InviteFilter {
    /// Whether it selects every invite.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { q, techpass, seed, mail, batch, from, to } = self;
        q.as_deref().is_none_or(|text| Words::of(text).is_empty())
            && techpass.is_none()
            && seed.is_none()
            && mail.is_none()
            && batch.is_none()
            && from.is_none()
            && to.is_none()
    }

    /// The query to the table. `pointer` is the place of the filter in the request: empty for a query string.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long, or the first day is after the last.
    pub fn query(&self, pointer: &str, sort: Sort, limit: usize) -> Result<InviteQuery, Problem> {
        let text = self.q.as_deref().map(domain::fields::text::trim).unwrap_or_default();
        if text.chars().count() > MAX_SEARCH {
            let item = ProblemItem::new(format!("{pointer}/q"), "too-long", "Search for at most 100 characters.");
            return Err(Problem::new(Slug::BadRequest).items([item]));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            let item = ProblemItem::new(format!("{pointer}/from"), "out-of-order", "This day is after the last day.");
            return Err(Problem::new(Slug::BadRequest).items([item]));
        }
        Ok(InviteQuery {
            words: Words::of(text),
            techpass: self.techpass.map(|ByName(status)| status),
            seed: self.seed.map(|ByName(status)| status),
            mail: self.mail.map(|ByName(status)| status),
            batch: self.batch,
            invited: Days { first: self.from, last: self.to },
            sort,
            limit,
            after: None,
        })
    }
}

impl std::fmt::Debug for InviteFilter {
    /// Does not print the search text, which is part of a person's name or address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InviteFilter")
            .field("techpass", &self.techpass)
            .field("seed", &self.seed)
            .field("mail", &self.mail)
            .field("batch", &self.batch)
            .field("from", &self.from)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_is_read_by_its_name_and_by_nothing_else() {
        let read = |value: serde_json::Value| serde_json::from_value::<InviteFilter>(value);
        let filter = read(json!({"techpass": "not-onboarded", "seed": "licence-assigned"})).unwrap();
        assert_eq!(filter.techpass, Some(ByName(TechpassStatus::NotOnboarded)));
        assert_eq!(filter.seed, Some(ByName(SeedStatus::LicenceAssigned)));
        assert!(read(json!({"techpass": null})).unwrap().is_empty());
        for stored in [
            json!({"techpass": "Not Onboarded"}),
            json!({"seed": "Licence pending"}),
            json!({"seed": "no-account"}),
            json!({"seed": "-"}),
        ] {
            assert!(read(stored.clone()).is_err(), "{stored}");
        }
    }
}
