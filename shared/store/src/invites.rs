//! Invites and the guards that keep two live ones from one address or one username.

use std::collections::{HashMap, HashSet};

use domain::{
    Guard, InviteId, OfficerId, Timestamp,
    invite::Invite,
    keys::{AddressKey, TokenHash},
    mailbox::Mailbox,
    usage::Usage,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    IdempotentRequest, SavedAnswer, Store, StoreError, TokenRecord, Written,
    forgetting::is_whole,
    item::{self, Envelope, Item},
    keys::{self, Key},
    mailboxes,
    requests::KeyUse,
    summary::Summary,
    table::{Commit, Condition, Write},
    tokens, usages,
};

pub(crate) const ENTITY: &str = "invite";

/// How many invites are read together, and how often at a time.
const TOGETHER: usize = 100;
const IN_FLIGHT: usize = 8;

/// What became of a new invite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Created` has written anything"]
pub enum CreateOutcome {
    /// It is there.
    Created,
    /// The same request was answered before; this was the answer.
    Replay(SavedAnswer),
    /// The key belongs to a request with another body.
    KeyReused,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// Something else was written at the same moment, such as the officer's usage: read again.
    LostRace,
}

/// What became of an invite that was to live again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "only `Done` has written anything"]
pub enum ReviveOutcome {
    /// It lives.
    Done,
    /// Somebody else wrote first; read again.
    LostRace,
    /// Another live invite has the address.
    AddressTaken,
    /// Another live invite has the username.
    UsernameTaken,
    /// The officer asked for something else at the same moment; read their usage again.
    UsageMoved,
}

/// What a write of an invite's transaction is for, and so what its refusal means. The first of several refusals says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// The invite itself.
    Invite,
    /// The answer that is kept under the request's key.
    Answer,
    /// The lock of its address.
    AddressLock,
    /// The lock of its username.
    UsernameLock,
    /// What the officer has asked for.
    Usage,
    /// Whose the account is.
    AccountLink,
    /// The end of a lock that it no longer needs.
    FreedLock,
}

/// The writes of one transaction, each with its purpose.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedWrites(Vec<(Purpose, Write)>);

impl NamedWrites {
    pub(crate) fn add(&mut self, purpose: Purpose, writes: impl IntoIterator<Item = Write>) {
        self.0.extend(writes.into_iter().map(|write| (purpose, write)));
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = (Purpose, Write)> {
        self.0.into_iter()
    }

    fn writes(&self) -> Vec<Write> {
        self.0.iter().map(|(_, write)| write.clone()).collect()
    }
}

impl ReviveOutcome {
    fn of(refused: Purpose) -> Self {
        match refused {
            Purpose::Invite | Purpose::Answer | Purpose::AccountLink | Purpose::FreedLock => Self::LostRace,
            Purpose::AddressLock => Self::AddressTaken,
            Purpose::UsernameLock => Self::UsernameTaken,
            Purpose::Usage => Self::UsageMoved,
        }
    }
}

impl Store {
    /// Writes a new invite, its guards and the answer to its request, or nothing.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; the request may have been done, and repeating it tells.
    pub async fn create_invite(
        &self,
        invite: &Invite,
        request: Option<&IdempotentRequest>,
    ) -> Result<CreateOutcome, StoreError> {
        let mut writes = creation(invite)?;
        let request = request.filter(|_| Guard::Idempotency.holds());
        if let Some(request) = request {
            writes.add(Purpose::Answer, [request.write()?]);
            writes.add(Purpose::Usage, request.usage()?);
        }
        let refused = self.commit_named(writes).await?;
        if let Some(request) = request.filter(|_| refused.contains(&Purpose::Answer))
            && let Some(known) = self.answered(request).await?
        {
            return Ok(known);
        }
        Ok(if refused.is_empty() {
            CreateOutcome::Created
        } else if refused.contains(&Purpose::AddressLock) {
            CreateOutcome::AddressTaken
        } else if refused.contains(&Purpose::UsernameLock) {
            CreateOutcome::UsernameTaken
        } else {
            CreateOutcome::LostRace
        })
    }

