//! What an officer's invites can be narrowed by, in the query of a list and in the body of an action alike.

use domain::BatchId;
use serde::{Deserialize, Serialize};
use store::{InviteQuery, Sort};
use utoipa::ToSchema;

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
    #[schema(inline)]
    pub techpass: Option<TechpassFilter>,
    /// Where the SEED licence stands.
    #[schema(inline)]
    pub seed: Option<SeedFilter>,
    /// Only of this batch.
    #[schema(value_type = Option<String>)]
    pub batch: Option<BatchId>,
}

/// Where a TechPass account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the labels of the status page")]
pub enum TechpassFilter {
    Queued,
    Invited,
    NotOnboarded,
    Onboarded,
    Disabled,
    UserNotFound,
    Failed,
    Expired,
    Revoked,
    NeedsAttention,
}

/// Where a SEED licence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the labels of the status page")]
pub enum SeedFilter {
    NotRequired,
    Ineligible,
    Pending,
    LicenceAssigned,
    FullyOnboarded,
    LicenceError,
    LicenceWithdrawn,
}

impl InviteFilter {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let has_text = self.q.as_deref().is_some_and(|text| !domain::fields::text::trim(text).is_empty());
        !has_text && self.techpass.is_none() && self.seed.is_none() && self.batch.is_none()
    }

    /// The question to the table. `pointer` is where the filter stands in the request: empty for a query.
    ///
    /// # Errors
    ///
    /// A problem when the search text is too long.
    pub fn query(&self, pointer: &str, sort: Sort, limit: usize) -> Result<InviteQuery, Problem> {
        let text = self.q.as_deref().map(domain::fields::text::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > MAX_SEARCH) {
            let item = ProblemItem::new(format!("{pointer}/q"), "too-long", "Search for at most 100 characters.");
            return Err(Problem::new(Slug::BadRequest).items([item]));
        }
        Ok(InviteQuery {
            text: text.map(str::to_owned),
            techpass: self.techpass.map(|filter| filter.label().to_owned()),
            seed: self.seed.map(|filter| filter.label().to_owned()),
            batch: self.batch,
            sort,
            limit,
            after: None,
        })
    }
}

impl TechpassFilter {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Invited,
        Self::NotOnboarded,
        Self::Onboarded,
        Self::Disabled,
        Self::UserNotFound,
        Self::Failed,
        Self::Expired,
        Self::Revoked,
        Self::NeedsAttention,
    ];

    /// The label of the status page, which is what is stored and searched by.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Invited => "Invited",
            Self::NotOnboarded => "Not Onboarded",
            Self::Onboarded => "Onboarded",
            Self::Disabled => "Disabled",
            Self::UserNotFound => "User Not Found",
            Self::Failed => "Failed",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::NeedsAttention => "Needs attention",
        }
    }
}

impl SeedFilter {
    fn label(self) -> &'static str {
        match self {
            Self::NotRequired => "Not Required",
            Self::Ineligible => "Ineligible",
            Self::Pending => "Licence pending",
            Self::LicenceAssigned => "License Assigned",
            Self::FullyOnboarded => "Fully Onboarded",
            Self::LicenceError => "Licence error",
            Self::LicenceWithdrawn => "Licence withdrawn",
        }
    }
}

impl std::fmt::Debug for InviteFilter {
    /// Without the search text, which is part of somebody's name or address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InviteFilter")
            .field("techpass", &self.techpass)
            .field("seed", &self.seed)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
