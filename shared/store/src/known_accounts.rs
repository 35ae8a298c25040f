//! Addresses that have an account which no invite here stands for, as the directory listed them last.
//!
//! They let a list say so before anything is sent. Whether there is an account is the directory's to say, and it is
//! asked before one is made; what is noted here lapses by itself.

use std::collections::HashSet;

use domain::{Timestamp, keys::AddressKey};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
};

impl Store {
    /// Notes that `addresses` have accounts, which is believed until `until`. Noting it again is harmless.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; some may have been noted.
    pub async fn note_holders(&self, addresses: &[AddressKey], until: Timestamp) -> Result<(), StoreError> {
        let addresses: HashSet<&AddressKey> = addresses.iter().collect();
        let note = |address| Envelope::new(keys::holder(address), "holder", 1).expires(until).bare();
        self.table.put_many(addresses.into_iter().map(note).collect()).await
    }

    /// Which of `addresses` are known at `now` to have an account.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
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
