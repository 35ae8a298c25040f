use super::{
    samples::{MS, at, batch, counts, in_each_state, in_state, object, questions, report, row_states},
    *,
};
use crate::Field;

const NOW: u64 = 60;

fn draft(source: Source) -> Batch {
    let parsing = batch(source).claim_parse(object("1"), at(1)).unwrap();
    parsing.parsed(counts(2, 1), Vec::new(), at(2)).unwrap()
}

fn answers() -> Answers {
    let held = Some(Held::Field(Field::Email));
    Answers::of_columns(vec![Column { number: 2, title: "Work mail".into(), held }])
}

#[test]
fn a_workbook_goes_from_upload_to_done() {
    let submitted = draft(Source::Upload).submit(at(3)).unwrap();
    let dispatched = submitted.advanced(1, at(4)).unwrap().dispatched(counts(0, 1), at(5)).unwrap();
    let done = dispatched.done(at(6)).unwrap();
    assert!(done.report_is_due());
    assert_eq!(done.submit(at(7)), Err(BatchConflict { state: "DONE", event: "submitted" }), "nothing is ready");
}

type Event = fn(Batch) -> Result<Batch, BatchConflict>;
type Steps = &'static [(&'static str, &'static str)];

/// Each event with the states in which it is possible, and the state that follows.
const EVENTS: [(&str, Event, Steps); 16] = [
    ("parsed", |batch| batch.claim_parse(object("2"), at(NOW)), &[("AWAITING_UPLOAD", "PARSING")]),
    ("given back", |batch| batch.not_read(at(NOW)), &[("PARSING", "PARSING")]),
    ("parsed", |batch| batch.parsed(counts(2, 1), Vec::new(), at(NOW)), &[("PARSING", "DRAFT")]),
    (
        "parsed",
        |batch| batch.parsed_for_later(counts(2, 1), Vec::new(), "It is large.".into(), at(NOW)),
        &[("PARSING", "DRAFT")],
    ),
    ("asked about", |batch| batch.asks(questions(), at(NOW)), &[("PARSING", "ASKING")]),
    ("answered", |batch| batch.answered(answers(), at(NOW)), &[("ASKING", "PARSING")]),
    ("unreadable", |batch| batch.unreadable("FILE_EMPTY", "…", at(NOW)), &[("PARSING", "UNREADABLE")]),
    ("unreadable", |batch| batch.unprocessable(at(NOW)), &[("PARSING", "UNREADABLE")]),
    (
        "added to",
        |batch| batch.rows_added(&[RowState::Ready], at(NOW)),
        &[("DRAFT", "DRAFT"), ("DISPATCHED", "DISPATCHED"), ("DONE", "DONE")],
    ),
    (
        "edited",
        |batch| batch.row_changed(&RowState::Ready, &RowState::Removed, at(NOW)),
        &[("DRAFT", "DRAFT"), ("DISPATCHED", "DISPATCHED"), ("DONE", "DONE")],
    ),
    (
        "submitted",
        |batch| batch.submit(at(NOW)),
        &[("DRAFT", "SUBMITTED"), ("DISPATCHED", "SUBMITTED"), ("DONE", "SUBMITTED")],
    ),
    ("dispatched", |batch| batch.advanced(2, at(NOW)), &[("SUBMITTED", "SUBMITTED")]),
    ("dispatched", |batch| batch.dispatched(counts(0, 1), at(NOW)), &[("SUBMITTED", "DISPATCHED")]),
    ("counted", |batch| batch.counted(1, 0, at(NOW)), &[("DISPATCHED", "DISPATCHED")]),
    ("done", |batch| batch.done(at(NOW)), &[("DISPATCHED", "DONE")]),
    (
        "reset",
        |batch| batch.reset(at(NOW)),
        &[
            ("AWAITING_UPLOAD", "RESET"),
            ("PARSING", "RESET"),
            ("ASKING", "RESET"),
            ("DRAFT", "RESET"),
            ("DISPATCHED", "RESET"),
            ("DONE", "RESET"),
            ("UNREADABLE", "RESET"),
        ],
    ),
];

#[test]
fn each_event_is_possible_in_its_states_only_and_cancels_what_was_postponed() {
    for (event, apply, steps) in EVENTS {
        for before in in_each_state(Source::Upload).map(|batch| batch.postponed(at(999))) {
            let state = before.state_name();
            if (event, state) == ("reset", "RESET") {
                assert_eq!(apply(before.clone()), Ok(before), "a reset batch stays as it is");
                continue;
            }
            let follows = steps.iter().find(|(from, _)| *from == state).map(|(_, to)| (*to, at(NOW), None));
            let after = apply(before).map(|after| (after.state_name(), after.updated_at, after.postponed_until));
            assert_eq!(after, follows.ok_or(BatchConflict { state, event }), "{event}: {state}");
        }
    }
}

