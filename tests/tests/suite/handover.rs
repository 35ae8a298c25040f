//! Invites that a colleague is handed, by their officer or by an operator.

use domain::{
    EmailAddress, InviteId, Officer, OfficerId,
    invite::{Event, Invite},
};
use serde_json::{Value, json};
use testing::people::{officer, vendor_form};
use tests::{app::App, person::Answer};

const BO: &str = "bo@example-agency.gov.sg";

async fn invite(app: &App, inviting: &str, name: &str) -> String {
    let body = json!({"kind": "email", "email": format!("{name}@sample-board.gov.sg"), "reason": "Joins"});
    let made = app.officer(inviting).post("/api/invites", body).await.expect(202);
    app.drain().await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn hand_over(app: &App, body: Value) -> Answer {
    app.directory.add_officer(officer("bo"));
    app.officer("ada").post("/api/invites/actions", body).await
}

async fn list(app: &App, of: &str) -> Vec<String> {
    let listed = app.officer(of).get("/api/invites").await.expect(200).body;
    assert_eq!(listed["total"], listed["items"].as_array().unwrap().len());
    listed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn stored(app: &App, id: &str) -> Invite {
    app.store.get::<Invite>(&InviteId::parse(id).unwrap()).await.unwrap().unwrap().into_value()
}

fn subjects(app: &App, address: &str) -> Vec<&'static str> {
    app.mails_to(address).iter().map(|mail| mail.letter.subject).collect()
}

#[tokio::test]
async fn a_colleague_has_the_invites_from_then_on_and_both_are_mailed_once() {
    let app = App::start().await;
    let (first, second, kept) = (
        invite(&app, "ada", "person-1").await,
        invite(&app, "ada", "person-2").await,
        invite(&app, "ada", "person-3").await,
    );
    assert_eq!(list(&app, "ada").await.len(), 3, "the list is in memory");
    let body = json!({"action": "hand-over", "to": " BO@example-agency.gov.sg ", "ids": [first, second]});
    let action = hand_over(&app, body).await.expect(202).body;
    assert_eq!((&action["state"], &action["counts"]["done"], &action["to"]), (&json!("DONE"), &json!(2), &json!(BO)));
    assert_eq!(list(&app, "ada").await, std::slice::from_ref(&kept));
    let mut theirs = list(&app, "bo").await;
    theirs.sort();
    let mut given = [first.clone(), second.clone()];
    given.sort();
    assert_eq!(theirs, given);

    let gone = app.officer("ada").get(&format!("/api/invites/{first}")).await;
    assert_eq!(gone.problem(), "not-found");
    let shown = app.officer("bo").get(&format!("/api/invites/{first}")).await.expect(200).body;
    let last = shown["history"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["event"], &last["by"]), (&json!("HANDED_OVER"), &json!("officer")));
    assert_eq!(last["from"], "ada@example-agency.gov.sg");

    for _ in 0..3 {
        app.drain().await;
        app.timers().await;
    }
    assert_eq!(subjects(&app, "ada@example-agency.gov.sg"), ["Your invites were handed over"]);
    assert_eq!(subjects(&app, BO), ["You have a colleague's invites now"]);
    assert!(app.mails_to(BO)[0].letter.text.contains("ada@example-agency.gov.sg has handed over"));
    for name in ["person-1", "person-2"] {
        assert_eq!(subjects(&app, &format!("{name}@sample-board.gov.sg")).len(), 1, "no invitee is mailed");
    }
    app.officer("bo").post(&format!("/api/invites/{first}/revoke"), json!({})).await.expect(200);
    app.officer("ada").post(&format!("/api/invites/{kept}/revoke"), json!({})).await.expect(200);
}

#[tokio::test]
async fn all_of_an_officers_invites_can_be_handed_over_in_whatever_state_they_are() {
    let app = App::start().await;
    let revoked = invite(&app, "ada", "person-1").await;
    app.officer("ada").post(&format!("/api/invites/{revoked}/revoke"), json!({})).await.expect(200);
    let mut form = serde_json::to_value(vendor_form("eve")).unwrap();
    form["kind"] = json!("account");
    app.officer("ada").post("/api/invites", form).await.expect(202);
    app.drain().await;
    let action = hand_over(&app, json!({"action": "hand-over", "to": BO, "filter": {}})).await.expect(202).body;
    assert_eq!(action["counts"]["done"], 2, "{action}");
    assert_eq!((list(&app, "ada").await.len(), list(&app, "bo").await.len()), (0, 2));
    let states: Vec<String> = {
        let mut states = Vec::new();
        for id in list(&app, "bo").await {
            states.push(stored(&app, &id).await.state_name().to_owned());
        }
        states.sort();
        states
    };
    assert_eq!(states, ["ACCOUNT_CREATED", "REVOKED"]);
}

