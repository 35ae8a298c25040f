//! Start-up: everything between `main` and the code of a function.
//!
//! - [`init_tracing`]: one JSON line for each log entry, without personal data.
//! - [`Env`]: the environment of the process, which is read here and nowhere else.
//! - [`terms`], [`single_caps`], [`batch_cap`], [`days`], [`address`]: the values of the template's parameters.
//! - [`Stack`]: everything that a function works with. [`AwsStack`] creates it from the environment over [`Aws`], whose
//!   SDK clients share one HTTP client.
//! - [`Secrets`], [`SigningSecrets`] and [`Rules`]: read at first use and kept in memory; [`Recent`] keeps a value for
//!   a while.
//! - [`run_http`], [`run_sqs`], [`run_event`], [`run_request`]: the four kinds of trigger.
//!
//! A `main` starts the stack and the trigger, and does nothing else. The `Deps` of a function take what they need from
//! a stack.

mod aws;
mod cause;
mod env;
mod event;
mod http;
mod known_agencies;
mod log;
mod policy;
mod recent;
mod recording;
mod rules;
mod secrets;
mod signing;
mod sqs;
mod stack;

pub use aws::Aws;
pub use env::{Env, MissingVariable};
pub use event::{handle_event, run_event, run_request};
pub use http::run_http;
pub use known_agencies::KnownAgencies;
pub use lambda_runtime::Error;
pub use log::{init_tracing, subscriber};
pub use policy::{address, batch_cap, days, single_caps, terms};
pub use recent::Recent;
pub use recording::{RECORD_PAUSES, leaves_time};
pub use rules::Rules;
pub use secrets::{KeySource, Secrets, SecretsError};
pub use signing::{SigningSecrets, SigningSource};
pub use sqs::{Disposition, UnnamedRecord, handle_records, run_sqs};
pub use stack::{AwsStack, Stack, UploadAccess};

/// Starts a function on Lambda: logging and the stack.
#[must_use]
pub fn start() -> AwsStack {
    let env = Env::from_process();
    init_tracing(&env);
    AwsStack::new(env)
}
