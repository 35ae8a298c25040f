//! What the directory last listed: addresses with an account that no invite here created, people by name and number,
//! and the agencies that have accounts.
//!
//! With them a list can show such addresses before anything is sent, and the directory is searched for such an address
//! before an account is created. The directory decides whether there is one. The others are for warnings. These records
//! expire by themselves.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    Agencies, Timestamp,
    keys::{AddressKey, PersonKey},
};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
    table::{Index, Query},
};

/// The attribute with the address of a person's account, as a keyed hash.
const ADDRESS: &str = "address_key";

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

impl Store {
    /// Records that these people have accounts under these addresses, until `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some may have been recorded.
    pub async fn note_people(&self, people: &[(PersonKey, AddressKey)], until: Timestamp) -> Result<(), StoreError> {
        let people: HashMap<&PersonKey, &AddressKey> = people.iter().map(|(person, at)| (person, at)).collect();
        let note = |(person, address): (&PersonKey, &AddressKey)| {
            Envelope::new(keys::person(person), "person", 1).text(ADDRESS, address.as_str()).expires(until).bare()
        };
        self.table.put_many(people.into_iter().map(note).collect()).await
    }

    /// Those of `people` who have an account under another address than theirs, as far as is known at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn people_elsewhere(
        &self,
        people: &[(PersonKey, AddressKey)],
        now: Timestamp,
    ) -> Result<HashSet<PersonKey>, StoreError> {
        let wanted: HashSet<_> = people.iter().map(|(person, _)| keys::person(person)).collect();
        let found = self.table.get_many(&wanted.into_iter().collect::<Vec<_>>()).await?;
        let believed = found.iter().filter(|note| is_believed(note, now));
        let addresses: HashMap<&str, &str> =
            believed.filter_map(|note| Some((item::text(note, "pk")?, item::text(note, ADDRESS)?))).collect();
        let is_elsewhere = |(person, own): &&(PersonKey, AddressKey)| {
            addresses.get(keys::person(person).pk.as_str()).is_some_and(|address| *address != own.as_str())
        };
        Ok(people.iter().filter(is_elsewhere).map(|(person, _)| person.clone()).collect())
    }

    /// Records that the agencies of these email domains have accounts, until `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some may have been recorded.
    pub async fn note_agencies(&self, domains: &BTreeSet<String>, until: Timestamp) -> Result<(), StoreError> {
        let note = |domain: &String| {
            Envelope::new(keys::agency_with_accounts(domain), "agency_with_accounts", 1).expires(until).bare()
        };
        self.table.put_many(domains.iter().map(note).collect()).await
    }

    /// The agencies that have accounts, as far as is known at `now`; [`Agencies::MAX`] at most.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn agencies(&self, now: Timestamp) -> Result<Agencies, StoreError> {
        let mut query = Query::all(Index::Primary, keys::AGENCIES.to_owned());
        let mut domains = Vec::new();
        loop {
            let page = self.table.page(&query).await?;
            let believed = page.items.iter().filter(|note| is_believed(note, now));
            domains.extend(believed.filter_map(|note| item::text(note, "sk").map(str::to_owned)));
            query.after = page.next;
            if query.after.is_none() || domains.len() >= Agencies::MAX {
                return Ok(domains.into_iter().collect());
            }
        }
    }
}

fn is_believed(note: &Item, now: Timestamp) -> bool {
    let until = item::number(note, "expires_epoch").and_then(|until| i64::try_from(until).ok());
    until.is_some_and(|until| now.unix_seconds() <= until)
}
