//! A list of people: checked, fixed, submitted, finished, and downloaded.

use std::time::Duration;

use domain::{
    batch::{Batch, Counts},
    fields::Form,
};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use tests::{
    app::{Answer, App, Person},
    lists::{batch, edit, paste, row},
    people::{email, officer_form, vendor_form},
};

/// After which the sweeper's daily jobs run again.
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn submit(officer: &Person<'_>, id: &str, body: Value) -> Answer {
    officer.json("POST", &format!("/api/batches/{id}/submit"), &[], body).await
}

#[tokio::test]
async fn good_rows_go_first_and_mended_ones_follow() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let mut faulty = vendor_form("eve");
    faulty.username.clear();
    faulty.contact_number = "12".to_owned();
    let forms = [officer_form("bo"), faulty, vendor_form("kim"), officer_form("Bo")];
    let id = paste(&ada, &forms).await;
    let draft = batch(&ada, &id).await;
    assert_eq!(draft["state"], "DRAFT");
    assert_eq!(
        draft["counts"],
        json!({"total": 4, "ready": 2, "needsFixing": 1, "duplicate": 1, "removed": 0, "sent": 0})
    );
    let errors = ada.get(&format!("/api/batches/{id}/rows?show=errors")).await.expect(200).body;
    let codes: Vec<&str> =
        errors["items"][0]["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["username.required", "contact-number.singapore"], "all faults of the row at once");
    assert_eq!(row(&ada, &id, 4).await["duplicate"]["row"], 1);

    let refused = submit(&ada, &id, json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (422, "batch-has-errors".to_owned()));
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let through = batch(&ada, &id).await;
    assert_eq!((&through["state"], &through["counts"]["sent"]), (&json!("DONE"), &json!(2)));
    assert_eq!(app.directory.made().len(), 2);

    let changed = edit(&ada, &id, 2, json!({"username": "eve", "contactNumber": "81234567"})).await.expect(200);
    assert_eq!(changed.body["row"]["state"], "READY");
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["counts"]["sent"], 3);
    assert_eq!(app.directory.made().len(), 3);
    let to_people = app.outbox.sent().into_iter().filter(|mail| !mail.to.as_str().starts_with("ada@")).count();
    assert_eq!(to_people, 3, "one mail each");
    assert_eq!(app.mails_to("ada@example-agency.gov.sg").len(), 2, "one report for each submission");
    let listed = ada.get(&format!("/api/invites?batch={id}")).await.expect(200).body;
    assert_eq!(listed["total"], 3);
}

#[tokio::test]
async fn a_stale_edit_is_refused_and_a_submitted_row_is_not_edited() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo"), officer_form("kim")]).await;
    let path = format!("/api/batches/{id}/rows/1");
    let missing = ada.json("PATCH", &path, &[], json!({"reason": "x"})).await;
    assert_eq!((missing.status.as_u16(), missing.problem()), (428, "version-required".to_owned()));
    edit(&ada, &id, 1, json!({"reason": "Another reason"})).await.expect(200);
    let stale = ada.json("PATCH", &path, &[("if-match", "\"1\"")], json!({"reason": "x"})).await;
    assert_eq!((stale.status.as_u16(), stale.problem()), (412, "version-mismatch".to_owned()));
    assert_eq!(row(&ada, &id, 1).await["values"]["reason"], "Another reason");
    submit(&ada, &id, json!({})).await.expect(202);
    let late = edit(&ada, &id, 1, json!({"reason": "too late"})).await;
    assert_eq!(late.problem(), "state-conflict");
    assert_eq!(ada.send("DELETE", &path, &[], axum::body::Body::empty()).await.problem(), "state-conflict");
}

