//! No mailbox gets too many mails, whatever the number of officers and the spellings of its address.

use std::{num::NonZeroU32, time::Duration};

use domain::{
    Timestamp,
    usage::{BatchCap, SingleCaps},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sheet::ResultRow;
use store::{CreateOutcome, IdempotentRequest, SavedAnswer};
use testing::people;
use tests::app::{App, single_caps};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn invite(app: &App, officer: &str, address: &str) -> Option<String> {
    let body = json!({"kind": "email", "email": address, "reason": "Joins"});
    let made = app.officer(officer).post("/api/invites", body).await;
    made.body["id"].as_str().map(str::to_owned)
}

async fn change(app: &App, officer: &str, id: &str, what: &str) -> u16 {
    app.officer(officer).json("POST", &format!("/api/invites/{id}/{what}"), &[], json!({})).await.status.as_u16()
}

async fn show(app: &App, officer: &str, id: &str) -> Value {
    app.officer(officer).get(&format!("/api/invites/{id}")).await.expect(200).body
}

/// Invites `address` and revokes the invite, so that the next officer can invite it.
async fn invite_and_revoke(app: &App, officer: &str, address: &str) {
    let id = invite(app, officer, address).await.unwrap();
    app.drain().await;
    assert_eq!(change(app, officer, &id, "revoke").await, 200);
}

#[tokio::test]
async fn the_fourth_mail_of_a_day_waits_for_room_and_says_so() {
    let app = App::start().await;
    for (officer, address) in
        [("ada", "bo@sample-board.gov.sg"), ("eve", "bo+1@sample-board.gov.sg"), ("kim", "BO+2@sample-board.gov.sg")]
    {
        invite_and_revoke(&app, officer, address).await;
    }
    assert_eq!(app.outbox.requests(), 3);
    let id = invite(&app, "ada", "bo+3@sample-board.gov.sg").await.unwrap();
    app.drain().await;
    assert_eq!(app.outbox.requests(), 3);
    let held = show(&app, "ada", &id).await;
    assert_eq!(held["mail"]["state"], "HELD");
    assert!(held["mail"]["detail"].as_str().unwrap().contains("three mails within a day"));
    let until = Timestamp::parse(held["mail"]["heldUntil"].as_str().unwrap()).unwrap();
    assert!(until > app.clock.now() && until < app.clock.now() + DAY);
    // The mailbox of another person has room.
    invite(&app, "ada", "lee@sample-board.gov.sg").await.unwrap();
    app.drain().await;
    assert_eq!(app.outbox.requests(), 4);
    while app.clock.now() + HOUR < until {
        app.clock.advance(HOUR / 2);
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(app.outbox.requests(), 4, "woken in vain");
    app.clock.advance(until.since(app.clock.now()));
    app.timers().await;
    app.drain().await;
    assert_eq!(app.outbox.requests(), 5, "put off, not lost");
    assert_eq!(show(&app, "ada", &id).await["techpass"]["label"], "Invited");
}

/// One act of a person, or one event.
#[derive(Clone, Debug)]
enum Act {
    Invite { officer: usize, person: usize, tag: u8 },
    Resend { which: usize },
    Revoke { which: usize },
    Wait { minutes: u64 },
    Fault(testing::MailFault),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3usize, 0..2usize, any::<u8>()).prop_map(|(officer, person, tag)| Act::Invite { officer, person,
            tag }),
        2 => (0..8usize).prop_map(|which| Act::Resend { which }),
        4 => (0..8usize).prop_map(|which| Act::Revoke { which }),
        2 => (1..900u64).prop_map(|minutes| Act::Wait { minutes }),
        1 => prop_oneof![
            Just(testing::MailFault::Misconfigured),
            Just(testing::MailFault::Refuse),
            Just(testing::MailFault::AfterEffect),
            Just(testing::MailFault::BeforeEffect),
        ]
        .prop_map(Act::Fault),
    ]
}

/// The mails that were sent, each with the latest time before it and the first time after it.
struct Witness {
    seen: Vec<(String, Timestamp, Timestamp)>,
}

