//! Which of an officer's invites to list, and in which order.

use domain::{
    BatchId,
    invite::{SeedStatus, TechpassStatus},
};

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Part of a name, an address, an organisation, a department or a username, in any case.
    pub text: Option<String>,
    /// Only of this TechPass status.
    pub techpass: Option<TechpassStatus>,
    /// Only of this SEED status.
    pub seed: Option<SeedStatus>,
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// In which order.
    pub sort: Sort,
    /// At most how many.
    pub limit: usize,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The latest invite first.
    #[default]
    NewestFirst,
    /// The earliest invite first.
    OldestFirst,
    /// By email address.
    Email,
    /// By last name, then first name; those without a name last.
    Name,
}
