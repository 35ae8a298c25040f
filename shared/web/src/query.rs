//! Query parameters, read as strictly as a body.

use std::collections::{BTreeSet, HashMap};

use axum::{
    extract::{FromRequestParts, Query as Pairs},
    http::{Method, Uri, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Parameter, ParameterIn},
};

use crate::{Problem, ProblemItem, Slug, shape};

/// Unknown parameters in an answer, and characters of such a name, at most: a client chooses both.
const MAX_ITEMS: usize = 20;
const MAX_NAME: usize = 128;

/// The query parameters as a `T`, whose fields are all read from text.
///
/// It refuses parameters that `T` does not have, that occur twice, or whose value does not fit (400). `T` must have
/// `deny_unknown_fields`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut members = Map::new();
        for (name, value) in pairs(&parts.uri)? {
            if members.contains_key(&name) {
                let item = ProblemItem::new(format!("/{name}"), "repeated-field", "This is named more than once.");
                return Err(Problem::new(Slug::BadRequest).items([item]));
            }
            members.insert(name, Value::String(value));
        }
        shape::fit(Value::Object(members)).map(Self)
    }
}

/// Query parameters by method and path, from the description of a function's routes.
#[derive(Clone, Debug, Default)]
pub(crate) struct DescribedQueries(HashMap<(Method, String), BTreeSet<String>>);

impl DescribedQueries {
    pub(crate) fn of(description: &OpenApi) -> Self {
        let mut queries = HashMap::new();
        for (path, item) in &description.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                let names = operation.parameters.iter().flatten().filter_map(query_name);
                queries.insert((method, path.clone()), names.collect());
            }
        }
        Self(queries)
    }

    /// Refuses parameters that the route does not describe. [`Query`] checks the values of the others.
    pub(crate) fn check(&self, method: &Method, path: &str, uri: &Uri) -> Result<(), Problem> {
        if uri.query().is_none_or(str::is_empty) {
            return Ok(());
        }
        let Some(described) = self.0.get(&(method.clone(), path.to_owned())) else { return Ok(()) };
        let unknown: BTreeSet<String> =
            pairs(uri)?.into_iter().map(|(name, _)| name).filter(|name| !described.contains(name)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let item = |name: String| {
            let name: String = name.chars().take(MAX_NAME).collect();
            ProblemItem::new(format!("/{name}"), "unknown-field", "This is not part of the request.")
        };
        Err(Problem::new(Slug::BadRequest).items(unknown.into_iter().take(MAX_ITEMS).map(item)))
    }
}

fn query_name(parameter: &RefOr<Parameter>) -> Option<String> {
    match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        _ => None,
    }
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Problem> {
    match Pairs::try_from_uri(uri) {
        Ok(Pairs(pairs)) => Ok(pairs),
        Err(_) => Err(Problem::new(Slug::BadRequest).detail("The query is not valid.")),
    }
}

/// How many entries a page has: 1 to `MOST`, and 50 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Limit<const MOST: usize = 200>(usize);

impl<const MOST: usize> Limit<MOST> {
    pub const MAX: usize = MOST;

    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

impl<const MOST: usize> Default for Limit<MOST> {
    fn default() -> Self {
        Self(50)
    }
}

impl<const MOST: usize> TryFrom<String> for Limit<MOST> {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(limit) if digits && (1..=Self::MAX).contains(&limit) => Ok(Self(limit)),
            _ => Err("not a limit"),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        #[serde(default)]
        limit: Limit,
        q: Option<String>,
    }

    async fn read(query: &str) -> Result<Page, Slug> {
        let (mut parts, ()) = Request::builder().uri(format!("/invites{query}")).body(()).unwrap().into_parts();
        Query::from_request_parts(&mut parts, &()).await.map(|Query(page)| page).map_err(|problem| problem.slug())
    }

    #[tokio::test]
    async fn parameters_are_read_and_have_defaults() {
        assert_eq!(read("").await.unwrap().limit.get(), 50);
        let page = read("?limit=200&q=Tan%20Ah+Kow").await.unwrap();
        assert_eq!((page.limit.get(), page.q.as_deref()), (200, Some("Tan Ah Kow")));
    }

    #[tokio::test]
    async fn what_is_unknown_repeated_or_out_of_range_is_refused() {
        for query in ["?limt=1", "?limit=0", "?limit=201", "?limit=+5", "?limit=x", "?limit=1&limit=2", "?q=%ff"] {
            let refused = read(query).await.err();
            // Decoding replaces a byte that is no UTF-8; the search then finds nothing.
            assert!(refused == Some(Slug::BadRequest) || query == "?q=%ff", "{query}: {refused:?}");
        }
    }
}