impl Witness {
    async fn watch(&mut self, app: &App) {
        let before = app.clock.now();
        app.timers().await;
        app.drain().await;
        for mail in app.outbox.sent().into_iter().skip(self.seen.len()) {
            self.seen.push((mail.to.recipient(), before, app.clock.now()));
        }
    }

    /// The largest number of mails that one mailbox was certainly sent within a day.
    fn worst(&self) -> usize {
        let within = |(to, begin, _): &(String, Timestamp, Timestamp)| {
            self.seen
                .iter()
                .filter(|(other, from, until)| other == to && from >= begin && *until < *begin + DAY)
                .count()
        };
        self.seen.iter().map(within).max().unwrap_or(0)
    }
}

async fn live_through(history: Vec<Act>) -> (usize, usize, usize) {
    let app = App::start().await;
    let (officers, people) = (["ada", "eve", "kim"], ["bo", "lee"]);
    let mut made: Vec<(usize, String)> = Vec::new();
    let mut witness = Witness { seen: Vec::new() };
    let mut wished = 0;
    for act in history {
        match act {
            Act::Invite { officer, person, tag } => {
                let address = format!("{}+{tag}@sample-board.gov.sg", people[person]);
                if let Some(id) = invite(&app, officers[officer], &address).await {
                    made.push((officer, id));
                    wished += 1;
                }
            }
            Act::Resend { which } | Act::Revoke { which } if made.get(which).is_none() => {}
            Act::Resend { which } => {
                let (officer, id) = &made[which];
                wished += usize::from(change(&app, officers[*officer], id, "resend").await == 202);
            }
            Act::Revoke { which } => {
                let (officer, id) = &made[which];
                change(&app, officers[*officer], id, "revoke").await;
            }
            Act::Wait { minutes } => app.clock.advance(Duration::from_secs(minutes * 60)),
            Act::Fault(fault) => app.outbox.fail_next(fault),
        }
        witness.watch(&app).await;
    }
    // Every postponed mail is sent in the end.
    for _ in 0..30 {
        app.clock.advance(4 * HOUR);
        witness.watch(&app).await;
    }
    let mut waiting = 0;
    for (officer, id) in &made {
        let shown = show(&app, officers[*officer], id).await;
        waiting += usize::from(shown["techpass"]["state"] == "QUEUED" && shown["mail"]["state"] != "SENDING");
    }
    (witness.worst(), waiting, wished)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mailbox_is_ever_sent_more_than_three_mails_in_a_day(history in prop::collection::vec(act(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (worst, waiting, _) = runtime.block_on(live_through(history));
        prop_assert!(worst <= 3, "{worst} mails in a day");
        prop_assert_eq!(waiting, 0, "what was put off goes out");
    }
}

/// Uses up an officer's hundred single invites of an hour, except `leave`.
async fn use_up(app: &App, officer: &str, leave: usize) {
    for n in leave..100 {
        let id = invite(app, officer, &format!("used-{n}@sample-board.gov.sg")).await;
        assert!(id.is_some(), "{n}");
    }
}

#[tokio::test]
async fn the_invite_after_an_hours_share_is_refused_until_there_is_room() {
    let app = App::start_with(single_caps()).await;
    let body = json!({"kind": "email", "email": "first@sample-board.gov.sg", "reason": "Joins"});
    let headers = [("idempotency-key", "one")];
    let first = app.officer("ada").json("POST", "/api/invites", &headers, body.clone()).await.expect(202);
    for _ in 0..50 {
        let again = app.officer("ada").json("POST", "/api/invites", &headers, body.clone()).await.expect(202);
        assert_eq!(again.bytes, first.bytes, "a repeated request counts once");
    }
    use_up(&app, "ada", 1).await;
    let refused = json!({"kind": "email", "email": "late@sample-board.gov.sg", "reason": "Joins"});
    let headers_of_refused = [("idempotency-key", "two")];
    let answer = app.officer("ada").json("POST", "/api/invites", &headers_of_refused, refused.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.problem()), (429, "too-many-requests".to_owned()));
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("100 invites an hour") && detail.contains("in Singapore"), "{detail}");
    let pause: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3000..=4200).contains(&pause), "{pause}");
    // There is no side effect, and an earlier request gets its earlier answer.
    assert_eq!(app.officer("ada").get("/api/invites").await.expect(200).body["total"], 100);
    let again = app.officer("ada").json("POST", "/api/invites", &headers, body).await.expect(202);
    assert_eq!(again.bytes, first.bytes);
    // Other officers are not affected.
    assert!(invite(&app, "eve", "late@sample-board.gov.sg").await.is_some());
    app.clock.advance(Duration::from_secs(pause));
    let other = json!({"kind": "email", "email": "later@sample-board.gov.sg", "reason": "Joins"});
    app.officer("ada").json("POST", "/api/invites", &headers_of_refused, other).await.expect(202);
}

