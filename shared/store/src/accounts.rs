//! The accounts that this service knows: each belongs to the invite that it was created for, or to its holder's request
//! for SEED.

use domain::{
    InviteId, SeedRequestId, Timestamp,
    invite::{Account, Invite},
    licence::SeedRequest,
};

pub use crate::keys::ACCOUNT_SHARDS;
use crate::{
    Store, StoreError,
    item::{self, Envelope, text},
    keys,
    record::{Change, Owned, Stored, Written},
    table::{Condition, Index, Query, Range, Write},
    transaction::{LostRace, Refused, Transaction},
};

/// The attribute that names the owner of an item; locks use it too.
const OWNER: &str = "invite_id";

/// The record that has the licence of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountOwner {
    /// The invite that the account was created for.
    Invite(Box<Stored<Invite>>),
    /// The request of the account's holder.
    Request(Stored<SeedRequest>),
}

/// An account and its owner, which has its licence; [`Store::find_owner`] reads the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    pub account: Account,
    /// The id of the invite or the request.
    owner: String,
}

impl Store {
    /// Writes the result of creating an account over the version that was read. If there is an account, it also writes
    /// that the account belongs to the invite. The latest invite of an account is its owner.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn record_account(&self, change: Change<Invite>) -> Result<Written<Stored<Invite>>, StoreError> {
        let link = change.account().map(|account| link(account, change.id.to_string()));
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        if let Some(link) = link {
            transaction.add(link, LostRace);
        }
        transaction.commit_to(self, stored).await
    }

    /// Like [`Store::record_account`], for an invite that is live again because its account was found, and so takes its
    /// locks again. The answer has what was refused, and is empty when everything was written.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn adopt_account(&self, read: &Stored<Invite>, next: Invite) -> Result<Vec<Refused>, StoreError> {
        let link = next.account().map(|account| link(account, next.id.to_string()));
        let mut transaction = Transaction::default();
        transaction.revive(read, next)?;
        if let Some(link) = link {
            transaction.add(link, Refused::LostRace);
        }
        transaction.commit(self).await
    }

    /// The record that has the licence of `account`. `None`: the account was created elsewhere, and its holder has not
    /// asked for SEED.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_owner(&self, account: &Account) -> Result<Option<AccountOwner>, StoreError> {
        let owner = self.table.get(&keys::account(account)).await?;
        if let Some(id) = owner.as_ref().and_then(|item| text(item, OWNER)).and_then(InviteId::parse) {
            let invite = self.get::<Invite>(&id).await?;
            // The account may have been deleted since, and another account with its name created elsewhere.
            if let Some(invite) = invite.filter(|invite| invite.account().is_some_and(|of| is_same(of, account))) {
                return Ok(Some(AccountOwner::Invite(Box::new(invite))));
            }
        }
        let request = self.get(&SeedRequestId::of_account(account)).await?;
        Ok(request.map(AccountOwner::Request))
    }

    /// The existing requests of `accounts`, in no order.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn find_seed_requests(&self, accounts: &[Account]) -> Result<Vec<Stored<SeedRequest>>, StoreError> {
        let ids: Vec<_> = accounts.iter().map(SeedRequestId::of_account).collect();
        self.get_many(&ids).await
    }

    /// Writes the first request of an account. A lost race means that there is one already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn create_seed_request(&self, request: SeedRequest) -> Result<Written<Stored<SeedRequest>>, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(link(&request.account, request.id.to_string()), LostRace);
        let stored = transaction.create(request, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Deletes a request over the version that was read, and the link of its account. The id of the request, which
    /// names no person, is kept until `until`: [`Store::was_requested`] needs it to recognise the account's licence.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn forget_seed_request(
        &self,
        request: &Stored<SeedRequest>,
        until: Timestamp,
    ) -> Result<Written, StoreError> {
        let condition = Condition::Version(request.version());
        let mut transaction = Transaction::default();
        transaction.add(Write::Delete { key: keys::seed_request(request.id), condition }, LostRace);
        transaction.add(Write::Put { item: ended(request.id, until), condition: Condition::Any }, LostRace);
        transaction.free(Owned { key: keys::account(&request.account), owner: request.id.to_string() });
        transaction.commit_written(self).await
    }

    /// Whether `account` got its licence by a request that was deleted. If so, that is remembered until `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn was_requested(&self, account: &Account, until: Timestamp) -> Result<bool, StoreError> {
        let id = SeedRequestId::of_account(account);
        if self.table.get(&keys::ended_seed_request(id)).await?.is_none() {
            return Ok(false);
        }
        self.table.put_many(vec![ended(id, until)]).await?;
        Ok(true)
    }

    /// Up to `limit` known accounts of one of the [`ACCOUNT_SHARDS`], by name, from the one after `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_accounts(
        &self,
        shard: u8,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AccountLink>, StoreError> {
        let range = after.map_or(Range::All, |after| Range::Above(after.to_owned()));
        let query = Query { range, limit: Some(limit), ..Query::all(Index::Primary, keys::accounts(shard)) };
        let page = self.table.page(&query).await?;
        let links = page.items.iter().filter_map(|item| {
            let account = Account { directory_id: text(item, "sk")?.to_owned() };
            Some(AccountLink { account, owner: text(item, OWNER)?.to_owned() })
        });
        Ok(links.collect())
    }

    /// Deletes the link of an account that no record owns any more, unless the account has another owner by now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn forget_account(&self, link: &AccountLink) -> Result<Written, StoreError> {
        let condition = Condition::AbsentOrOwnedBy(link.owner.clone());
        let mut transaction = Transaction::default();
        transaction.add(Write::Delete { key: keys::account(&link.account), condition }, LostRace);
        transaction.commit_written(self).await
    }
}

fn ended(id: SeedRequestId, until: Timestamp) -> item::Item {
    Envelope::new(keys::ended_seed_request(id), "ended_seed_request", 1).expires(until).bare()
}

/// The latest owner of an account replaces any earlier one, so the write has no condition.
fn link(account: &Account, owner: String) -> Write {
    let item = Envelope::new(keys::account(account), "account", 1).text(OWNER, owner).bare();
    Write::Put { item, condition: Condition::Any }
}

fn is_same(one: &Account, other: &Account) -> bool {
    one.directory_id.to_lowercase() == other.directory_id.to_lowercase()
}
