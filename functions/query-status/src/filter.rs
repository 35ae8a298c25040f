//! What a list can be narrowed and ordered by.

use domain::BatchId;
use serde::{Deserialize, Serialize};
use store::{InviteQuery, Sort};
use utoipa::{IntoParams, ToSchema};
use web::{Limit, Problem, ProblemItem, Slug};

/// Characters of a search at most.
const MAX_SEARCH: usize = 100;

/// The parameters of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Items of a page.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Part of a name, an address, an organisation, a department or a username.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Where the TechPass account stands.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// Where the SEED licence stands.
    #[param(inline)]
    seed: Option<SeedFilter>,
    /// Only of this batch.
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
    /// The order.
    #[serde(default)]
    #[param(inline, value_type = Option<SortOrder>)]
    sort: SortOrder,
}

/// The parameters of an export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Part of a name, an address, an organisation, a department or a username.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Where the TechPass account stands.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// Where the SEED licence stands.
    #[param(inline)]
    seed: Option<SeedFilter>,
    /// Only of this batch.
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
    /// The order.
    #[serde(default)]
    #[param(inline, value_type = Option<SortOrder>)]
    sort: SortOrder,
}

/// Where a TechPass account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the labels of the status page")]
pub enum TechpassFilter {
    Queued,
    Invited,
    NotOnboarded,
    Onboarded,
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
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SortOrder {
    /// The latest invite first.
    #[default]
    Newest,
    /// The earliest invite first.
    Oldest,
    /// By email address.
    Email,
    /// By last name, then first name.
    Name,
}

impl TechpassFilter {
    /// The label of the status page, which is what is stored and searched by.
    fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Invited => "Invited",
            Self::NotOnboarded => "Not Onboarded",
            Self::Onboarded => "Onboarded",
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
        }
    }
}

impl ListQuery {
    /// What to list, from the first page on.
    ///
    /// # Errors
    ///
    /// A problem when the search text is too long.
    pub fn first_page(&self) -> Result<InviteQuery, Problem> {
        query(self.q.as_deref(), self.techpass, self.seed, self.batch, self.sort, self.limit.get())
    }

    /// The cursor, where the list goes on.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Everything that a cursor depends on, in one text.
    ///
    /// # Errors
    ///
    /// A problem when it cannot be written, which is a fault of this service.
    pub fn description(&self) -> Result<String, Problem> {
        let parts = ("invites", &self.q, self.techpass, self.seed, self.batch, self.sort);
        serde_json::to_string(&parts).map_err(Problem::internal)
    }
}

impl ExportQuery {
    /// What to export, up to `limit` rows.
    ///
    /// # Errors
    ///
    /// A problem when the search text is too long.
    pub fn up_to(&self, limit: usize) -> Result<InviteQuery, Problem> {
        query(self.q.as_deref(), self.techpass, self.seed, self.batch, self.sort, limit)
    }
}

fn query(
    search: Option<&str>,
    techpass: Option<TechpassFilter>,
    seed: Option<SeedFilter>,
    batch: Option<BatchId>,
    sort: SortOrder,
    limit: usize,
) -> Result<InviteQuery, Problem> {
    let text = search.map(domain::text::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > MAX_SEARCH) {
        let item = ProblemItem::new("/q", "too-long", "Search for at most 100 characters.");
        return Err(Problem::new(Slug::BadRequest).items([item]));
    }
    Ok(InviteQuery {
        text: text.map(str::to_owned),
        techpass: techpass.map(|filter| filter.label().to_owned()),
        seed: seed.map(|filter| filter.label().to_owned()),
        batch,
        sort: match sort {
            SortOrder::Newest => Sort::NewestFirst,
            SortOrder::Oldest => Sort::OldestFirst,
            SortOrder::Email => Sort::Email,
            SortOrder::Name => Sort::Name,
        },
        limit,
        after: None,
    })
}

impl std::fmt::Debug for ListQuery {
    /// Without the search text, which is part of somebody's name or address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListQuery").field("sort", &self.sort).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ExportQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportQuery").field("sort", &self.sort).finish_non_exhaustive()
    }
}
