//! A request that creates something and has an `Idempotency-Key`.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use serde::de::DeserializeOwned;
use store::{KeyUse, KeyedRequest, SavedAnswer, StoreError};

use crate::{IdempotencyKey, Officers, Problem, SignedIn, Slug, json, shape, strict};

/// A signed-in officer's request with a key. Its body is read as strictly as by [`Json`](crate::Json).
///
/// The key is checked before the handler runs, so a repeated request gets the answer of the first one, whatever that
/// one has changed since. Two requests are the same when they have the same officer, method, path and body. The body is
/// compared as JSON, without the order of members and white space.
#[derive(Debug)]
pub struct Keyed<T, const MAX: usize = { 64 * 1024 }> {
    /// The officer, and the current domain rules.
    pub signed_in: SignedIn,
    pub asked: Asked,
    pub value: T,
}

/// Whether the same request was answered before.
#[derive(Debug)]
pub enum Asked {
    /// It was, with this answer.
    Before(SavedAnswer),
    /// It is new. The handler writes what it creates together with its answer.
    Now(KeyedRequest),
}

/// The saved answers of requests with a key: the state of a function that has such routes.
pub trait SavedAnswers: Officers {
    /// The use of the key of `request` before this request.
    fn key_use(&self, request: &KeyedRequest) -> impl Future<Output = Result<KeyUse, StoreError>> + Send;
}

impl<T: SavedAnswers> SavedAnswers for std::sync::Arc<T> {
    fn key_use(&self, request: &KeyedRequest) -> impl Future<Output = Result<KeyUse, StoreError>> + Send {
        T::key_use(self, request)
    }
}

impl<S, T, const MAX: usize> FromRequest<S> for Keyed<T, MAX>
where
    S: SavedAnswers,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let signed_in = SignedIn::from_request_parts(&mut parts, state).await?;
        let key = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        let route = format!("{} {}\n", parts.method, parts.uri.path());
        let bytes = json::text(Request::from_parts(parts, body), MAX).await?;
        let body = strict::parse(&bytes)?;
        let whole = [route.into_bytes(), shape::canonical(&body)?].concat();
        let value = shape::fit(body)?;
        let request = KeyedRequest::new(signed_in.officer.id.clone(), key.as_str(), &whole);
        let asked = match state.key_use(&request).await? {
            KeyUse::None => Asked::Now(request),
            KeyUse::Same(answer) => Asked::Before(answer),
            KeyUse::Other => return Err(Problem::new(Slug::IdempotencyKeyReused)),
        };
        Ok(Self { signed_in, asked, value })
    }
}
