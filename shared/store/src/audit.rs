//! What operators did, and what the sweeper did on their word.
//!
//! An act is noted before it is done: nothing is done that is not noted, and what is noted may have failed afterwards.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    erasure::{AUDIT, AuditEntry},
    inspection::{Page, Place},
    item::{self, Envelope, Item, text},
    keys,
    table::{Index, Query},
};

const ACT: &str = "operator_act";

/// What an operator asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAct {
    /// Names this one among all.
    pub id: String,
    /// What was done, such as `ROTATE_AGENCY`.
    pub action: String,
    /// On what: an id, an agency's domain, a queue, or the keyed hash of a person's address.
    pub subject: String,
    /// Who, as the account's own audit names them. It is the word of their client.
    pub by: String,
    pub at: Timestamp,
}

/// An entry of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audited {
    /// What an operator asked for.
    Act(OperatorAct),
    /// A person whom the sweeper has erased on an operator's word.
    Erasure(AuditEntry),
}

impl Store {
    /// Notes what an operator is about to do. The entry is kept until `until`.
    ///
    /// # Errors
    ///
    /// When the table cannot answer: then it must not be done.
    pub async fn note_act(&self, act: &OperatorAct, until: Timestamp) -> Result<(), StoreError> {
        let item = Envelope::new(keys::audit(act.at, &act.id), ACT, 1).expires(until).body(ACT, act)?;
        self.table.put_many(vec![item]).await
    }

    /// A page of the audit, oldest first.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_audit(&self, from: Option<Place>) -> Result<Page<Audited>, StoreError> {
        let after = from.map(Place::into_item);
        let page = self.table.page(&Query { after, ..Query::all(Index::Primary, keys::AUDIT.to_owned()) }).await?;
        let next = page.next.as_ref().map(Place::of);
        let (mut found, mut unreadable) = (Vec::new(), 0);
        for item in page.items {
            match read(item) {
                Ok(entry) => found.push(entry),
                Err(_) => unreadable += 1,
            }
        }
        Ok(Page { found, unreadable, next })
    }
}

fn read(mut item: Item) -> Result<Audited, StoreError> {
    if text(&item, "entity") == Some(ACT) {
        item::body(ACT, &mut item).map(Audited::Act)
    } else {
        item::body(AUDIT, &mut item).map(Audited::Erasure)
    }
}