    /// Commits `writes`, without ends of locks that are somebody else's by now. The purposes that were refused, the most
    /// telling first; none when all else is written.
    pub(crate) async fn commit_named(&self, mut writes: NamedWrites) -> Result<Vec<Purpose>, StoreError> {
        loop {
            let Commit::Refused(places) = self.table.commit(writes.writes()).await? else {
                return Ok(Vec::new());
            };
            let mut refused: Vec<Purpose> = places.iter().filter_map(|place| Some(writes.0.get(*place)?.0)).collect();
            refused.sort_unstable();
            refused.dedup();
            if refused != [Purpose::FreedLock] {
                return Ok(refused);
            }
            let others = writes.0.into_iter().enumerate().filter(|(place, _)| !places.contains(place));
            writes = NamedWrites(others.map(|(_, write)| write).collect());
        }
    }

    /// What `request` was answered before, if it was.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn answered(&self, request: &IdempotentRequest) -> Result<Option<CreateOutcome>, StoreError> {
        Ok(match self.key_use_of(request).await? {
            KeyUse::None => None,
            KeyUse::Same(answer) => Some(CreateOutcome::Replay(answer)),
            KeyUse::Other => Some(CreateOutcome::KeyReused),
        })
    }

    /// The invite as it is now; none once its person is forgotten.
    ///
    /// # Errors
    ///
    /// When the table cannot answer or holds something else there.
    pub async fn find_invite(&self, id: InviteId) -> Result<Option<Invite>, StoreError> {
        let found = self.table.get(&keys::invite(id)).await?.filter(is_whole);
        found.map(|mut found| item::body(ENTITY, &mut found)).transpose()
    }

    /// The invites of `ids` that are there, in no order.
    ///
    /// # Errors
    ///
    /// As [`Store::find_invite`].
    pub async fn find_invites(&self, ids: &[InviteId]) -> Result<Vec<Invite>, StoreError> {
        // An item takes several times the room of what is in it, so they are read a few at a time.
        let some: Vec<Vec<Key>> =
            ids.chunks(TOGETHER).map(|ids| ids.iter().map(|id| keys::invite(*id)).collect()).collect();
        let read = async |keys: Vec<Key>| -> Result<Vec<Invite>, StoreError> {
            let found = self.table.get_many(&keys).await?;
            found.into_iter().filter(is_whole).map(|mut found| item::body(ENTITY, &mut found)).collect()
        };
        stream::iter(some).map(read).buffer_unordered(IN_FLIGHT).try_concat().await
    }

