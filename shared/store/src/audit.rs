//! The audit trail: what operators did, and what was erased at their request.
//!
//! An act is recorded before it is done. So nothing is done without a record, but a recorded act may have failed.

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

/// An act that an operator asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAct {
    /// The id of this act.
    pub id: String,
    /// What was done, such as `ROTATE_AGENCY`.
    pub action: String,
    /// The target: an id, an agency's domain, a queue, or the keyed hash of a person's address.
    pub subject: String,
    /// The operator, as the audit trail of the AWS account names them. The operator's client sends this name.
    pub by: String,
    pub at: Timestamp,
}

/// An entry of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audited {
    /// An act that an operator asked for.
    Act(OperatorAct),
    /// A person who was erased at an operator's request.
    Erasure(AuditEntry),
}

impl Store {
    /// Records what an operator is about to do. The entry is kept until `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Then the caller must not do the act.
    pub async fn note_act(&self, act: &OperatorAct, until: Timestamp) -> Result<(), StoreError> {
        let item = Envelope::new(keys::audit(act.at, &act.id), ACT, 1).expires(until).body(ACT, act)?;
        self.table.put_many(vec![item]).await
    }

    /// A page of the audit, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
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