#[tokio::test]
async fn a_batch_that_changes_by_itself_while_it_is_submitted_or_reset_is_looked_at_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    let batch_id = domain::BatchId::parse(&id).unwrap();
    // As its report and the count of its invites do, which nobody can see coming.
    let overtake = async || {
        for _ in 0..4 {
            let batch = app.store.get::<Batch>(&batch_id).await.unwrap().unwrap();
            let _ = app.store.write(batch.becomes(batch.to_value().postponed(app.clock.now()))).await.unwrap();
        }
    };
    let (submitted, ()) = tokio::join!(submit(&ada, &id, json!({})), overtake());
    submitted.expect(202);
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["counts"]["sent"], 1);
    let path = format!("/api/batches/{id}");
    let (reset, ()) = tokio::join!(ada.send("DELETE", &path, &[], axum::body::Body::empty()), overtake());
    reset.expect(204);
    assert_eq!(batch(&ada, &id).await["state"], "RESET");
}

#[tokio::test]
async fn a_batch_that_changes_by_itself_while_its_invites_are_checked_is_checked_again_soon() {
    /// More calls than a check makes.
    const CALLS_OF_A_CHECK: usize = 8;
    for place in 0..CALLS_OF_A_CHECK {
        let app = App::start().await;
        let ada = app.officer("ada");
        let id = domain::BatchId::parse(&paste(&ada, &[vendor_form("eve")]).await).unwrap();
        submit(&ada, &id.to_string(), json!({})).await.expect(202);
        let check = Wake::Batch { id };
        app.deliver(QueueName::Dispatch, check).await;
        let _ = app.queues.drain(QueueName::Dispatch);
        app.clock.advance(Duration::from_secs(10));
        app.probe.interrupt(app.probe.calls().len() + place);
        let count = async || {
            let batch = app.store.get::<Batch>(&id).await.unwrap().unwrap();
            if let Ok(counted) = batch.to_value().counted(0, 0, app.clock.now()) {
                assert!(app.store.write(batch.becomes(counted)).await.unwrap().is_done());
            }
        };
        let work = app.deliver(QueueName::Dispatch, check);
        app.probe.run_interrupted("dispatch-batch", work, count).await.unwrap();
        assert_eq!(app.queues.drain(QueueName::Dispatch), [check], "before call {place}");
    }
}

#[tokio::test]
async fn a_removed_row_is_never_sent_and_its_double_takes_its_place() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo"), officer_form("BO"), officer_form("bo"), officer_form("kim")]).await;
    let remove = async |number: u32| {
        let path = format!("/api/batches/{id}/rows/{number}");
        ada.send("DELETE", &path, &[], axum::body::Body::empty()).await.status.as_u16()
    };
    assert_eq!((remove(1).await, remove(1).await, remove(9).await), (204, 204, 404));
    assert_eq!(row(&ada, &id, 2).await["state"], "READY");
    assert_eq!(row(&ada, &id, 3).await["duplicate"]["row"], 2);
    assert_eq!(remove(4).await, 204);
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
    assert_eq!(batch(&ada, &id).await["counts"]["removed"], 2);
}

#[tokio::test]
async fn many_rows_are_taken_out_at_once_and_their_doubles_take_their_places() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let named = |name: &str, username: &str| Form { username: username.to_owned(), ..vendor_form(name) };
    // Row 1 has doubles by address and by name, of which one stays; rows 6 and 7 are doubles that go with their first.
    let mut forms = vec![named("bo", "vera"), named("bo", "victor"), named("kim", "vera"), named("kim", "vicky")];
    forms.extend([officer_form("eve"), officer_form("max"), officer_form("max"), officer_form("max")]);
    forms.extend((0..40).map(|n| officer_form(&format!("crowd{n}"))));
    forms.push(Form { organisation: String::new(), ..officer_form("faulty") });
    let id = paste(&ada, &forms).await;
    let path = format!("/api/batches/{id}/rows/remove");
    let remove = async |numbers: &[u32]| ada.json("POST", &path, &[], json!({"numbers": numbers})).await;
    let numbers: Vec<u32> = [1, 5, 6, 7].into_iter().chain(9..=48).collect();
    let removed = remove(&numbers).await.expect(200).body;
    assert_eq!((&removed["changed"], &removed["counts"]["removed"]), (&json!(44), &json!(44)));
    assert_eq!(removed["counts"], batch(&ada, &id).await["counts"]);
    let state = async |number: u32| {
        let row = row(&ada, &id, number).await;
        row["duplicate"]["row"].as_u64().map_or(row["state"].clone(), |first| json!(first))
    };
    assert_eq!((state(2).await, state(3).await, state(4).await), (json!("READY"), json!("READY"), json!(3)));
    assert_eq!((state(1).await, state(7).await, state(8).await), (Value::Null, Value::Null, json!("READY")));
    assert_eq!(remove(&numbers).await.expect(200).body["changed"], 0, "again is once");
    assert_eq!(remove(&[49, 400]).await.expect(200).body["changed"], 1, "there is no row 400");
    assert_eq!(remove(&[]).await.faults(), ["/numbers: numbers.number"]);
    assert_eq!(remove(&(1..=501).collect::<Vec<_>>()).await.faults(), ["/numbers: numbers.number"]);
    // A row that takes the place of a person who is invited already is a duplicate too.
    let ann = officer_form("ann");
    let invitation = json!({"kind": "email", "email": ann.email, "seed": ann.seed, "reason": ann.reason});
    ada.post("/api/invites", invitation).await.expect(202);
    let id = paste(&ada, &[officer_form("ann"), officer_form("ann")]).await;
    let path = format!("/api/batches/{id}/rows/1");
    ada.send("DELETE", &path, &[], axum::body::Body::empty()).await.expect(204);
    assert_eq!(row(&ada, &id, 2).await["duplicate"]["code"], "duplicate.invited");
}

