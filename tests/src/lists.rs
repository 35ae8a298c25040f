//! What an officer does with a list, as the tests of lists have it.

use serde_json::{Value, json};

use crate::person::{Answer, Person};
use domain::fields::Form;

/// Pastes rows: the id of their batch.
///
/// # Panics
///
/// When they are not taken.
pub async fn paste(officer: &Person<'_>, forms: &[Form]) -> String {
    let made = officer.post("/api/batches", json!({"rows": forms})).await.expect(201);
    made.body["batchId"].as_str().unwrap().to_owned()
}

/// A batch as it is shown.
///
/// # Panics
///
/// When it is not there.
pub async fn batch(officer: &Person<'_>, id: &str) -> Value {
    officer.get(&format!("/api/batches/{id}")).await.expect(200).body
}

/// A row as it is shown, `null` where there is none of this number among the first 500.
///
/// # Panics
///
/// When its batch is not there.
pub async fn row(officer: &Person<'_>, id: &str, number: u32) -> Value {
    let rows = officer.get(&format!("/api/batches/{id}/rows?limit=500")).await.expect(200).body;
    let items = rows["items"].as_array().unwrap();
    items.iter().find(|row| row["number"] == number).cloned().unwrap_or(Value::Null)
}

/// Edits a row over the version that is shown.
///
/// # Panics
///
/// When the row is not there.
pub async fn edit(officer: &Person<'_>, id: &str, number: u32, set: Value) -> Answer {
    let etag = row(officer, id, number).await["etag"].as_str().unwrap().to_owned();
    officer.json("PATCH", &format!("/api/batches/{id}/rows/{number}"), &[("if-match", &etag)], set).await
}