/// Each handover mails a colleague, and nobody may flood a mailbox.
#[tokio::test]
async fn ten_handovers_an_hour_can_be_begun() {
    let app = App::start().await;
    let mut last = None;
    for number in 0..=10 {
        let id = invite(&app, "ada", &format!("person-{number}")).await;
        last = Some(hand_over(&app, json!({"action": "hand-over", "to": BO, "ids": [id]})).await);
    }
    let last = last.unwrap();
    assert_eq!((last.status.as_u16(), last.problem().as_str()), (429, "too-many-requests"));
    assert_eq!(list(&app, "bo").await.len(), 10);
}

#[tokio::test]
async fn only_a_colleague_who_signs_in_gets_invites() {
    let app = App::start().await;
    let id = invite(&app, "ada", "person-1").await;
    let elsewhere = Officer {
        id: OfficerId::parse("officer-elsewhere").unwrap(),
        email: EmailAddress::parse("cy@sample-board.gov.sg").unwrap(),
    };
    app.directory.add_officer(elsewhere);
    let disabled = officer("dee");
    app.directory.add_officer(disabled.clone());
    app.directory.disable_officer(&disabled.id);
    for (to, fault) in [
        ("", "/to: required"),
        ("bo", "/to: email.syntax"),
        ("cy@sample-board.gov.sg", "/to: to.other-agency"),
        ("bo@unit.example-agency.gov.sg", "/to: to.other-agency"),
        ("nobody@example-agency.gov.sg", "/to: to.unknown"),
        ("dee@example-agency.gov.sg", "/to: to.unknown"),
        ("ada@example-agency.gov.sg", "/to: to.yourself"),
    ] {
        let refused = hand_over(&app, json!({"action": "hand-over", "to": to, "ids": [id]})).await;
        assert_eq!(refused.faults(), [fault], "{to:?}");
    }
    let misplaced = hand_over(&app, json!({"action": "resend", "to": BO, "ids": [id]})).await;
    assert_eq!(misplaced.faults(), ["/to: to.not-here"]);
    let both = hand_over(&app, json!({"action": "hand-over", "to": BO, "set": {"reason": "x"}, "ids": [id]})).await;
    assert_eq!(both.faults(), ["/to: to.not-here"]);
    assert_eq!(stored(&app, &id).await.history.iter().filter(|entry| entry.event == Event::HandedOver).count(), 0);
}

#[tokio::test]
async fn nobody_hands_over_what_is_not_theirs_or_was_made_for_another_agency() {
    let app = App::start().await;
    let (own, foreign) = (invite(&app, "ada", "person-1").await, invite(&app, "eve", "person-2").await);
    let moved = Officer { id: officer("ada").id, email: EmailAddress::parse("ada@sample-board.gov.sg").unwrap() };
    let body = json!({"action": "hand-over", "to": BO, "ids": [foreign]});
    let action = hand_over(&app, body).await.expect(202).body;
    assert_eq!(action["counts"]["reasons"], json!({"not-found": 1}));
    // Ada is another agency's officer by now, and so are the colleagues whom she can name.
    let there = Officer {
        id: OfficerId::parse("officer-there").unwrap(),
        email: EmailAddress::parse("cy@sample-board.gov.sg").unwrap(),
    };
    app.directory.add_officer(there);
    let body = json!({"action": "hand-over", "to": "cy@sample-board.gov.sg", "ids": [own]});
    let action = app.signed_in(&moved).post("/api/invites/actions", body).await.expect(202).body;
    assert_eq!(action["counts"]["reasons"], json!({"other-agency": 1}));
    app.drain().await;
    assert!(subjects(&app, "cy@sample-board.gov.sg").is_empty(), "nothing was handed over");
}

