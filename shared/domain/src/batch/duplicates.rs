//! Rows of one person: which row repeats another, which contradicts another, and which has an invite already.

use std::collections::HashMap;

use super::{
    duplicate::Duplicate,
    raw_row::RawRow,
    row::{Row, RowState},
    row_rules::RowRules,
};
use crate::{
    EmailAddress, Fault, Field, FieldFault, Officer, SeedWish,
    fields::FullName,
    invite::{Invite, InviteState},
    licence::SeedState,
};

/// Reads all rows of a batch, numbered from 1, and marks the rows that repeat the person of an earlier row.
///
/// A row repeats another row when both have the same mailbox or the same username. It contradicts that row when the
/// names differ. A row with faults keeps its faults, because fixing them may make it a row of another person.
#[must_use]
pub fn read_all(raws: impl IntoIterator<Item = (u32, RawRow)>, rules: &RowRules<'_>) -> Vec<Row> {
    People::default().read(1, raws, rules)
}

/// Like [`read_all`], for rows that are added after the `earlier` rows of their batch; the first of them gets `number`.
#[must_use]
pub fn read_more(
    earlier: &[Row],
    number: u32,
    raws: impl IntoIterator<Item = (u32, RawRow)>,
    rules: &RowRules<'_>,
) -> Vec<Row> {
    let mut people = People::default();
    for row in earlier.iter().filter(|row| row.state != RowState::Removed) {
        people.add(row);
    }
    people.read(number, raws, rules)
}

/// The first row with a mailbox or a username.
struct First {
    number: u32,
    name: Vec<String>,
    email: Option<EmailAddress>,
}

impl First {
    fn of(row: &Row) -> Self {
        Self { number: row.number, name: row.name(), email: row.email() }
    }
}

/// The first row of each person.
#[derive(Default)]
struct People {
    by_mailbox: HashMap<String, First>,
    by_username: HashMap<String, First>,
}

