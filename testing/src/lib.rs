//! Fake backends in memory, as strict as the real ones, and the probe that counts and breaks their calls. The contracts
//! that fakes and real backends keep, and the invented people that tests are about.
//!
//! No function depends on this crate, so no release contains it.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;
mod bucket;
mod clock;
pub mod contract;
mod directory;
mod endpoints;
mod mishap;
mod outbox;
pub mod people;
pub mod probe;
mod queues;
mod rate;
pub mod served;
mod stack;
mod suppressions;
mod table;

pub use aws::{CognitoTwin, PoolTally, PoolUsers, SesLimits, SesTwin, TakenMail};
pub use bucket::MemoryBucket;
pub use clock::{ManualClock, seeded};
pub use directory::{Call, Fault as DirectoryFault, MemoryDirectory, SearchIndex, SeedGroup};
pub use endpoints::{Endpoints, Posted};
pub use outbox::{Fault as MailFault, Outbox, SentMail, code_in, token_in};
pub use queues::{Delivery, MemoryQueues};
pub use stack::{MemoryStack, Twins};
pub use suppressions::MemorySuppressions;
pub use table::{LimitedTable, MemoryTable, Tally};