#[tokio::test]
async fn resends_and_amendments_count_and_what_is_refused_does_not() {
    let app = App::start_with(single_caps()).await;
    let id = invite(&app, "ada", "bo@sample-board.gov.sg").await.unwrap();
    let failed = invite(&app, "ada", "kim@sample-board.gov.sg").await.unwrap();
    app.drain().await;
    assert_eq!(change(&app, "ada", &failed, "revoke").await, 200);
    app.clock.advance(DAY);
    use_up(&app, "ada", 1).await;
    for _ in 0..5 {
        // The address is taken, or malformed: nothing was done, so nothing is counted.
        assert_eq!(invite(&app, "ada", "bo@sample-board.gov.sg").await, None);
        assert_eq!(invite(&app, "ada", "bo@nowhere.example.com").await, None);
    }
    assert_eq!(change(&app, "ada", &id, "resend").await, 202);
    assert_eq!(change(&app, "ada", &id, "resend").await, 202, "asked for twice, counted once");
    app.drain().await;
    let path = format!("/api/invites/{failed}");
    let etag = app.officer("ada").get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let amended = json!({"kind": "email", "email": "kim.lee@sample-board.gov.sg", "reason": "Joins"});
    let amend = async || app.officer("ada").json("PATCH", &path, &[("if-match", &etag)], amended.clone()).await;
    let refused = amend().await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (429, "too-many-requests".to_owned()));
    assert_eq!(show(&app, "ada", &failed).await["techpass"]["state"], "REVOKED");
    app.clock.advance(2 * HOUR);
    amend().await.expect(202);
}

#[tokio::test]
async fn what_an_action_for_many_mails_counts_towards_the_day() {
    let caps = SingleCaps { per_hour: NonZeroU32::new(6).unwrap(), per_day: NonZeroU32::new(8).unwrap() };
    for action in ["resend", "amend"] {
        let app = App::start_with(caps).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(invite(&app, "ada", &format!("bo-{n}@sample-board.gov.sg")).await.unwrap());
        }
        app.drain().await;
        if action == "amend" {
            for id in &ids {
                assert_eq!(change(&app, "ada", id, "revoke").await, 200);
            }
        }
        // It is the next day in Singapore, but less than a day later.
        app.clock.advance(23 * HOUR);
        let asked = json!({"action": action, "ids": ids});
        let done = app.officer("ada").post("/api/invites/actions", asked.clone()).await.expect(202).body;
        assert_eq!((&done["state"], &done["counts"]["done"]), (&json!("DONE"), &json!(3)), "{done}");
        let skipped = &done["outcomes"][4];
        assert_eq!(skipped["reason"], "too-many-requests", "{done}");
        assert!(skipped["nextAt"].is_string(), "{skipped}");
        assert_eq!(change(&app, "ada", &ids[4], "resend").await, if action == "resend" { 429 } else { 409 });
        app.drain().await;
        assert_eq!(app.outbox.requests(), 8);
        app.clock.advance(DAY + HOUR);
        let rest = json!({"action": action, "ids": [ids[3], ids[4]]});
        let done = app.officer("ada").post("/api/invites/actions", rest).await.expect(202).body;
        assert_eq!(done["counts"]["done"], 2, "{done}");
    }
}

