//! What each officer has asked for.

use domain::{OfficerId, usage::Usage};

use crate::{
    Store, StoreError,
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
}

/// Puts `next` over the version before it.
pub(crate) fn write(next: &Usage) -> Result<Write, StoreError> {
    let mut envelope = Envelope::new(keys::usage(&next.officer), ENTITY, next.version);
    if let Some(at) = next.forgotten_at() {
        envelope = envelope.expires(at);
    }
    let condition = match next.version {
        0 | 1 => Condition::Absent,
        version => Condition::Version(version - 1),
    };
    Ok(Write::Put { item: envelope.body(ENTITY, next)?, condition })
}
