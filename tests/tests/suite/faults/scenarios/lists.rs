//! What officers and agencies' systems do with lists of people.

use domain::{BatchId, batch::Batch, fields::Form};
use serde_json::{Value, json};
use testing::people::{officer_form, vendor_form, workbook};

use super::{
    super::{
        canaries::{REASON, telling},
        world::World,
    },
    steps::{accept, change_row, hand_on, insist},
};

/// A pasted list: one row is fixed, one removed, and the rest submitted.
pub(super) async fn list(world: &World) {
    let faulty = Form { contact_number: "12".to_owned(), ..telling(officer_form("ignatius")) };
    let rows =
        [telling(vendor_form("yolandra")), telling(officer_form("thaddeus")), faulty, telling(vendor_form("bartleby"))];
    let made =
        world.ask("manage-batches", &world.ada(), "POST", "/api/batches", json!({"rows": rows})).await.expect(201);
    let batch = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    change_row(world, &batch, 3, "PATCH", json!({"contactNumber": "81234567"})).await;
    change_row(world, &batch, 4, "DELETE", Value::Null).await;
    hand_on(world, &batch, json!({})).await;
    world.settle().await;
    let looked = world.ask("manage-batches", &world.ada(), "GET", &batch, Value::Null).await.expect(200);
    assert_eq!(looked.body["state"], "DONE", "{}", looked.body);
}

/// A workbook through the portal, with one row that is not submitted.
pub(super) async fn upload(world: &World) {
    let file = json!({"fileName": "zorkmund.xlsx"});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", file).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap();
    let key = Batch::upload_key(BatchId::parse(id).unwrap());
    world.upload(
        &key,
        workbook(&[
            telling(vendor_form("yolandra")),
            Form { email: String::new(), ..telling(officer_form("thaddeus")) },
        ]),
    );
    world.settle().await;
    hand_on(world, &format!("/api/batches/{id}"), json!({"only": "ready"})).await;
    world.settle().await;
}

/// A file with a column that nobody claims: its officer answers, and submits what is read then.
pub(super) async fn questions(world: &World) {
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", json!({})).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap();
    let Form { email, username, first_name, last_name, contact_number, organisation, reason, .. } =
        telling(vendor_form("yolandra"));
    let person = [email, username, first_name, last_name, contact_number, organisation, reason].join("\",\"");
    let list = format!("Email,Username,First Name,Last Name,HP,Agency,Sits at\n\"{person}\"\n");
    world.upload(&Batch::upload_key(BatchId::parse(id).unwrap()), list.into_bytes());
    world.settle().await;
    let batch = format!("/api/batches/{id}");
    let answers = json!({"columns": [{"title": "Sits at", "column": 7, "field": "reason"}]});
    for _ in 0..3 {
        // An officer whose answers are refused sees that they were taken before.
        let answered =
            world.ask("manage-batches", &world.ada(), "POST", &format!("{batch}/answers"), answers.clone()).await;
        match answered.status.as_u16() {
            202 | 409 => break,
            _ => world.settle().await,
        }
    }
    world.settle().await;
    hand_on(world, &batch, json!({})).await;
    world.settle().await;
}

/// A pasted list of addresses, whose invitees are mailed; one of them accepts.
pub(super) async fn addresses(world: &World) {
    let rows: Vec<Value> = ["thaddeus", "ignatius"]
        .map(|name| {
            let email = format!("{name}@sample-board.gov.sg");
            json!({"email": email, "reason": REASON, "seed": "Yes"})
        })
        .into();
    let list = json!({"kind": "email", "rows": rows});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", list).await.expect(201);
    hand_on(world, &format!("/api/batches/{}", made.body["batchId"].as_str().unwrap()), json!({})).await;
    world.settle().await;
    accept(world, "thaddeus@sample-board.gov.sg").await;
    world.settle().await;
}

/// A workbook that an agency's system puts into the bucket.
pub(super) async fn drop_workbook(world: &World) {
    let bytes = workbook(&[telling(vendor_form("yolandra")), telling(officer_form("thaddeus"))]);
    world.upload("drops/officer-ada/zorkmund.xlsx", bytes);
    world.settle().await;
}

/// A file that is no workbook.
pub(super) async fn no_workbook(world: &World) {
    world.upload("drops/officer-ada/zorkmund.xlsx", b"%PDF-1.7".to_vec());
    world.settle().await;
}

/// A pasted list: one row is added, the others are fixed together, some are removed, and in the end the list is reset.
pub(super) async fn reset(world: &World) {
    let faulty = |name| Form { organisation: String::new(), ..telling(officer_form(name)) };
    let rows = json!({"rows": [faulty("thaddeus"), faulty("ignatius"), telling(vendor_form("yolandra"))]});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", rows).await.expect(201);
    let batch = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    let more = json!({"rows": [telling(officer_form("bartleby"))]});
    insist(world, "POST", &format!("{batch}/rows"), more).await;
    let change = json!({"rows": {"show": "errors"}, "set": {"organisation": "Quibblemark Board"}});
    insist(world, "PATCH", &format!("{batch}/rows"), change).await;
    let shown = world.ask("manage-batches", &world.ada(), "GET", &batch, Value::Null).await.expect(200);
    assert_eq!(shown.body["counts"]["ready"], 4, "{}", shown.body);
    insist(world, "POST", &format!("{batch}/rows/remove"), json!({"numbers": [1, 4]})).await;
    let shown = world.ask("manage-batches", &world.ada(), "GET", &batch, Value::Null).await.expect(200);
    let counts = &shown.body["counts"];
    assert_eq!((&counts["ready"], &counts["removed"]), (&json!(2), &json!(2)), "{counts}");
    insist(world, "DELETE", &batch, Value::Null).await;
    world.settle().await;
}
