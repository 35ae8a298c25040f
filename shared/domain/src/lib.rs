//! The rules of inviting people: what a valid invite is, its states, and who may cause which change.
//!
//! Nothing here depends on AWS, HTTP or an async runtime. Time, ids and randomness are arguments ([`Clock`],
//! [`Entropy`]), so tests can use literal values for every rule.
//!
//! Reading order: [`rules`] (what a domain means), [`fields`] (what an invite is asked for with; all faults are
//! reported together), [`invite`] (the life of an invite), [`licence`] (SEED and its device), [`mail`] (one mail, sent
//! once), [`batch`] (a workbook on its way to invites), [`bulk_action`] (one action for many invites), [`webhook`]
//! (what an agency's system is sent).

pub mod batch;
pub mod bulk_action;
pub mod canary;
pub mod fields;
pub mod id;
pub mod invite;
pub mod keys;
pub mod licence;
pub mod mail;
pub mod rules;
pub mod search;
pub mod terms;
pub mod time;
pub mod tombstone;
pub mod usage;
pub mod webhook;

mod agencies;
mod day;
mod digest;
mod entropy;
mod mailbox_code;
mod officer;
mod same_person;
mod text_form;
mod trace;

pub use agencies::Agencies;
pub use day::Day;
pub use entropy::Entropy;
pub use fields::{
    ContactNumber, Department, EmailAddress, Fault, Field, FieldFault, OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX,
    Organisation, PersonName, Reason, SeedWish, Username,
};
pub use id::{BatchId, BulkActionId, InviteId, OfficerId, SeedRequestId, SubscriptionId, WebhookEventId};
pub use keys::Keys;
pub use mailbox_code::{CodeSeed, MailboxCode};
pub use officer::Officer;
pub use rules::{DomainName, DomainRules, Persona, SeedEligibility};
pub use same_person::NameAndNumber;
pub use time::{Clock, Timestamp};
pub use trace::TraceId;
pub use webhook::AgencyDomain;
