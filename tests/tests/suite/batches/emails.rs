//! A list of addresses becomes email invitations: each invitee is mailed, and gives their details when accepting.

use boot::Disposition;
use serde_json::{Value, json};
use testing::people;
use tests::{
    app::App,
    lists::{batch, edit, row},
    person::{Answer, Person},
};

use super::{DAY, questions::read_announced, submit};

/// Pastes addresses of officers, with one reason and one answer about SEED.
async fn paste_addresses(officer: &Person<'_>, names: &[&str]) -> Answer {
    let row =
        |name: &&str| json!({"email": format!("{name}@example-agency.gov.sg"), "seed": "Yes", "reason": "New joiner"});
    let rows: Vec<Value> = names.iter().map(row).collect();
    officer.post("/api/batches", json!({"kind": "email", "rows": rows})).await
}

fn id_of(made: &Answer) -> String {
    made.body["batchId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_pasted_address_becomes_an_email_invitation() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let names: Vec<String> = (1..=51).map(|number| format!("joiner-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let id = id_of(&paste_addresses(&ada, &names).await.expect(201));
    let draft = batch(&ada, &id).await;
    assert_eq!((&draft["kind"], &draft["counts"]["ready"]), (&json!("email"), &json!(51)), "{draft}");

    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert!(app.directory.made().is_empty(), "nobody has accepted");
    let sent = batch(&ada, &id).await;
    assert_eq!((&sent["state"], &sent["progress"]), (&json!("DONE"), &json!({"INVITED": 51})), "{sent}");
    for name in &names {
        let mails = app.mails_to(&format!("{name}@example-agency.gov.sg"));
        assert_eq!(mails.len(), 1, "{name} has one mail");
    }
    let [report] = &app.mails_to("ada@example-agency.gov.sg")[..] else { panic!("one report") };
    assert!(report.letter.text.contains("- Invitations mailed: 51\n"), "{}", report.letter.text);
    let listed = ada.get(&format!("/api/invites?batch={id}&limit=1")).await.expect(200).body;
    assert_eq!(listed["total"], 51);
    let invite = &listed["items"][0];
    assert_eq!((&invite["kind"], &invite["techpass"]["state"]), (&json!("email"), &json!("INVITED")), "{invite}");
}

#[tokio::test]
async fn an_invitee_of_a_list_accepts_like_any_other() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = id_of(&paste_addresses(&ada, &["bo"]).await.expect(201));
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    let token = app.token_of("bo@example-agency.gov.sg");
    let details = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
        "contactNumber": "91234567", "organisation": "Example Agency"});
    app.accept("bo@example-agency.gov.sg", details).await.expect(202);
    app.drain().await;
    let made = app.directory.made();
    assert_eq!(made.len(), 1);
    let sent = row(&ada, &id, 1).await;
    assert_eq!(sent["invite"]["state"], "ACCOUNT_CREATED", "{sent}");
}

#[tokio::test]
async fn a_vendor_is_a_row_to_fix_and_a_detail_of_the_invitee_is_refused() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let rows = json!([{"email": "vic@vendor.example.com", "reason": "New joiner"}, {"email": "bo", "reason": ""}]);
    let id = id_of(&ada.post("/api/batches", json!({"kind": "email", "rows": rows})).await.expect(201));
    let codes = |row: &Value| -> Vec<String> {
        let errors = row["errors"].as_array().unwrap();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&row(&ada, &id, 1).await), ["email.not-officer"]);
    assert_eq!(codes(&row(&ada, &id, 2).await), ["email.syntax", "required"]);

    let named = json!({"kind": "email", "rows": [{"email": "bo@example-agency.gov.sg", "firstName": "Bo"}]});
    let refused = ada.post("/api/batches", named).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (400, vec!["/rows/0/firstName: unknown-field".to_owned()]));
    let added = json!({"rows": [{"email": "kim@example-agency.gov.sg", "username": "kim"}]});
    let refused = ada.post(&format!("/api/batches/{id}/rows"), added).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (400, vec!["/rows/0/username: unknown-field".to_owned()]));
    let edited = edit(&ada, &id, 1, json!({"contactNumber": "91234567"})).await;
    assert_eq!((edited.status.as_u16(), edited.faults()), (400, vec!["/contactNumber: unknown-field".to_owned()]));
    let many = json!({"rows": {"show": "all"}, "set": {"organisation": "Example Agency"}});
    let refused = ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], many).await;
    assert_eq!(refused.faults(), ["/set/organisation: unknown-field"]);
    let edited = edit(&ada, &id, 1, json!({"email": "vic@example-agency.gov.sg"})).await.expect(200);
    assert_eq!(edited.body["row"]["state"], "READY");
}

