//! The HTTP edge that every API function shares: what a request must look like, and what a failure looks like.
//!
//! - [`serve`] wraps a function's routes: Trace ID, headers, panics, and problems for unknown routes. [`serve_api`]
//!   also refuses query parameters that a route does not describe.
//! - [`Problem`] is every answer that is not a success (RFC 9457); [`Slug`] is the closed list of its types.
//! - [`SignedIn`], [`Reader`], [`Json`], [`Query`], [`Path`], [`IfMatch`] read a request strictly: what they do not
//!   know is refused and named, never ignored.
//! - [`Keyed`] reads a request that creates something, and checks its `Idempotency-Key` before its handler runs.
//! - [`SignedJson`] reads what another system sends; a signature replaces the sign-in.
//! - [`Cursors`] encrypts the place where the next page begins.
//! - [`InviteFilter`] selects invites. [`invite`], [`action`] and [`seed`] are what the API shows; [`reply`] creates
//!   the answers, and [`openapi`] describes them.

pub mod action;
pub mod fields;
pub mod invite;
pub mod openapi;
pub mod reply;
pub mod seed;
pub mod warning;

mod cursor;
mod edge;
mod filter;
mod headers;
mod json;
mod keyed;
mod misfit;
mod officer;
mod path;
mod pointer;
mod problem;
mod query;
mod shape;
mod share;
mod signed;
mod strict;

pub use cursor::Cursors;
pub use edge::{Trace, serve, serve_api};
pub use filter::{ByName, InviteFilter, MailFilter, SeedFilter, TechpassFilter};
pub use headers::{IfMatch, IfNoneMatch};
pub use json::{Json, ROWS_BODY_BYTES};
pub use keyed::{Asked, Keyed, SavedAnswers};
pub use officer::{Officers, OtherClients, Reader, SignedIn, SignedInHolder};
pub use path::Path;
pub use problem::{Problem, ProblemBody, ProblemItem, Slug};
pub use query::{Limit, Query};
pub use share::count_rows;
pub use signed::{SignedJson, Signers};

use std::time::Duration;

use headers::IdempotencyKey;

/// How long API Gateway waits for an answer:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>.
pub const GATEWAY_WAIT: Duration = Duration::from_secs(29);
