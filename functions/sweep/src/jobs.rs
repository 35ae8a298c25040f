//! The jobs of the sweeper, each in a file of its own.

mod account_audit;
mod canary;
mod directory_audit;
mod due;
mod forget;
mod letters;
mod locks;
mod plan;
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

/// A regular job of the sweeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Checks every record that is due.
    Due,
    /// Marks invites whose messages are among the dead letters, so that an operator checks them.
    Letters,
    /// Erases the people that operators asked to erase.
    Forget,
    Uploads,
    Canary,
    /// Compares the invites of batches in progress with their sent rows.
    Totals,
    /// Deletes locks that no invite needs.
    Locks,
    /// Compares every account of the directory with the table.
    DirectoryAudit,
    /// Compares every licence of the directory with the table.
    LicenceAudit,
    /// Compares every account of the table with the directory.
    AccountAudit,
}

impl Job {
    pub const ALL: [Self; 10] = [
        Self::Due,
        Self::Letters,
        Self::Forget,
        Self::Uploads,
        Self::Canary,
        Self::Totals,
        Self::Locks,
        Self::DirectoryAudit,
        Self::LicenceAudit,
        Self::AccountAudit,
    ];

    /// The job's name in the table and in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Letters => "letters",
            Self::Forget => "forget",
            Self::Uploads => "uploads",
            Self::Canary => "canary",
            Self::Totals => "totals",
            Self::Locks => "locks",
            Self::DirectoryAudit => "directory-audit",
            Self::LicenceAudit => "licence-audit",
            Self::AccountAudit => "account-audit",
        }
    }

    /// The interval between two runs. `None`: it runs in each sweep.
    #[must_use]
    pub fn every(self) -> Option<Duration> {
        match self {
            Self::Due => None,
            Self::Letters | Self::Forget => Some(MINUTE),
            Self::Uploads => Some(2 * MINUTE),
            Self::Canary | Self::Totals => Some(5 * MINUTE),
            Self::Locks => Some(60 * MINUTE),
            Self::DirectoryAudit | Self::LicenceAudit | Self::AccountAudit => Some(DAY),
        }
    }

    pub(crate) async fn run(self, round: &Round<'_>) -> Result<Progress, AnyError> {
        match self {
            Self::Due => due::run(round).await,
            Self::Letters => letters::run(round).await,
            Self::Forget => forget::run(round).await,
            Self::Uploads => uploads::run(round).await,
            Self::Canary => canary::run(round).await,
            Self::Totals => totals::run(round).await,
            Self::Locks => locks::run(round).await,
            Self::DirectoryAudit => directory_audit::run(round, List::Accounts).await,
            Self::LicenceAudit => directory_audit::run(round, List::Licensed).await,
            Self::AccountAudit => account_audit::run(round).await,
        }
    }
}
