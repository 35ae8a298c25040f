//! Ids in a path.

use axum::{
    extract::{FromRequestParts, Path as Segments},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::{Problem, Slug};

/// The parameters of the path. A text that is no id of the right kind is answered as not found.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Segments::from_request_parts(parts, state).await {
            Ok(Segments(ids)) => Ok(Self(ids)),
            Err(_) => Err(Problem::new(Slug::NotFound)),
        }
    }
}
