//! A table that is asked again while it is at a limit of its throughput, for as long as the caller has time.
//!
//! DynamoDB takes 1,000 writes of 1 KB and 3,000 reads of 4 KB a second of one partition key, and puts off the rest:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::Entropy;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::Instant;

use super::{Commit, Item, KEYS_PER_REQUEST, Key, PUTS_PER_REQUEST, Page, Query, Segment, SummaryPage, Table, Write};
use crate::{StoreError, item};

/// How long one call asks again, if its caller names no other time. Shorter than any function's timeout.
const PATIENCE: Duration = Duration::from_secs(5);

/// Requests of one call that run at the same time at most.
const IN_FLIGHT: usize = 16;

/// The pause before a repetition is a random part of this, which doubles each time up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A table, and how long each call asks it again. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Patient {
    table: Arc<dyn Table>,
    entropy: Entropy,
    patience: Duration,
}

impl Patient {
    pub(crate) fn new(table: impl Table + 'static, entropy: Entropy) -> Self {
        Self { table: Arc::new(table), entropy, patience: PATIENCE }
    }

    /// The same table, whose calls ask again for as long as this.
    pub(crate) fn for_as_long_as(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.asked_again(|| self.table.get(key)).await
    }

    /// The existing items at `keys`, in no order.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let wait = self.wait();
        // DynamoDB refuses a request that names a key twice.
        let keys: Vec<Key> = keys.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let requests: Vec<Vec<Key>> = keys.chunks(KEYS_PER_REQUEST).map(<[Key]>::to_vec).collect();
        stream::iter(requests)
            .map(|keys| self.get_some(keys, wait.clone()))
            .buffer_unordered(IN_FLIGHT)
            .try_concat()
            .await
    }

    /// Does all of `writes`, or none. At most 100, and each writes another item.
    pub(crate) async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        if writes.is_empty() {
            return Ok(Commit::Done);
        }
        self.asked_again(|| self.table.commit(writes)).await
    }

    /// Puts items without conditions, in no order, each at least once. For items that have only one writer.
    ///
    /// Each partition is written by one request after the other, and several partitions at the same time. So a
    /// partition at its limit holds up only itself.
    pub(crate) async fn put_many(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let wait = self.wait();
        let mut partitions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            partitions.entry(item::key(&item).pk).or_default().push(item);
        }
        // Items that are alone in their partition share requests.
        let (alone, partitions): (Vec<_>, Vec<_>) = partitions.into_values().partition(|items| items.len() == 1);
        stream::iter(partitions.into_iter().chain([alone.concat()]))
            .map(|items| self.put_in_turn(items, wait.clone()))
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await
    }

    /// One page of what `query` finds.
    pub(crate) async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.asked_again(|| self.table.page(query)).await
    }

    /// One page of the summaries that `query` finds.
    pub(crate) async fn summaries(&self, query: &Query) -> Result<SummaryPage, StoreError> {
        self.asked_again(|| self.table.summaries(query)).await
    }

    /// Gives every item that `query` finds to `take`, page by page.
    pub(crate) async fn each(&self, mut query: Query, mut take: impl FnMut(Item)) -> Result<(), StoreError> {
        loop {
            let page = self.page(&query).await?;
            page.items.into_iter().for_each(&mut take);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }

    /// One page of a segment of the whole table, in no order.
    pub(crate) async fn scan(&self, segment: &Segment) -> Result<Page, StoreError> {
        self.asked_again(|| self.table.scan(segment)).await
    }

    /// The answer to a request, which is repeated while the table puts it off.
    async fn asked_again<T, F>(&self, request: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut wait = self.wait();
        loop {
            match request().await {
                Err(error) => wait.before_repeating(error).await?,
                answer => return answer,
            }
        }
    }

    async fn get_some(&self, mut keys: Vec<Key>, mut wait: Wait) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        loop {
            match self.table.get_some(&keys).await {
                Err(error) => wait.before_repeating(error).await?,
                Ok(got) => {
                    found.extend(got.items);
                    if got.left.is_empty() {
                        return Ok(found);
                    }
                    wait.before_the_rest("BatchGetItem", keys.len(), got.left.len()).await?;
                    keys = got.left;
                }
            }
        }
    }

    async fn put_in_turn(&self, items: Vec<Item>, mut wait: Wait) -> Result<(), StoreError> {
        for some in items.chunks(PUTS_PER_REQUEST) {
            let mut left = some.to_vec();
            while !left.is_empty() {
                let asked = left.len();
                match self.table.put_some(&left).await {
                    Err(error) => wait.before_repeating(error).await?,
                    Ok(rest) => {
                        left = rest;
                        if !left.is_empty() {
                            wait.before_the_rest("BatchWriteItem", asked, left.len()).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn wait(&self) -> Wait {
        Wait { until: Instant::now() + self.patience, repeats: 0, entropy: self.entropy.clone() }
    }
}

/// The pauses between the requests of one call.
#[derive(Clone, Debug)]
struct Wait {
    until: Instant,
    /// How often the table was busy, less how often it then took something.
    repeats: u32,
    entropy: Entropy,
}

impl Wait {
    /// Pauses before a request that the table put off.
    ///
    /// # Errors
    ///
    /// `error`, if the request was not put off, or there is no time left.
    async fn before_repeating(&mut self, error: StoreError) -> Result<(), StoreError> {
        let now = Instant::now();
        if !matches!(error, StoreError::Busy { .. }) || now >= self.until {
            return Err(error);
        }
        let longest = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(self.repeats)).min(LONGEST_PAUSE);
        self.repeats += 1;
        // Writers that were put off at the same moment do not come back at the same moment.
        let pause = longest.mul_f64(self.entropy.fraction());
        tokio::time::sleep_until(self.until.min(now + pause)).await;
        Ok(())
    }

    /// Pauses before the `left` of what was `asked` for, of which the table did the rest.
    async fn before_the_rest(&mut self, operation: &'static str, asked: usize, left: usize) -> Result<(), StoreError> {
        if left < asked {
            self.repeats = self.repeats.saturating_sub(2);
        }
        self.before_repeating(StoreError::Busy { operation, code: "unprocessed items".to_owned() }).await
    }
}