#[tokio::test]
async fn a_colleague_in_the_way_is_named_and_the_operator_hands_over_what_somebody_left_behind() {
    let app = App::start().await;
    let left = invite(&app, "ada", "person-1").await;
    invite(&app, "ada", "person-2").await;
    let again = json!({"kind": "email", "email": "person-1@sample-board.gov.sg", "reason": "Joins"});
    let refused = app.officer("bo").post("/api/invites", again.clone()).await;
    assert_eq!(refused.problem(), "invited-by-another");
    let words = refused.body["detail"].as_str().unwrap();
    assert!(words.starts_with("A colleague of your agency invited this person") && words.contains(&left), "{words}");
    let rows = json!({"rows": [{"email": "person-1@sample-board.gov.sg", "reason": "Joins"}], "kind": "email"});
    let pasted = app.officer("bo").post("/api/batches", rows).await.expect(201).body;
    let path = format!("/api/batches/{}/rows", pasted["batchId"].as_str().unwrap());
    let row = app.officer("bo").get(&path).await.expect(200).body["items"][0].clone();
    assert_eq!(row["duplicate"]["code"], "duplicate.invited-by-colleague", "{row}");
    assert_eq!(row["duplicate"]["colleague"], "ada@example-agency.gov.sg");
    let elsewhere = Officer {
        id: OfficerId::parse("officer-elsewhere").unwrap(),
        email: EmailAddress::parse("cy@sample-board.gov.sg").unwrap(),
    };
    let refused = app.signed_in(&elsewhere).post("/api/invites", again).await;
    let words = refused.body["detail"].as_str().unwrap();
    assert!(!words.contains("ada") && !words.contains(&left), "{words}");

    app.directory.disable_officer(&officer("ada").id);
    for (to, why) in [
        ("cy@sample-board.gov.sg", "this officer is of another agency: its people are not shown to anybody else"),
        (
            "nobody@example-agency.gov.sg",
            "nobody who may sign in has this address, or several have; they sign in once first",
        ),
    ] {
        let said = app.operate(&["hand-over", &left, to]).await.unwrap();
        assert_eq!(said.error.as_deref(), Some(why));
    }
    let said = app.operate(&["hand-over", &left, BO]).await.unwrap();
    assert_eq!(said.error, None);
    assert!(said.text.contains(": handing over 2;") && !said.text.contains('@'), "{}", said.text);
    app.drain().await;
    assert_eq!((list(&app, "ada").await.len(), list(&app, "bo").await.len()), (0, 2));
    let entry = stored(&app, &left).await.history.pop().unwrap();
    assert_eq!(serde_json::to_value(&entry).unwrap()["by"], "operator");
    assert_eq!(subjects(&app, BO), ["You have a colleague's invites now"]);
    assert!(app.mails_to(BO)[0].letter.text.contains("We have handed over to you"));
    let audit = app.operate(&["audit"]).await.unwrap().text;
    assert!(audit.contains(&format!("HAND_OVER  {left}")) && !audit.contains('@'), "{audit}");
    let again = app.operate(&["hand-over", &left, BO]).await.unwrap();
    assert_eq!(again.error.as_deref(), Some("this officer has it already"));
}

#[tokio::test]
async fn a_row_whose_invite_was_handed_over_is_the_colleagues_to_fix() {
    let app = App::start().await;
    app.directory.add_foreign_account("somebody", &EmailAddress::parse("eve@vendor.example.com").unwrap());
    let made = app.officer("ada").post("/api/batches", json!({"rows": [vendor_form("eve")]})).await.expect(201).body;
    let path = format!("/api/batches/{}", made["batchId"].as_str().unwrap());
    app.officer("ada").post(&format!("{path}/submit"), json!({})).await.expect(202);
    app.drain().await;
    let [failed] = &list(&app, "ada").await[..] else { panic!("one invite") };
    assert_eq!(stored(&app, failed).await.state_name(), "FAILED");
    hand_over(&app, json!({"action": "hand-over", "to": BO, "ids": [failed]})).await.expect(202);
    let row = app.officer("ada").get(&format!("{path}/rows")).await.expect(200).body["items"][0].clone();
    let tag = [("if-match", row["etag"].as_str().unwrap())];
    let change = json!({"email": "eve.lim@vendor.example.com"});
    let refused = app.officer("ada").json("PATCH", &format!("{path}/rows/1"), &tag, change).await;
    assert_eq!(refused.problem(), "state-conflict");
}