    /// Writes `next` over the version that was read, and frees its guards once it is no longer live.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_invite(&self, read_version: u64, next: &Invite) -> Result<Written, StoreError> {
        self.replace_with(vec![over(read_version, next)?], next).await
    }

    /// As [`Store::replace_invite`], with its mailbox in the same transaction: both or neither.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_invite_and_mailbox(
        &self,
        read_version: u64,
        next: &Invite,
        mailbox: &Mailbox,
    ) -> Result<Written, StoreError> {
        self.replace_with(vec![over(read_version, next)?, mailboxes::write(mailbox)?], next).await
    }

    /// Commits `writes`, and frees the guards of `next` with them once it is no longer live.
    async fn replace_with(&self, writes: Vec<Write>, next: &Invite) -> Result<Written, StoreError> {
        let mut named = NamedWrites::default();
        named.add(Purpose::Invite, writes);
        named.add(Purpose::FreedLock, freed_guards(next));
        self.written_named(named).await
    }

    pub(crate) async fn written_named(&self, writes: NamedWrites) -> Result<Written, StoreError> {
        let refused = self.commit_named(writes).await?;
        Ok(if refused.is_empty() { Written::Done } else { Written::LostRace })
    }

    /// Writes `next` over the version that was read in a table in memory, and leaves its guards behind, as no release of this
    /// service may.
    ///
    /// # Errors
    ///
    /// Never, in memory.
    #[cfg(feature = "fake")]
    pub async fn replace_invite_alone(&self, read_version: u64, next: &Invite) -> Result<Written, StoreError> {
        let alone = Write::Put { item: put(next)?, condition: Condition::Version(read_version) };
        Ok(written(&self.table.commit(vec![alone]).await?))
    }

    /// Writes an invite that lives again, or under another address, over the version that was read: its guards are taken,
    /// and those of the old address and username freed, in the same transaction.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn revive_invite(&self, read: &Invite, next: &Invite) -> Result<ReviveOutcome, StoreError> {
        self.revive(revival(read, next)?).await
    }

    /// As [`Store::revive_invite`], with the usage of the officer who asked for it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn revive_counted(
        &self,
        read: &Invite,
        next: &Invite,
        usage: &Usage,
    ) -> Result<ReviveOutcome, StoreError> {
        let mut writes = revival(read, next)?;
        writes.add(Purpose::Usage, [usages::write(usage)?]);
        self.revive(writes).await
    }

    pub(crate) async fn revive(&self, writes: NamedWrites) -> Result<ReviveOutcome, StoreError> {
        let refused = self.commit_named(writes).await?;
        Ok(refused.first().map_or(ReviveOutcome::Done, |purpose| ReviveOutcome::of(*purpose)))
    }

    /// Writes the claim of a mail over the version that was read, with the mailbox that counts it and the token that it will
    /// carry. A token that is there already works until `expires_at` too, and stays used if it was.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn claim_mail(
        &self,
        read_version: u64,
        next: &Invite,
        mailbox: &Mailbox,
        hash: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<Written, StoreError> {
        let generation = next.mail.as_ref().map_or(0, |mail| mail.generation);
        let known = self.find_token(hash).await?;
        let used_at = known.as_ref().and_then(|record| record.used_at);
        let until = known.as_ref().map_or(expires_at, |record| record.expires_at.max(expires_at));
        let record = TokenRecord { invite: next.id, generation, expires_at: until, used_at };
        let version = tokens::version(&record);
        let condition = if known.is_some() { Condition::Version(version) } else { Condition::Absent };
        let token = Write::Put { item: tokens::put(hash, &record, version)?, condition };
        let writes = vec![over(read_version, next)?, mailboxes::write(mailbox)?, token];
        Ok(written(&self.table.commit(writes).await?))
    }

    /// Writes an acceptance over the version that was read, and uses the token up.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn accept(
        &self,
        read_version: u64,
        next: &Invite,
        hash: &TokenHash,
        token: &TokenRecord,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let used = TokenRecord { used_at: Some(now), ..token.clone() };
        let mut writes = vec![over(read_version, next)?];
        let unused = Condition::Version(tokens::UNUSED);
        writes.push(Write::Put { item: tokens::put(hash, &used, tokens::version(&used))?, condition: unused });
        Ok(written(&self.table.commit(writes).await?).under(Guard::SingleUse))
    }

    /// Which of `addresses` have a live invite, by whomever.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn live_addresses(&self, addresses: &[AddressKey]) -> Result<Vec<AddressKey>, StoreError> {
        self.addresses_at(addresses, keys::address, |_| true).await
    }

    /// The live invite that has `address`, if one has.
    ///
    /// # Errors
    ///
    /// As [`Store::find_invite`].
    pub async fn live_invite(&self, address: &AddressKey) -> Result<Option<Invite>, StoreError> {
        let guard = self.table.get(&keys::address(address)).await?;
        match guard.as_ref().and_then(guard_owner) {
            Some(id) => self.find_invite(id).await,
            None => Ok(None),
        }
    }

    /// Whether the live invite that has `address` is another officer's.
    ///
    /// # Errors
    ///
    /// As [`Store::find_invite`].
    pub async fn is_invited_by_another(&self, address: &AddressKey, officer: &OfficerId) -> Result<bool, StoreError> {
        Ok(self.live_invite(address).await?.is_some_and(|live| live.officer.id != *officer))
    }

    /// Those of `addresses` that have a live invite, each with it.
    pub(crate) async fn live_invites(
        &self,
        addresses: &[AddressKey],
    ) -> Result<HashMap<AddressKey, Invite>, StoreError> {
        let guards = self.table.get_many(&addresses.iter().map(keys::address).collect::<Vec<_>>()).await?;
        let ids: Vec<InviteId> = guards.iter().filter_map(guard_owner).collect();
        let invites = self.find_invites(&ids).await?;
        Ok(invites.into_iter().map(|invite| (invite.address_key.clone(), invite)).collect())
    }

    /// Which of `addresses` have an item at `key`, and one that counts.
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