#[tokio::test]
async fn however_many_doubles_a_row_has_one_of_them_takes_its_place_and_the_others_follow() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let forms: Vec<Form> = (0..120)
        .map(|_| officer_form("bo"))
        .chain((0..60).flat_map(|n| vec![officer_form(&format!("p{n}")); 3]))
        .collect();
    let id = paste(&ada, &forms).await;
    let firsts: Vec<u32> = std::iter::once(1).chain((0..60).map(|n| 121 + 3 * n)).collect();
    let path = format!("/api/batches/{id}/rows/remove");
    let removed = ada.json("POST", &path, &[], json!({"numbers": firsts})).await.expect(200).body;
    let counts = &removed["counts"];
    assert_eq!((&counts["removed"], &counts["ready"], &counts["duplicate"]), (&json!(61), &json!(61), &json!(178)));
    for (double, first) in [(120, 2), (123, 122), (300, 299)] {
        assert_eq!(row(&ada, &id, double).await["duplicate"]["row"], first);
    }
}

#[tokio::test]
async fn whoever_becomes_ready_meets_everybody_who_stands() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let named = |name: &str, username: &str| Form { username: username.to_owned(), ..vendor_form(name) };
    let shown = async |id: &str| {
        let rows = ada.get(&format!("/api/batches/{id}/rows")).await.expect(200).body;
        let shown = |row: &Value| row["duplicate"]["row"].as_u64().map_or(row["state"].clone(), |first| json!(first));
        rows["items"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>()
    };
    // Row 3 follows row 1 by its address, and shares its name with row 2, which stands.
    let id = paste(&ada, &[named("bo", "vera"), named("kim", "victor"), named("bo", "victor")]).await;
    ada.send("DELETE", &format!("/api/batches/{id}/rows/1"), &[], axum::body::Body::empty()).await.expect(204);
    assert_eq!(shown(&id).await, [json!("READY"), json!(2)]);
    // Row 3 follows row 2, which follows row 1: neither keeps row 1 from standing.
    let id = paste(&ada, &[named("bo", "vera"), named("bo", "victor"), named("kim", "victor")]).await;
    edit(&ada, &id, 1, json!({"username": "victor"})).await.expect(200);
    assert_eq!(shown(&id).await[0], "READY");
    // A row that is fixed together with others is searched for as well.
    let faulty = |name: &str| Form { organisation: String::new(), ..officer_form(name) };
    let id = paste(&ada, &[faulty("eve"), faulty("eve"), faulty("max")]).await;
    edit(&ada, &id, 2, json!({"email": officer_form("max").email})).await.expect(200);
    let change = json!({"rows": {"show": "errors"}, "set": {"organisation": "Example Agency"}});
    ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], change).await.expect(200);
    assert_eq!(shown(&id).await, [json!("READY"), json!("READY"), json!(2)]);
}

