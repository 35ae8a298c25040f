//! What the sweeper remembers of its jobs: when each is to run again, and how far it is.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    keys::{self, Key},
    record::{Layout, Stored, stored},
    table::{Index, Query},
};

/// One job of the sweeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Names it in logs, and its record.
    pub name: String,
    /// From when it may be taken up: its next run, or, while one is under way, the end of that one's lease.
    pub due_at: Timestamp,
    /// Where the next run goes on, in a form that only the job knows.
    pub cursor: Option<String>,
    /// When it last came to its end; before the first time, when it was first taken up.
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
    /// Every job that was ever taken up.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_jobs(&self) -> Result<Vec<Stored<JobRecord>>, StoreError> {
        let page = self.table.page(&Query::all(Index::Primary, keys::JOBS.to_owned())).await?;
        page.items.into_iter().map(stored).collect()
    }
}
