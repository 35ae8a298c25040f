//! Request headers with rules of their own.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};

use crate::{Problem, Slug};

/// The `Idempotency-Key` of a request that creates something: one, of 1 to 255 visible ASCII characters.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    const MAX: usize = 255;

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        only(&parts.headers, "idempotency-key")
            .and_then(|value| value.to_str().ok())
            .filter(|key| (1..=Self::MAX).contains(&key.len()))
            .filter(|key| key.bytes().all(|b| b.is_ascii_graphic()))
            .map(|key| Self(key.to_owned()))
            .ok_or_else(|| Problem::new(Slug::IdempotencyKey))
    }
}

/// The version that a change is based on: `If-Match: "7"`.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(u64);

impl IfMatch {
    /// Checks that the record still has that version.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it has changed.
    pub fn check(self, version: u64) -> Result<(), Problem> {
        if self.0 == version { Ok(()) } else { Err(Problem::new(Slug::VersionMismatch)) }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Err(Problem::new(Slug::VersionRequired));
        }
        // A tag that was never sent matches no version.
        only(&parts.headers, header::IF_MATCH.as_str())
            .and_then(version)
            .map(Self)
            .ok_or_else(|| Problem::new(Slug::VersionMismatch))
    }
}

/// The version that the client has already: `If-None-Match: "7"`, if the header is present.
#[derive(Clone, Copy, Debug)]
pub struct IfNoneMatch(Option<u64>);

impl IfNoneMatch {
    /// Whether the client has this version.
    #[must_use]
    pub fn has(self, known: u64) -> bool {
        self.0 == Some(known)
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let tag = only(&parts.headers, header::IF_NONE_MATCH.as_str());
        Ok(Self(tag.and_then(version)))
    }
}

/// The entity tag of a version.
pub(crate) fn tag(version: u64) -> HeaderValue {
    // Digits between quotes are always a valid header value, so the fallback is never used.
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

fn version(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok()?.strip_prefix('"')?.strip_suffix('"')?;
    let version = digits.parse().ok()?;
    // "+7" and "007" can be parsed as well, but are no tags of ours.
    (tag(version) == value).then_some(version)
}

pub(crate) fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn extract<T: FromRequestParts<(), Rejection = Problem>>(headers: &[(&str, &str)]) -> Result<T, Slug> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        T::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.slug())
    }

    #[tokio::test]
    async fn an_idempotency_key_is_one_visible_text() {
        let key = |value: &str| {
            let value = value.to_owned();
            async move { extract::<IdempotencyKey>(&[("idempotency-key", &value)]).await }
        };
        assert!(key("8e03978e-40d5-43dd-bc93-6894a57f9324").await.is_ok());
        assert!(key(&"k".repeat(255)).await.is_ok());
        for wrong in ["", "a b", "a\tb", &"k".repeat(256)] {
            assert_eq!(key(wrong).await.unwrap_err(), Slug::IdempotencyKey);
        }
        let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
        for headers in [&[][..], &twice] {
            let refused = extract::<IdempotencyKey>(headers).await.unwrap_err();
            assert_eq!(refused, Slug::IdempotencyKey);
        }
    }

    #[tokio::test]
    async fn a_change_names_the_version_it_is_based_on() {
        assert_eq!(extract::<IfMatch>(&[]).await.unwrap_err(), Slug::VersionRequired);
        let read = extract::<IfMatch>(&[("if-match", "\"7\"")]).await.unwrap();
        assert!(read.check(7).is_ok());
        assert_eq!(read.check(8).unwrap_err().slug(), Slug::VersionMismatch);
        for wrong in ["7", "\"+7\"", "\"07\"", "W/\"7\"", "*", "\"6\", \"7\""] {
            let refused = extract::<IfMatch>(&[("if-match", wrong)]).await.unwrap_err();
            assert_eq!(refused, Slug::VersionMismatch, "{wrong}");
        }
    }
}
