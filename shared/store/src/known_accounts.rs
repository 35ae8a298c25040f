//! Addresses with an account that no invite here created, as the directory last listed them.
//!
//! With them a list can show such addresses before anything is sent, and the directory is searched for such an address
//! before an account is created. The directory decides whether there is one. These records expire by themselves.

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

    /// Whether `address` has an account, as far as is known at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn is_held(&self, address: &AddressKey, now: Timestamp) -> Result<bool, StoreError> {
        let note = self.table.get(&keys::holder(address)).await?;
        Ok(note.is_some_and(|note| is_believed(&note, now)))
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
        self.addresses_at(addresses, keys::holder, |note| is_believed(note, now)).await
    }
}

fn is_believed(note: &Item, now: Timestamp) -> bool {
    let until = item::number(note, "expires_epoch").and_then(|until| i64::try_from(until).ok());
    until.is_some_and(|until| now.unix_seconds() <= until)
}