#[tokio::test]
async fn a_page_of_rows_ends_before_an_answer_is_too_large() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let text = || "ß".repeat(900);
    let long = |n: usize| Form {
        first_name: text(),
        last_name: text(),
        organisation: text(),
        department: text(),
        reason: text(),
        ..officer_form(&format!("long{n}"))
    };
    let forms: Vec<Form> = (0..501).map(long).collect();
    let mut id = String::new();
    for some in forms.chunks(20) {
        if id.is_empty() {
            id = paste(&ada, some).await;
        } else {
            let key = format!("key-{}", some[0].email);
            let path = format!("/api/batches/{id}/rows");
            ada.json("POST", &path, &[("idempotency-key", &key)], json!({"rows": some})).await.expect(201);
        }
    }
    let (mut cursor, mut numbers, mut pages, mut largest) = (String::new(), Vec::new(), Vec::new(), 0);
    loop {
        let page = ada.get(&format!("/api/batches/{id}/rows?limit=500{cursor}")).await.expect(200);
        largest = largest.max(page.bytes.len());
        let items = page.body["items"].as_array().unwrap();
        numbers.extend(items.iter().map(|row| row["number"].as_u64().unwrap()));
        pages.push(items.len());
        let Some(next) = page.body["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(numbers, (1..=501).collect::<Vec<u64>>());
    assert!(pages[0] < 500 && largest < 4 * 1024 * 1024, "{pages:?}, {largest} bytes");
    assert_eq!(ada.get(&format!("/api/batches/{id}/rows?limit=501")).await.problem(), "bad-request");
}

#[tokio::test]
async fn a_removed_row_comes_back_when_it_is_changed() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo"), officer_form("kim"), officer_form("kim")]).await;
    let remove = async |number: u32| {
        let path = format!("/api/batches/{id}/rows/{number}");
        ada.send("DELETE", &path, &[], axum::body::Body::empty()).await.expect(204);
    };
    let restore = async |number: u32| {
        let removed = ada.get(&format!("/api/batches/{id}/rows?show=removed")).await.expect(200).body;
        let etag = removed["items"][0]["etag"].as_str().unwrap().to_owned();
        let path = format!("/api/batches/{id}/rows/{number}");
        ada.json("PATCH", &path, &[("if-match", &etag)], json!({})).await.expect(200).body["row"]["state"].clone()
    };
    remove(1).await;
    assert_eq!(restore(1).await, "READY");
    // The double of a removed row has taken its place.
    remove(2).await;
    assert_eq!(restore(2).await, "DUPLICATE");
    assert_eq!(batch(&ada, &id).await["counts"]["removed"], 0);
    // Fixing the row that has a double leaves both as they are.
    edit(&ada, &id, 3, json!({"reason": "Another"})).await.expect(200);
    assert_eq!(
        (row(&ada, &id, 3).await["state"].as_str(), row(&ada, &id, 2).await["duplicate"]["row"].as_u64()),
        (Some("READY"), Some(3))
    );
}

#[tokio::test]
async fn who_has_an_account_is_said_before_anything_is_sent() {
    let app = App::start().await;
    let ada = app.officer("ada");
    app.directory.add_foreign_account("old-bo", &email("bo@sample-board.gov.sg"));
    let first = async |name: &str| {
        let id = paste(&ada, &[officer_form(name)]).await;
        row(&ada, &id, 1).await
    };
    assert_eq!(first("bo").await["state"], "READY", "the directory is listed once a day");
    app.clock.advance(DAY);
    app.sweep().await;
    let bo = first("BO").await;
    assert_eq!((&bo["state"], &bo["duplicate"]["code"]), (&json!("DUPLICATE"), &json!("duplicate.account")));
    assert_eq!(first("kim").await["state"], "READY");
    let id = paste(&ada, &[officer_form("kim")]).await;
    let taken = officer_form("bo").email;
    edit(&ada, &id, 1, json!({"email": taken})).await.expect(200);
    assert_eq!(row(&ada, &id, 1).await["duplicate"]["code"], "duplicate.account", "nor does a change pass it");
    app.clock.advance(DAY * 2);
    assert_eq!(first("bo").await["state"], "READY", "what was not listed again is not believed for ever");
}

