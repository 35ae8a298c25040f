//! The slot of the canary.

use domain::canary::Canary;

use crate::{
    Store, StoreError, Written,
    invites::written,
    item::{self, Envelope},
    keys,
    table::{Condition, Write},
};

const ENTITY: &str = "canary";

impl Store {
    /// The latest canary, if there ever was one.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_canary(&self) -> Result<Option<Canary>, StoreError> {
        let found = self.table.get(&keys::canary()).await?;
        found.map(|mut item| item::body(ENTITY, &mut item)).transpose()
    }

    /// Writes `next`, a canary of version 1, or one over the version before it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn write_canary(&self, next: &Canary) -> Result<Written, StoreError> {
        let condition = Condition::before(next.version);
        let item = Envelope::new(keys::canary(), ENTITY, next.version).body(ENTITY, next)?;
        Ok(written(&self.table.commit(vec![Write::Put { item, condition }]).await?))
    }
}
