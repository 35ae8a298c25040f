//! The filter of an officer's invites, for the query of a list and for the body of a bulk action.

use domain::{
    BatchId,
    invite::{SeedStatus, TechpassStatus},
};
use serde::{Deserialize, Deserializer, Serialize, de};
use store::{InviteQuery, Sort};
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
    /// Part of a name, an address, an organisation, a department or a username.
    #[schema(max_length = 100)]
    pub q: Option<String>,
    /// Where the TechPass account stands.
    #[serde(default, deserialize_with = "techpass_filter")]
    #[schema(inline, value_type = Option<TechpassFilter>)]
    pub techpass: Option<TechpassStatus>,
    /// Where the SEED licence stands.
    #[serde(default, deserialize_with = "seed_filter")]
    #[schema(inline, value_type = Option<SeedFilter>)]
    pub seed: Option<SeedStatus>,
    #[schema(value_type = Option<String>)]
    pub batch: Option<BatchId>,
}

/// The schema of a [`TechpassStatus`] that lists can be filtered by.
#[derive(Debug)]
pub struct TechpassFilter;

impl PartialSchema for TechpassFilter {
    fn schema() -> RefOr<Schema> {
        names(TechpassStatus::ALL.map(TechpassStatus::name))
    }
}

impl ToSchema for TechpassFilter {}

/// The schema of a [`SeedStatus`] that lists can be filtered by.
#[derive(Debug)]
pub struct SeedFilter;

impl PartialSchema for SeedFilter {
    fn schema() -> RefOr<Schema> {
        names(SeedStatus::FILTERS.map(SeedStatus::name))
    }
}

impl ToSchema for SeedFilter {}

fn names<const N: usize>(names: [&'static str; N]) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
}

/// Reads a TechPass status by its name in the API. Names that earlier releases stored are refused.
///
/// # Errors
///
/// When the text is no such name.
pub fn techpass_filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TechpassStatus>, D::Error> {
    named(deserializer, &TechpassStatus::ALL, TechpassStatus::name)
}

/// Reads a SEED status by its name in the API, like [`techpass_filter`].
///
/// # Errors
///
/// When the text is no name that lists can be filtered by.
pub fn seed_filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SeedStatus>, D::Error> {
    named(deserializer, &SeedStatus::FILTERS, SeedStatus::name)
}

fn named<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let found = all.iter().copied().find(|one| name(*one) == text);
    found.map(Some).ok_or_else(|| de::Error::custom("no such status"))
}

impl InviteFilter {
    /// Whether it selects every invite.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let has_text = self.q.as_deref().is_some_and(|text| !domain::fields::text::trim(text).is_empty());
        !has_text && self.techpass.is_none() && self.seed.is_none() && self.batch.is_none()
    }

    /// The query to the table. `pointer` is the place of the filter in the request: empty for a query string.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long.
    pub fn query(&self, pointer: &str, sort: Sort, limit: usize) -> Result<InviteQuery, Problem> {
        let text = self.q.as_deref().map(domain::fields::text::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > MAX_SEARCH) {
            let item = ProblemItem::new(format!("{pointer}/q"), "too-long", "Search for at most 100 characters.");
            return Err(Problem::new(Slug::BadRequest).items([item]));
        }
        Ok(InviteQuery {
            text: text.map(str::to_owned),
            techpass: self.techpass,
            seed: self.seed,
            batch: self.batch,
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
            .field("batch", &self.batch)
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
        assert_eq!(filter.techpass, Some(TechpassStatus::NotOnboarded));
        assert_eq!(filter.seed, Some(SeedStatus::LicenceAssigned));
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
