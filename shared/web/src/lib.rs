//! The HTTP edge that every API function shares: what a request must look like, and how a failure is told.
//!
//! - [`serve`] wraps a function's routes: Trace ID, headers, panics, and problems for unknown routes; [`serve_api`]
//!   also
//!   refuses query parameters that a route does not describe.
//! - [`Problem`] is every answer that is not a success (RFC 9457); [`Slug`] is the closed list of its types.
//! - [`SignedIn`], [`Reader`], [`Json`], [`Query`], [`Path`], [`IfMatch`] take a request apart strictly: what is
//!   not understood is refused and named, never ignored.
//! - [`Keyed`] takes a request that creates something, and asks its `Idempotency-Key` before its handler runs.
//! - [`SignedJson`] takes what another system sends, by its signature and not by a sign-in.
//! - [`Cursors`] hides and signs where the next page starts.
//! - [`InviteFilter`] says which invites are meant; [`invite`], [`action`] and [`seed`] are what the API shows;
//!   [`reply`]
//!   builds the answers, [`openapi`] describes them.

pub mod action;
pub mod fields;
pub mod invite;
pub mod openapi;
pub mod reply;
pub mod seed;

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
pub use filter::{InviteFilter, SeedFilter, TechpassFilter, seed_filter, techpass_filter};
pub use headers::{IfMatch, IfNoneMatch};
pub use json::{Json, ROWS_BODY_BYTES};
pub use keyed::{Asked, Keyed, SavedAnswers};
pub use officer::{Officers, OtherClients, Reader, SignedIn, SignedInHolder};
pub use path::Path;
pub use problem::{Problem, ProblemBody, ProblemItem, Slug};
pub use query::{Limit, Query};
pub use share::count_rows;
pub use signed::{SignedJson, Signers};

use headers::IdempotencyKey;
