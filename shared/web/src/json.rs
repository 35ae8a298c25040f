//! A JSON body, read strictly.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::{Problem, Slug, shape, strict};

/// Bytes of a request with rows of a batch at most. `GET /me` reports it.
pub const ROWS_BODY_BYTES: usize = 1024 * 1024;

/// The body as a `T`.
///
/// It refuses another media type (415), more than `MAX` bytes (413), and anything but one JSON object with exactly the
/// members of `T`, each named once (400, with everything that does not fit). `T` must have `deny_unknown_fields`.
#[derive(Debug)]
pub struct Json<T, const MAX: usize = { 64 * 1024 }> {
    pub value: T,
}

impl<S, T, const MAX: usize> FromRequest<S> for Json<T, MAX>
where
    S: Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = text(request, MAX).await?;
        let value = strict::parse(&bytes).and_then(shape::fit)?;
        Ok(Self { value })
    }
}

/// The body of a request whose headers declare JSON, at most `max` bytes of it.
pub(crate) async fn text(request: Request, max: usize) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(Slug::UnsupportedMediaType));
    }
    match Limited::new(request.into_body(), max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(Slug::TooLarge)),
        Err(_) => Err(Problem::new(Slug::BadRequest).detail("The body did not arrive whole.")),
    }
}

/// Whether the headers declare plain JSON in UTF-8, which is the only encoding of JSON (RFC 8259).
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(media_type), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(media_type) = media_type.to_str() else {
        return false;
    };
    let mut parts = media_type.split(';').map(str::trim);
    let plain = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| {
        ["charset=utf-8", "charset=\"utf-8\""].iter().any(|utf8| parameter.eq_ignore_ascii_case(utf8))
    });
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    plain && utf8 && !encoded
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: String,
    }

    async fn read(headers: &[(&str, &str)], body: Vec<u8>) -> Result<Json<Named, 64>, Slug> {
        let mut request = Request::builder().method("POST").uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Json::from_request(request.body(Body::from(body)).unwrap(), &()).await.map_err(|problem| problem.slug())
    }

    #[tokio::test]
    async fn only_plain_json_is_taken() {
        let json = br#"{"name":"Ada"}"#.to_vec();
        for media_type in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
        {
            let read = read(&[("content-type", media_type)], json.clone()).await.unwrap();
            assert_eq!(read.value.name, "Ada");
        }
        for headers in [
            &[][..],
            &[("content-type", "text/plain")],
            &[("content-type", "application/x-www-form-urlencoded")],
            &[("content-type", "application/json; charset=utf-16")],
            &[("content-type", "application/json+x")],
            &[("content-type", "application/json"), ("content-type", "text/plain")],
            &[("content-type", "application/json"), ("content-encoding", "gzip")],
        ] {
            assert_eq!(read(headers, json.clone()).await.unwrap_err(), Slug::UnsupportedMediaType, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_too_large_and_one_at_it_is_not() {
        let body = |len: usize| format!(r#"{{"name":"{}"}}"#, "x".repeat(len - 11)).into_bytes();
        let headers = [("content-type", "application/json")];
        assert!(read(&headers, body(64)).await.is_ok());
        assert_eq!(read(&headers, body(65)).await.unwrap_err(), Slug::TooLarge);
    }
}