#[test]
fn its_officer_can_change_rows_between_reading_and_dispatch_and_sees_all_but_what_is_empty_or_discarded() {
    for source in [Source::Upload, Source::Drop, Source::Paste] {
        for batch in in_each_state(source) {
            let state = batch.state_name();
            assert_eq!(batch.is_editable(), ["DRAFT", "DISPATCHED", "DONE"].contains(&state), "{state}");
            let is_hidden = state == "RESET" || (source, state) == (Source::Paste, "AWAITING_UPLOAD");
            assert_eq!(batch.is_listed(), !is_hidden, "{source:?}: {state}");
        }
    }
}

#[test]
fn the_rows_of_each_source_wait_for_their_officer_and_a_dropped_workbook_goes_on_by_itself() {
    let remarks = vec!["Row 4 is blank.".to_owned()];
    for (source, ready, state, due) in [
        (Source::Upload, 0, BatchState::Draft, None),
        (Source::Upload, 1, BatchState::Draft, None),
        (Source::Paste, 1, BatchState::Draft, None),
        (Source::Drop, 0, BatchState::Done, Some(report(1))),
        (Source::Drop, 1, BatchState::Submitted { cursor: 0 }, None),
    ] {
        let parsing = in_state(source, "PARSING");
        let (counts, remarks) = (counts(ready, 3), remarks.clone());
        let expected =
            Batch { state, counts, remarks: remarks.clone(), report: due, updated_at: at(2), ..parsing.clone() };
        assert_eq!(parsing.parsed(counts, remarks, at(2)), Ok(expected), "{source:?}, {ready} ready");
        let not_read = batch(source).parsed(counts, Vec::new(), at(2));
        assert_eq!(not_read.is_ok(), source == Source::Paste, "only pasted rows need no reader: {source:?}");
    }
}

#[test]
fn a_dropped_workbook_that_its_officer_has_to_submit_or_fix_is_reported() {
    let parsing = Batch { report: Some(report(1)), ..in_state(Source::Drop, "PARSING") };
    let later = parsing.clone().parsed_for_later(counts(3, 0), vec!["A.".into()], "B.".into(), at(2));
    let remarks = vec!["A.".into(), "B.".into()];
    let kept = Batch { report: Some(report(2)), updated_at: at(2), ..parsing };
    assert_eq!(later, Ok(Batch { state: BatchState::Draft, counts: counts(3, 0), remarks, ..kept }));
    for (source, due) in [(Source::Drop, Some(report(1))), (Source::Upload, None), (Source::Paste, None)] {
        let parsing = in_state(source, "PARSING");
        let state = BatchState::Unreadable { code: "FILE_EMPTY".into(), detail: "…".into() };
        let expected = Batch { state, report: due, updated_at: at(2), ..parsing.clone() };
        assert_eq!(parsing.unreadable("FILE_EMPTY", "…", at(2)), Ok(expected), "{source:?}");
    }
}

#[test]
fn a_batch_that_asks_is_read_again_with_the_answers_and_a_dropped_one_then_waits_for_its_officer() {
    for (source, due) in [(Source::Drop, Some(report(1))), (Source::Upload, None)] {
        let asking = in_state(source, "PARSING").asks(questions(), at(2)).unwrap();
        assert_eq!(asking.state, BatchState::Asking { object: object("1"), questions: questions() });
        assert_eq!((&asking.report, asking.is_editable(), asking.is_listed()), (&due, false, true));
        assert_eq!(asking.to_be_read(), None);
        let answered = asking.answered(answers(), at(3)).unwrap();
        assert_eq!(answered.state, BatchState::Parsing { object: object("1"), lease_until: at(3), attempt: 0 });
        assert!(!answered.is_being_read(&object("1"), at(3)));
        assert_eq!(answered.to_be_read(), Some(&object("1")));
        let again = answered.claim_parse(object("1"), at(3)).unwrap();
        assert!(matches!(again.state, BatchState::Parsing { attempt: 1, .. }), "answers are no failed attempt");
        assert_eq!(again.to_be_read(), None, "its reader has claimed it");
        let worksheet = Answers { worksheet: Some("Vendors".into()), ..Answers::default() };
        let second = again.asks(questions(), at(4)).unwrap().answered(worksheet, at(5)).unwrap();
        assert_eq!(second.answers, Answers { worksheet: Some("Vendors".into()), ..answers() });
        let read = second.claim_parse(object("1"), at(6)).unwrap().parsed(counts(2, 0), Vec::new(), at(7)).unwrap();
        assert_eq!(read.state, BatchState::Draft, "{source:?}");
    }
}

