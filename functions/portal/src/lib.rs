//! The portal: the built pages, and the settings that they need before sign-in.
//!
//! - **trigger**: API Gateway, without sign-in: `GET` and `HEAD` of `/` and everything that is not below `/api`
//! - **does**: answers with a file or a setting, and changes nothing
//! - **needs**: only its settings; the pages are inside the binary
//!
//! Pages have their hash in their names and are cached for a year. The two documents are not cached. What a page may
//! load, run and call is in `headers.rs`, and nothing is inline.

mod headers;
mod pages;
mod setting;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use boot::Stack;
use domain::{Clock, Entropy};
use lambda_http::{RequestExt as _, request::RequestContext};
use web::{Problem, Slug};

pub use headers::{Document, policy};
pub use pages::{Encoding, Page, Pages};
pub use setting::{Config, Setting};

/// The stage variable with the id of the portal's client at the user pool.
///
/// The client needs the API's address, to redirect to it, and the API needs its functions. Only a part of the stage can
/// have the client's id without a circle.
const CLIENT_ID: &str = "ClientId";

#[derive(Debug)]
pub struct Deps {
    pub pages: Pages,
    pub setting: Setting,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let env = stack.env();
        Ok(Self {
            pages: Pages::embedded(),
            setting: Setting {
                authority: env.required("ISSUER")?,
                sign_in_url: env.required("SIGN_IN_URL")?,
                upload_origin: env.required("UPLOAD_ORIGIN")?,
                support_address: env.required("SUPPORT_ADDRESS")?,
                service_request_url: env.required("SERVICE_REQUEST_URL")?,
                official_masthead: env.optional("OFFICIAL_MASTHEAD").is_some_and(|value| value == "true"),
            },
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

pub fn router(deps: Deps) -> Router {
    let (clock, entropy) = (deps.clock.clone(), deps.entropy.clone());
    let routes = Router::new()
        .route("/", get(officer))
        .route("/accept", get(invitee))
        .route("/config.json", get(config))
        .route("/assets/{*name}", get(asset))
        .route("/api/{*rest}", get(async || Problem::new(Slug::NotFound)))
        .route("/{*rest}", get(nothing_here))
        .layer(map_response(headers::complete))
        .with_state(Arc::new(deps));
    web::serve(routes, clock, entropy)
}

/// The officer's pages. The part after the `#` is for the pages alone.
async fn officer(State(deps): State<Arc<Deps>>, request: Request) -> Response {
    // Relative addresses begin at the stage, so the stage has to end with a slash.
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => match context.path.as_deref() {
            Some(path) if !path.ends_with('/') => with_slash(path),
            _ => deps.document(Document::Officer, request.headers()),
        },
        _ => deps.document(Document::Officer, request.headers()),
    }
}

/// The invitee's page. The token is after the `#`, so it is not part of the request.
async fn invitee(State(deps): State<Arc<Deps>>, request: HeaderMap) -> Response {
    deps.document(Document::Invitee, &request)
}

async fn config(State(deps): State<Arc<Deps>>, request: Request) -> Response {
    match request.stage_variables_ref().and_then(|variables| variables.first(CLIENT_ID)) {
        Some(client_id) => Json(deps.setting.config(client_id)).into_response(),
        None => Problem::new(Slug::Unavailable).into_response(),
    }
}

async fn asset(State(deps): State<Arc<Deps>>, Path(name): Path<String>, request: HeaderMap) -> Response {
    match deps.pages.find(&format!("assets/{name}")) {
        Some(page) => {
            let kept = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
            ([kept], page.answer(&request)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The page for a wrong link. It has no style, because it can be at any depth and loads nothing.
async fn nothing_here(uri: Uri) -> Response {
    let up = "../".repeat(uri.path().trim_matches('/').matches('/').count() + usize::from(uri.path().ends_with('/')));
    let up = if up.is_empty() { "./" } else { &up };
    let text = format!(
        "<!doctype html><html lang=\"en-SG\"><title>Page not found - Invite users</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><h1>There is no such page</h1>\
         <p>Nothing is lost. <a href=\"{up}\">Go to Invite users</a></p></html>"
    );
    (StatusCode::NOT_FOUND, Html(text)).into_response()
}

fn with_slash(path: &str) -> Response {
    let last = path.rsplit('/').next().unwrap_or_default();
    match HeaderValue::try_from(format!("{last}/")) {
        Ok(place) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response(),
        Err(_) => Problem::new(Slug::NotFound).into_response(),
    }
}

impl Deps {
    fn document(&self, document: Document, request: &HeaderMap) -> Response {
        let Some(page) = self.pages.find(document.file()) else {
            let text = "The pages are not in this build of the function: run `make portal`, then build it again.\n";
            return (StatusCode::SERVICE_UNAVAILABLE, Body::from(text)).into_response();
        };
        let policy = [(header::CONTENT_SECURITY_POLICY, policy(document, &self.setting))];
        (policy, page.answer(request)).into_response()
    }
}

#[cfg(test)]
mod tests;
