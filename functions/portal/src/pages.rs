//! The files of `portal/dist`, each plain and compressed in advance.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::headers::VARY;

/// Every file of the build, by its path.
#[derive(Clone, Debug, Default)]
pub struct Pages(BTreeMap<&'static str, Page>);

#[derive(Clone, Debug, Default)]
pub struct Page {
    media_type: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    /// For clients that accept no better one.
    Gzip,
    Brotli,
}

impl Pages {
    /// The files that are part of this build. There are none if the pages were not built before.
    #[must_use]
    pub fn embedded() -> Self {
        Self::of(include!(concat!(env!("OUT_DIR"), "/files.rs")))
    }

    /// The given files: path and content, with compressed forms as `<path>.gz` and `<path>.br`.
    #[must_use]
    pub fn of(files: &[(&'static str, &'static [u8])]) -> Self {
        let content = |path: String| files.iter().find(|file| file.0 == path).map(|file| file.1);
        let pages = files.iter().filter_map(|&(path, plain)| {
            let media_type = media_type(path)?;
            let (gzip, brotli) = (content(format!("{path}.gz")), content(format!("{path}.br")));
            Some((path, Page { media_type, plain, gzip, brotli }))
        });
        Self(pages.collect())
    }

    /// The file at `path`. `None`: there is none.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Page> {
        self.0.get(path)
    }
}

/// The media type for the ending of the name. `None`: files of that kind are not served.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, end) = path.rsplit_once('.')?;
    match end {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

impl Page {
    /// The file in the best encoding that the client accepts.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let media_type = (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        let body = |bytes: &'static [u8]| Body::from(Bytes::from_static(bytes));
        let encoded = |name, bytes| {
            let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static(name));
            ([media_type.clone(), encoding, VARY], body(bytes)).into_response()
        };
        match (best(request), self.brotli, self.gzip) {
            (Encoding::Brotli, Some(bytes), _) => encoded("br", bytes),
            (Encoding::Brotli | Encoding::Gzip, _, Some(bytes)) => encoded("gzip", bytes),
            _ => ([media_type, VARY], body(self.plain)).into_response(),
        }
    }
}

/// The best encoding of `Accept-Encoding`. A client refuses an encoding with the weight 0.
fn best(request: &HeaderMap) -> Encoding {
    let takes = |wanted: &str| {
        request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|entry| {
                let mut parts = entry.split(';').map(str::trim);
                let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
                named && !parts.any(|part| part.trim_start_matches("q=").trim_matches(['0', '.']).is_empty())
            })
    };
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}
