//! One run of a job: its input and its result.

use std::time::Duration;

use domain::Timestamp;

use crate::Deps;

/// The input of one run of a job.
#[derive(Clone, Debug)]
pub(crate) struct Round<'a> {
    pub(crate) deps: &'a Deps,
    /// The cursor of the last run.
    pub(crate) cursor: Option<String>,
    pub(crate) deadline: Timestamp,
}

/// How far a run came, and the cursor of the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It came to its end; the next run begins when the job is due.
    Finished { cursor: Option<String> },
    /// It did not come to its end; the next invocation continues.
    OutOfTime { cursor: Option<String> },
}

impl Round<'_> {
    /// Whether less than `needed` is left of the invocation.
    pub(crate) fn has_less_than(&self, needed: Duration) -> bool {
        self.deps.clock.now() + needed > self.deadline
    }
}