#[test]
fn a_batch_is_stored_with_its_answers_beside_its_file_and_reads_what_earlier_releases_stored() {
    let asking = batch(Source::Upload).of_file(None, answers()).claim_parse(object("1"), at(1)).unwrap();
    let asking = asking.asks(questions(), at(2)).unwrap();
    let stored = serde_json::to_value(&asking).unwrap();
    assert_eq!(stored["columns"][0]["field"], "email");
    assert_eq!(serde_json::from_value::<Batch>(stored.clone()).unwrap(), asking);
    let mut earlier = stored;
    earlier["state"] = serde_json::json!({"state": "UNREADABLE", "code": "FILE_HEADER_MISSING", "detail": "…",
        "columns": [{"number": 1, "title": "A"}]});
    assert_eq!(serde_json::from_value::<Batch>(earlier).unwrap().state_name(), "UNREADABLE");
}

#[test]
fn only_the_pinned_version_is_read_three_times_at_most_and_by_one_reader_at_a_time() {
    let mut parsing = batch(Source::Upload);
    for attempt in 1..=3 {
        let (start, lease_until) = (at(90 * u64::from(attempt - 1)), at(90 * u64::from(attempt)));
        parsing = parsing.claim_parse(object("1"), start).unwrap();
        assert_eq!(parsing.state, BatchState::Parsing { object: object("1"), lease_until, attempt });
        assert!(parsing.clone().claim_parse(object("1"), lease_until - MS).is_err(), "leased");
        assert!(parsing.clone().claim_parse(object("2"), lease_until).is_err(), "overwritten");
        assert!(parsing.is_being_read(&object("1"), lease_until - MS));
        assert!(!parsing.is_being_read(&object("1"), lease_until), "the lease has expired");
        assert!(!parsing.is_being_read(&object("2"), lease_until - MS), "another version");
    }
    assert_eq!(parsing.claim_parse(object("1"), at(270)).unwrap().state_name(), "UNREADABLE");
    assert!(!draft(Source::Upload).is_being_read(&object("1"), at(3)));
}

#[test]
fn a_workbook_that_was_not_read_can_be_claimed_at_once_for_its_next_attempt() {
    let released = in_state(Source::Upload, "PARSING").not_read(at(5)).unwrap();
    assert_eq!(released.state, BatchState::Parsing { object: object("1"), lease_until: at(5), attempt: 1 });
    let again = released.claim_parse(object("1"), at(5)).unwrap();
    assert_eq!(again.state, BatchState::Parsing { object: object("1"), lease_until: at(95), attempt: 2 });
}

#[test]
fn added_and_edited_rows_keep_the_counts() {
    let draft = draft(Source::Upload);
    let all = Counts { total: 10, ready: 3, needs_fixing: 3, duplicate: 2, removed: 1, sent: 1 };
    let added = draft.clone().rows_added(&row_states(), at(3)).unwrap();
    assert_eq!(added, Batch { counts: all, updated_at: at(3), ..draft });
    let edited = added.clone().row_changed(&RowState::NeedsFixing { faults: Vec::new() }, &RowState::Ready, at(4));
    assert_eq!(edited, Ok(Batch { counts: Counts { ready: 4, needs_fixing: 2, ..all }, updated_at: at(4), ..added }));
}

#[test]
fn a_workbook_has_a_name_and_answers_of_its_own_and_a_place_to_be_uploaded_to() {
    let new = batch(Source::Upload);
    let named = Batch { file_name: Some("people.xlsx".into()), answers: answers(), ..new.clone() };
    assert_eq!(new.of_file(Some("people.xlsx".into()), answers()), named);
    let id = BatchId::parse("bat_01JD0000000000000000000000").unwrap();
    assert_eq!(Batch::upload_key(id), "uploads/bat_01JD0000000000000000000000");
}

#[test]
fn what_the_service_erases_is_no_change_of_the_batch() {
    let before = draft(Source::Upload);
    let erased = Batch { remarks: Vec::new(), file_name: None, updated_at: at(99), ..before.clone() };
    assert_eq!(erased.clone().kept_like(&before), Batch { updated_at: at(2), ..erased });
}
