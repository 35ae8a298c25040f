//! Personal data must not appear where others can read it: no log line, no message, no key of an object, no URL, no
//! webhook event, no problem, whatever fails.
//!
//! In every scenario people have names and texts that occur nowhere else: the canaries. The functions log in the form
//! of `boot`, at the most verbose level.

use domain::fields::Form;
use serde_json::Value;
use tests::person::Answer;

/// The phone number of an invitee.
pub(super) const PHONE: &str = "98761234";

pub(super) const REASON: &str = "Perambulates the estate";

/// An identity number that a person types into the wrong field. It is not taken from a person.
pub(super) const NRIC: &str = "S1234567D";

/// The token that an officer's browser sends.
pub(super) const TOKEN_OF_OFFICER: &str = "Bearer eyJjYW5hcnk.eyJjYW5hcnk.Y2FuYXJ5";

/// What must not appear, in lower case: names, the parts of addresses before the `@`, usernames, phone numbers,
/// organisations, departments, reasons, identity numbers, tokens of the sign-in.
const CANARIES: [&str; 15] = [
    "wilhelmina",
    "zorkmund",
    "thaddeus",
    "yolandra",
    "ignatius",
    "bartleby",
    "aurelian",
    "ada@",
    "98761234",
    "9876 1234",
    "quibblemark",
    "frobnication",
    "perambulates",
    "s1234567d",
    "eyjjyw5hcnk",
];

/// The first canary in a text.
pub(super) fn named_in(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    CANARIES.into_iter().find(|canary| lower.contains(canary))
}

/// A form with a canary in every field.
pub(super) fn telling(form: Form) -> Form {
    Form {
        first_name: "Wilhelmina".to_owned(),
        last_name: "Zorkmund".to_owned(),
        contact_number: PHONE.to_owned(),
        organisation: "Quibblemark Board".to_owned(),
        department: "Frobnication".to_owned(),
        reason: REASON.to_owned(),
        ..form
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Log,
    Queue,
    ObjectKey,
    Url,
    WebhookEvent,
    Problem,
}

/// The texts about people that the product got, and the texts that it wrote for others.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    told: Vec<String>,
    said: Vec<(Medium, String)>,
    tokens: Vec<String>,
}

impl Spoken {
    pub(super) fn told(&mut self, what: String) {
        self.told.push(what);
    }

    /// Adds a text that the product wrote to a medium.
    pub(super) fn add(&mut self, medium: Medium, text: String) {
        self.said.push((medium, text));
    }

    /// Adds the token of a link, which only its recipient may know.
    pub(super) fn add_token(&mut self, token: String) {
        self.tokens.push(token);
    }

    /// Adds an answer of the API. The caller may see their own data; but a problem may be forwarded to support, so it
    /// must not contain any.
    pub(super) fn answered(&mut self, answer: &Answer) {
        if answer.status.is_client_error() || answer.status.is_server_error() {
            self.add(Medium::Problem, answer.body.to_string());
        }
        if let Some(place) = answer.headers.get("location") {
            self.add(Medium::Url, String::from_utf8_lossy(place.as_bytes()).into_owned());
        }
        let upload = &answer.body["upload"];
        if let (Some(url), Some(key)) = (upload["url"].as_str(), upload["fields"]["key"].as_str()) {
            self.add(Medium::Url, url.to_owned());
            self.add(Medium::ObjectKey, key.to_owned());
        }
    }

    /// The first text with data that it must not have.
    pub(super) fn leak(&self) -> Option<String> {
        self.said.iter().find_map(|(medium, text)| {
            let lower = text.to_lowercase();
            let mut secrets = CANARIES.iter().copied().chain(self.tokens.iter().map(String::as_str));
            let secret = secrets.find(|secret| lower.contains(secret))?;
            let around = lower.lines().find(|line| line.contains(secret)).unwrap_or_default();
            Some(format!("{secret:?} stands in the {medium:?}: {around}"))
        })
    }

    /// The canaries that no one sent to the product.
    pub(super) fn untold(&self) -> Vec<&'static str> {
        let told = self.told.join("\n").to_lowercase();
        CANARIES.into_iter().filter(|canary| !told.contains(canary)).collect()
    }
}

#[test]
fn a_leak_is_found_in_every_medium() {
    use Medium::{Log, ObjectKey, Problem, Queue, Url, WebhookEvent};
    for medium in [Log, Queue, ObjectKey, Url, WebhookEvent, Problem] {
        for canary in CANARIES {
            let mut spoken = Spoken::default();
            spoken.add(medium, "nothing of the kind".to_owned());
            assert_eq!(spoken.leak(), None);
            spoken.add(medium, format!("{{\"error\":\"about {}\"}}", canary.to_uppercase()));
            assert!(spoken.leak().is_some(), "{canary} in {medium:?}");
        }
    }
    let mut spoken = Spoken::default();
    spoken.add_token("0a1b2c".to_owned());
    spoken.add(Log, "accepted 0A1B2C".to_owned());
    assert!(spoken.leak().is_some());
}

#[test]
fn an_answer_is_looked_at_where_it_goes_further() {
    let answer = |status: u16, body: Value| Answer {
        status: axum::http::StatusCode::from_u16(status).unwrap(),
        headers: axum::http::HeaderMap::new(),
        bytes: Vec::new(),
        body,
    };
    let leak = |answer: Answer| {
        let mut spoken = Spoken::default();
        spoken.answered(&answer);
        spoken.leak().is_some()
    };
    let named = serde_json::json!({"detail": "Zorkmund"});
    assert!(!leak(answer(200, named.clone())), "it is the officer's own");
    assert!(leak(answer(409, named.clone())));
    assert!(leak(answer(500, named)));
    let upload = serde_json::json!({"upload": {"url": "https://bucket", "fields": {"key": "uploads/zorkmund.xlsx"}}});
    assert!(leak(answer(201, upload)));
}
