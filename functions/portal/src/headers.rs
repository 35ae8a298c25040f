//! The headers of every answer to a browser.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::Setting;

/// The pages of the officer, or the page of the invitee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    Officer,
    Invitee,
}

impl Document {
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Officer => "index.html",
            Self::Invitee => "accept.html",
        }
    }
}

/// Headers beside those that every function sends.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
];

pub(crate) async fn complete(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

/// The content security policy of a document: only our own files, nothing inline, and only Lit creates markup from
/// text.
///
/// The officer's pages also request tokens from the sign-in page, and post workbooks to the bucket.
#[must_use]
pub fn policy(document: Document, setting: &Setting) -> HeaderValue {
    let beside = match document {
        Document::Officer => format!(" {} {}", origin(&setting.sign_in_url), origin(&setting.upload_origin)),
        Document::Invitee => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self'{beside}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types lit-html"
    );
    // With a setting that no header can hold, the document loads nothing.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Scheme and host of an address. A policy would read a path as a restriction.
fn origin(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    address[host..].find('/').map_or(address, |end| &address[..host + end])
}

/// The answer depends on this header of the request, so caches have to compare it.
pub(crate) const VARY: (HeaderName, HeaderValue) = (header::VARY, HeaderValue::from_static("accept-encoding"));
