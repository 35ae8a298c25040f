//! One row of a batch: what the officer typed, what it means, and where it stands.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Fault, Field, FieldFault, InviteId, OfficerId, Username,
    form::{AccountRequest, Form},
    invite::Invite,
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
    /// Fields whose text was guessed, such as the two parts of a whole name, until the officer types them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guessed: BTreeSet<Field>,
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawRow").field("cell_faults", &self.cell_faults).finish_non_exhaustive()
    }
}

/// Characters of a text at most, whichever way it comes in: more than any field takes, and so few that a row and a
/// transaction of many rows have room.
pub const MAX_TEXT: usize = 2_000;

impl From<Form> for RawRow {
    /// A row that somebody typed or pasted.
    fn from(mut form: Form) -> Self {
        let mut raw = Self::default();
        for field in Field::ALL {
            raw.set(field, form.take(field));
        }
        raw
    }
}

impl RawRow {
    /// Types `text` into `field`, which also settles what the reader held against that cell. Of a text above
    /// [`MAX_TEXT`] the beginning is kept, with a fault until something else is typed.
    pub fn set(&mut self, field: Field, mut text: String) {
        self.cell_faults.retain(|fault| fault.field != field);
        self.guessed.remove(&field);
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
            self.cell_faults.push(Fault::TextCut.at(field));
        }
        self.form.set(field, text);
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
    /// A live invite of the same officer has the address.
    LiveInvite,
    /// A live invite of another officer has the address.
    OthersInvite,
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
    /// Has faults that the officer must fix.
    NeedsFixing {
        /// All of them, in the order of the columns.
        faults: Vec<FieldFault>,
    },
    /// Valid by itself, but another row has its address or its username with another name: one of the two is wrong.
    Contradiction {
        /// At which field, and what to do.
        fault: FieldFault,
        /// The other row.
        number: u32,
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
        /// When it was submitted.
        at: Timestamp,
    },
}

impl Row {
    /// The row without anything that was typed, in the state that it has; it rests on no other, since it names nobody.
    /// A ready one is found to need fixing once it is submitted.
    #[must_use]
    pub fn emptied(self) -> Self {
        let state = if self.state.rests_on().is_some() { RowState::Ready } else { self.state };
        Self { raw: RawRow::default(), state, version: self.version + 1, ..self }
    }
}

