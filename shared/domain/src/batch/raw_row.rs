//! A row as a workbook or a paste holds it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::row_rules::RowRules;
use crate::{
    EmailAddress, Fault, Field, FieldFault, Persona,
    fields::{Form, Subject},
    rules::DomainRules,
};

/// A row as a workbook or a paste holds it: a text for each field, and the faults that the reader found.
///
/// A fault of the reader (a formula, an error cell) stays until the officer types that field again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    /// The text of each field, as the officer sees it.
    #[serde(flatten)]
    pub form: Form,
    /// Faults of cells whose text cannot be trusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cell_faults: Vec<FieldFault>,
    /// Fields whose text the reader guessed, such as the two parts of a whole name. A field leaves the set when the
    /// officer types it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guessed: BTreeSet<Field>,
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawRow").field("cell_faults", &self.cell_faults).finish_non_exhaustive()
    }
}

/// Characters of a text at most, for every source. It is more than any field allows, and small enough for a row and for
/// a transaction of many rows.
pub const MAX_TEXT: usize = 2_000;

impl From<Form> for RawRow {
    /// A row that the officer typed or pasted.
    fn from(mut form: Form) -> Self {
        let mut raw = Self::default();
        for field in Field::ALL {
            raw.set(field, form.take(field));
        }
        raw
    }
}

impl RawRow {
    /// Sets the text of `field`, and removes the reader's fault of that cell. Of a text longer than [`MAX_TEXT`] the
    /// beginning is kept, with a fault until the officer types the field again.
    pub fn set(&mut self, field: Field, mut text: String) {
        self.cell_faults.retain(|fault| fault.field != field);
        self.guessed.remove(&field);
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
            self.cell_faults.push(Fault::TextCut.at(field));
        }
        self.form.set(field, text);
    }

    /// What the address is to the directory. `None`: it cannot be invited.
    #[must_use]
    pub fn persona(&self, rules: &DomainRules) -> Option<Persona> {
        let email = EmailAddress::parse(&self.form.email).ok()?;
        rules.invitee(&email).ok().map(|rule| rule.persona)
    }

    /// Checks the row like a request of the API of the same kind.
    ///
    /// # Errors
    ///
    /// Every fault of every field, in the order of the columns.
    pub fn check(&self, rules: &RowRules<'_>) -> Result<Subject, Vec<FieldFault>> {
        let faulty_cells: Vec<Field> = self.cell_faults.iter().map(|fault| fault.field).collect();
        let checked = self.form.request(rules.kind, rules.domains, rules.officer);
        if self.cell_faults.is_empty() {
            return checked;
        }
        let mut faults = self.cell_faults.clone();
        if let Err(found) = checked {
            let is_faulty = |field: Field| faulty_cells.contains(&field);
            // The other name may be what the cell was to hold.
            let is_in_cell = |fault: &FieldFault| {
                is_faulty(fault.field) || (fault.fault == Fault::NameRequired && is_faulty(Field::LastName))
            };
            faults.extend(found.into_iter().filter(|fault| !is_in_cell(fault)));
        }
        faults.sort_unstable();
        Err(faults)
    }
}
