//! The filters and orders of a list.

use domain::{BatchId, Day};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use store::{Direction, InviteQuery, Sort, SortColumn};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};
use web::{InviteFilter, Limit, MailFilter, Problem, SeedFilter, TechpassFilter};

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
    /// Words of a name, an address, an organisation, a department or a username, in any order and spelling.
    #[param(max_length = 100)]
    q: Option<String>,
    /// The status of the TechPass account.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// The status of the SEED licence.
    #[param(inline)]
    seed: Option<SeedFilter>,
    /// The status of the mail to the invitee.
    #[param(inline)]
    mail: Option<MailFilter>,
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
    /// Invited on this day in Singapore or later.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// Invited on this day in Singapore or earlier.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    #[serde(default)]
    #[param(inline, value_type = Option<ListOrder>)]
    sort: ListOrder,
}

/// The parameters of an export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Words of a name, an address, an organisation, a department or a username, in any order and spelling.
    #[param(max_length = 100)]
    q: Option<String>,
    /// The status of the TechPass account.
    #[param(inline)]
    techpass: Option<TechpassFilter>,
    /// The status of the SEED licence.
    #[param(inline)]
    seed: Option<SeedFilter>,
    /// The status of the mail to the invitee.
    #[param(inline)]
    mail: Option<MailFilter>,
    #[param(value_type = Option<String>)]
    batch: Option<BatchId>,
    /// Invited on this day in Singapore or later.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// Invited on this day in Singapore or earlier.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    #[serde(default)]
    #[param(inline, value_type = Option<ListOrder>)]
    sort: ListOrder,
}

/// The order of a list, by its name in the API: a column, or `-` and a column for the other direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListOrder(Sort);

/// The names of the columns.
const COLUMNS: [(&str, SortColumn); 8] = [
    ("first-name", SortColumn::FirstName),
    ("last-name", SortColumn::LastName),
    ("email", SortColumn::Email),
    ("organisation", SortColumn::Organisation),
    ("department", SortColumn::Department),
    ("date", SortColumn::Date),
    ("techpass", SortColumn::Techpass),
    ("seed", SortColumn::Seed),
];

/// The names of three orders in earlier releases, whose pages may still be open, and whose cursors hold them.
const EARLIER: [(&str, Sort); 3] =
    [("newest", Sort::NEWEST), ("oldest", Sort::OLDEST), ("name", Sort::by(SortColumn::LastName))];

impl ListOrder {
    /// Every order with its name.
    fn all() -> impl Iterator<Item = (String, Self)> {
        COLUMNS.into_iter().flat_map(|(name, column)| {
            let order = |direction| Self(Sort { column, direction });
            [(name.to_owned(), order(Direction::Ascending)), (format!("-{name}"), order(Direction::Descending))]
        })
    }
}

impl<'de> Deserialize<'de> for ListOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let now = Self::all().find(|(name, _)| *name == text).map(|(_, order)| order);
        let earlier = EARLIER.into_iter().find(|(name, _)| *name == text).map(|(_, sort)| Self(sort));
        now.or(earlier).ok_or_else(|| de::Error::custom("no such order"))
    }
}

/// For cursors, which an earlier release may have given out or may be given.
impl Serialize for ListOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let earlier = EARLIER.into_iter().find(|(_, sort)| *sort == self.0).map(|(name, _)| name.to_owned());
        let now = || Self::all().find(|(_, order)| order == self).map(|(name, _)| name);
        serializer.collect_str(&earlier.or_else(now).unwrap_or_default())
    }
}

