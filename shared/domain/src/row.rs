//! One row of a batch: what the officer typed, what it means, and where it stands.

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Field, FieldFault, InviteId, OfficerId,
    form::{AccountRequest, Form},
    rules::DomainRules,
    time::Timestamp,
};

/// A row as a workbook or a paste holds it: text per field, and the faults that the reader already found.
///
/// A reader's fault (a formula, an error cell) stays until the officer types that field again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    /// The text per field, as the officer sees it.
    #[serde(flatten)]
    pub form: Form,
    /// Faults of cells that have no trustworthy text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cell_faults: Vec<FieldFault>,
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawRow")
            .field("cell_faults", &self.cell_faults)
            .finish_non_exhaustive()
    }
}

impl RawRow {
    /// Types `text` into `field`, which also settles what the reader held against that cell.
    pub fn set(&mut self, field: Field, text: String) {
        self.form.set(field, text);
        self.cell_faults.retain(|fault| fault.field != field);
    }

    /// Checks the row as the API checks an account request.
    ///
    /// # Errors
    ///
    /// Every fault of every field, in the order of the columns.
    pub fn check(
        &self,
        rules: &DomainRules,
        officer: &EmailAddress,
    ) -> Result<AccountRequest, Vec<FieldFault>> {
        let faulty_cells: Vec<Field> = self.cell_faults.iter().map(|fault| fault.field).collect();
        let checked = self.form.account(rules, officer);
        if self.cell_faults.is_empty() {
            return checked;
        }
        let mut faults = self.cell_faults.clone();
        if let Err(found) = checked {
            faults.extend(
                found
                    .into_iter()
                    .filter(|fault| !faulty_cells.contains(&fault.field)),
            );
        }
        faults.sort_unstable();
        Err(faults)
    }
}

/// Why a row is a duplicate. Not an error: the person needs no second invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Duplicate {
    /// The same person stands in an earlier row of this batch.
    Row {
        /// The earlier row.
        number: u32,
    },
    /// A live invite exists for this address, by whomever.
    LiveInvite,
    /// The username belongs to another live invite.
    LiveUsername,
    /// The address has an account already.
    Account,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RowState {
    /// Valid, waiting for Submit.
    Ready,
    /// Has faults the officer must mend.
    NeedsFixing {
        /// All of them, in the order of the columns.
        faults: Vec<FieldFault>,
    },
    /// The person is already there.
    Duplicate {
        /// Where.
        duplicate: Duplicate,
    },
    /// Taken out by the officer.
    Removed,
    /// Became an invite.
    Sent {
        /// Which.
        invite: InviteId,
        /// When it was handed on.
        at: Timestamp,
    },
}

impl RowState {
    /// The word of the API and of the results workbook.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NeedsFixing { .. } => "NEEDS_FIXING",
            Self::Duplicate { .. } => "DUPLICATE",
            Self::Removed => "REMOVED",
            Self::Sent { .. } => "SENT",
        }
    }
}

/// A row of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the batch, from 1, in the order of the workbook.
    pub number: u32,
    /// The spreadsheet's own row, from 1, for messages. Equal to `number` for pasted rows.
    pub sheet_row: u32,
    /// What was typed.
    pub raw: RawRow,
    /// Where it stands.
    pub state: RowState,
    /// Grows with each change; the API's `ETag`.
    pub version: u64,
}

impl Row {
    /// A row fresh from a reader, checked.
    #[must_use]
    pub fn read(
        number: u32,
        sheet_row: u32,
        raw: RawRow,
        rules: &DomainRules,
        officer: &EmailAddress,
    ) -> Self {
        let state = state_of(&raw, rules, officer);
        Self {
            number,
            sheet_row,
            raw,
            state,
            version: 1,
        }
    }

    /// The row with other text, checked again. `None` once the row is an invite or was removed.
    #[must_use]
    pub fn edited(self, raw: RawRow, rules: &DomainRules, officer: &EmailAddress) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } | RowState::Removed => None,
            RowState::Ready | RowState::NeedsFixing { .. } | RowState::Duplicate { .. } => {
                let state = state_of(&raw, rules, officer);
                Some(Self {
                    raw,
                    state,
                    version: self.version + 1,
                    ..self
                })
            }
        }
    }

    /// The row taken out of the batch. `None` once it is an invite; removing twice changes nothing.
    #[must_use]
    pub fn removed(self) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => None,
            RowState::Removed => Some(self),
            RowState::Ready | RowState::NeedsFixing { .. } | RowState::Duplicate { .. } => {
                Some(Self {
                    state: RowState::Removed,
                    version: self.version + 1,
                    ..self
                })
            }
        }
    }

    /// The row recognised as a duplicate of something outside itself.
    #[must_use]
    pub fn duplicate_of(self, duplicate: Duplicate) -> Self {
        Self {
            state: RowState::Duplicate { duplicate },
            version: self.version + 1,
            ..self
        }
    }

    /// The row become an invite.
    #[must_use]
    pub fn sent(self, invite: InviteId, at: Timestamp) -> Self {
        Self {
            state: RowState::Sent { invite, at },
            version: self.version + 1,
            ..self
        }
    }

    /// A sent row whose invite failed, opened for mending: the faults are the officer's to find.
    /// `None` in every other state.
    #[must_use]
    pub fn reopened(
        self,
        raw: RawRow,
        rules: &DomainRules,
        officer: &EmailAddress,
    ) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => {
                let state = state_of(&raw, rules, officer);
                Some(Self {
                    raw,
                    state,
                    version: self.version + 1,
                    ..self
                })
            }
            _ => None,
        }
    }

    /// The request that this row stands for, if it is valid now.
    #[must_use]
    pub fn request(&self, rules: &DomainRules, officer: &EmailAddress) -> Option<AccountRequest> {
        self.raw.check(rules, officer).ok()
    }

    /// The id of the invite that this row becomes: the same on every attempt, another after each edit.
    #[must_use]
    pub fn invite_id(&self, batch: crate::BatchId, officer: &OfficerId) -> InviteId {
        InviteId::of_row(batch, officer, self.number, self.version)
    }
}

fn state_of(raw: &RawRow, rules: &DomainRules, officer: &EmailAddress) -> RowState {
    match raw.check(rules, officer) {
        Ok(_) => RowState::Ready,
        Err(faults) => RowState::NeedsFixing { faults },
    }
}
