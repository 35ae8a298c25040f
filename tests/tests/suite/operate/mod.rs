//! Operators' commands, over the product in one process.

mod agency;
mod audit;
mod mail;
mod person;
mod rules;
mod wake;
mod words;
mod work;

use domain::{InviteId, invite::Invite};
use operate::Answer;
use serde_json::json;
use store::Stored;
use testing::people::vendor_form;
use tests::app::App;

/// The output of a command that is done.
async fn printed(app: &App, words: &[&str]) -> String {
    let answer = app.operate(words).await.unwrap();
    assert_eq!((answer.code, answer.error.as_deref()), (0, None), "{words:?}");
    answer.text
}

/// The reason why a command is not done.
async fn refused(app: &App, words: &[&str]) -> String {
    let Answer { text, error, code, cursor } = app.operate(words).await.unwrap();
    assert_eq!((text.as_str(), code, cursor), ("", 1, None), "{words:?}");
    error.unwrap()
}

/// The output of a command whose invocations each have time for one page, and how many invocations it takes.
async fn printed_in_parts(app: &App, words: &[&str]) -> (String, usize) {
    let (mut text, mut cursor) = (String::new(), None);
    for parts in 1.. {
        let answer = app.operate_part(words, cursor, app.clock.now()).await.unwrap();
        assert_eq!(answer.code, 0, "{:?}", answer.error);
        text.push_str(&answer.text);
        if answer.cursor.is_none() {
            return (text, parts);
        }
        cursor = answer.cursor;
    }
    unreachable!("a listing has an end")
}

/// An invite for the vendor `name`, before any worker has created the account.
async fn submitted(app: &App, name: &str) -> InviteId {
    let mut form = serde_json::to_value(vendor_form(name)).unwrap();
    form["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", form).await.expect(202);
    InviteId::parse(made.body["id"].as_str().unwrap()).unwrap()
}

async fn invite(app: &App, id: InviteId) -> Stored<Invite> {
    app.store.get::<Invite>(&id).await.unwrap().unwrap()
}

/// Marks an invite as one that needs attention.
async fn given_up(app: &App, id: InviteId) {
    let read = invite(app, id).await;
    let next = read.to_value().needs_attention(app.clock.now()).unwrap();
    assert!(app.store.write(read.becomes(next)).await.unwrap().is_done());
}
