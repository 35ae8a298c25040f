//! One row of a batch: what the officer typed, what it means, and its state.

use serde::{Deserialize, Serialize};

use super::{duplicate::Duplicate, raw_row::RawRow, repair::Repair, row_rules::RowRules};
use crate::{
    BatchId, ContactNumber, EmailAddress, Field, FieldFault, InviteId, NameAndNumber, OfficerId, Persona, Username,
    fields::{Form, Subject},
    time::Timestamp,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the batch, from 1, in the order of the workbook.
    pub number: u32,
    /// The row number in the spreadsheet, from 1, for messages. Equal to `number` for pasted rows.
    pub sheet_row: u32,
    pub raw: RawRow,
    /// What the address is to the directory, by the rules when the text was checked. `None`: it cannot be invited, or
    /// the row was stored by a release that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    pub state: RowState,
    /// Increases with each change; the `ETag` of the API.
    pub version: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RowState {
    Ready,
    /// It has faults that the officer must fix.
    NeedsFixing {
        /// Every fault, in the order of the columns.
        faults: Vec<FieldFault>,
    },
    /// Valid by itself, but another row has its address or its username with another name: one of the two is wrong.
    Contradiction {
        /// The field that both rows have, and what to do.
        fault: FieldFault,
        number: u32,
    },
    /// The person has an invite, an account or another row.
    Duplicate {
        duplicate: Duplicate,
    },
    /// The officer removed it from the batch.
    Removed,
    Sent {
        invite: InviteId,
        at: Timestamp,
    },
}

impl Row {
    /// A new row from a reader, with its text checked.
    #[must_use]
    pub fn read(number: u32, sheet_row: u32, raw: RawRow, rules: &RowRules<'_>) -> Self {
        let (persona, state) = (raw.persona(rules.domains), state_of(&raw, rules));
        Self { number, sheet_row, raw, persona, state, version: 1 }
    }

    /// The row with other text, checked again. A removed row is no longer removed. `None`: the row is an invite
    /// already.
    #[must_use]
    pub fn edited(self, raw: RawRow, rules: &RowRules<'_>) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => None,
            RowState::Ready
            | RowState::NeedsFixing { .. }
            | RowState::Contradiction { .. }
            | RowState::Duplicate { .. }
            | RowState::Removed => {
                let (persona, state) = (raw.persona(rules.domains), state_of(&raw, rules));
                Some(Self { raw, persona, state, version: self.version + 1, ..self })
            }
        }
    }

    /// The row, removed from the batch. Removing it twice changes nothing. `None`: the row is an invite already.
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

    /// The row in the state that a check against stored invites or other rows found.
    #[must_use]
    pub fn found(self, state: RowState) -> Self {
        Self { state, version: self.version + 1, ..self }
    }

    /// The row, once it has become an invite.
    #[must_use]
    pub fn sent(self, invite: InviteId, at: Timestamp) -> Self {
        Self { state: RowState::Sent { invite, at }, version: self.version + 1, ..self }
    }

    /// A sent row whose invite failed, opened again so that the officer can fix it. `None` in every other state.
    #[must_use]
    pub fn reopened(self, raw: RawRow, rules: &RowRules<'_>) -> Option<Self> {
        match self.state {
            RowState::Sent { .. } => {
                let (persona, state) = (raw.persona(rules.domains), state_of(&raw, rules));
                Some(Self { raw, persona, state, version: self.version + 1, ..self })
            }
            _ => None,
        }
    }

    /// The invite that it became. `None`: it is not sent.
    #[must_use]
    pub fn invite(&self) -> Option<InviteId> {
        match self.state {
            RowState::Sent { invite, .. } => Some(invite),
            _ => None,
        }
    }

    /// The name and the contact number in the row. `None`: one of them is missing or not valid.
    #[must_use]
    pub fn name_and_number(&self) -> Option<NameAndNumber> {
        let Form { first_name, last_name, country_code, contact_number, .. } = &self.raw.form;
        let number = ContactNumber::parse_parts(country_code, contact_number).ok()?;
        NameAndNumber::new([first_name, last_name], &number)
    }

    /// The address in the row. `None`: the text is not a valid address.
    #[must_use]
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.raw.form.email).ok()
    }

    /// The username in the row. `None`: it is not valid, or the row is for a public officer, who has none.
    #[must_use]
    pub fn username(&self) -> Option<Username> {
        match self.persona {
            Some(Persona::Officer) => None,
            Some(Persona::Vendor) | None => Username::parse(&self.raw.form.username).ok(),
        }
    }

    /// What is used in place of what was typed, and what was guessed, in the order of the columns.
    #[must_use]
    pub fn repairs(&self) -> Vec<Repair> {
        self.raw.repairs(self.persona)
    }

    /// The row without its texts. It keeps its state; a state that depends on another row becomes `Ready`, because an
    /// empty row names no person. A ready row without texts needs fixing once it is submitted.
    #[must_use]
    pub fn emptied(self) -> Self {
        let state = if self.state.rests_on().is_some() { RowState::Ready } else { self.state };
        Self { raw: RawRow::default(), persona: None, state, version: self.version + 1, ..self }
    }

    /// The length of all its texts, in bytes.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        Field::ALL.iter().map(|field| self.raw.form.get(*field).len()).sum()
    }

    /// The person the row is for. `None`: the row has a fault under the rules of now.
    #[must_use]
    pub fn subject(&self, rules: &RowRules<'_>) -> Option<Subject> {
        self.raw.check(rules).ok()
    }

    /// The id of the invite that this row becomes. It is the same on every attempt, and differs after each edit.
    #[must_use]
    pub fn invite_id(&self, batch: BatchId, officer: &OfficerId) -> InviteId {
        InviteId::of_row(batch, officer, self.number, self.version)
    }
}

