//! The jobs, each in a file of its own.

mod account_audit;
mod account_status;
mod backup;
mod directory_audit;
mod forget;
mod locks;
mod round;
mod totals;
mod uploads;
mod whole_table;

use std::time::Duration;

use directory_audit::List;
pub(crate) use round::{Progress, Round};

use crate::AnyError;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Erases the people that operators asked to erase.
    Forget,
    /// Announces workbooks that nobody has read, and deletes those that were.
    Uploads,
    /// Compares the invites of batches in progress with their sent rows.
    Totals,
    /// Deletes locks that no invite needs.
    Locks,
    /// Compares every account of the directory with the table, and every account of the table with the directory.
    AccountAudit,
    /// Compares every licence of the directory with the table.
    LicenceAudit,
}

impl Job {
    pub const ALL: [Self; 6] =
        [Self::Forget, Self::Uploads, Self::Totals, Self::Locks, Self::AccountAudit, Self::LicenceAudit];

    /// The job's name in the table and in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forget => "forget",
            Self::Uploads => "uploads",
            Self::Totals => "totals",
            Self::Locks => "locks",
            Self::LicenceAudit => "licence-audit",
            Self::AccountAudit => "account-audit",
        }
    }

    /// The interval between two runs.
    #[must_use]
    pub fn every(self) -> Duration {
        match self {
            Self::Forget => MINUTE,
            Self::Uploads => 2 * MINUTE,
            Self::Totals => 5 * MINUTE,
            Self::Locks | Self::AccountAudit | Self::LicenceAudit => DAY,
        }
    }

    pub(crate) async fn run(self, round: &Round<'_>) -> Result<Progress, AnyError> {
        match self {
            Self::Forget => forget::run(round).await,
            Self::Uploads => uploads::run(round).await,
            Self::Totals => totals::run(round).await,
            Self::Locks => locks::run(round).await,
            Self::LicenceAudit => directory_audit::run(round, List::Licensed).await,
            Self::AccountAudit => account_audit::run(round).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_whole_table_or_the_whole_directory_is_daily() {
        for job in [Job::Locks, Job::AccountAudit, Job::LicenceAudit] {
            assert_eq!(job.every(), DAY, "{}", job.name());
        }
        assert!(Job::ALL.into_iter().all(|job| job.every() >= MINUTE));
    }
}
