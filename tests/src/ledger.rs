//! What a run costs on AWS, at the list prices of `ap-southeast-1` in November 2026, without any free tier.
//!
//! Not in it: what is paid while nobody is invited (`tests/template/idle.py`), storage, and the users of a pool
//! beyond the first 10,000 of a month, which cost what the tier of the pool costs.

use std::{fmt, ops::Add, time::Duration};

use testing::Tally;

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

    /// Requests to the API, by a function with so much memory, that last so long together.
    #[must_use]
    pub fn of_requests(requests: usize, lasting: Duration, megabytes: u32) -> Self {
        Self { api_requests: count(requests), ..Self::of_invocations(requests, lasting, megabytes) }
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

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "USD {:.4}:", self.dollars())?;
        self.lines().iter().try_for_each(|(name, dollars)| write!(f, " {name} {dollars:.4}"))
    }
}
