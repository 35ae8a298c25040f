//! What each officer has asked for.

use domain::{OfficerId, usage::Usage};

use crate::{
    Store, StoreError, Written,
    invites::written,
    item::{self, Envelope},
    keys,
    table::{Condition, Write},
};

const ENTITY: &str = "usage";

impl Store {
    /// What `officer` has asked for, as it is now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_usage(&self, officer: &OfficerId) -> Result<Usage, StoreError> {
        let found = self.table.get(&keys::usage(officer)).await?;
        found.map_or_else(|| Ok(Usage::none(officer.clone())), |mut found| item::body(ENTITY, &mut found))
    }

    /// Writes `next` over the version before it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_usage(&self, next: &Usage) -> Result<Written, StoreError> {
        Ok(written(&self.table.commit(vec![write(next)?]).await?))
    }
}

/// Puts `next` over the version before it.
pub(crate) fn write(next: &Usage) -> Result<Write, StoreError> {
    let item = Envelope::new(keys::usage(&next.officer), ENTITY, next.version)
        .expires(next.forgotten_at())
        .body(ENTITY, next)?;
    Ok(Write::Put { item, condition: Condition::before(next.version) })
}
