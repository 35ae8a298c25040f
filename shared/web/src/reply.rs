//! Answers that succeed.

use std::hash::{DefaultHasher, Hasher as _};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::SavedAnswer;

use crate::{IfNoneMatch, Problem, Slug, headers::tag};

/// Bytes of an answer at most: Lambda answers with 6 MB, including headers.
const LARGEST: usize = 6_000_000;

/// An answer with a JSON body.
///
/// # Errors
///
/// [`Problem`] when it is larger than an answer may be, or cannot be serialised, which is a fault of this service.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    // Lambda's answer is itself JSON, in which the quotes of a text body are escaped.
    let escapes = body.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    if body.len() + escapes > LARGEST { Err(too_large()) } else { Ok(text(status, body)) }
}

/// An answer with a JSON body and its version, or 304 when the client has that version already.
///
/// # Errors
///
/// Like [`json`].
pub fn versioned<T: Serialize>(known: IfNoneMatch, version: u64, value: &T) -> Result<Response, Problem> {
    let mut response =
        if known.has(version) { StatusCode::NOT_MODIFIED.into_response() } else { json(StatusCode::OK, value)? };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag(version));
    // With `no-store` a client could not keep the answer that it asks about later.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// Like [`versioned`], for an answer without a version of its own. The client needs a new one when `content` differs.
///
/// # Errors
///
/// Like [`json`].
pub fn compared<T: Serialize>(known: IfNoneMatch, content: &impl Serialize, value: &T) -> Result<Response, Problem> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&serde_json::to_vec(content).map_err(Problem::internal)?);
    versioned(known, hasher.finish(), value)
}

/// The saved answer of a request, byte for byte.
#[must_use]
pub fn saved(answer: SavedAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = text(status, answer.body);
    if let Some(location) = answer.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A workbook as a download with the file name `name`, which must be plain ASCII without quotes.
///
/// # Errors
///
/// [`Problem`] when it is larger than an answer may be.
pub fn workbook(name: &'static str, bytes: Vec<u8>) -> Result<Response, Problem> {
    // Lambda sends bytes that are no text as base64, four for each three.
    if bytes.len().div_ceil(3) * 4 > LARGEST {
        return Err(too_large());
    }
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

fn too_large() -> Problem {
    Problem::new(Slug::TooLarge)
        .detail("The answer is larger than 6 MB. Ask for less: narrow the filter, or split the list.")
}

fn text(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_lambda_would_refuse_is_refused_before() {
        let workbook = |bytes: usize| workbook("x.xlsx", vec![0; bytes]).map_err(|problem| problem.slug()).is_ok();
        assert!(workbook(4_500_000) && !workbook(4_500_001));
        let json = |text: &str| json(StatusCode::OK, &text).map_err(|problem| problem.slug());
        assert!(json(&"x".repeat(5_999_990)).is_ok());
        assert_eq!(json(&"x".repeat(6_000_000)).unwrap_err(), Slug::TooLarge);
        // Each quote is escaped in the body, and each escape once more in Lambda's answer.
        assert_eq!(json(&"\"".repeat(1_500_001)).unwrap_err(), Slug::TooLarge);
    }
}