/// Counts `people` of other lists of an officer.
async fn hand_on(app: &App, officer: &str, people: u32) {
    let (officer, now) = (people::officer(officer), app.clock.now());
    let cap = BatchCap(NonZeroU32::new(20_000).unwrap());
    let usage = app.store.find_usage(&officer.id).await.unwrap();
    let counted = usage.becomes(usage.to_value().people(cap, people, now).unwrap());
    let answer = SavedAnswer { status: 202, location: None, body: String::new() };
    let request = IdempotentRequest::new(officer.id.clone(), "others", b"", answer, now).counted(counted);
    let somebody = people::account_invite(&officer, &people::officer_form("somebody"), now, &testing::seeded(9));
    assert_eq!(app.store.create_invite(&somebody, Some(&request)).await.unwrap(), CreateOutcome::Created);
}

#[tokio::test]
async fn the_people_of_a_days_batches_are_capped_and_counted_apart() {
    let app = App::start_with(single_caps()).await;
    use_up(&app, "ada", 0).await;
    let paste = async |n: u32| {
        let row = serde_json::to_value(people::vendor_form(&format!("row-{n}"))).unwrap();
        let made = app.officer("ada").post("/api/batches", json!({"rows": [row]})).await.expect(201);
        made.body["batchId"].as_str().unwrap().to_owned()
    };
    let submit =
        async |id: &str| app.officer("ada").json("POST", &format!("/api/batches/{id}/submit"), &[], json!({})).await;
    let first = paste(1).await;
    submit(&first).await.expect(202);
    submit(&first).await.expect(202);
    // Other lists of this officer use up the share.
    hand_on(&app, "ada", 19_999).await;
    let second = paste(2).await;
    let refused = submit(&second).await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (429, "too-many-requests".to_owned()));
    assert!(refused.body["detail"].as_str().unwrap().contains("20000 people a day"));
    let state = app.officer("ada").get(&format!("/api/batches/{second}")).await.expect(200).body["state"].clone();
    assert_eq!(state, "DRAFT");
    app.clock.advance(DAY + HOUR);
    submit(&second).await.expect(202);
}

#[tokio::test]
async fn a_dropped_list_that_finds_no_room_is_left_to_its_officer() {
    let app = App::start_with(single_caps()).await;
    let ada = people::officer("ada");
    app.directory.add_officer(ada.clone());
    hand_on(&app, "ada", 19_999).await;
    let key = format!("drops/{}/joiners.xlsx", ada.id);
    let forms = ["row-1", "row-2"].map(people::vendor_form);
    let rows =
        (1..).zip(&forms).map(|(number, form)| ResultRow { number, form, status: "", what_is_wrong: "", trace_id: "" });
    let workbook = sheet::results(rows, app.clock.now()).unwrap();
    let message = app.upload(&key, workbook);
    assert!(matches!(app.parse(message).await, boot::Disposition::Done));
    app.drain().await;
    let batches = app.officer("ada").get("/api/batches").await.expect(200).body;
    let batch = &batches["items"][0];
    assert_eq!((&batch["state"], &batch["counts"]["ready"]), (&json!("DRAFT"), &json!(2)));
    let notice = batch["notices"][0].as_str().unwrap();
    assert!(notice.contains("not submitted by itself"));
    let reports = app.mails_to(ada.email.as_str());
    let told = reports.last().expect("a report");
    assert_eq!(told.letter.subject, "Your batch upload waits for you");
    assert!(told.letter.text.contains(notice) && told.letter.text.contains(batch["id"].as_str().unwrap()));
    let before = reports.len();
    app.clock.advance(DAY + HOUR);
    let path = format!("/api/batches/{}/submit", batch["id"].as_str().unwrap());
    app.officer("ada").json("POST", &path, &[], json!({})).await.expect(202);
    app.drain().await;
    let reports = app.mails_to(ada.email.as_str());
    assert_eq!((reports.len(), reports[before].letter.subject), (before + 1, "Your batch upload is through"));
}

