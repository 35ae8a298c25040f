//! What officers do with a list, for the tests of lists.

use domain::{batch::Answers, fields::Form};
use serde_json::{Value, json};
use sheet::{Limits, Reading};

use crate::person::{Answer, Person};

/// Pastes rows. Returns the id of their batch.
///
/// # Panics
///
/// When they are refused.
pub async fn paste(officer: &Person<'_>, forms: &[Form]) -> String {
    let made = officer.post("/api/batches", json!({"rows": forms})).await.expect(201);
    made.body["batchId"].as_str().unwrap().to_owned()
}

/// A batch as the API shows it.
///
/// # Panics
///
/// When it does not exist.
pub async fn batch(officer: &Person<'_>, id: &str) -> Value {
    officer.get(&format!("/api/batches/{id}")).await.expect(200).body
}

/// A row as the API shows it; `null` if the first 500 rows have none with this number.
///
/// # Panics
///
/// When its batch does not exist.
pub async fn row(officer: &Person<'_>, id: &str, number: u32) -> Value {
    let rows = officer.get(&format!("/api/batches/{id}/rows?limit=500")).await.expect(200).body;
    let items = rows["items"].as_array().unwrap();
    items.iter().find(|row| row["number"] == number).cloned().unwrap_or(Value::Null)
}

/// How many rows a downloaded workbook has when it is uploaded again. `None`: it cannot be read without a question.
#[must_use]
pub fn rows_of(file: &[u8]) -> Option<usize> {
    match sheet::read(file, &Limits::default(), &Answers::default()) {
        Ok(Reading::Read(sheet)) => Some(sheet.rows.len()),
        Ok(Reading::Asked(_)) | Err(_) => None,
    }
}

/// Edits a row over the version that the API shows.
///
/// # Panics
///
/// When the row does not exist.
pub async fn edit(officer: &Person<'_>, id: &str, number: u32, set: Value) -> Answer {
    let etag = row(officer, id, number).await["etag"].as_str().unwrap().to_owned();
    officer.json("PATCH", &format!("/api/batches/{id}/rows/{number}"), &[("if-match", &etag)], set).await
}
