//! Rows: edited, removed, added, and compared with each other.

use domain::{
    batch::{Batch, Counts},
    fields::Form,
};
use serde_json::{Value, json};
use store::ROWS_PER_ADDITION;
use testing::people::{email, officer_form, vendor_form};
use tests::{
    app::App,
    lists::{batch, edit, paste, row},
};

use super::{DAY, submit};

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
    // Row 1 has duplicates by address and by username, of which one stays. Rows 6 and 7 are duplicates that are removed
    // with their first row.
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
    // A row that is freed is a duplicate too if its person was invited since.
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
async fn a_row_that_becomes_ready_is_compared_with_all_others() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let named = |name: &str, username: &str| Form { username: username.to_owned(), ..vendor_form(name) };
    let shown = async |id: &str| {
        let rows = ada.get(&format!("/api/batches/{id}/rows")).await.expect(200).body;
        let shown = |row: &Value| row["duplicate"]["row"].as_u64().map_or(row["state"].clone(), |first| json!(first));
        rows["items"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>()
    };
    // Row 3 depends on row 1 by its address, and has the username of row 2, which depends on no row.
    let id = paste(&ada, &[named("bo", "vera"), named("kim", "victor"), named("bo", "victor")]).await;
    ada.send("DELETE", &format!("/api/batches/{id}/rows/1"), &[], axum::body::Body::empty()).await.expect(204);
    assert_eq!(shown(&id).await, [json!("READY"), json!(2)]);
    // Row 3 depends on row 2, which depends on row 1. Neither of them makes row 1 a duplicate.
    let id = paste(&ada, &[named("bo", "vera"), named("bo", "victor"), named("kim", "victor")]).await;
    edit(&ada, &id, 1, json!({"username": "victor"})).await.expect(200);
    assert_eq!(shown(&id).await[0], "READY");
    // A row that is fixed together with others is compared as well.
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
    // The duplicate of a removed row has taken its place.
    remove(2).await;
    assert_eq!(restore(2).await, "DUPLICATE");
    assert_eq!(batch(&ada, &id).await["counts"]["removed"], 0);
    // An edit of the row that has a duplicate leaves both as they are.
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
    app.timers().await;
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
    // A row with another username and another address has no duplicates any more. With one of the two unchanged, it
    // keeps that duplicate.
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
async fn what_belongs_to_one_person_is_cleared_for_many_and_each_row_is_compared_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let mut forms: Vec<Form> = (0..60).map(|n| officer_form(&format!("joiner{n}"))).collect();
    for (form, text) in forms.iter_mut().zip(["N/A.", "joiner", "x y", "po-1"].into_iter().cycle()) {
        form.username = text.to_owned();
    }
    // Two vendors with one username: one of them is a duplicate until that is cleared.
    forms.extend(["bo", "kim"].map(|name| Form { username: "vera".to_owned(), ..vendor_form(name) }));
    let id = paste(&ada, &forms).await;
    assert_eq!(row(&ada, &id, 62).await["duplicate"]["row"], 61);
    let path = format!("/api/batches/{id}/rows");
    let set = async |rows: Value, set: Value| {
        ada.json("PATCH", &path, &[], json!({"rows": rows, "set": set})).await.expect(200).body
    };
    let cleared = set(json!({}), json!({"username": ""})).await;
    assert_eq!((&cleared["changed"], &cleared["next"]), (&json!(62), &Value::Null));
    let counts = batch(&ada, &id).await["counts"].clone();
    assert_eq!((&cleared["counts"], &counts["ready"], &counts["needsFixing"]), (&counts, &json!(60), &json!(2)));
    assert_eq!(row(&ada, &id, 62).await["duplicate"], Value::Null, "it needs a username of its own now");
    assert_eq!(set(json!({}), json!({"username": ""})).await["changed"], 0, "again is once");

    let same = set(json!({"numbers": [61, 62]}), json!({"username": "vera"})).await;
    assert_eq!((&same["changed"], &same["counts"]["duplicate"]), (&json!(2), &json!(1)));
    assert_eq!(row(&ada, &id, 61).await["duplicate"]["row"], 62, "rows are changed from the last to the first");
    let number = set(json!({"numbers": [7, 8]}), json!({"contactNumber": "6123 4567", "firstName": ""})).await;
    assert_eq!(number["changed"], 2);
    let shown = row(&ada, &id, 8).await;
    assert_eq!((&shown["values"]["contactNumber"], &shown["values"]["firstName"]), (&json!("6123 4567"), &json!("")));
    ada.send("DELETE", &format!("{path}/9"), &[], axum::body::Body::empty()).await.expect(204);
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    assert_eq!(row(&ada, &id, 1).await["state"], "SENT");
    assert_eq!(set(json!({"numbers": [1, 9]}), json!({"username": "vera"})).await["changed"], 0);
    assert_eq!(batch(&ada, &id).await["counts"]["removed"], 1, "what was removed does not come back");
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
    let crowd: Vec<Form> = (0..=ROWS_PER_ADDITION).map(|n| officer_form(&format!("crowd{n}"))).collect();
    assert_eq!(add("key-3", &crowd).await.faults(), ["/rows: rows.too-many"]);
    assert_eq!(add("key-1", &crowd[..1]).await.problem(), "idempotency-key-reused");
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    assert_eq!(add("key-4", &crowd[..1]).await.problem(), "state-conflict");
    app.drain().await;
    assert_eq!(app.directory.made().len(), 2);
    assert_eq!(
        add("key-5", &crowd[..ROWS_PER_ADDITION]).await.expect(201).body["counts"]["ready"],
        ROWS_PER_ADDITION,
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
    // As if the list had been pasted with this many rows.
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
    let address = officer_form("lee").email;
    let copied = Form {
        email: format!("Lee Tan <{address}>;"),
        username: "lee.tan".to_owned(),
        last_name: "-".to_owned(),
        department: "N/A".to_owned(),
        ..officer_form("lee")
    };
    let id = paste(&ada, &[form, officer_form("kim"), copied]).await;
    assert_eq!(
        row(&ada, &id, 1).await["repairs"],
        json!([{"field": "firstName", "value": "Bo Li"}, {"field": "contactNumber", "value": "+6591234567"}])
    );
    assert_eq!(row(&ada, &id, 2).await.get("repairs"), None);
    let third = row(&ada, &id, 3).await;
    let left_out = |field: &str| json!({"field": field, "value": ""});
    let email = json!({"field": "email", "value": address});
    let repairs = json!([email, left_out("username"), left_out("lastName"), left_out("department")]);
    assert_eq!((&third["state"], &third["repairs"]), (&json!("READY"), &repairs));
}

#[tokio::test]
async fn many_rows_are_changed_at_once() {
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
async fn rows_are_changed_that_are_named_and_match_the_filter() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let mut forms = ["bo", "kim", "lee"].map(officer_form);
    forms[1].organisation.clear();
    let id = paste(&ada, &forms).await;
    let set = json!({"organisation": "Sample Board"});
    for (rows, changed) in [
        (json!({"show": "errors", "numbers": [1, 2]}), 1),
        (json!({"code": "required", "numbers": [1, 2]}), 0),
        (json!({"show": "errors", "numbers": [1, 3]}), 0),
        (json!({"numbers": [1, 2, 9]}), 2),
    ] {
        let body = json!({"rows": rows, "set": set});
        let answer = ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], body).await.expect(200);
        assert_eq!(answer.body["changed"], changed, "{rows}");
    }
    let body = json!({"rows": {}, "set": {"email": "x@sample-board.gov.sg"}});
    let refused = ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], body).await;
    assert_eq!(refused.faults(), ["/set/email: unknown-field"], "no two people share an address");
}
