//! The record of each regular job: when it runs next, and how far it is.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    keys::{self, Key},
    record::{Layout, Stored, stored},
    table::{Index, Query},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// The job's name in logs, and the key of its record.
    pub name: String,
    /// From when a run may start: when the next run is due or, during a run, when the lease of that run ends.
    pub due_at: Timestamp,
    /// Where the next run continues, in a form that only the job knows.
    pub cursor: Option<String>,
    /// When a run last came to its end. Before that, when the job was first started.
    pub finished_at: Timestamp,
}

impl Layout for JobRecord {
    type Id = String;

    const KIND: &'static str = "job";

    fn key(name: &String) -> Key {
        keys::job(name)
    }

    fn id(&self) -> String {
        self.name.clone()
    }
}

impl Store {
    /// Every job that was ever started.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_jobs(&self) -> Result<Vec<Stored<JobRecord>>, StoreError> {
        let page = self.table.page(&Query::all(Index::Primary, keys::JOBS.to_owned())).await?;
        page.items.into_iter().map(stored).collect()
    }
}
