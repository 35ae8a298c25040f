//! What the sweeper remembers of its jobs: when each is to run again, and how far it is.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Written,
    invites::written,
    item::{self, Envelope},
    keys,
    table::{Condition, Index, Query, Write},
};

const ENTITY: &str = "job";

/// One job of the sweeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Which.
    pub name: String,
    /// From when it may be taken up: its next run, or, while one is under way, the end of that one's lease.
    pub due_at: Timestamp,
    /// Where the next run goes on, in a form that only the job knows.
    pub cursor: Option<String>,
    /// When it last came to its end; before the first time, when it was first taken up.
    pub finished_at: Timestamp,
    /// Grows with each write.
    pub version: u64,
}

impl Store {
    /// Every job that was ever taken up.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        let page = self.table.page(&Query::all(Index::Primary, keys::JOBS.to_owned())).await?;
        page.items.into_iter().map(|mut item| item::body(ENTITY, &mut item)).collect()
    }

    /// Writes `next`, a job's record of version 1, or one over the version before it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn write_job(&self, next: &JobRecord) -> Result<Written, StoreError> {
        let condition = Condition::before(next.version);
        let item = Envelope::new(keys::job(&next.name), ENTITY, next.version).body(ENTITY, next)?;
        Ok(written(&self.table.commit(vec![Write::Put { item, condition }]).await?))
    }
}
