//! Addresses with an account that no invite here created, as the directory last listed them.
//!
//! With them a list can show such addresses before anything is sent. The directory decides whether there is an account,
//! and is asked before one is created; these records expire by themselves.

use std::collections::HashSet;

use domain::{Timestamp, keys::AddressKey};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
};

impl Store {
    /// Records that `addresses` have accounts, until `until`. Recording it again is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some may have been recorded.
    pub async fn note_holders(&self, addresses: &[AddressKey], until: Timestamp) -> Result<(), StoreError> {
        let addresses: HashSet<&AddressKey> = addresses.iter().collect();
        let note = |address| Envelope::new(keys::holder(address), "holder", 1).expires(until).bare();
        self.table.put_many(addresses.into_iter().map(note).collect()).await
    }

    /// The `addresses` that have an account, as far as is known at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn held_addresses(
        &self,
        addresses: &[AddressKey],
        now: Timestamp,
    ) -> Result<Vec<AddressKey>, StoreError> {
        let is_believed = |item: &Item| {
            let until = item::number(item, "expires_epoch").and_then(|until| i64::try_from(until).ok());
            until.is_some_and(|until| now.unix_seconds() <= until)
        };
        self.addresses_at(addresses, keys::holder, is_believed).await
    }
}
