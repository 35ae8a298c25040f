//! One row of a batch: what the officer typed, what it means, and where it stands.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Field, FieldFault, InviteId, OfficerId, Username,
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
        f.debug_struct("RawRow").field("cell_faults", &self.cell_faults).finish_non_exhaustive()
    }
}

impl From<Form> for RawRow {
    /// A row that somebody typed or pasted: no cell held anything against it.
    fn from(form: Form) -> Self {
        Self { form, cell_faults: Vec::new() }
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
    pub fn check(&self, rules: &DomainRules, officer: &EmailAddress) -> Result<AccountRequest, Vec<FieldFault>> {
        let faulty_cells: Vec<Field> = self.cell_faults.iter().map(|fault| fault.field).collect();
        let checked = self.form.account(rules, officer);
        if self.cell_faults.is_empty() {
            return checked;
        }
        let mut faults = self.cell_faults.clone();
        if let Err(found) = checked {
            faults.extend(found.into_iter().filter(|fault| !faulty_cells.contains(&fault.field)));
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

impl Row {
    /// The row without anything that was typed, where it stands. A ready one is found to need fixing once it is handed on.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { raw: RawRow::default(), version: self.version + 1, ..self }
    }
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
    pub fn read(number: u32, sheet_row: u32, raw: RawRow, rules: &DomainRules, officer: &EmailAddress) -> Self {
        let state = state_of(&raw, rules, officer);
        Self { number, sheet_row, raw, state, version: 1 }
    }

    /// The row with other text, checked again; a removed one comes back by it. `None` once the row is an invite.
    #[must_use]
    pub fn edited(self, raw: RawRow, rules: &DomainRules, officer: &EmailAddress) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => None,
            RowState::Ready | RowState::NeedsFixing { .. } | RowState::Duplicate { .. } | RowState::Removed => {
                let state = state_of(&raw, rules, officer);
                Some(Self { raw, state, version: self.version + 1, ..self })
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
                Some(Self { state: RowState::Removed, version: self.version + 1, ..self })
            }
        }
    }

    /// The row recognised as a duplicate of something outside itself.
    #[must_use]
    pub fn duplicate_of(self, duplicate: Duplicate) -> Self {
        Self { state: RowState::Duplicate { duplicate }, version: self.version + 1, ..self }
    }

    /// The row become an invite.
    #[must_use]
    pub fn sent(self, invite: InviteId, at: Timestamp) -> Self {
        Self { state: RowState::Sent { invite, at }, version: self.version + 1, ..self }
    }

    /// A sent row whose invite failed, opened for mending: the faults are the officer's to find.
    /// `None` in every other state.
    #[must_use]
    pub fn reopened(self, raw: RawRow, rules: &DomainRules, officer: &EmailAddress) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => {
                let state = state_of(&raw, rules, officer);
                Some(Self { raw, state, version: self.version + 1, ..self })
            }
            _ => None,
        }
    }

    /// The address in the row, if it is one.
    #[must_use]
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.raw.form.email).ok()
    }

    /// Whether `other` names the same mailbox or the same username, in whatever case: then one of them is too much.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        let ((mailbox, username), (its_mailbox, its_username)) = (self.person(), other.person());
        (mailbox.is_some() && mailbox == its_mailbox) || (username.is_some() && username == its_username)
    }

    /// Whether it names exactly whom `other` names, so that it has the same doubles.
    #[must_use]
    pub fn is_known_as(&self, other: &Self) -> bool {
        self.person() == other.person()
    }

    /// Its mailbox and its username, as far as they can be read.
    fn person(&self) -> (Option<String>, Option<String>) {
        let username = Username::parse(&self.raw.form.username).ok();
        (self.email().map(|email| email.recipient()), username.map(|username| username.canonical()))
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

/// Reads all rows of a batch, numbered from 1, and marks those that repeat an earlier row's person.
///
/// A row repeats another when both have the same mailbox or the same username; a row with faults keeps them, because
/// mending it may make it someone else's.
#[must_use]
pub fn read_all(
    raws: impl IntoIterator<Item = (u32, RawRow)>,
    rules: &DomainRules,
    officer: &EmailAddress,
) -> Vec<Row> {
    People::default().read(1, raws, rules, officer)
}

/// As [`read_all`], for rows that follow `earlier` ones of their batch and are numbered on from `number`.
#[must_use]
pub fn read_more(
    earlier: &[Row],
    number: u32,
    raws: impl IntoIterator<Item = (u32, RawRow)>,
    rules: &DomainRules,
    officer: &EmailAddress,
) -> Vec<Row> {
    let mut people = People::default();
    for row in earlier.iter().filter(|row| row.state != RowState::Removed) {
        let _ = people.first_row(row);
    }
    people.read(number, raws, rules, officer)
}

/// The first row of each person.
#[derive(Default)]
struct People {
    by_mailbox: HashMap<String, u32>,
    by_username: HashMap<String, u32>,
}

impl People {
    fn read(
        mut self,
        first: u32,
        raws: impl IntoIterator<Item = (u32, RawRow)>,
        rules: &DomainRules,
        officer: &EmailAddress,
    ) -> Vec<Row> {
        let read = (first..).zip(raws).map(|(number, (sheet_row, raw))| {
            let mut row = Row::read(number, sheet_row, raw, rules, officer);
            if let (Some(earlier), RowState::Ready) = (self.first_row(&row), &row.state) {
                row.state = RowState::Duplicate { duplicate: Duplicate::Row { number: earlier } };
            }
            row
        });
        read.collect()
    }

    /// The earlier row of this row's person; none where this is the first.
    fn first_row(&mut self, row: &Row) -> Option<u32> {
        let (mailbox, username) = row.person();
        let first = [
            mailbox.map(|mailbox| *self.by_mailbox.entry(mailbox).or_insert(row.number)),
            username.map(|username| *self.by_username.entry(username).or_insert(row.number)),
        ];
        first.into_iter().flatten().find(|first| *first != row.number)
    }
}

fn state_of(raw: &RawRow, rules: &DomainRules, officer: &EmailAddress) -> RowState {
    match raw.check(rules, officer) {
        Ok(_) => RowState::Ready,
        Err(faults) => RowState::NeedsFixing { faults },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    const RULES: &str = r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

    fn raw(email: &str, username: &str) -> RawRow {
        RawRow {
            form: Form {
                email: email.into(),
                username: username.into(),
                first_name: "Ada".into(),
                last_name: "Tan".into(),
                contact_number: "91234567".into(),
                organisation: "Example".into(),
                reason: "Project".into(),
                ..Form::default()
            },
            cell_faults: Vec::new(),
        }
    }

    fn read(raws: Vec<RawRow>) -> Vec<Row> {
        let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        let numbered = (5..).zip(raws);
        read_all(numbered, &DomainRules::from_json(RULES).unwrap(), &officer)
    }

    #[test]
    fn one_person_twice_is_a_duplicate_of_the_first_row() {
        let rows = read(vec![
            raw("bo@agency.gov.sg", ""),
            raw("BO+work@agency.gov.sg", ""),
            raw("ada@vendor.example.com", "ada"),
            raw("eve@vendor.example.com", "Ada"),
        ]);
        let states: Vec<&str> = rows.iter().map(|row| row.state.name()).collect();
        assert_eq!(states, ["READY", "DUPLICATE", "READY", "DUPLICATE"]);
        assert_eq!(rows[1].state, RowState::Duplicate { duplicate: Duplicate::Row { number: 1 } });
        assert_eq!(rows[3].state, RowState::Duplicate { duplicate: Duplicate::Row { number: 3 } });
        assert_eq!(rows[3].sheet_row, 8);
    }

    #[test]
    fn a_row_reports_all_its_faults_and_a_cell_fault_until_the_cell_is_typed_again() {
        let mut bad = raw("bo@agency.gov.sg", "bo");
        bad.form.organisation.clear();
        bad.cell_faults.push(Fault::CellFormula.at(Field::FirstName));
        bad.form.first_name.clear();
        let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        let rules = DomainRules::from_json(RULES).unwrap();
        let faults = [
            Fault::UsernameNotForOfficer.at(Field::Username),
            Fault::CellFormula.at(Field::FirstName),
            Fault::Required.at(Field::Organisation),
        ];
        assert_eq!(bad.check(&rules, &officer), Err(faults.to_vec()));
        bad.set(Field::FirstName, "Bo".into());
        bad.set(Field::Username, String::new());
        bad.set(Field::Organisation, "Example".into());
        assert!(bad.check(&rules, &officer).is_ok());
    }

    #[test]
    fn a_removed_row_comes_back_when_it_is_edited_and_a_sent_one_is_not_edited() {
        let [row] = <[Row; 1]>::try_from(read(vec![raw("bo@agency.gov.sg", "")])).unwrap();
        let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        let rules = DomainRules::from_json(RULES).unwrap();
        let removed = row.clone().removed().unwrap();
        let restored = removed.edited(row.raw.clone(), &rules, &officer).unwrap();
        assert_eq!((restored.state, restored.version), (RowState::Ready, row.version + 2));
        let batch = crate::BatchId::parse("bat_01JD0000000000000000000000").unwrap();
        let id = InviteId::of_row(batch, &OfficerId::parse("o").unwrap(), 1, 1);
        let sent = row.sent(id, Timestamp::from_unix_ms(0));
        assert!(sent.clone().edited(raw("x@agency.gov.sg", ""), &rules, &officer).is_none());
        assert!(sent.clone().removed().is_none());
        assert_eq!(sent.reopened(raw("x@agency.gov.sg", ""), &rules, &officer).unwrap().state, RowState::Ready);
    }
}
