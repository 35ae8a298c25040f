//! One run of a job: what it gets, and what it leaves.

use std::time::Duration;

use domain::Timestamp;

use crate::Deps;

/// One run of a job.
#[derive(Clone, Debug)]
pub(crate) struct Round<'a> {
    pub(crate) deps: &'a Deps,
    /// What the last run left.
    pub(crate) cursor: Option<String>,
    pub(crate) deadline: Timestamp,
}

/// How far a run came, and what the next one is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// To its end; the next run begins in its turn.
    Finished { cursor: Option<String> },
    /// Not to its end; the next sweep goes on.
    OutOfTime { cursor: Option<String> },
}

impl Round<'_> {
    /// Whether less than `needed` is left of the invocation.
    pub(crate) fn has_less_than(&self, needed: Duration) -> bool {
        self.deps.clock.now() + needed > self.deadline
    }
}