impl RowState {
    /// The word of the API and of the results workbook.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NeedsFixing { .. } | Self::Contradiction { .. } => "NEEDS_FIXING",
            Self::Duplicate { .. } => "DUPLICATE",
            Self::Removed => "REMOVED",
            Self::Sent { .. } => "SENT",
        }
    }

    /// What its officer has to fix, in the order of the columns.
    #[must_use]
    pub fn faults(&self) -> &[FieldFault] {
        match self {
            Self::NeedsFixing { faults } => faults,
            Self::Contradiction { fault, .. } => std::slice::from_ref(fault),
            Self::Ready | Self::Duplicate { .. } | Self::Removed | Self::Sent { .. } => &[],
        }
    }

    /// The other row of the batch on which it rests: of the same person, or of the same address or username.
    #[must_use]
    pub fn rests_on(&self) -> Option<u32> {
        match self {
            Self::Duplicate { duplicate: Duplicate::Row { number } } | Self::Contradiction { number, .. } => {
                Some(*number)
            }
            _ => None,
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
            RowState::Ready
            | RowState::NeedsFixing { .. }
            | RowState::Contradiction { .. }
            | RowState::Duplicate { .. }
            | RowState::Removed => {
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
            RowState::Ready
            | RowState::NeedsFixing { .. }
            | RowState::Contradiction { .. }
            | RowState::Duplicate { .. } => Some(Self { state: RowState::Removed, version: self.version + 1, ..self }),
        }
    }

    /// The row in the state in which it was found as it was to be sent, beside what is outside its list.
    #[must_use]
    pub fn found(self, state: RowState) -> Self {
        Self { state, version: self.version + 1, ..self }
    }

    /// The row become an invite.
    #[must_use]
    pub fn sent(self, invite: InviteId, at: Timestamp) -> Self {
        Self { state: RowState::Sent { invite, at }, version: self.version + 1, ..self }
    }

    /// A sent row whose invite failed, opened to be fixed: the faults are the officer's to find.
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

    /// The invite that it became.
    #[must_use]
    pub fn invite(&self) -> Option<InviteId> {
        match self.state {
            RowState::Sent { invite, .. } => Some(invite),
            _ => None,
        }
    }

    /// The address in the row, if it is one.
    #[must_use]
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.raw.form.email).ok()
    }

    /// What it is beside another row of its batch, if both have one mailbox or one username, in whatever case: the same
    /// person once too often, or a contradiction where the names differ.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Option<RowState> {
        let ((mailbox, username), (its_mailbox, its_username)) = (self.person(), other.person());
        let first = First { number: other.number, name: other.name() };
        if mailbox.is_some() && mailbox == its_mailbox {
            return Some(self.after(&first, Fault::EmailOtherName.at(Field::Email)));
        }
        let is_same = username.is_some() && username == its_username;
        is_same.then(|| self.after(&first, Fault::UsernameOtherName.at(Field::Username)))
    }

    /// What it is beside a live invite of its mailbox that `officer` comes across: a person who is invited already, or
    /// somebody else at an address that the officer has invited by another name. Another officer's invite tells nothing
    /// of its person.
    #[must_use]
    pub fn beside_invite(&self, invite: &Invite, officer: &OfficerId) -> RowState {
        if invite.officer.id != *officer {
            return RowState::Duplicate { duplicate: Duplicate::OthersInvite };
        }
        let invited = invite.profile.as_ref();
        let invited = invited.map(|profile| words([profile.first_name.as_str(), profile.last_name.as_str()]));
        let name = self.name();
        if invited.is_some_and(|invited| !name.is_empty() && invited != name) {
            return RowState::NeedsFixing { faults: vec![Fault::EmailInvitedOtherName.at(Field::Email)] };
        }
        RowState::Duplicate { duplicate: Duplicate::LiveInvite }
    }

    /// Whether it names exactly whom `other` names, so that it is the same beside every other row.
    #[must_use]
    pub fn is_known_as(&self, other: &Self) -> bool {
        self.person() == other.person() && self.name() == other.name()
    }

    fn after(&self, first: &First, fault: FieldFault) -> RowState {
        let name = self.name();
        // Nobody can say whether a name that is missing is another one; what is missing is a fault of its own.
        if name == first.name || name.is_empty() || first.name.is_empty() {
            RowState::Duplicate { duplicate: Duplicate::Row { number: first.number } }
        } else {
            RowState::Contradiction { fault, number: first.number }
        }
    }

    /// The words of its name, in no order: whichever of them is said to be the last name.
    fn name(&self) -> Vec<String> {
        words([self.raw.form.first_name.as_str(), self.raw.form.last_name.as_str()])
    }

    /// Its mailbox and its username, as far as they can be read.
    fn person(&self) -> (Option<String>, Option<String>) {
        let username = Username::parse(&self.raw.form.username).ok();
        (self.email().map(|email| email.recipient()), username.map(|username| username.canonical()))
    }

    /// Bytes of everything that was typed.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        Field::ALL.iter().map(|field| self.raw.form.get(*field).len()).sum()
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

/// The words of names, in no order.
fn words<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words = names.into_iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

/// Reads all rows of a batch, numbered from 1, and marks those that repeat an earlier row's person.
///
/// A row repeats another when both have the same mailbox or the same username, and contradicts it where the names
/// differ; a row with faults keeps them, because fixing it may make it someone else's.
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
        people.add(row);
    }
    people.read(number, raws, rules, officer)
}

/// The first row that has a mailbox or a username.
struct First {
    number: u32,
    name: Vec<String>,
}