#[tokio::test]
async fn a_username_is_one_persons_in_a_list_however_it_gets_there() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let named = |name: &str, username: &str| Form { username: username.to_owned(), ..vendor_form(name) };
    let id = paste(&ada, &[named("bo", "vera"), named("kim", "VERA"), named("bo", "victor")]).await;
    let double_of = async |number: u32| row(&ada, &id, number).await["duplicate"]["row"].as_u64();
    assert_eq!((double_of(2).await, double_of(3).await), (Some(1), Some(1)), "by name, and by address");
    // Who bears neither the name nor the address any more lets both go; who still bears one keeps that double.
    edit(&ada, &id, 1, json!({"username": "valentin"})).await.expect(200);
    assert_eq!((double_of(2).await, double_of(3).await), (None, Some(1)));
    edit(&ada, &id, 1, json!({"email": vendor_form("eve").email})).await.expect(200);
    assert_eq!(double_of(3).await, None);
    edit(&ada, &id, 3, json!({"username": "Valentin"})).await.expect(200);
    assert_eq!(double_of(3).await, Some(1), "a change meets names as well");
    let path = format!("/api/batches/{id}/rows");
    let more = json!({"rows": [named("max", "vera"), named("sue", "vicky")]});
    ada.json("POST", &path, &[("idempotency-key", "key-1")], more).await.expect(201);
    assert_eq!((double_of(4).await, double_of(5).await), (Some(2), None));
}

#[tokio::test]
async fn rows_are_added_to_a_list_once_and_meet_those_before_them() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo"), officer_form("kim")]).await;
    let path = format!("/api/batches/{id}/rows");
    ada.send("DELETE", &format!("{path}/2"), &[], axum::body::Body::empty()).await.expect(204);
    let add = async |key: &str, forms: &[Form]| {
        ada.json("POST", &path, &[("idempotency-key", key)], json!({"rows": forms})).await
    };
    let more = [officer_form("BO"), officer_form("kim"), Form::default()];
    let added = add("key-1", &more).await.expect(201).body;
    assert_eq!(added["numbers"], json!([3, 4, 5]));
    assert_eq!(add("key-1", &more).await.expect(201).body, added, "again is once");
    assert_eq!(row(&ada, &id, 3).await["duplicate"]["row"], 1);
    assert_eq!(row(&ada, &id, 4).await["state"], "READY", "the one before was taken out");
    assert_eq!(row(&ada, &id, 5).await["state"], "NEEDS_FIXING", "to be filled in");
    assert_eq!(added["counts"], batch(&ada, &id).await["counts"]);
    assert_eq!(add("key-2", &[]).await.faults(), ["/rows: rows.empty"]);
    let crowd: Vec<Form> = (0..99).map(|n| officer_form(&format!("crowd{n}"))).collect();
    assert_eq!(add("key-3", &crowd).await.faults(), ["/rows: rows.too-many"]);
    assert_eq!(add("key-1", &crowd[..1]).await.problem(), "idempotency-key-reused");
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    assert_eq!(add("key-4", &crowd[..1]).await.problem(), "state-conflict");
    app.drain().await;
    assert_eq!(app.directory.made().len(), 2);
    assert_eq!(
        add("key-5", &crowd[..98]).await.expect(201).body["counts"]["ready"],
        98,
        "a list that is through goes on"
    );
    let bo = app.officer("bo");
    let theirs = bo.post(&path, json!({"rows": [officer_form("eve")]})).await;
    assert_eq!(theirs.problem(), "not-found");
}

#[tokio::test]
async fn a_list_has_an_end() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    let stored = app.store.get::<Batch>(&domain::BatchId::parse(&id).unwrap()).await.unwrap().unwrap();
    // As if it had been pasted with as many.
    let counts = Counts { total: 9_999, needs_fixing: 9_998, ..stored.counts };
    let mut full = stored.to_value();
    full.counts = counts;
    assert!(app.store.write(stored.becomes(full)).await.unwrap().is_done());
    let add = async |count: usize| {
        ada.post(&format!("/api/batches/{id}/rows"), json!({"rows": vec![Form::default(); count]})).await
    };
    assert_eq!(add(2).await.faults(), ["/rows: rows.too-many"]);
    assert_eq!(add(1).await.expect(201).body["numbers"], json!([10_000]));
    assert_eq!(add(1).await.faults(), ["/rows: rows.too-many"]);
}

