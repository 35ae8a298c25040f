//! The locks that keep an address and a username to one live invite.

use std::collections::{HashMap, HashSet};

use domain::{InviteId, OfficerId, Username, invite::Invite, keys::AddressKey};

use crate::{
    Store, StoreError,
    idempotency::{IdempotentRequest, KeyUse, SavedAnswer},
    item::{self, Envelope, Item},
    keys::{self, Key},
    record::{Owned, Stored},
    table::{Condition, Write},
    transaction::{Refused, Transaction},
};

/// The result of creating an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Created` has written anything"]
pub enum CreateOutcome {
    Created,
    /// The same request was answered before, with this answer.
    Replay(SavedAnswer),
    /// The key was used for a request with another body.
    KeyReused,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// Another writer changed a record of the transaction, such as the officer's usage: the caller reads again.
    LostRace,
}

impl Transaction<Refused> {
    /// Adds a new invite with the lock of its address and, for a vendor, the lock of its username.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be stored, which is a fault of this service.
    pub(crate) fn create_invite(&mut self, invite: Invite) -> Result<Stored<Invite>, StoreError> {
        let lock = |key| Write::Put { item: lock_item(key, invite.id), condition: Condition::Absent };
        let address = lock(keys::address(&invite.address_key));
        let username = invite.holder.username().map(|username| lock(keys::username(username)));
        let created = self.create(invite, Refused::LostRace)?;
        self.add(address, Refused::AddressTaken);
        if let Some(username) = username {
            self.add(username, Refused::UsernameTaken);
        }
        Ok(created)
    }

    /// Adds an invite that is live again, or has another address: it takes its locks, and deletes the locks that it no
    /// longer needs.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be stored, which is a fault of this service.
    pub fn revive(&mut self, read: &Stored<Invite>, next: Invite) -> Result<Stored<Invite>, StoreError> {
        let owner = next.id.to_string();
        let ours = || Condition::AbsentOrOwnedBy(owner.clone());
        let lock = |key| Write::Put { item: lock_item(key, read.id), condition: ours() };
        let address = keys::address(&next.address_key);
        let username = next.holder.username().map(keys::username);
        let kept = [Some(address.clone()), username.clone()];
        let revived = self.write(read.becomes(next), Refused::LostRace)?;
        self.add(lock(address), Refused::AddressTaken);
        if let Some(username) = username {
            self.add(lock(username), Refused::UsernameTaken);
        }
        let old = [Some(keys::address(&read.address_key)), read.holder.username().map(keys::username)];
        for key in old.into_iter().flatten().filter(|key| !kept.contains(&Some(key.clone()))) {
            self.free(Owned { key, owner: owner.clone() });
        }
        Ok(revived)
    }
}

impl CreateOutcome {
    fn of(refused: &[Refused]) -> Self {
        let is = |reason| refused.contains(&reason);
        if refused.is_empty() {
            Self::Created
        } else if is(Refused::AddressTaken) {
            Self::AddressTaken
        } else if is(Refused::UsernameTaken) {
            Self::UsernameTaken
        } else {
            Self::LostRace
        }
    }
}

impl Store {
    /// Writes a new invite, its locks and the answer to its request, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. The invite may have been created: a repeated request finds out.
    pub async fn create_invite(
        &self,
        invite: &Invite,
        request: Option<&IdempotentRequest>,
    ) -> Result<CreateOutcome, StoreError> {
        let mut transaction = Transaction::default();
        transaction.create_invite(invite.clone())?;
        if let Some(request) = request {
            transaction.answer(request)?;
        }
        let refused = transaction.commit(self).await?;
        if let Some(request) = request.filter(|_| refused.contains(&Refused::KeyUsed))
            && let Some(known) = self.answered(request).await?
        {
            return Ok(known);
        }
        Ok(CreateOutcome::of(&refused))
    }

    /// The answer that `request` got before. `None`: it was not answered.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn answered(&self, request: &IdempotentRequest) -> Result<Option<CreateOutcome>, StoreError> {
        Ok(match self.key_use_of(request).await? {
            KeyUse::None => None,
            KeyUse::Same(answer) => Some(CreateOutcome::Replay(answer)),
            KeyUse::Other => Some(CreateOutcome::KeyReused),
        })
    }

    /// The `addresses` that have a live invite of any officer.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn live_addresses(&self, addresses: &[AddressKey]) -> Result<Vec<AddressKey>, StoreError> {
        self.addresses_at(addresses, keys::address, |_| true).await
    }

    /// The live invite with `address`. `None`: there is none.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn live_invite(&self, address: &AddressKey) -> Result<Option<Stored<Invite>>, StoreError> {
        let lock = self.table.get(&keys::address(address)).await?;
        match lock.as_ref().and_then(lock_owner) {
            Some(id) => self.get(&id).await,
            None => Ok(None),
        }
    }

    /// Whether the live invite with `address` is another officer's.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn is_invited_by_another(&self, address: &AddressKey, officer: &OfficerId) -> Result<bool, StoreError> {
        Ok(self.live_invite(address).await?.is_some_and(|live| live.officer.id != *officer))
    }

    /// The live invites of the `addresses`.
    pub(crate) async fn live_invites(&self, addresses: &[AddressKey]) -> Result<Vec<Stored<Invite>>, StoreError> {
        let locks = self.table.get_many(&addresses.iter().map(keys::address).collect::<Vec<_>>()).await?;
        let ids: Vec<InviteId> = locks.iter().filter_map(lock_owner).collect();
        self.get_many::<Invite>(&ids).await
    }

    /// Those of the `usernames` that a live invite has, in their canonical form.
    pub(crate) async fn live_usernames(&self, usernames: &[Username]) -> Result<HashSet<String>, StoreError> {
        let by_key: HashMap<Key, String> =
            usernames.iter().map(|username| (keys::username(username), username.canonical())).collect();
        let locks = self.table.get_many(&by_key.keys().cloned().collect::<Vec<_>>()).await?;
        Ok(locks.iter().filter_map(|lock| by_key.get(&item::key(lock)).cloned()).collect())
    }

    /// The `addresses` with an item at `key` for which `counts` is true.
    pub(crate) async fn addresses_at(
        &self,
        addresses: &[AddressKey],
        key: fn(&AddressKey) -> Key,
        counts: impl Fn(&Item) -> bool,
    ) -> Result<Vec<AddressKey>, StoreError> {
        let found = self.table.get_many(&addresses.iter().map(key).collect::<Vec<_>>()).await?;
        let there: HashSet<&str> =
            found.iter().filter(|item| counts(item)).filter_map(|item| item::text(item, "pk")).collect();
        let is_there = |address: &&AddressKey| there.contains(key(address).pk.as_str());
        Ok(addresses.iter().filter(is_there).cloned().collect())
    }
}

/// The invite that a lock belongs to.
pub(crate) fn lock_owner(lock: &Item) -> Option<InviteId> {
    InviteId::parse(item::text(lock, "invite_id")?)
}

/// The locks of an invite, and the link of its account.
pub(crate) fn owned_by(invite: &Invite) -> impl Iterator<Item = Owned> {
    let owner = invite.id.to_string();
    let locks = [Some(keys::address(&invite.address_key)), invite.holder.username().map(keys::username)];
    let account = invite.account().map(keys::account);
    locks.into_iter().chain([account]).flatten().map(move |key| Owned { key, owner: owner.clone() })
}

fn lock_item(key: Key, owner: InviteId) -> Item {
    Envelope::new(key, "guard", 1).text("invite_id", owner.to_string()).bare()
}