/// The state of a row as people see it, and as rows are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStatus {
    Ready,
    NeedsFixing,
    Duplicate,
    Removed,
    Sent,
}

impl RowStatus {
    /// The name in the API, which is also stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NeedsFixing => "NEEDS_FIXING",
            Self::Duplicate => "DUPLICATE",
            Self::Removed => "REMOVED",
            Self::Sent => "SENT",
        }
    }
}

impl RowState {
    /// The status that people see.
    #[must_use]
    pub fn status(&self) -> RowStatus {
        match self {
            Self::Ready => RowStatus::Ready,
            Self::NeedsFixing { .. } | Self::Contradiction { .. } => RowStatus::NeedsFixing,
            Self::Duplicate { .. } => RowStatus::Duplicate,
            Self::Removed => RowStatus::Removed,
            Self::Sent { .. } => RowStatus::Sent,
        }
    }

    /// The state's name in the API and in the results workbook.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.status().name()
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

    /// The other row of the batch that this state depends on: it has the same person, or the same address or username.
    #[must_use]
    pub fn rests_on(&self) -> Option<u32> {
        match self {
            Self::Duplicate { duplicate } => duplicate.row(),
            Self::Contradiction { number, .. } => Some(*number),
            _ => None,
        }
    }
}

fn state_of(raw: &RawRow, rules: &RowRules<'_>) -> RowState {
    match raw.check(rules) {
        Ok(_) => RowState::Ready,
        Err(faults) => RowState::NeedsFixing { faults },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Fault,
        batch::{
            MAX_TEXT,
            samples::{at, invite_id, named, officer, raw, read_one, row_rules, row_states, rules},
        },
        fields::{Measure, Person},
        invite::Kind,
        rules::DomainRules,
    };

    #[test]
    fn a_row_knows_its_person_by_name_and_number_if_it_has_both() {
        let of = |first: &str, last: &str, number: &str| {
            let mut row = read_one(named("bo@example-agency.gov.sg", "", first, last));
            row.raw.form.contact_number = number.to_owned();
            row.name_and_number()
        };
        let number = ContactNumber::parse("+6591234567").unwrap();
        let person = NameAndNumber::new(["Ada", "Tan"], &number);
        assert!(person.is_some() && of("Ada", "Tan", "9123 4567") == person && of("TAN", "ada", "91234567") == person);
        for (first, last, number) in [("Ada", "Lim", "91234567"), ("Ada", "Tan", "91234568")] {
            assert_ne!(of(first, last, number), person, "{first} {last} {number}");
        }
        assert_eq!((of("", "", "91234567"), of("Ada", "Tan", "x")), (None, None));
    }

    #[test]
    fn a_text_without_bounds_is_cut_with_a_fault_in_its_cell_and_the_rest_is_kept() {
        let form = Form { reason: "\u{674e}".repeat(MAX_TEXT + 1), ..raw("bo@example-agency.gov.sg", "").form };
        let row = read_one(RawRow::from(form.clone()));
        assert_eq!(row.state.faults(), [Fault::TextCut.at(Field::Reason)]);
        assert_eq!(row.raw.form.reason.chars().count(), MAX_TEXT);
        assert_eq!(row.raw.form.email, form.email);
        let mut raw = row.raw;
        raw.set(Field::Organisation, "x".repeat(MAX_TEXT));
        raw.set(Field::Reason, "Project".into());
        let row = read_one(raw);
        let measure = Some(Measure::Length { limit: 64, count: 2_000 });
        let too_long = FieldFault { measure, ..Fault::TooLong.at(Field::Organisation) };
        assert_eq!(row.state.faults(), [too_long], "at the bound the field's own rule counts");
    }

    #[test]
    fn a_row_reports_all_its_faults_and_a_cell_fault_until_the_cell_is_typed_again() {
        let mut bad = raw("bo@vendor.example.com", "b..o");
        bad.form.organisation.clear();
        bad.cell_faults.push(Fault::CellFormula.at(Field::FirstName));
        bad.form.first_name.clear();
        let (rules, officer) = (rules(), officer());
        let rules = row_rules(&rules, &officer);
        let faults = [
            Fault::UsernameSyntax.at(Field::Username),
            Fault::CellFormula.at(Field::FirstName),
            Fault::Required.at(Field::Organisation),
        ];
        assert_eq!(bad.check(&rules), Err(faults.to_vec()));
        bad.set(Field::Username, "bo".into());
        bad.form.last_name.clear();
        bad.set(Field::Organisation, "Example".into());
        assert_eq!(bad.check(&rules), Err(vec![Fault::CellFormula.at(Field::FirstName)]));
        bad.set(Field::FirstName, "Bo".into());
        assert!(bad.check(&rules).is_ok());
    }

    #[test]
    fn each_state_has_a_name_its_faults_the_row_that_it_rests_on_and_its_invite() {
        let (required, other_name) = (Fault::Required.at(Field::Reason), Fault::EmailOtherName.at(Field::Email));
        let expected = [
            ("READY", vec![], None, None),
            ("NEEDS_FIXING", vec![required], None, None),
            ("NEEDS_FIXING", vec![other_name], Some(7), None),
            ("DUPLICATE", vec![], Some(8), None),
            ("DUPLICATE", vec![], None, None),
            ("REMOVED", vec![], None, None),
            ("SENT", vec![], None, Some(invite_id())),
        ];
        for (state, expected) in row_states().into_iter().zip(expected) {
            let row = read_one(raw("bo@example-agency.gov.sg", "")).found(state.clone());
            assert_eq!((state.name(), state.faults().to_vec(), state.rests_on(), row.invite()), expected);
        }
    }

    #[test]
    fn each_change_raises_the_version_and_a_sent_row_is_neither_edited_nor_removed_but_reopened() {
        let (rules, officer) = (rules(), officer());
        let rules = row_rules(&rules, &officer);
        let (good, bad) = (raw("eve@example-agency.gov.sg", "eve"), named("eve@example-agency.gov.sg", "", "", ""));
        let needs_fixing = RowState::NeedsFixing { faults: vec![Fault::NameRequired.at(Field::FirstName)] };
        for state in row_states() {
            let is_sent = matches!(state, RowState::Sent { .. });
            let row = Row { version: 3, state: state.clone(), ..read_one(raw("bo@example-agency.gov.sg", "")) };
            let changed = |state: RowState| Row { state, version: 4, ..row.clone() };
            for (typed, checked) in [(&good, &RowState::Ready), (&bad, &needs_fixing)] {
                let typed_again = Row { raw: typed.clone(), ..changed(checked.clone()) };
                let edited = row.clone().edited(typed.clone(), &rules);
                assert_eq!(edited, (!is_sent).then(|| typed_again.clone()), "{state:?}");
                let reopened = row.clone().reopened(typed.clone(), &rules);
                assert_eq!(reopened, is_sent.then_some(typed_again), "{state:?}");
            }
            let removed = if state == RowState::Removed { row.clone() } else { changed(RowState::Removed) };
            assert_eq!(row.clone().removed(), (!is_sent).then_some(removed), "{state:?}");
            assert_eq!(row.clone().found(needs_fixing.clone()), changed(needs_fixing.clone()), "{state:?}");
            let sent = changed(RowState::Sent { invite: invite_id(), at: at(5) });
            assert_eq!(row.clone().sent(invite_id(), at(5)), sent, "{state:?}");
            let alone = if state.rests_on().is_some() { RowState::Ready } else { state };
            assert_eq!(row.clone().emptied(), Row { raw: RawRow::default(), persona: None, ..changed(alone) });
        }
    }

    #[test]
    fn a_new_row_has_version_one_and_a_person_as_long_as_the_rules_allow() {
        let (rules, officer) = (rules(), officer());
        let rules = row_rules(&rules, &officer);
        let typed = raw("bo@example-agency.gov.sg", "");
        let row = Row::read(2, 9, typed.clone(), &rules);
        let persona = Some(Persona::Officer);
        assert_eq!(row, Row { number: 2, sheet_row: 9, raw: typed, persona, state: RowState::Ready, version: 1 });
        let subject = row.subject(&rules).unwrap();
        assert_eq!((Some(&subject.email), subject.reason.as_str()), (row.email().as_ref(), "Project"));
        let others = r#"{"version":1,"domains":[
            {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;
        assert_eq!(row.subject(&row_rules(&DomainRules::from_json(others).unwrap(), &officer)), None);
        assert_eq!(read_one(raw("bo", "")).email(), None);
    }

    #[test]
    fn the_texts_of_a_row_are_measured_in_bytes() {
        let form = Form { first_name: "\u{674e}".into(), reason: "abc".into(), ..Form::default() };
        assert_eq!(read_one(form.into()).text_bytes(), 6);
        assert_eq!(read_one(RawRow::default()).text_bytes(), 0);
    }

    #[test]
    fn a_row_of_an_email_invitation_needs_an_officers_address_and_a_reason_alone() {
        let (rules, officer) = (rules(), officer());
        let rules = RowRules { kind: Kind::Email, ..row_rules(&rules, &officer) };
        let read = |email: &str, reason: &str| {
            let form = Form { email: email.into(), reason: reason.into(), ..Form::default() };
            Row::read(1, 1, form.into(), &rules)
        };
        let row = read("bo@example-agency.gov.sg", "Project");
        assert_eq!((&row.state, row.persona), (&RowState::Ready, Some(Persona::Officer)));
        assert_eq!(row.subject(&rules).unwrap().person, Person::Invitee);
        let vendor = read("bo@vendor.example.com", "");
        let faults = [Fault::EmailNotOfficer.at(Field::Email), Fault::Required.at(Field::Reason)];
        assert_eq!(vendor.state.faults(), faults);
        let fixed = vendor.edited(row.raw.clone(), &rules).unwrap();
        assert_eq!(fixed.state, RowState::Ready);
        let unread = RawRow { cell_faults: vec![Fault::CellFormula.at(Field::Email)], ..row.raw };
        assert_eq!(unread.check(&rules), Err(vec![Fault::CellFormula.at(Field::Email)]));
    }

    #[test]
    fn only_a_vendor_has_a_username() {
        let username = |email, typed| read_one(raw(email, typed)).username().map(String::from);
        assert_eq!(username("bo@vendor.example.com", "Bo@TechPass.gov.sg"), Some("Bo".to_owned()));
        assert_eq!(username("bo@vendor.example.com", "N/A"), None);
        assert_eq!(username("bo@example-agency.gov.sg", "bo"), None);
        assert_eq!(username("bo@elsewhere.example.com", "bo"), Some("bo".to_owned()), "it may be a vendor's");
    }
}
