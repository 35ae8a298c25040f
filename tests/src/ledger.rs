//! What a run costs on AWS, at the list prices of `ap-southeast-1` in November 2026, without any free tier.
//!
//! Not in it: what is paid while nobody is invited (`tests/template/test_cost.py`), storage, and the users of a pool
//! beyond the first 10,000 of a month, which cost what the tier of the pool costs.

use std::{
    collections::BTreeMap,
    fmt, io,
    iter::Sum,
    ops::Add,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use testing::Tally;
use tracing::subscriber::DefaultGuard;

const MILLION: f64 = 1_000_000.0;

/// Bytes that Lambda itself logs of an invocation: its beginning, its end and a report.
const PLATFORM_LOG: f64 = 400.0;

/// The share of invocations that are traced.
const TRACED: f64 = 0.05;

/// What is paid for, and its price in USD.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ledger {
    /// Units of an on-demand table: <https://aws.amazon.com/dynamodb/pricing/on-demand/>.
    pub write_units: f64,
    pub read_units: f64,
    /// Runs of functions on arm64, <https://aws.amazon.com/lambda/pricing/>, and their traces,
    /// <https://aws.amazon.com/xray/pricing/>.
    pub invocations: f64,
    pub gigabyte_seconds: f64,
    /// Requests of up to 64 KB: <https://aws.amazon.com/sqs/pricing/>.
    pub queue_requests: f64,
    /// Mails to one recipient each: <https://aws.amazon.com/ses/pricing/>.
    pub mails: f64,
    /// Requests of the REST API: <https://aws.amazon.com/api-gateway/pricing/>.
    pub api_requests: f64,
    /// Bytes of logs that functions write: <https://aws.amazon.com/cloudwatch/pricing/>.
    pub log_bytes: f64,
}

impl Ledger {
    /// One invocation of a function with so much memory, or several that last so long together.
    #[must_use]
    pub fn of_invocations(invocations: usize, lasting: Duration, megabytes: u32) -> Self {
        let gigabyte_seconds = lasting.as_secs_f64() * f64::from(megabytes) / 1024.0;
        Self { invocations: count(invocations), gigabyte_seconds, ..Self::default() }
    }

    /// What a table has read and written.
    #[must_use]
    pub fn of_table(tally: Tally) -> Self {
        Self { write_units: tally.write_units, read_units: tally.read_units, ..Self::default() }
    }

    /// The whole price in USD.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        self.lines().iter().map(|(_, dollars)| dollars).sum()
    }

    fn lines(&self) -> [(&'static str, f64); 9] {
        let logged = self.log_bytes + PLATFORM_LOG * self.invocations;
        [
            ("writes", self.write_units * 0.7125 / MILLION),
            ("reads", self.read_units * 0.1425 / MILLION),
            ("invocations", self.invocations * 0.20 / MILLION),
            ("running", self.gigabyte_seconds * 0.000_013_333_4),
            ("traces", self.invocations * TRACED * 5.0 / MILLION),
            ("queues", self.queue_requests * 0.40 / MILLION),
            ("mails", self.mails * 0.10 / 1000.0),
            ("API", self.api_requests * 4.25 / MILLION),
            ("logs", logged * 0.70 / (1024.0 * 1024.0 * 1024.0)),
        ]
    }
}

/// What functions of this thread log, in the form that it has on AWS.
#[derive(Clone, Debug, Default)]
pub struct Logged(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    bytes: usize,
    /// How often each message was logged, and as what.
    messages: BTreeMap<(String, String), usize>,
}

impl Logged {
    /// Takes what is logged until the guard is dropped.
    #[must_use]
    pub fn from_now() -> (Self, DefaultGuard) {
        let logged = Self::default();
        let writer = logged.clone();
        let subscriber = boot::subscriber(None, move || writer.clone());
        (logged, tracing::subscriber::set_default(subscriber))
    }

    #[must_use]
    pub fn cost(&self) -> Ledger {
        Ledger { log_bytes: count(self.lines().bytes), ..Ledger::default() }
    }

    /// How often each message was logged, with its level.
    #[must_use]
    pub fn messages(&self) -> BTreeMap<(String, String), usize> {
        self.lines().messages.clone()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for Logged {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.lines();
        lines.bytes += line.len();
        let parsed: Value = serde_json::from_slice(line)?;
        let [level, message] = ["level", "message"].map(|name| parsed[name].as_str().unwrap_or_default().to_owned());
        *lines.messages.entry((level, message)).or_default() += 1;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A number of anything, which is far below what a float holds exactly.
#[must_use]
pub fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("less than four billion"))
}

impl Add for Ledger {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            write_units: self.write_units + other.write_units,
            read_units: self.read_units + other.read_units,
            invocations: self.invocations + other.invocations,
            gigabyte_seconds: self.gigabyte_seconds + other.gigabyte_seconds,
            queue_requests: self.queue_requests + other.queue_requests,
            mails: self.mails + other.mails,
            api_requests: self.api_requests + other.api_requests,
            log_bytes: self.log_bytes + other.log_bytes,
        }
    }
}

impl Sum for Ledger {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "USD {:.4}:", self.dollars())?;
        self.lines().iter().try_for_each(|(name, dollars)| write!(f, " {name} {dollars:.4}"))
    }
}
