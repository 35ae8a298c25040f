//! A batch, and how it is stored.

use std::collections::HashMap;

use domain::{BatchId, OfficerId, batch::Batch};

use crate::{
    IdempotentRequest, RequestOutcome, Store, StoreError,
    item::{Envelope, text},
    keys::{self, Key},
    record::{Change, Layout, Stored, Written},
    rows::{KeyedRow, put_row},
    table::{Condition, Index, Order, Query, Range, Write},
    transaction::{Refused, Transaction},
};

/// Rows that are added in one call at most. A transaction has 100 writes: one is the batch's and one the answer's, and
/// two may say who is in the batch.
pub const ROWS_PER_ADDITION: usize = 96;

impl Layout for Batch {
    type Id = BatchId;

    const KIND: &'static str = "batch";

    fn key(id: &BatchId) -> Key {
        keys::batch(*id)
    }

    fn id(&self) -> BatchId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope
            .text("listing_pk", keys::batches_of(&self.officer.id))
            .text("listing_sk", keys::listed(self.created_at, &self.id.to_string()))
            .due(Some(self.next_due())))
    }
}

impl Store {
    /// Writes a new batch that was not created by a request with a key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn create_batch(&self, batch: &Batch) -> Result<Written<Stored<Batch>>, StoreError> {
        let created = self.create(batch.clone()).await?;
        if created.is_done() {
            return Ok(created);
        }
        // The client repeats a single write when its answer is lost. The repeated write then finds the first one.
        let found = self.get::<Batch>(&batch.id).await?.filter(|found| **found == *batch);
        Ok(found.map_or(Written::LostRace, Written::Done))
    }

    /// Writes a new batch and the answer to its request, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn create_requested_batch(
        &self,
        batch: &Batch,
        request: &IdempotentRequest,
    ) -> Result<RequestOutcome, StoreError> {
        let mut transaction = Transaction::default();
        transaction.create(batch.clone(), Refused::LostRace)?;
        self.commit_request(transaction, request).await
    }

    /// Writes a batch whose rows are stored, over the version that was read, and the answer to its request, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn fill_batch(
        &self,
        batch: Change<Batch>,
        request: &IdempotentRequest,
    ) -> Result<RequestOutcome, StoreError> {
        let mut transaction = Transaction::default();
        transaction.write(batch, Refused::LostRace)?;
        self.commit_request(transaction, request).await
    }

    /// Adds rows to a batch over the version that was read, with the answer to the request, or nothing. At most
    /// [`ROWS_PER_ADDITION`] rows. Their numbers are free as long as the batch is unchanged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn add_rows(
        &self,
        rows: &[KeyedRow],
        batch: Change<Batch>,
        request: &IdempotentRequest,
    ) -> Result<RequestOutcome, StoreError> {
        let mut transaction = Transaction::default();
        let batch = transaction.write(batch, Refused::LostRace)?;
        for write in self.found_by(batch.id, &rows.iter().collect::<Vec<_>>()).await? {
            transaction.add(write, Refused::LostRace);
        }
        for row in rows {
            let item = put_row(batch.id, row)?;
            transaction.add(Write::Put { item, condition: Condition::Absent }, Refused::LostRace);
        }
        self.commit_request(transaction, request).await
    }

    /// Up to `limit` of an officer's batches, newest first, from the one after the last page.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_batches(
        &self,
        officer: &OfficerId,
        limit: u32,
        after: Option<String>,
    ) -> Result<(Vec<Stored<Batch>>, Option<String>), StoreError> {
        let query = Query {
            range: after.map_or(Range::All, Range::Below),
            order: Order::Descending,
            limit: Some(limit),
            ..Query::all(Index::Listing, keys::batches_of(officer))
        };
        let page = self.table.page(&query).await?;
        let next = page.next.and(page.items.last().and_then(|item| text(item, "listing_sk")).map(str::to_owned));
        let ids: Vec<BatchId> = page.items.iter().filter_map(|item| keys::batch_of(text(item, "pk")?)).collect();
        let found = self.get_many::<Batch>(&ids).await?;
        let mut found: HashMap<BatchId, Stored<Batch>> = found.into_iter().map(|batch| (batch.id, batch)).collect();
        Ok((ids.iter().filter_map(|id| found.remove(id)).collect(), next))
    }
}
