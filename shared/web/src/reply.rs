//! Answers that succeed.

use std::hash::{DefaultHasher, Hasher as _};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::SavedAnswer;

use crate::{IfNoneMatch, Problem, headers::tag};

/// A JSON body.
///
/// # Errors
///
/// A problem when the value cannot be written, which is a fault of this service.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    Ok(text(status, serde_json::to_string(value).map_err(Problem::internal)?))
}

/// A JSON body with the version it shows, or 304 when the client has that version.
///
/// # Errors
///
/// As [`json`].
pub fn versioned<T: Serialize>(known: IfNoneMatch, version: u64, value: &T) -> Result<Response, Problem> {
    let mut response =
        if known.has(version) { StatusCode::NOT_MODIFIED.into_response() } else { json(StatusCode::OK, value)? };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag(version));
    // With `no-store` a client could not keep what it asks about.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// As [`versioned`], for what has no version of its own: `content` is what would have to differ for the client to care.
///
/// # Errors
///
/// As [`json`].
pub fn compared<T: Serialize>(known: IfNoneMatch, content: &impl Serialize, value: &T) -> Result<Response, Problem> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&serde_json::to_vec(content).map_err(Problem::internal)?);
    versioned(known, hasher.finish(), value)
}

/// The answer that was saved for a request, byte for byte.
#[must_use]
pub fn saved(answer: SavedAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = text(status, answer.body);
    if let Some(location) = answer.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A workbook to be saved under `name`, which must be plain ASCII without quotes.
#[must_use]
pub fn workbook(name: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from(bytes)).into_response()
}

fn text(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}