#[tokio::test]
async fn what_is_used_otherwise_than_typed_is_told() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let form =
        Form { first_name: "Bo\u{a0} Li".to_owned(), contact_number: "6591234567".to_owned(), ..officer_form("bo") };
    let id = paste(&ada, &[form, officer_form("kim")]).await;
    assert_eq!(
        row(&ada, &id, 1).await["repairs"],
        json!([{"field": "firstName", "value": "Bo Li"}, {"field": "contactNumber", "value": "+6591234567"}])
    );
    assert_eq!(row(&ada, &id, 2).await.get("repairs"), None);
}

#[tokio::test]
async fn a_workbook_with_other_titles_is_read_once_the_officer_says_what_they_mean() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let bytes = include_bytes!("../../../shared/sheet/tests/files/other-titles.xlsx");
    let read = async |new: Value| {
        let id = ada.post("/api/batches", new).await.expect(201).body["batchId"].as_str().unwrap().to_owned();
        let event = app.upload(&format!("uploads/{id}"), bytes.to_vec());
        let _ = app.parse(event).await;
        batch(&ada, &id).await
    };
    let asked = read(json!({"fileName": "joiners.xlsx"})).await;
    assert_eq!((&asked["state"], &asked["fault"]["code"]), (&json!("UNREADABLE"), &json!("FILE_HEADER_MISSING")));
    assert_eq!(asked["titles"][0], json!({"title": "Work contact", "column": 2}));
    let mut columns = asked["titles"].clone();
    let fields = ["email", "firstName", "lastName", "contactNumber", "organisation", "reason"];
    for (column, field) in columns.as_array_mut().unwrap().iter_mut().zip(fields) {
        column["field"] = json!(field);
    }
    let found = read(json!({"fileName": "joiners.xlsx", "columns": columns})).await;
    assert_eq!((&found["state"], &found["counts"]["ready"]), (&json!("DRAFT"), &json!(2)));
    let twice = json!({"columns": [{"title": "A", "column": 1, "field": "email"}, {"title": "B", "column": 2,
        "field": "email"}]});
    assert_eq!(ada.post("/api/batches", twice).await.faults(), ["/columns/1: columns.twice"]);
    let rows = json!({"rows": [officer_form("bo")], "columns": [{"title": "A", "column": 1}]});
    assert_eq!(ada.post("/api/batches", rows).await.faults(), ["/columns: columns.not-for-rows"]);
}

#[tokio::test]
async fn many_rows_are_mended_at_once() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let mut forms: Vec<Form> = (0..250).map(|n| officer_form(&format!("bo{n}"))).collect();
    for form in &mut forms[50..] {
        form.organisation.clear();
    }
    let id = paste(&ada, &forms).await;
    assert_eq!(batch(&ada, &id).await["counts"]["needsFixing"], 200);
    let body = json!({"rows": {"show": "errors", "code": "required"}, "set": {"organisation": "Sample Board"}});
    let changed = ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], body).await.expect(200).body;
    assert_eq!((&changed["changed"], &changed["counts"]["ready"]), (&json!(200), &json!(250)));
}

#[tokio::test]
async fn a_row_whose_invite_failed_is_mended_and_submitted_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    app.directory.add_foreign_account("eve", &tests::people::email("someone@sample-board.gov.sg"));
    let id = paste(&ada, &[vendor_form("eve")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    let failed = row(&ada, &id, 1).await;
    assert_eq!(failed["invite"]["failure"]["code"], "username.taken");
    let file = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);
    let sheet = sheet::read(&file.bytes, &sheet::Limits::default()).unwrap();
    assert_eq!(sheet.rows.len(), 1, "the failed rows can be uploaded again");
    edit(&ada, &id, 1, json!({"username": "eve.tan"})).await.expect(200);
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
    let file = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);
    assert!(sheet::read(&file.bytes, &sheet::Limits::default()).is_err(), "nothing failed is left");
}

