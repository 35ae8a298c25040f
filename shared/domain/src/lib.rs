//! The rules of inviting people: what a valid invite is, which states it may be in, and who may cause what.
//!
//! Nothing here knows AWS, HTTP or an async runtime.
//! Time, ids and randomness are arguments ([`Clock`], [`Entropy`]), so every rule can be tested with literal values.
//!
//! Reading order: [`rules`] (whose address means what), [`fields`] (one type per field), [`form`] (a request, all
//! errors at once), [`invite`] (the life of an invite), [`seed`] (a licence and its device), [`action`] (one thing done
//! with many invites), [`batch`] and [`row`] (a workbook on its way to invites).

pub mod action;
pub mod agency;
pub mod batch;
pub mod canary;
pub mod column;
pub mod delivery;
pub mod fault;
pub mod fields;
pub mod form;
pub mod id;
pub mod invite;
pub mod keys;
pub mod mailbox;
pub mod notice;
pub mod repair;
pub mod row;
pub mod rules;
pub mod seed;
pub mod seed_request;
pub mod signature;
pub mod terms;
pub mod text;
pub mod time;
pub mod tombstone;
pub mod usage;

mod entropy;
mod officer;
mod trace;

pub use agency::AgencyDomain;
pub use entropy::Entropy;
pub use fault::{Fault, Field, FieldFault};
pub use fields::{
    ContactNumber, Department, EmailAddress, OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX, Organisation, PersonName,
    Reason, SeedWish, Username,
};
pub use id::{ActionId, AgencyId, BatchId, InviteId, NoticeId, OfficerId, SeedRequestId};
pub use keys::Keys;
pub use officer::Officer;
pub use rules::{DomainName, DomainRules, Persona, SeedEligibility};
pub use time::{Clock, Timestamp};
pub use trace::TraceId;