impl People {
    fn read(mut self, first: u32, raws: impl IntoIterator<Item = (u32, RawRow)>, rules: &RowRules<'_>) -> Vec<Row> {
        let read = (first..).zip(raws).map(|(number, (sheet_row, raw))| {
            let mut row = Row::read(number, sheet_row, raw, rules);
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
        let first = || First::of(row);
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
        let first = First::of(other);
        if mailbox.is_some() && mailbox == its_mailbox {
            return Some(self.after(&first, Fault::EmailOtherName.at(Field::Email)));
        }
        let is_same = username.is_some() && username == its_username;
        is_same.then(|| self.after(&first, Fault::UsernameOtherName.at(Field::Username)))
    }

    /// What this row is next to a live invite of its mailbox, in a list of `officer`. The person is invited already, or
    /// does not get what the row asks for: the officer has invited the address under another name or without SEED, or
    /// its account is disabled. The invite of another officer reveals nothing about its person.
    #[must_use]
    pub fn beside_invite(&self, invite: &Invite, officer: &Officer) -> RowState {
        let fault = if invite.officer.id == officer.id { self.fault_beside(invite) } else { None };
        match fault {
            Some(fault) => RowState::NeedsFixing { faults: vec![fault] },
            None => RowState::Duplicate { duplicate: Duplicate::of_invite(invite, officer) },
        }
    }

    fn fault_beside(&self, invite: &Invite) -> Option<FieldFault> {
        let invited = invite.profile.as_ref();
        let invited = invited.map(|profile| words(profile.name.parts()));
        let name = self.name();
        if invited.is_some_and(|invited| !name.is_empty() && invited != name) {
            return Some(Fault::EmailInvitedOtherName.at(Field::Email));
        }
        if matches!(invite.state, InviteState::Disabled { .. }) {
            return Some(Fault::EmailAccountDisabled.at(Field::Email));
        }
        let asks_for_seed = SeedWish::parse(&self.raw.form.seed) == Ok(SeedWish::Required);
        let has_none = invite.seed == SeedState::NotRequired;
        (asks_for_seed && has_none).then(|| Fault::SeedNotInvited.at(Field::Seed))
    }

    /// What this row is next to a live invite with its username, which is another person's.
    #[must_use]
    pub fn beside_username(&self) -> RowState {
        RowState::NeedsFixing { faults: vec![Fault::UsernameTaken.at(Field::Username)] }
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
            let number = first.number;
            let is_tagged = first.email.as_ref().is_some_and(|email| self.has_mailbox_otherwise(email));
            let duplicate = if is_tagged { Duplicate::Mailbox { number } } else { Duplicate::Row { number } };
            RowState::Duplicate { duplicate }
        } else {
            RowState::Contradiction { fault, number: first.number }
        }
    }

    /// Whether its address is another one of the same mailbox.
    fn has_mailbox_otherwise(&self, email: &EmailAddress) -> bool {
        let own = self.email();
        own.is_some_and(|own| {
            own.recipient() == email.recipient() && !own.as_str().eq_ignore_ascii_case(email.as_str())
        })
    }

    /// The words of its name in alphabetical order, so that first and last name may be swapped.
    fn name(&self) -> Vec<String> {
        let name = FullName::parse(&self.raw.form.first_name, &self.raw.form.last_name);
        let typed = [self.raw.form.first_name.as_str(), self.raw.form.last_name.as_str()];
        name.map_or_else(|_| words(typed), |name| words(name.parts()))
    }

    /// Its mailbox and its username, each `None` where its text is not valid.
    fn person(&self) -> (Option<String>, Option<String>) {
        let username = self.username();
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
mod tests {
    use super::*;
    use crate::{
        Entropy, Keys, OfficerId, TraceId,
        batch::samples::{at, invite_id, named, officer, raw, read, read_one, row_rules, rules},
        fields::Subject,
        invite::{Account, Creation, Origin},
        terms::Terms,
    };

    const ADDRESS: Fault = Fault::EmailOtherName;
    const USERNAME: Fault = Fault::UsernameOtherName;

    fn repeats(number: u32) -> RowState {
        RowState::Duplicate { duplicate: Duplicate::Row { number } }
    }

    fn repeats_mailbox(number: u32) -> RowState {
        RowState::Duplicate { duplicate: Duplicate::Mailbox { number } }
    }

    fn contradicts(number: u32, fault: Fault) -> RowState {
        let field = if fault == ADDRESS { Field::Email } else { Field::Username };
        RowState::Contradiction { fault: fault.at(field), number }
    }

    fn summaries(rows: Vec<Row>) -> Vec<(u32, u32, RowState)> {
        rows.into_iter().map(|row| (row.number, row.sheet_row, row.state)).collect()
    }

    #[test]
    fn one_person_twice_is_a_duplicate_of_the_first_row() {
        let rows = read(vec![
            raw("bo@example-agency.gov.sg", ""),
            raw("BO+work@example-agency.gov.sg", ""),
            raw("ada@vendor.example.com", "ada"),
            raw("eve@vendor.example.com", "Ada"),
        ]);
        let states = [(1, 5, RowState::Ready), (2, 6, repeats_mailbox(1)), (3, 7, RowState::Ready), (4, 8, repeats(3))];
        assert_eq!(summaries(rows), states);
    }

    #[test]
    fn one_address_or_username_with_two_names_is_a_fault_and_never_the_same_person() {
        let rows = read(vec![
            named("bo@example-agency.gov.sg", "", "Priya", "Rahman"),
            named("bo+1@example-agency.gov.sg", "", "Nurul", "Pillai"),
            named("bo@example-agency.gov.sg", "", "RAHMAN", "priya"),
            named("ada@vendor.example.com", "ada", "Ada", "Tan"),
            named("eve@vendor.example.com", "Ada", "Eve", "Lim"),
            named("ada@vendor.example.com", "other", "Ada", "=Tan"),
            named("lin@example-agency.gov.sg", "ada", "Lin", "-"),
            named("lin@example-agency.gov.sg", "", "N/A", "Lin"),
        ]);
        let own = RowState::NeedsFixing { faults: vec![Fault::NameStart.at(Field::LastName)] };
        let states = [
            (1, 5, RowState::Ready),
            (2, 6, contradicts(1, ADDRESS)),
            (3, 7, repeats(1)),
            (4, 8, RowState::Ready),
            (5, 9, contradicts(4, USERNAME)),
            (6, 10, own),
            (7, 11, RowState::Ready),
            (8, 12, repeats(7)),
        ];
        assert_eq!(summaries(rows), states);
    }

    #[test]
    fn added_rows_are_read_beside_the_rows_before_them_that_are_not_removed() {
        let mut earlier = read(vec![raw("bo@example-agency.gov.sg", ""), raw("ada@vendor.example.com", "ada")]);
        earlier[0].state = RowState::Removed;
        let added = [
            (20, raw("bo@example-agency.gov.sg", "")),
            (21, named("eve@vendor.example.com", "ADA", "Eve", "Lim")),
            (25, raw("bo+1@example-agency.gov.sg", "")),
        ];
        let rows = read_more(&earlier, 3, added, &row_rules(&rules(), &officer()));
        assert_eq!(
            summaries(rows),
            [(3, 20, RowState::Ready), (4, 21, contradicts(2, USERNAME)), (5, 25, repeats_mailbox(3))]
        );
    }

    #[test]
    fn a_row_repeats_or_contradicts_each_row_with_its_mailbox_or_its_username() {
        let row = read_one(named("ada@vendor.example.com", "ada", "Ada Mei", "Tan"));
        for (email, username, first_name, last_name, expected) in [
            ("ADA+1@vendor.example.com", "eve", "tan", "Mei, Ada", Some(repeats_mailbox(1))),
            ("ADA@vendor.example.com", "eve", "tan", "Mei, Ada", Some(repeats(1))),
            ("ada@vendor.example.com", "eve", "", "", Some(repeats(1))),
            ("ada@vendor.example.com", "eve", "Ada", "Tan", Some(contradicts(1, ADDRESS))),
            ("ada@vendor.example.com", "ADA", "Eve", "Lim", Some(contradicts(1, ADDRESS))),
            ("eve@vendor.example.com", "ADA", "Tan Ada", "Mei", Some(repeats(1))),
            ("eve@vendor.example.com", "ADA", "Eve", "Lim", Some(contradicts(1, USERNAME))),
            ("", "ada", "Eve", "Lim", Some(contradicts(1, USERNAME))),
            ("eve@vendor.example.com", "eve", "Ada Mei", "Tan", None),
        ] {
            let other = read_one(named(email, username, first_name, last_name));
            assert_eq!((row.beside(&other), other.beside(&row)), (expected.clone(), expected), "{email} {username}");
        }
        let nobody = read_one(named("", "", "Ada Mei", "Tan"));
        assert_eq!(nobody.beside(&nobody), None, "rows without an address and a username may be anyone's");
    }

    #[test]
    fn rows_are_known_as_one_person_only_with_the_same_mailbox_username_and_name() {
        let row = read_one(named("ada@vendor.example.com", "ada", "Ada", "Tan"));
        for (email, username, first_name, is_same) in [
            ("ADA+1@vendor.example.com", "Ada", "ADA", true),
            ("eve@vendor.example.com", "ada", "Ada", false),
            ("ada@vendor.example.com", "eve", "Ada", false),
            ("ada@vendor.example.com", "", "Ada", false),
            ("ada@vendor.example.com", "ada", "Eve", false),
            ("eve@vendor.example.com", "eve", "Eve", false),
        ] {
            let other = read_one(named(email, username, first_name, "Tan"));
            assert_eq!(row.is_known_as(&other), is_same, "{email} {username} {first_name}");
        }
    }

    fn invite(subject: Subject) -> Invite {
        let trace = TraceId::generate(at(0), &Entropy::seeded(1));
        let address_key = Keys::derive(b"test").address(&subject.email);
        let (id, officer, terms) = (invite_id(), officer(), Terms::USUAL);
        Invite::queued(Creation { id, officer, address_key, terms, at: at(0), trace }, Origin::Email, subject)
    }

    #[test]
    fn a_row_with_a_live_invite_is_a_duplicate_unless_the_person_does_not_get_what_the_row_asks_for() {
        let row =
            |first_name: &str, last_name: &str| read_one(named("bo@example-agency.gov.sg", "", first_name, last_name));
        let form = row("Priya", "Rahman").raw.form;
        let named_invite = invite(form.account(&rules(), &officer().email).unwrap());
        let by_email = invite(form.email_invitation(&rules(), &officer().email).unwrap());
        let state = |state: InviteState| {
            let mut invite = named_invite.clone();
            invite.state = state;
            invite
        };
        let account = Account { directory_id: "bo".to_owned() };
        let (out, disabled) = (InviteState::Invited { expires_at: at(9) }, InviteState::Disabled { account });
        let with_seed = |mut row: Row| {
            row.raw.form.seed = "Yes".to_owned();
            row
        };
        let mut licensed = named_invite.clone();
        licensed.seed = SeedState::LicenceAssigned;
        let email = EmailAddress::parse("cy@sample-board.gov.sg").unwrap();
        let (own, other) = (officer(), Officer { id: OfficerId::parse("officer-2").unwrap(), email });
        let duplicate = |duplicate: Duplicate| RowState::Duplicate { duplicate };
        let anothers = duplicate(Duplicate::OthersInvite { since: Some(at(0)), colleague: None });
        let fault = |fault: Fault, field| RowState::NeedsFixing { faults: vec![fault.at(field)] };
        let other_name = fault(Fault::EmailInvitedOtherName, Field::Email);
        for (invite, officer, row, state) in [
            (&named_invite, &own, row("RAHMAN", "Priya"), duplicate(Duplicate::LiveInvite)),
            (&named_invite, &own, row("", ""), duplicate(Duplicate::LiveInvite)),
            (&named_invite, &own, row("Nurul", "Rahman"), other_name),
            (&named_invite, &other, row("Nurul", "Rahman"), anothers.clone()),
            (&named_invite, &other, with_seed(row("Priya", "Rahman")), anothers.clone()),
            (&by_email, &own, row("Nurul", "Rahman"), duplicate(Duplicate::LiveInvite)),
            (&state(out), &own, row("Priya", "Rahman"), duplicate(Duplicate::InvitationOut)),
            (&state(disabled.clone()), &own, row("Priya", "Rahman"), fault(Fault::EmailAccountDisabled, Field::Email)),
            (&state(disabled), &other, row("Priya", "Rahman"), anothers),
            (&named_invite, &own, with_seed(row("Priya", "Rahman")), fault(Fault::SeedNotInvited, Field::Seed)),
            (&licensed, &own, with_seed(row("Priya", "Rahman")), duplicate(Duplicate::LiveInvite)),
        ] {
            assert_eq!(row.beside_invite(invite, officer), state, "{}", row.raw.form.first_name);
        }
    }
}
