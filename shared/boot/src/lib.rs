//! Start-up: everything between `main` and a function's own code.
//!
//! - [`init_tracing`]: one JSON line per log entry, without anybody's data.
//! - [`Env`]: the process environment, read here and nowhere else.
//! - [`terms`], [`single_caps`], [`batch_cap`], [`days`], [`address`]: what the template's parameters decide.
//! - [`Stack`]: everything that a function works with, made from the environment by [`AwsStack`] over [`Aws`], whose
//!   SDK
//!   clients share one HTTP client.
//! - [`Secrets`], [`SigningSecrets`] and [`Rules`]: what is fetched at first use and kept; [`Recent`] keeps it for a
//!   while.
//! - [`run_http`], [`run_sqs`], [`run_event`], [`run_request`]: the four kinds of trigger.
//!
//! A `main` starts the stack and the trigger and does nothing else; the `Deps` of a function's `lib` take from a stack
//! what they need.

mod aws;
mod cause;
mod env;
mod event;
mod http;
mod log;
mod policy;
mod recent;
mod rules;
mod secrets;
mod signing;
mod sqs;
mod stack;

pub use aws::Aws;
pub use env::{Env, MissingVariable};
pub use event::{handle_event, run_event, run_request};
pub use http::run_http;
pub use lambda_runtime::Error;
pub use log::{init_tracing, subscriber};
pub use policy::{address, batch_cap, days, single_caps, terms};
pub use recent::Recent;
pub use rules::Rules;
pub use secrets::{KeySource, Secrets, SecretsError};
pub use signing::{SigningSecrets, SigningSource};
pub use sqs::{Disposition, UnnamedRecord, handle_records, run_sqs};
pub use stack::{AwsStack, Stack, UploadAccess};

/// Starts a function on Lambda: its log, and its stack.
#[must_use]
pub fn start() -> AwsStack {
    let env = Env::from_process();
    init_tracing(&env);
    AwsStack::new(env)
}
