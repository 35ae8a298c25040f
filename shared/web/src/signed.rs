//! A JSON body with the signature of another system.

use axum::extract::{FromRequest, Request};
use domain::{
    Timestamp,
    webhook::{SIGNATURE_HEADER, SignatureError, SigningSecret, verify},
};
use serde::de::DeserializeOwned;

use crate::{Problem, Slug, headers::only, json::text, shape, strict};

/// The body as a `T`, after its signature was found to be by a valid secret and of this time.
///
/// Before that, nothing of the body is read. After that it is read as strictly as by [`Json`](crate::Json). It has at
/// most 4 KiB.
#[derive(Debug)]
pub struct SignedJson<T>(pub T);

/// What a function with signed routes needs to know its callers.
pub trait Signers: Send + Sync {
    /// The secrets that are valid now.
    fn secrets(&self) -> impl Future<Output = Result<Vec<SigningSecret>, Problem>> + Send;

    fn now(&self) -> Timestamp;
}

impl<T: Signers> Signers for std::sync::Arc<T> {
    fn secrets(&self) -> impl Future<Output = Result<Vec<SigningSecret>, Problem>> + Send {
        T::secrets(self)
    }

    fn now(&self) -> Timestamp {
        T::now(self)
    }
}

/// Bytes of a signed body at most.
const MAX: usize = 4 * 1024;

impl<S: Signers, T: DeserializeOwned> FromRequest<S> for SignedJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let header = only(request.headers(), SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let header = header.ok_or_else(|| refused(SignatureError::Malformed))?;
        let bytes = text(request, MAX).await?;
        verify(&state.secrets().await?, &header, &bytes, state.now()).map_err(refused)?;
        strict::parse(&bytes).and_then(shape::fit).map(Self)
    }
}

/// The caller only sees that the signature is not valid; the log says why.
fn refused(error: SignatureError) -> Problem {
    tracing::warn!(%error, "a signed call is refused");
    Problem::new(Slug::SignatureNotValid)
}
