//! Start-up: everything between `main` and a function's own code.
//!
//! - [`init_tracing`]: one JSON line per log entry, without anybody's data.
//! - [`Env`]: the process environment, read here and nowhere else.
//! - [`terms`], [`single_caps`], [`batch_cap`], [`days`], [`address`]: what the template's parameters decide.
//! - [`Aws`]: SDK clients that share one HTTP client.
//! - [`Secrets`], [`SigningSecrets`] and [`Rules`]: what is fetched at first use and kept; [`Recent`] keeps it for a while.
//! - [`run_http`], [`run_sqs`], [`run_event`]: the three kinds of trigger.
//!
//! A `main` calls these and nothing else; a function's `lib` takes what they make as fields of its `Deps`.

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

pub use aws::Aws;
pub use env::{Env, MissingVariable};
pub use event::{handle_event, run_event};
pub use http::run_http;
pub use lambda_runtime::Error;
pub use log::{init_tracing, subscriber};
pub use policy::{address, batch_cap, days, single_caps, terms};
pub use recent::Recent;
pub use rules::Rules;
pub use secrets::{Secrets, SecretsError};
pub use signing::SigningSecrets;
pub use sqs::{Disposition, UnnamedRecord, handle_records, run_sqs};
