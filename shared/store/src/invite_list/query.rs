//! Which of an officer's invites to list, and in which order.

use domain::{
    BatchId, Day, Timestamp,
    invite::{SeedStatus, TechpassStatus},
    mail::MailStatus,
    search::Words,
};

#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Only invites that have each word somewhere: in the name, the address, the organisation, the department or the
    /// username.
    pub words: Words,
    /// Only invites with this TechPass status.
    pub techpass: Option<TechpassStatus>,
    /// Only invites with this SEED status.
    pub seed: Option<SeedStatus>,
    /// Only invites whose mail has this status. Invites that earlier releases wrote last are not known to have one.
    pub mail: Option<MailStatus>,
    pub batch: Option<BatchId>,
    pub invited: Days,
    pub sort: Sort,
    pub limit: usize,
    /// The `next` of the previous page. `None`: the first page.
    pub after: Option<String>,
}

/// The days from `first` to `last`, both included. `None`: without an end on that side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    pub first: Option<Day>,
    pub last: Option<Day>,
}

/// The order of a list: by a column, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: SortColumn,
    pub direction: Direction,
}

/// From which end of a column a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the first text, or the earliest moment.
    Ascending,
    /// From the last text, or the latest moment.
    Descending,
}

/// What a list is sorted by. Invites without a text in the column are last in both orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortColumn {
    /// By first name, then by last name.
    FirstName,
    /// By last name, then by first name.
    LastName,
    Email,
    Organisation,
    Department,
    /// The moment of the invite.
    Date,
    /// In the order in which an invite passes its states.
    Techpass,
    /// In the order in which a licence passes its states.
    Seed,
}

impl Days {
    /// Whether a moment is within these days.
    #[must_use]
    pub fn contain(self, at: Timestamp) -> bool {
        self.first.is_none_or(|day| at >= day.begin()) && self.last.is_none_or(|day| at < day.end())
    }
}

impl Sort {
    /// The latest invite comes first.
    pub const NEWEST: Self = Self { column: SortColumn::Date, direction: Direction::Descending };
    /// The earliest invite comes first.
    pub const OLDEST: Self = Self { column: SortColumn::Date, direction: Direction::Ascending };

    /// From the first to the last text of a column.
    #[must_use]
    pub const fn by(column: SortColumn) -> Self {
        Self { column, direction: Direction::Ascending }
    }
}

impl Default for Sort {
    fn default() -> Self {
        Self::NEWEST
    }
}