/// The invite for which a guard keeps its address or username.
pub(crate) fn guard_owner(guard: &Item) -> Option<InviteId> {
    InviteId::parse(item::text(guard, "invite_id")?)
}

/// What a new invite writes: itself, the guard of its address, and for a vendor the guard of the username.
pub(crate) fn creation(invite: &Invite) -> Result<NamedWrites, StoreError> {
    let absent = |item| Write::Put { item, condition: Condition::Absent };
    let guard = |key| absent(guard_item(key, invite.id));
    let mut writes = NamedWrites::default();
    writes.add(Purpose::Invite, [absent(put(invite)?)]);
    writes.add(Purpose::AddressLock, [guard(keys::address(&invite.address_key))]);
    writes.add(Purpose::UsernameLock, invite.holder.username().map(|username| guard(keys::username(username))));
    Ok(writes)
}

fn guard_item(key: Key, owner: InviteId) -> Item {
    Envelope::new(key, "guard", 1).text("invite_id", owner.to_string()).bare()
}

pub(crate) fn over(read_version: u64, next: &Invite) -> Result<Write, StoreError> {
    Ok(Write::Put { item: put(next)?, condition: Condition::Version(read_version) })
}

/// Frees the guards of an invite that is no longer live.
fn freed_guards(invite: &Invite) -> Vec<Write> {
    if invite.is_live() { Vec::new() } else { free_guards(invite).collect() }
}

/// Frees an invite's guards and its account, where they are still its own.
pub(crate) fn free_guards(invite: &Invite) -> impl Iterator<Item = Write> {
    let condition = Condition::AbsentOrOwnedBy(invite.id.to_string());
    let guards = [Some(keys::address(&invite.address_key)), invite.holder.username().map(keys::username)];
    let account = invite.account().map(keys::account);
    guards.into_iter().chain([account]).flatten().map(move |key| Write::Delete { key, condition: condition.clone() })
}

/// What an invite that lives again writes: itself, its guards, and the end of those it no longer needs.
pub(crate) fn revival(read: &Invite, next: &Invite) -> Result<NamedWrites, StoreError> {
    let owner = next.id.to_string();
    let ours = || Condition::AbsentOrOwnedBy(owner.clone());
    let guard = |key| Write::Put { item: guard_item(key, next.id), condition: ours() };
    let address = keys::address(&next.address_key);
    let username = next.holder.username().map(keys::username);
    let kept = [Some(address.clone()), username.clone()];
    let old = [Some(keys::address(&read.address_key)), read.holder.username().map(keys::username)];
    let freed = old.into_iter().flatten().filter(|key| !kept.contains(&Some(key.clone())));
    let mut writes = NamedWrites::default();
    writes.add(Purpose::Invite, [over(read.version, next)?]);
    writes.add(Purpose::AddressLock, [guard(address)]);
    writes.add(Purpose::UsernameLock, username.map(guard));
    writes.add(Purpose::FreedLock, freed.map(|key| Write::Delete { key, condition: ours() }));
    Ok(writes)
}

pub(crate) fn put(invite: &Invite) -> Result<Item, StoreError> {
    let id = invite.id.to_string();
    let mut envelope = Envelope::new(keys::invite(invite.id), ENTITY, invite.version)
        .text("listing_pk", keys::invites_of(&invite.officer.id))
        .text("listing_sk", keys::listed(invite.updated_at, &id))
        .part(ENTITY, "summary", &Summary::of(invite))?
        .due(invite.due_at);
    if let domain::invite::Origin::Batch { batch, .. } = &invite.origin {
        envelope = envelope.text("batch_id", batch.to_string()).text("batch_state", invite.progress_name());
    }
    envelope.body(ENTITY, invite)
}

pub(crate) fn written(commit: &Commit) -> Written {
    match commit {
        Commit::Done => Written::Done,
        Commit::Refused(_) => Written::LostRace,
    }
}
