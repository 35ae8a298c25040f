//! The changes of rows that are written together. No I/O.

use domain::{batch::Row, invite::Invite};
use store::{
    Stored,
    rows::{BYTES_PER_CHANGE, ROWS_PER_CHANGE, item_bytes},
};

/// A row before and after its change.
pub(crate) type RowChange = (Row, Row);

/// Changes of rows in the order in which they are written. After each transaction, no row depends on a row that is
/// removed or belongs to another person. So a request that stops in the middle can be repeated, and continues where it
/// stopped.
#[derive(Default)]
pub(crate) struct Plan {
    /// Rows that now depend on another row; each can be written alone.
    pub(crate) first: Vec<RowChange>,
    /// A row that is removed or changes, with the rows that replace it; each group is written in one transaction.
    pub(crate) then: Vec<Vec<RowChange>>,
    /// The failed invite of a row that is opened again, as it was read. It no longer belongs to the row.
    pub(crate) released: Option<Stored<Invite>>,
}

impl Plan {
    /// The number of rows that change.
    pub(crate) fn rows(&self) -> usize {
        self.first.len() + self.then.iter().map(Vec::len).sum::<usize>()
    }

    /// The changes of each transaction: as many groups as fit in rows and in bytes.
    pub(crate) fn transactions(self) -> Vec<Vec<RowChange>> {
        let groups = self.first.into_iter().map(|change| vec![change]).chain(self.then);
        let mut transactions: Vec<Vec<RowChange>> = Vec::new();
        let mut bytes = 0;
        for group in groups {
            let size: usize = group.iter().map(|(_, after)| item_bytes(after)).sum();
            bytes += size;
            match transactions.last_mut() {
                Some(last) if last.len() + group.len() < ROWS_PER_CHANGE && bytes <= BYTES_PER_CHANGE => {
                    last.extend(group);
                }
                _ => {
                    transactions.push(group);
                    bytes = size;
                }
            }
        }
        transactions
    }
}

#[cfg(test)]
mod tests {
    use testing::people::{beginning, draft, officer, officer_form};

    use super::*;

    const MIB: usize = 1 << 20;

    /// A change to a row whose item has so many bytes.
    fn change(bytes: usize) -> RowChange {
        let (_, rows) = draft(&officer("ada"), vec![officer_form("bo")], beginning(), &testing::seeded(1));
        let before = rows.into_iter().next().unwrap().row;
        let mut after = before.clone();
        after.raw.form.reason.push_str(&"x".repeat(bytes - item_bytes(&before)));
        (before, after)
    }

    fn alone(bytes: usize, number: usize) -> Vec<RowChange> {
        vec![change(bytes); number]
    }

    /// The rows of each transaction.
    fn rows(plan: Plan) -> Vec<usize> {
        plan.transactions().iter().map(Vec::len).collect()
    }

    #[test]
    fn the_rows_of_a_plan_are_all_that_change() {
        let small = 8 << 10;
        let plan = Plan { first: alone(small, 2), then: vec![alone(small, 3), alone(small, 4)], released: None };
        assert_eq!(plan.rows(), 9);
        assert_eq!(Plan::default().rows(), 0);
    }

    #[test]
    fn as_many_groups_are_written_together_as_there_is_room_for() {
        let small = 8 << 10;
        let many = |number: usize| vec![alone(small, 1); number];
        // The write of a released invite needs room too.
        let most = ROWS_PER_CHANGE - 1;
        for (what, then, written) in [
            ("all", many(most), vec![most]),
            ("one more", many(most + 1), vec![most, 1]),
            ("many", many(2 * most + 5), vec![most, most, 5]),
            ("a group is not split", vec![alone(small, 40), alone(small, 39)], vec![40, 39]),
            ("a large group is alone", vec![alone(small, 1), alone(small, 90), alone(small, 1)], vec![1, 90, 1]),
        ] {
            assert_eq!(rows(Plan { then, ..Plan::default() }), written, "{what}");
        }
    }

    #[test]
    fn what_is_written_together_has_a_limit_in_bytes() {
        for (what, bytes, number, written) in
            [("just", MIB, 7, vec![3, 3, 1]), ("a byte more", MIB + 1, 5, vec![2, 2, 1])]
        {
            let then = vec![alone(bytes, 1); number];
            assert_eq!(rows(Plan { then, ..Plan::default() }), written, "{what}");
        }
    }

    #[test]
    fn rows_that_now_depend_on_another_are_written_first_and_with_others() {
        let (small, large) = (8 << 10, 3 * MIB);
        let first = alone(small, 2);
        let plan = |then| Plan { first: first.clone(), then, ..Plan::default() };
        assert_eq!(rows(plan(vec![alone(small, 3)])), [5]);
        assert_eq!(rows(plan(vec![alone(large, 1)])), [2, 1]);
        assert_eq!(plan(vec![alone(large, 1)]).transactions()[0], first);
    }
}
