//! The accounts that this service knows: for which invite each was made, or which request for SEED its holder made.

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

/// The attribute that locks name their owner by as well.
const OWNER: &str = "invite_id";

/// Where the licence of an account is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountOwner {
    /// With the invite that the account was made for.
    Invite(Box<Stored<Invite>>),
    /// With the request of its holder.
    Request(Stored<SeedRequest>),
}

/// That the licence of an account is kept somewhere; see [`Store::find_owner`] for where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    pub account: Account,
    /// The invite or the request, as text.
    owner: String,
}

impl Store {
    /// Writes what became of making an account over the version that was read, and with an account that it is the
    /// invite's. The latest invite of an account counts.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn record_account(&self, change: Change<Invite>) -> Result<Written<Stored<Invite>>, StoreError> {
        let link = change.account().map(|account| link(account, change.id.to_string()));
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        if let Some(link) = link {
            transaction.add(link, LostRace);
        }
        transaction.commit_to(self, stored).await
    }

    /// As [`Store::record_account`], for an invite that lives again with its account and so takes its locks again. What
    /// was refused; nothing when it is written.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn adopt_account(&self, read: &Stored<Invite>, next: Invite) -> Result<Vec<Refused>, StoreError> {
        let link = next.account().map(|account| link(account, next.id.to_string()));
        let mut transaction = Transaction::default();
        transaction.revive(read, next)?;
        if let Some(link) = link {
            transaction.add(link, Refused::LostRace);
        }
        transaction.commit(self).await
    }

    /// Where the licence of `account` is kept; nowhere, if nobody asked for one and the account was made elsewhere.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_owner(&self, account: &Account) -> Result<Option<AccountOwner>, StoreError> {
        let owner = self.table.get(&keys::account(account)).await?;
        if let Some(id) = owner.as_ref().and_then(|item| text(item, OWNER)).and_then(InviteId::parse) {
            let invite = self.get::<Invite>(&id).await?;
            // An account may have been deleted since, and another of its name made elsewhere.
            if let Some(invite) = invite.filter(|invite| invite.account().is_some_and(|of| is_same(of, account))) {
                return Ok(Some(AccountOwner::Invite(Box::new(invite))));
            }
        }
        let request = self.get(&SeedRequestId::of_account(account)).await?;
        Ok(request.map(AccountOwner::Request))
    }

    /// The requests of `accounts` that are there, in no order.
    ///
    /// # Errors
    ///
    /// As [`Store::get`].
    pub async fn find_seed_requests(&self, accounts: &[Account]) -> Result<Vec<Stored<SeedRequest>>, StoreError> {
        let ids: Vec<_> = accounts.iter().map(SeedRequestId::of_account).collect();
        self.get_many(&ids).await
    }

    /// Writes a first request, unless there is one.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn create_seed_request(&self, request: SeedRequest) -> Result<Written<Stored<SeedRequest>>, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(link(&request.account, request.id.to_string()), LostRace);
        let stored = transaction.create(request, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Deletes a request over the version that was read, and that its account is known by it. Its id is noted until
    /// `until`, which names nobody: by it [`Store::was_requested`] knows the licence of the account again.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
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

    /// Whether `account` got its licence by a request that is no longer kept; if so, that is remembered until `until`.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn was_requested(&self, account: &Account, until: Timestamp) -> Result<bool, StoreError> {
        let id = SeedRequestId::of_account(account);
        if self.table.get(&keys::ended_seed_request(id)).await?.is_none() {
            return Ok(false);
        }
        self.table.put_many(vec![ended(id, until)]).await?;
        Ok(true)
    }

    /// At most `limit` of the known accounts of one of the [`ACCOUNT_SHARDS`], by name, after the one named `after`.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
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

    /// Forgets an account that nothing is kept for any more, unless it was given to somebody else meanwhile.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
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

/// The latest owner of an account counts, so nothing has to hold of an earlier one.
fn link(account: &Account, owner: String) -> Write {
    let item = Envelope::new(keys::account(account), "account", 1).text(OWNER, owner).bare();
    Write::Put { item, condition: Condition::Any }
}

fn is_same(one: &Account, other: &Account) -> bool {
    one.directory_id.to_lowercase() == other.directory_id.to_lowercase()
}
