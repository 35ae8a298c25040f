//! Rows of one person: which row repeats another, which contradicts another, and which has an invite already.

use std::collections::HashMap;

use super::{
    raw_row::RawRow,
    row::{Duplicate, Row, RowState},
};
use crate::{EmailAddress, Fault, Field, FieldFault, OfficerId, Username, invite::Invite, rules::DomainRules};

/// Reads all rows of a batch, numbered from 1, and marks the rows that repeat the person of an earlier row.
///
/// A row repeats another row when both have the same mailbox or the same username. It contradicts that row when the
/// names differ. A row with faults keeps its faults, because fixing them may make it a row of another person.
#[must_use]
pub fn read_all(
    raws: impl IntoIterator<Item = (u32, RawRow)>,
    rules: &DomainRules,
    officer: &EmailAddress,
) -> Vec<Row> {
    People::default().read(1, raws, rules, officer)
}

/// Like [`read_all`], for rows that are added after the `earlier` rows of their batch; the first of them gets `number`.
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

/// The first row with a mailbox or a username.
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

    /// What a row is next to the rows before it. `None`: it is the first row of its person.
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

impl Row {
    /// What this row is next to another row of its batch, if both have the same mailbox or the same username, in any
    /// case: a repeated person, or a contradiction where the names differ. `None`: they are different people.
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

    /// What this row is next to a live invite of its mailbox, in a list of `officer`. The person is invited already, or
    /// the officer has invited the address under another name. The invite of another officer reveals nothing about its
    /// person.
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

    /// Whether both rows name the same person in the same way, so that each other row is the same next to either of
    /// them.
    #[must_use]
    pub fn is_known_as(&self, other: &Self) -> bool {
        self.person() == other.person() && self.name() == other.name()
    }

    fn after(&self, first: &First, fault: FieldFault) -> RowState {
        let name = self.name();
        // A missing name cannot be compared, and it is a fault of its own.
        if name == first.name || name.is_empty() || first.name.is_empty() {
            RowState::Duplicate { duplicate: Duplicate::Row { number: first.number } }
        } else {
            RowState::Contradiction { fault, number: first.number }
        }
    }

    /// The words of its name in alphabetical order, so that first and last name may be swapped.
    fn name(&self) -> Vec<String> {
        words([self.raw.form.first_name.as_str(), self.raw.form.last_name.as_str()])
    }

    /// Its mailbox and its username, each `None` where its text is not valid.
    fn person(&self) -> (Option<String>, Option<String>) {
        let username = Username::parse(&self.raw.form.username).ok();
        (self.email().map(|email| email.recipient()), username.map(|username| username.canonical()))
    }
}

/// The words of the names in lower case and in alphabetical order.
fn words<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words = names.into_iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::fields::Form;

    pub(in crate::batch) const RULES: &str = r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

    pub(in crate::batch) fn raw(email: &str, username: &str) -> RawRow {
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

    pub(in crate::batch) fn read(raws: Vec<RawRow>) -> Vec<Row> {
        let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        let numbered = (5..).zip(raws);
        read_all(numbered, &DomainRules::from_json(RULES).unwrap(), &officer)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        samples::{raw, read},
        *,
    };

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
}