#[tokio::test]
async fn a_change_of_named_rows_counts_them_and_not_the_whole_list() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let made = ada.post("/api/batches", json!({"fileName": "people.xlsx"})).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap();
    let forms: Vec<_> = (0..1001).map(|n| people::vendor_form(&format!("person{n}"))).collect();
    let event = app.upload(&format!("uploads/{id}"), people::workbook(&forms));
    assert!(matches!(app.parse(event).await, boot::Disposition::Done));
    let usage = app.store.find_usage(&people::officer("ada").id).await.unwrap();
    let left = 2_000;
    let used = usage.to_value().rows(domain::usage::ROWS_PER_HOUR - left, app.clock.now()).unwrap();
    assert!(app.store.write(usage.becomes(used)).await.unwrap().is_done());
    let change = async |rows: Value| {
        ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], json!({"rows": rows, "set": {"reason": "x"}})).await
    };
    // A request counts as 1,000 rows or more.
    change(json!({"numbers": [1]})).await.expect(200);
    assert_eq!(change(json!({"numbers": [1], "show": "ready"})).await.status, 429, "all 1,001 rows have to be read");
    change(json!({"numbers": [1]})).await.expect(200);
    assert_eq!(change(json!({"numbers": [1]})).await.status, 429);
}

#[tokio::test]
async fn requests_for_many_are_counted_against_an_officers_hour() {
    let app = App::start_with(single_caps()).await;
    let ada = app.officer("ada");
    let row = serde_json::to_value(people::vendor_form("row")).unwrap();
    let made = ada.post("/api/batches", json!({"rows": [row]})).await.expect(201);
    let list = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    let invited = invite(&app, "ada", "bo@sample-board.gov.sg").await.unwrap();
    let officer = people::officer("ada").id;
    for request in 0..9 {
        let ask = async || match request {
            0 => ada.get(&format!("{list}/rows?code=required")).await,
            1 => ada.get(&format!("{list}/rows?show=errors")).await,
            2 => ada.get(&format!("{list}/results.xlsx")).await,
            3 => ada.get("/api/invites/export.xlsx").await,
            4 => ada.json("PATCH", &format!("{list}/rows"), &[], json!({"rows": {}, "set": {"reason": "x"}})).await,
            5 => ada.json("POST", &format!("{list}/rows/remove"), &[], json!({"numbers": [9]})).await,
            6 => ada.post("/api/invites/actions", json!({"action": "resend", "ids": [invited]})).await,
            7 => ada.post("/api/invites/actions", json!({"action": "resend", "filter": {"q": "bo"}})).await,
            _ => ada.post("/api/batches", json!({"rows": [row]})).await,
        };
        let usage = app.store.find_usage(&officer).await.unwrap();
        let most = domain::usage::ROWS_PER_HOUR;
        // The share of the hour is used up, except for the largest of these requests.
        let used = usage.to_value().rows(most - 10_000, app.clock.now()).unwrap();
        assert!(app.store.write(usage.becomes(used)).await.unwrap().is_done());
        let first = ask().await;
        assert!(first.status.is_success(), "{request}: {}", first.body);
        let mut refused = ask().await;
        for _ in 0..10 {
            refused = ask().await;
        }
        assert_eq!((refused.status.as_u16(), refused.problem()), (429, "too-many-requests".to_owned()), "{request}");
        assert!(
            refused.headers.contains_key("retry-after")
                && refused.body["detail"].as_str().unwrap().contains("rows an hour")
        );
        ada.get(&format!("{list}/rows")).await.expect(200);
        app.clock.advance(2 * HOUR);
        ask().await.status.is_success().then_some(()).unwrap();
        app.clock.advance(2 * HOUR);
    }
}

#[tokio::test]
async fn a_change_of_a_row_on_which_very_many_depend_is_counted_against_an_officers_hour() {
    // The row itself changes too, and 79 rows change together at most.
    for (doubles, status) in [(78, 200), (79, 429)] {
        let app = App::start_with(single_caps()).await;
        let ada = app.officer("ada");
        let rows = vec![serde_json::to_value(people::officer_form("bo")).unwrap(); 1 + doubles];
        let made = ada.post("/api/batches", json!({"rows": rows})).await.expect(201);
        let usage = app.store.find_usage(&people::officer("ada").id).await.unwrap();
        let mut full = usage.to_value();
        while let Ok(more) = full.clone().rows(1, app.clock.now()) {
            full = more;
        }
        assert!(app.store.write(usage.becomes(full)).await.unwrap().is_done());
        let id = made.body["batchId"].as_str().unwrap();
        tests::lists::edit(&ada, id, 1, json!({"email": "kim@sample-board.gov.sg"})).await.expect(status);
    }
}
