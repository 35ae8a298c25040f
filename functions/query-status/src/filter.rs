//! The filters and orders of a list.

use domain::BatchId;
use serde::{Deserialize, Serialize};
use store::{InviteQuery, Sort};
use utoipa::{IntoParams, ToSchema};
use web::{InviteFilter, Limit, Problem, SeedFilter, TechpassFilter};

/// The parameters of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Part of a name, an address, an organisation, a department or a username.
    #[param(max_length = 100)]
    q: Option<String>,
    /// The status of the TechPass account.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// The status of the SEED licence.
    #[param(inline)]
    seed: Option<SeedFilter>,
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
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
    /// The status of the TechPass account.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// The status of the SEED licence.
    #[param(inline)]
    seed: Option<SeedFilter>,
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
    #[serde(default)]
    #[param(inline, value_type = Option<SortOrder>)]
    sort: SortOrder,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SortOrder {
    #[default]
    Newest,
    Oldest,
    Email,
    /// By last name, then first name.
    Name,
}

impl ListQuery {
    /// The query for the first page of the list.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long.
    pub fn first_page(&self) -> Result<InviteQuery, Problem> {
        self.filter().query("", self.sort.into(), self.limit.get())
    }

    /// The cursor. `None`: the list begins.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Everything that a cursor depends on, as one text.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it cannot be serialised, which is a fault of this service.
    pub fn description(&self) -> Result<String, Problem> {
        serde_json::to_string(&("invites", self.filter(), self.sort)).map_err(Problem::internal)
    }

    fn filter(&self) -> InviteFilter {
        InviteFilter { q: self.q.clone(), techpass: self.techpass, seed: self.seed, batch: self.batch }
    }
}

impl ExportQuery {
    /// The query for an export of up to `limit` rows.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long.
    pub fn up_to(&self, limit: usize) -> Result<InviteQuery, Problem> {
        let filter = InviteFilter { q: self.q.clone(), techpass: self.techpass, seed: self.seed, batch: self.batch };
        filter.query("", self.sort.into(), limit)
    }
}

impl From<SortOrder> for Sort {
    fn from(order: SortOrder) -> Self {
        match order {
            SortOrder::Newest => Self::NewestFirst,
            SortOrder::Oldest => Self::OldestFirst,
            SortOrder::Email => Self::Email,
            SortOrder::Name => Self::Name,
        }
    }
}

impl std::fmt::Debug for ListQuery {
    /// Does not print the search text, which is part of a person's name or address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListQuery").field("sort", &self.sort).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ExportQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportQuery").field("sort", &self.sort).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_and_an_export_are_in_the_order_that_is_asked_for() {
        for (order, sort) in
            [("newest", Sort::NewestFirst), ("oldest", Sort::OldestFirst), ("email", Sort::Email), ("name", Sort::Name)]
        {
            let asked = json!({"sort": order, "q": "ada"});
            let list: ListQuery = serde_json::from_value(asked.clone()).unwrap();
            let export: ExportQuery = serde_json::from_value(asked).unwrap();
            for (query, limit) in [(list.first_page().unwrap(), 50), (export.up_to(7).unwrap(), 7)] {
                assert_eq!((query.sort, query.limit, query.text.as_deref()), (sort, limit, Some("ada")), "{order}");
            }
        }
    }

    #[test]
    fn a_cursor_is_of_one_filter_and_one_order() {
        let description = |asked| serde_json::from_value::<ListQuery>(asked).unwrap().description().unwrap();
        let asked = [json!({}), json!({"sort": "name"}), json!({"q": "ada"}), json!({"q": "bo"})];
        let descriptions: std::collections::BTreeSet<String> = asked.into_iter().map(description).collect();
        assert_eq!(descriptions.len(), 4);
        assert_eq!(description(json!({})), description(json!({"limit": "9", "cursor": "x"})));
    }
}
