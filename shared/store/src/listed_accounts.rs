//! The accounts that the directory listed in one audit, so that the accounts which it did not list can be found without
//! a question about each of the others.
//!
//! A page of the list is one item with the beginning of a hash of each name. By chance two names may share one, and
//! then an account that is gone is found in the next audit that it is not hidden from. The items expire by themselves.

use std::{collections::HashSet, time::Duration};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{Timestamp, invite::Account};

use crate::{
    Store, StoreError,
    item::{Envelope, Item},
    keys,
    mark::{Mark, mark},
    table::{Index, Query},
};

const MARKS: &str = "marks";

/// How long the items are kept: longer than an audit takes.
const KEPT: Duration = Duration::from_secs(2 * 24 * 3600);

/// All accounts that one list had.
#[derive(Debug, Default)]
pub struct ListedAccounts(HashSet<Mark>);

impl ListedAccounts {
    /// Whether the list had this account. For an account that it did not have, the answer is `true` by a chance of one
    /// in 2⁶⁴ for each account that it had.
    #[must_use]
    pub fn has(&self, account: &Account) -> bool {
        self.0.contains(&mark_of(account))
    }
}

impl Store {
    /// Records a page of the directory's list that began at `began`. Recording it again is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn record_listed(&self, began: Timestamp, page: &[Account]) -> Result<(), StoreError> {
        let Some(first) = page.first() else {
            return Ok(());
        };
        let marks: Vec<u8> = page.iter().flat_map(mark_of).collect();
        let key = keys::listed_page(began, u64::from_be_bytes(mark_of(first)));
        let item = Envelope::new(key, "listed_accounts", 1).expires(began + KEPT);
        self.table.put_many(vec![item.attribute(MARKS, AttributeValue::B(Blob::new(marks))).bare()]).await
    }

    /// The accounts that were recorded for the list that began at `began`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn listed_accounts(&self, began: Timestamp) -> Result<ListedAccounts, StoreError> {
        let mut listed = HashSet::new();
        let take = |item: Item| {
            let marks = item.get(MARKS).and_then(|marks| marks.as_b().ok());
            listed.extend(marks.iter().flat_map(|marks| marks.as_ref().as_chunks().0).copied());
        };
        self.table.each(Query::all(Index::Primary, keys::listed_in(began)), take).await?;
        Ok(ListedAccounts(listed))
    }
}

/// An account's mark is that of its key, which ignores the case of a name as the directory does.
fn mark_of(account: &Account) -> Mark {
    mark(&keys::account(account).sk)
}
