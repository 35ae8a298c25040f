//! An agency's subscription, and how it is stored.

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
    /// Deletes the subscription of an agency, so that it gets no more events. Deleting it again is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn remove_subscription(&self, id: SubscriptionId) -> Result<(), StoreError> {
        let delete = Write::Delete { key: keys::agency(id), condition: Condition::Any };
        self.table.commit(&[delete]).await.map(|_| ())
    }
}
