//! Which of an officer's invites to list, and in which order.

use domain::{
    BatchId,
    invite::{SeedStatus, TechpassStatus},
};

#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Part of a name, an address, an organisation, a department or a username, in any case.
    pub text: Option<String>,
    /// Only of this TechPass status.
    pub techpass: Option<TechpassStatus>,
    /// Only of this SEED status.
    pub seed: Option<SeedStatus>,
    pub batch: Option<BatchId>,
    pub sort: Sort,
    pub limit: usize,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    NewestFirst,
    OldestFirst,
    Email,
    /// By last name, then first name; those without a name last.
    Name,
}
