//! Batches, rows and their officer for the tests of this folder.

use std::time::Duration;

use super::{
    Batch, BatchState, Counts, Duplicate, ObjectVersion, Questions, RawRow, Reason, Row, RowRules, RowState, Source,
    read_all,
};
use crate::{
    BatchId, EmailAddress, Entropy, Fault, Field, InviteId, Officer, OfficerId, Timestamp, TraceId,
    fields::Form,
    invite::Kind,
    mail::{Mail, MailKind},
    rules::DomainRules,
};

const RULES: &str = r#"{"version":1,"domains":[
    {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
    {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

pub(super) const MS: Duration = Duration::from_millis(1);

pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
}

pub(super) fn rules() -> DomainRules {
    DomainRules::from_json(RULES).unwrap()
}

pub(super) fn officer() -> Officer {
    let email = EmailAddress::parse("officer@example-agency.gov.sg").unwrap();
    Officer { id: OfficerId::parse("officer-1").unwrap(), email }
}

pub(super) fn batch(source: Source) -> Batch {
    let entropy = Entropy::seeded(1);
    Batch::new(BatchId::generate(at(0), &entropy), officer(), source, at(0), TraceId::generate(at(0), &entropy))
}

pub(super) fn object(version: &str) -> ObjectVersion {
    ObjectVersion { key: "uploads/x".into(), version_id: version.into() }
}

pub(super) fn counts(ready: u32, needs_fixing: u32) -> Counts {
    Counts { total: ready + needs_fixing, ready, needs_fixing, ..Counts::default() }
}

/// A batch in each state. It has ready rows, and its workbook is leased for 90 seconds.
pub(super) fn in_each_state(source: Source) -> [Batch; 9] {
    [
        BatchState::AwaitingUpload,
        BatchState::Parsing { object: object("1"), lease_until: at(90), attempt: 1 },
        BatchState::Asking { object: object("1"), questions: questions() },
        BatchState::Draft,
        BatchState::Submitted { cursor: 0 },
        BatchState::Dispatched { since: at(5), next_check: at(5) },
        BatchState::Done,
        BatchState::Unreadable { code: "FILE_EMPTY".into(), detail: "It is empty.".into() },
        BatchState::Reset,
    ]
    .map(|state| Batch { state, counts: counts(2, 1), ..batch(source) })
}

/// Questions about one column that has no known title.
pub(super) fn questions() -> Questions {
    let reasons = vec![Reason { code: "FILE_COLUMNS_UNKNOWN".into(), detail: "Say what Desk holds.".into() }];
    Questions { reasons, ..Questions::default() }
}

/// A batch in the state with this name.
pub(super) fn in_state(source: Source, name: &str) -> Batch {
    in_each_state(source).into_iter().find(|batch| batch.state_name() == name).unwrap()
}

pub(super) fn report(generation: u32) -> Mail {
    Mail::due(MailKind::BatchReport, generation)
}

pub(super) fn invite_id() -> InviteId {
    InviteId::generate(at(0), &Entropy::seeded(2))
}

/// A state of a row for each of its variants.
pub(super) fn row_states() -> [RowState; 7] {
    [
        RowState::Ready,
        RowState::NeedsFixing { faults: vec![Fault::Required.at(Field::Reason)] },
        RowState::Contradiction { fault: Fault::EmailOtherName.at(Field::Email), number: 7 },
        RowState::Duplicate { duplicate: Duplicate::Row { number: 8 } },
        RowState::Duplicate { duplicate: Duplicate::LiveInvite },
        RowState::Removed,
        RowState::Sent { invite: invite_id(), at: at(9) },
    ]
}

pub(super) fn raw(email: &str, username: &str) -> RawRow {
    named(email, username, "Ada", "Tan")
}

pub(super) fn named(email: &str, username: &str, first_name: &str, last_name: &str) -> RawRow {
    RawRow {
        form: Form {
            email: email.into(),
            username: username.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            contact_number: "91234567".into(),
            organisation: "Example".into(),
            reason: "Project".into(),
            ..Form::default()
        },
        ..RawRow::default()
    }
}

/// What rows of accounts are checked by.
pub(super) fn row_rules<'a>(domains: &'a DomainRules, officer: &'a Officer) -> RowRules<'a> {
    RowRules { domains, officer: &officer.email, kind: Kind::Account }
}

/// The rows of a workbook whose first row with a person is row 5.
pub(super) fn read(raws: Vec<RawRow>) -> Vec<Row> {
    read_all((5..).zip(raws), &row_rules(&rules(), &officer()))
}

pub(super) fn read_one(raw: RawRow) -> Row {
    read(vec![raw]).remove(0)
}
