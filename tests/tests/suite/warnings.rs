//! What is not wrong with a row and should be looked at: an agency that nobody is of, and a person who has an account
//! under another address.

use serde_json::{Value, json};
use testing::people::{email, officer_form, vendor_form, workbook};
use tests::app::App;

const MAIL: &str = "ada@example-agency.gov.sg";

/// An app whose directory was listed: it has accounts of one agency, and of Bo.
async fn listed() -> App {
    let app = App::start().await;
    app.directory.add_foreign_account("cy", &email("cy@agency.gov.sg"));
    let mut bo = serde_json::to_value(officer_form("bo")).unwrap();
    bo["kind"] = json!("account");
    app.officer("eve").post("/api/invites", bo).await.expect(202);
    app.drain().await;
    app.pass_days(1).await;
    app
}

async fn rows(app: &App, rows: Value) -> (String, Vec<Value>) {
    let made = app.officer("ada").post("/api/batches", json!({"rows": rows})).await.expect(201).body;
    let path = format!("/api/batches/{}/rows", made["batchId"].as_str().unwrap());
    let items = app.officer("ada").get(&path).await.expect(200).body["items"].as_array().unwrap().clone();
    (path, items)
}

fn with(mut form: Value, change: &Value) -> Value {
    for (field, text) in change.as_object().unwrap() {
        form[field] = text.clone();
    }
    form
}

fn officer_row(name: &str, change: &Value) -> Value {
    with(serde_json::to_value(officer_form(name)).unwrap(), change)
}

#[tokio::test]
async fn an_agency_that_nobody_is_of_is_a_warning_with_the_one_that_is_meant() {
    let app = listed().await;
    let (path, shown) = rows(
        &app,
        json!([
            officer_row("kim", &json!({"email": "kim@agancy.gov.sg", "firstName": "Kim"})),
            officer_row("lee", &json!({"email": "lee@agency.gov.sg", "firstName": "Lee"})),
            officer_row("may", &json!({"email": "may@elsewhere.gov.sg", "firstName": "May"})),
            with(serde_json::to_value(vendor_form("eve")).unwrap(), &json!({"firstName": "Eve"})),
        ]),
    )
    .await;
    let warning = &shown[0]["warnings"][0];
    assert_eq!((&warning["code"], &warning["meant"]), (&json!("email.unknown-agency"), &json!("agency.gov.sg")));
    assert_eq!(shown[0]["state"], "READY", "it can be submitted all the same");
    assert_eq!(shown[2]["warnings"][0].get("meant"), None);
    for known in [&shown[1], &shown[3]] {
        assert_eq!(known.get("warnings"), None, "{known}");
    }
    let tag = [("if-match", shown[0]["etag"].as_str().unwrap())];
    let change = json!({"email": "kim@agency.gov.sg"});
    let fixed = app.officer("ada").json("PATCH", &format!("{path}/1"), &tag, change).await.expect(200).body;
    assert_eq!(fixed["row"].get("warnings"), None, "{fixed}");

    let domain = app.officer("ada").get("/api/domains/agancy.gov.sg").await.expect(200).body;
    assert_eq!(domain["warning"]["meant"], "agency.gov.sg");
    let domain = app.officer("ada").get("/api/domains/agency.gov.sg").await.expect(200).body;
    assert_eq!((&domain["persona"], domain.get("warning")), (&json!("officer"), None));
}

#[tokio::test]
async fn before_the_directory_was_listed_nobody_is_warned_of() {
    let app = App::start().await;
    let (_, shown) = rows(&app, json!([officer_row("kim", &json!({"email": "kim@agancy.gov.sg"}))])).await;
    assert_eq!(shown[0].get("warnings"), None);
}

#[tokio::test]
async fn the_same_name_and_number_under_another_address_is_a_warning() {
    let app = listed().await;
    let bo = serde_json::to_value(officer_form("bo")).unwrap();
    let moved = json!({"email": "bo.lim@agency.gov.sg"});
    let turned = json!({"email": "bo.lim2@agency.gov.sg", "firstName": bo["lastName"], "lastName": bo["firstName"]});
    let (_, shown) = rows(
        &app,
        json!([
            with(bo.clone(), &moved),
            with(bo.clone(), &turned),
            with(bo.clone(), &json!({"email": "bo.lim3@agency.gov.sg", "contactNumber": "81112222"})),
            with(bo.clone(), &json!({"email": "bo.lim4@agency.gov.sg", "firstName": "Somebody", "lastName": "Else"})),
            bo,
        ]),
    )
    .await;
    for same in &shown[..2] {
        assert_eq!(same["warnings"][0]["code"], "email.other-address", "{same}");
        assert!(!same["warnings"].to_string().contains("sample-board"), "the other address is not shown");
    }
    for other in &shown[2..] {
        assert_eq!(other.get("warnings"), None, "{other}");
    }
    assert_eq!(shown[4]["state"], "DUPLICATE");
}

#[tokio::test]
async fn a_dropped_list_with_an_agency_that_nobody_is_of_waits_for_its_officer() {
    let app = listed().await;
    app.officer("ada").get("/api/me").await.expect(200);
    let mistyped = |name: &str| domain::fields::Form { email: format!("{name}@agancy.gov.sg"), ..officer_form(name) };
    let forms = [mistyped("kim"), mistyped("lee"), officer_form("may")];
    let forms = forms.map(|form| domain::fields::Form { email: form.email.replace("sample-board", "agency"), ..form });
    let announced = app.upload("drops/officer-ada/list.xlsx", workbook(&forms));
    let read = app.parse(announced).await;
    assert!(matches!(read, boot::Disposition::Done), "{read:?}");
    app.drain().await;
    let listed = app.officer("ada").get("/api/batches").await.expect(200).body;
    let batch = &listed["items"][0];
    assert_eq!(batch["state"], "DRAFT", "{batch}");
    let remarks = batch["notices"].to_string();
    let words =
        "2 users have an address of agancy.gov.sg, where nobody has an account yet. Did you mean agency.gov.sg?";
    assert!(remarks.contains(words), "{remarks}");
    assert!(app.mails_to(MAIL).iter().any(|mail| mail.letter.text.contains(words)), "its officer is told");
    assert_eq!(app.mails_to("may@agency.gov.sg").len(), 0, "nobody is invited yet");
}