/// The first row of each person.
#[derive(Default)]
struct People {
    by_mailbox: HashMap<String, First>,
    by_username: HashMap<String, First>,
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
            let state = self.state_of(&row);
            if let (Some(state), RowState::Ready) = (state, &row.state) {
                row.state = state;
            }
            self.add(&row);
            row
        });
        read.collect()
    }

    /// What a row is beside those before it; none where this is the first of its person.
    fn state_of(&self, row: &Row) -> Option<RowState> {
        let (mailbox, username) = row.person();
        let by_mailbox = mailbox.and_then(|mailbox| self.by_mailbox.get(&mailbox));
        let by_username = username.and_then(|username| self.by_username.get(&username));
        let by_mailbox = by_mailbox.map(|first| row.after(first, Fault::EmailOtherName.at(Field::Email)));
        by_mailbox.or_else(|| Some(row.after(by_username?, Fault::UsernameOtherName.at(Field::Username))))
    }

    fn add(&mut self, row: &Row) {
        let (mailbox, username) = row.person();
        let first = || First { number: row.number, name: row.name() };
        if let Some(mailbox) = mailbox {
            self.by_mailbox.entry(mailbox).or_insert_with(first);
        }
        if let Some(username) = username {
            self.by_username.entry(username).or_insert_with(first);
        }
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
            ..RawRow::default()
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
    fn a_text_without_bounds_is_cut_with_a_fault_in_its_cell_and_the_rest_is_kept() {
        let form = Form { reason: "\u{674e}".repeat(MAX_TEXT + 1), ..raw("bo@agency.gov.sg", "").form };
        let [row] = <[Row; 1]>::try_from(read(vec![RawRow::from(form.clone())])).unwrap();
        assert_eq!(row.state.faults(), [Fault::TextCut.at(Field::Reason)]);
        assert_eq!(row.raw.form.reason.chars().count(), MAX_TEXT);
        assert_eq!(row.raw.form.email, form.email);
        let mut raw = row.raw;
        raw.set(Field::Organisation, "x".repeat(MAX_TEXT));
        raw.set(Field::Reason, "Project".into());
        let [row] = <[Row; 1]>::try_from(read(vec![raw])).unwrap();
        assert_eq!(
            row.state.faults(),
            [Fault::TooLong.at(Field::Organisation)],
            "at the bound the field's own rule counts"
        );
    }

    #[test]
    fn one_address_or_username_with_two_names_is_a_fault_and_never_the_same_person() {
        let named = |email: &str, username: &str, first: &str, last: &str| {
            let mut raw = raw(email, username);
            (raw.form.first_name, raw.form.last_name) = (first.into(), last.into());
            raw
        };
        let rows = read(vec![
            named("bo@agency.gov.sg", "", "Priya", "Rahman"),
            named("bo+1@agency.gov.sg", "", "Nurul", "Pillai"),
            named("bo@agency.gov.sg", "", "RAHMAN", "priya"),
            named("ada@vendor.example.com", "ada", "Ada", "Tan"),
            named("eve@vendor.example.com", "Ada", "Eve", "Lim"),
            named("ada@vendor.example.com", "other", "Ada", ""),
        ]);
        let address = Fault::EmailOtherName.at(Field::Email);
        let username = Fault::UsernameOtherName.at(Field::Username);
        assert_eq!(rows[1].state, RowState::Contradiction { fault: address, number: 1 });
        assert_eq!(rows[1].state.faults(), [address]);
        assert_eq!(
            rows[2].state,
            RowState::Duplicate { duplicate: Duplicate::Row { number: 1 } },
            "in any order and case"
        );
        assert_eq!(rows[4].state, RowState::Contradiction { fault: username, number: 4 });
        assert_eq!(rows[5].state.faults(), [Fault::Required.at(Field::LastName)], "its own faults come first");
        let names: Vec<&str> = rows.iter().map(|row| row.state.name()).collect();
        assert_eq!(names, ["READY", "NEEDS_FIXING", "DUPLICATE", "READY", "NEEDS_FIXING", "NEEDS_FIXING"]);
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