#[tokio::test]
async fn a_workbook_of_addresses_is_asked_about_and_read_with_the_answer() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let made = ada.post("/api/batches", json!({"fileName": "joiners.csv"})).await.expect(201);
    let id = id_of(&made);
    let list = "Email\nbo@example-agency.gov.sg\nkim@example-agency.gov.sg\n";
    let event = app.upload(&format!("uploads/{id}"), list.into());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    let asked = batch(&ada, &id).await;
    assert_eq!(asked["questions"]["kinds"], json!(["email", "account"]), "{asked}");
    assert_eq!(asked["questions"]["reasons"][0]["code"], "FILE_CONTACT_NUMBERS_MISSING");

    let answers = format!("/api/batches/{id}/answers");
    let foreign = json!({"kind": "email", "values": {"organisation": "Example Agency"}});
    let refused = ada.json("POST", &answers, &[], foreign).await;
    assert_eq!(refused.faults(), ["/values/organisation: unknown-field"]);
    let said = json!({"kind": "email", "values": {"reason": "New joiner", "seed": "No"}});
    ada.json("POST", &answers, &[], said).await.expect(202);
    assert_eq!(read_announced(&app).await, 1);
    let read = batch(&ada, &id).await;
    assert_eq!((&read["kind"], &read["counts"]["ready"]), (&json!("email"), &json!(2)), "{read}");
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to("kim@example-agency.gov.sg").len(), 1);
}

#[tokio::test]
async fn a_file_that_is_uploaded_for_email_invitations_is_not_asked_about_numbers() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = id_of(&ada.post("/api/batches", json!({"fileName": "joiners.csv", "kind": "email"})).await.expect(201));
    let list = "Name,Email,Reason,SEED\nBo Lim,bo@example-agency.gov.sg,New joiner,No\n";
    let event = app.upload(&format!("uploads/{id}"), list.into());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    let read = batch(&ada, &id).await;
    assert_eq!((&read["state"], &read["kind"]), (&json!("DRAFT"), &json!("email")), "{read}");
    let notice = "These columns were left out, because the invitees give this themselves: First Name.";
    assert_eq!(read["notices"], json!([notice]));
    let read = row(&ada, &id, 1).await;
    assert_eq!((&read["state"], &read["values"]["firstName"]), (&json!("READY"), &json!("")), "{read}");
}

#[tokio::test]
async fn what_failed_of_a_list_of_addresses_is_downloaded_fixed_and_uploaded_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = id_of(&paste_addresses(&ada, &["bo", "kim"]).await.expect(201));
    submit(&ada, &id, json!({})).await.expect(202);
    // Another system makes an account before the invitations are sent.
    app.directory.add_foreign_account("kim", &people::email("kim@example-agency.gov.sg"));
    app.drain().await;
    let failed = row(&ada, &id, 2).await;
    assert_eq!(failed["invite"]["failure"]["code"], "account.exists", "{failed}");
    let whole = ada.get(&format!("/api/batches/{id}/results.xlsx")).await.expect(200);
    let left = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);

    for (file, rows) in [(whole, 2), (left, 1)] {
        let body = json!({"fileName": "failed.xlsx", "kind": "email"});
        let again = id_of(&ada.post("/api/batches", body).await.expect(201));
        let event = app.upload(&format!("uploads/{again}"), file.bytes.to_vec());
        assert!(matches!(app.parse(event).await, Disposition::Done));
        let read = batch(&ada, &again).await;
        assert_eq!((&read["state"], &read["counts"]["total"]), (&json!("DRAFT"), &json!(rows)), "{read}");
        assert_eq!(read["counts"]["ready"], 1, "who is invited is not invited twice: {read}");
    }

    let listed = ada.get(&format!("/api/invites?batch={id}&techpass=invited")).await.expect(200).body;
    let invite = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let resend = async || ada.post(&format!("/api/invites/{invite}/resend"), json!({})).await;
    assert_eq!(resend().await.problem(), "too-many-requests", "mailed today");
    app.clock.advance(DAY);
    resend().await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to("bo@example-agency.gov.sg").len(), 2);
}

#[tokio::test]
async fn a_csv_file_in_the_bucket_becomes_accounts_without_the_portal() {
    let app = App::start().await;
    app.directory.add_officer(people::officer("ada"));
    let list = "Email,Username,First Name,Last Name,Country Code,Contact Number,Organisation,Department,\
        Onboarding to SEED required?,Reason\n\
        bo@example-agency.gov.sg,,Bo,Lim,65,91234567,Example Agency,,No,New joiner\n";
    let event = app.upload("drops/officer-ada/from hr/joiners.csv", list.into());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    app.drain().await;
    let made = app.directory.made();
    assert_eq!(made.len(), 1);
    assert_eq!(app.mails_to("bo@example-agency.gov.sg").len(), 1);
}