impl PartialSchema for ListOrder {
    fn schema() -> RefOr<Schema> {
        let names = Self::all().map(|(name, _)| name);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for ListOrder {}

impl ListQuery {
    /// The query for the first page of the list.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long.
    pub fn first_page(&self) -> Result<InviteQuery, Problem> {
        self.filter().query("", self.sort.0, self.limit.get())
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
        let Self { techpass, seed, mail, batch, from, to, .. } = *self;
        InviteFilter { q: self.q.clone(), techpass, seed, mail, batch, from, to }
    }
}

impl ExportQuery {
    /// The query for an export of up to `limit` rows.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the search text is too long.
    pub fn up_to(&self, limit: usize) -> Result<InviteQuery, Problem> {
        let Self { techpass, seed, mail, batch, from, to, .. } = *self;
        let filter = InviteFilter { q: self.q.clone(), techpass, seed, mail, batch, from, to };
        filter.query("", self.sort.0, limit)
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
    use domain::{
        invite::{SeedStatus, TechpassStatus},
        mail::MailStatus,
        search::Words,
    };
    use serde_json::json;
    use store::Days;

    use super::*;

    #[test]
    fn a_list_and_an_export_are_in_the_order_that_is_asked_for() {
        for (name, column) in COLUMNS {
            for (sort, direction) in
                [(name.to_owned(), Direction::Ascending), (format!("-{name}"), Direction::Descending)]
            {
                let asked = json!({"sort": sort, "q": "ada"});
                let list: ListQuery = serde_json::from_value(asked.clone()).unwrap();
                let export: ExportQuery = serde_json::from_value(asked).unwrap();
                for (query, limit) in [(list.first_page().unwrap(), 50), (export.up_to(7).unwrap(), 7)] {
                    let expected = (Sort { column, direction }, limit, Words::of("ada"));
                    assert_eq!((query.sort, query.limit, query.words), expected, "{sort}");
                }
            }
        }
        let list: ListQuery = serde_json::from_value(json!({})).unwrap();
        assert_eq!(list.first_page().unwrap().sort, Sort::NEWEST);
        assert!(serde_json::from_value::<ListQuery>(json!({"sort": "newer"})).is_err());
    }

    #[test]
    fn the_orders_of_earlier_releases_are_known() {
        for (name, sort) in EARLIER {
            let list: ListQuery = serde_json::from_value(json!({"sort": name})).unwrap();
            assert_eq!(list.first_page().unwrap().sort, sort, "{name}");
        }
        let list: ListQuery = serde_json::from_value(json!({"q": "ada"})).unwrap();
        let earlier = r#"["invites",{"q":"ada","techpass":null,"seed":null,"batch":null},"newest"]"#;
        assert_eq!(list.description().unwrap(), earlier, "what a cursor of an earlier release depends on");
    }

    #[test]
    fn a_list_is_narrowed_by_everything_that_is_asked_for() {
        let asked = json!({
            "techpass": "failed", "seed": "pending", "mail": "BOUNCED", "batch": "bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB",
            "from": "2026-11-01", "to": "2026-11-30",
        });
        let list: ListQuery = serde_json::from_value(asked.clone()).unwrap();
        let export: ExportQuery = serde_json::from_value(asked).unwrap();
        for query in [list.first_page().unwrap(), export.up_to(7).unwrap()] {
            assert_eq!(query.techpass, Some(TechpassStatus::Failed));
            assert_eq!((query.seed, query.mail), (Some(SeedStatus::Pending), Some(MailStatus::Bounced)));
            assert_eq!(query.batch, BatchId::parse("bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB"));
            let days = Days { first: Day::parse("2026-11-01"), last: Day::parse("2026-11-30") };
            assert_eq!(query.invited, days);
        }
        let backwards: ListQuery = serde_json::from_value(json!({"from": "2026-11-02", "to": "2026-11-01"})).unwrap();
        assert!(backwards.first_page().is_err());
        assert!(serde_json::from_value::<ListQuery>(json!({"from": "01-11-2026"})).is_err());
    }

    #[test]
    fn a_cursor_is_of_one_filter_and_one_order() {
        let description = |asked| serde_json::from_value::<ListQuery>(asked).unwrap().description().unwrap();
        let asked = [json!({}), json!({"sort": "last-name"}), json!({"q": "ada"}), json!({"q": "bo"})];
        let descriptions: std::collections::BTreeSet<String> = asked.into_iter().map(description).collect();
        assert_eq!(descriptions.len(), 4);
        assert_eq!(description(json!({})), description(json!({"limit": "9", "cursor": "x"})));
    }
}
