//! What the rows of a batch are checked by.

use super::Batch;
use crate::{EmailAddress, invite::Kind, rules::DomainRules};

/// What decides whether the text of a row is valid, beside the rules of its fields.
#[derive(Clone, Copy, Debug)]
pub struct RowRules<'a> {
    /// Which addresses may be invited.
    pub domains: &'a DomainRules,
    /// The officer's own address, which cannot be invited.
    pub officer: &'a EmailAddress,
    /// What a row becomes when it is submitted.
    pub kind: Kind,
}

impl Batch {
    /// What its rows become when they are submitted.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.answers.row_kind()
    }

    /// What its rows are checked by, under these rules about domains.
    #[must_use]
    pub fn row_rules<'a>(&'a self, domains: &'a DomainRules) -> RowRules<'a> {
        RowRules { domains, officer: &self.officer.email, kind: self.kind() }
    }
}