#[tokio::test]
async fn another_officers_batch_is_not_found() {
    let app = App::start().await;
    let id = paste(&app.officer("ada"), &[officer_form("bo")]).await;
    let eve = app.officer("eve");
    for (method, path) in [
        ("GET", format!("/api/batches/{id}")),
        ("GET", format!("/api/batches/{id}/rows")),
        ("DELETE", format!("/api/batches/{id}")),
        ("DELETE", format!("/api/batches/{id}/rows/1")),
        ("GET", format!("/api/batches/{id}/results.xlsx")),
    ] {
        let answer = eve.send(method, &path, &[], axum::body::Body::empty()).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (404, "not-found".to_owned()), "{method} {path}");
    }
    assert_eq!(submit(&eve, &id, json!({})).await.problem(), "not-found");
    assert_eq!(eve.get("/api/batches").await.body["items"], json!([]));
}

#[tokio::test]
async fn a_doubled_request_makes_one_batch_and_a_doubled_message_one_invite_each() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let body = json!({"rows": [officer_form("bo"), officer_form("kim")]});
    let first = ada.json("POST", "/api/batches", &[("idempotency-key", "k")], body.clone()).await.expect(201);
    let second = ada.json("POST", "/api/batches", &[("idempotency-key", "k")], body).await.expect(201);
    assert_eq!(first.bytes, second.bytes);
    let other =
        ada.json("POST", "/api/batches", &[("idempotency-key", "k")], json!({"rows": [officer_form("bo")]})).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    assert_eq!(ada.get("/api/batches").await.body["items"].as_array().unwrap().len(), 1);
    let id = first.body["batchId"].as_str().unwrap();
    submit(&ada, id, json!({})).await.expect(202);
    let wake = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    let deliver = || app.deliver(queue::QueueName::Dispatch, wake);
    let _ = tokio::join!(deliver(), deliver(), deliver());
    for message in app.queues.drain(queue::QueueName::Provision) {
        let deliver = || app.deliver(queue::QueueName::Provision, message);
        let _ = tokio::join!(deliver(), deliver());
    }
    app.drain().await;
    assert_eq!(app.directory.made().len(), 2);
    assert_eq!(batch(&ada, id).await["counts"]["sent"], 2);
    assert_eq!(app.outbox.sent().len(), 3, "two people and one report");
}

#[tokio::test]
async fn an_upload_form_names_one_key_and_a_range_of_sizes() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/batches", json!({"fileName": "new joiners.xlsx"})).await.expect(201).body;
    let fields = &made["upload"]["fields"];
    assert_eq!(fields["key"], format!("uploads/{}", made["batchId"].as_str().unwrap()));
    assert!(fields["policy"].is_string() && fields["x-amz-signature"].as_str().unwrap().len() == 64);
    let waiting = batch(&app.officer("ada"), made["batchId"].as_str().unwrap()).await;
    assert_eq!((&waiting["state"], &waiting["fileName"]), (&json!("AWAITING_UPLOAD"), &json!("new joiners.xlsx")));
}

#[tokio::test]
async fn the_sweeper_takes_over_a_batch_that_nobody_looks_after() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    let dispatch = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    app.deliver(queue::QueueName::Dispatch, dispatch).await;
    assert_eq!(batch(&ada, &id).await["state"], "DISPATCHED");
    assert_eq!(app.queues.drain(queue::QueueName::Dispatch).len(), 1, "the next look, now lost");
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DISPATCHED");
    app.clock.advance(std::time::Duration::from_secs(121));
    app.sweep().await;
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DONE");
}

#[tokio::test]
async fn doubled_looks_do_not_multiply() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    let dispatch = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    for _ in 0..5 {
        app.clock.advance(std::time::Duration::from_millis(10));
        app.deliver(queue::QueueName::Dispatch, dispatch).await;
    }
    assert_eq!(app.queues.drain(queue::QueueName::Dispatch).len(), 1);
}
