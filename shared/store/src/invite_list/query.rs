//! Which of an officer's invites to list, and in which order.

use domain::{
    BatchId,
    invite::{SeedStatus, TechpassStatus},
};

#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Part of a name, an address, an organisation, a department or a username, in any case.
    pub text: Option<String>,
    /// Only invites with this TechPass status.
    pub techpass: Option<TechpassStatus>,
    /// Only invites with this SEED status.
    pub seed: Option<SeedStatus>,
    pub batch: Option<BatchId>,
    pub sort: Sort,
    pub limit: usize,
    /// The `next` of the previous page. `None`: the first page.
    pub after: Option<String>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    NewestFirst,
    OldestFirst,
    Email,
    /// By last name, then by first name; invites without a name are last.
    Name,
}
