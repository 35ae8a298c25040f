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
    /// Deletes an agency's subscription, so that it is sent no more events. Deleting one that is not there succeeds.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn remove_subscription(&self, id: SubscriptionId) -> Result<(), StoreError> {
        let delete = Write::Delete { key: keys::agency(id), condition: Condition::Any };
        self.table.commit(vec![delete]).await.map(|_| ())
    }
}
