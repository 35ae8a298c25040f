//! An agency whose system is told of its officers' invites.

use domain::{SubscriptionId, webhook::Subscription};

use crate::{
    Store, StoreError,
    keys::{self, Key},
    record::Layout,
    table::{Condition, Write},
};

impl Layout for Subscription {
    type Id = SubscriptionId;

    const KIND: &'static str = "agency";

    fn key(id: &SubscriptionId) -> Key {
        keys::agency(*id)
    }

    fn id(&self) -> SubscriptionId {
        Self::id(self)
    }
}

impl Store {
    /// Deletes an agency, so that nothing more is told to it. One that is not there stays so.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn remove_agency(&self, id: SubscriptionId) -> Result<(), StoreError> {
        let delete = Write::Delete { key: keys::agency(id), condition: Condition::Any };
        self.table.commit(vec![delete]).await.map(|_| ())
    }
}
