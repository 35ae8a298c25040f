//! Problems: every answer that is not a success, as in RFC 9457.

use std::{borrow::Cow, error::Error, fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{FieldFault, Timestamp, TraceId, usage::CapReached};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

macro_rules! slugs {
    ($($(#[$doc:meta])* $variant:ident = $slug:literal, $status:ident, $title:literal;)*) => {
        /// The kind of a problem: the last part of its `type`, with one status and one title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Slug {
            $($(#[$doc])* $variant,)*
        }

        impl Slug {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name, for example `not-found`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// The status it is answered with.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// The title for a person.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

slugs! {
    /// The request is not of the expected form.
    BadRequest = "bad-request", BAD_REQUEST, "The request cannot be understood.";
    /// A request that creates something has no usable `Idempotency-Key`.
    IdempotencyKey = "idempotency-key", BAD_REQUEST, "Send one Idempotency-Key of 1 to 255 visible characters.";
    /// The cursor was not created for this list.
    Cursor = "cursor", BAD_REQUEST, "This page link is no longer valid. Start from the first page.";
    /// There is no valid sign-in. The gateway answers it too.
    Unauthorized = "unauthorized", UNAUTHORIZED, "Sign in to continue.";
    /// The body is not signed with a valid secret, or not at this time. The answer does not say which.
    SignatureNotValid = "signature-not-valid", UNAUTHORIZED, "The signature is not valid.";
    /// The officer's address is not verified.
    EmailNotVerified = "email-not-verified", FORBIDDEN, "Your email address is not verified.";
    /// The caller's account was disabled or deleted after they signed in.
    AccountNotActive = "account-not-active", FORBIDDEN, "Your account is not active.";
    /// The caller's address is not one of a public officer.
    NotAnOfficer = "not-an-officer", FORBIDDEN, "Only public officers can invite.";
    /// The caller is a vendor, whose SEED is asked for by service request.
    SeedByServiceRequest = "seed-by-service-request", FORBIDDEN, "Vendors ask for SEED by a service request.";
    /// The caller's domain may not have SEED.
    SeedIneligible = "seed-ineligible", FORBIDDEN, "People of your organisation may not have SEED.";
    /// The request comes from outside the allowed networks. The gateway answers it.
    NetworkNotAllowed = "network-not-allowed", FORBIDDEN, "This is only open from your agency's network.";
    /// A firewall rule refused the request. The gateway answers it.
    Forbidden = "forbidden", FORBIDDEN, "The request was refused.";
    /// It does not exist, or belongs to another officer.
    NotFound = "not-found", NOT_FOUND, "There is nothing here.";
    /// The token of the link is unknown, outdated or used. The answer does not say which.
    InvitationNotValid = "invitation-not-valid", NOT_FOUND, "This invitation is not valid. Use the link of the latest \
        mail, or ask the person who invited you.";
    /// A live invite of the same officer has the address.
    AlreadyInvited = "already-invited", CONFLICT, "You have already invited this person.";
    /// A live invite of another officer has the address.
    InvitedByAnother = "invited-by-another", CONFLICT, "Another officer has already invited this person.";
    /// A live invite has the username.
    UsernameTaken = "username-taken", CONFLICT, "This TechPass username is taken.";
    /// Its state does not allow this.
    StateConflict = "state-conflict", CONFLICT, "This cannot be done any more. Reload to see why.";
    /// Another writer changed it at the same moment.
    LostRace = "lost-race", CONFLICT, "Someone else changed this at the same moment. Try again.";
    /// It has changed since it was read.
    VersionMismatch = "version-mismatch", PRECONDITION_FAILED, "This has changed since you read it. Reload and try \
        again.";
    /// The body is larger than the route allows. The gateway answers it too.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The request is too large.";
    /// The body is not plain JSON. The gateway answers it too.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Send JSON.";
    /// Fields have faults; all of them are listed.
    Validation = "validation", UNPROCESSABLE_ENTITY, "Some fields need fixing.";
    /// The key was used with another body.
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "This Idempotency-Key belongs to another \
        request.";
    /// The batch has no row that can be submitted.
    BatchEmpty = "batch-empty", UNPROCESSABLE_ENTITY, "There is no row to submit.";
    /// The batch has rows that need fixing.
    BatchHasErrors = "batch-has-errors", UNPROCESSABLE_ENTITY, "Some rows need fixing before the batch can be \
        submitted.";
    /// The change must say which version it is based on.
    VersionRequired = "version-required", PRECONDITION_REQUIRED, "Send If-Match with the version you read.";
    /// Too many requests. The gateway answers it too.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests. Try again in a moment.";
    /// A fault of this service. The gateway answers it too.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side.";
    /// A system that this service needs does not answer.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is busy. Try again in a moment.";
    /// The answer took too long. The gateway answers it.
    Timeout = "timeout", GATEWAY_TIMEOUT, "This took too long. Look whether it happened before you try again.";
}

/// How long a client waits before it repeats a request after an outage.
const OUTAGE_PAUSE: Duration = Duration::from_secs(1);

/// How long a client waits before it repeats a request after an outage of the directory.
const DIRECTORY_PAUSE: Duration = Duration::from_secs(30);

/// A failure that becomes an answer to the client.
///
/// Its texts are constants or the operator's, so they never contain what a person typed. [`serve`](crate::serve) adds
/// the Trace ID.
#[derive(Clone, Debug)]
pub struct Problem {
    slug: Slug,
    detail: Option<Cow<'static, str>>,
    items: Vec<ProblemItem>,
    retry_after: Option<Duration>,
    link: Option<String>,
    cause: Option<String>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemItem {
    /// Where, as a JSON pointer into the body; for a query parameter, its name after a slash.
    pub pointer: String,
    /// The row of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The title of the row's column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// What, as a stable code.
    pub code: &'static str,
    /// What to do about it.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
}

/// The body of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// `/problems/` and the slug; see docs/API.md.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cow<'static, str>>,
    /// What to quote to support.
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
    /// Where to go on, if there is such a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://go.gov.sg/techpass-sr")]
    pub link: Option<String>,
    /// Everything that is wrong with the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemItem>,
}

impl Problem {
    /// The media type of RFC 9457.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem of this kind.
    #[must_use]
    pub fn new(slug: Slug) -> Self {
        Self { slug, detail: None, items: Vec::new(), retry_after: None, link: None, cause: None }
    }

    /// A fault of this service. The error is logged, and the client does not see it.
    pub fn internal(error: impl Error) -> Self {
        Self::caused(Slug::Internal, &error)
    }

    /// An outage of a system that this service needs. The error is logged, and the client does not see it.
    pub fn unavailable(error: impl Error) -> Self {
        Self::caused(Slug::Unavailable, &error).retry_after(OUTAGE_PAUSE)
    }

    /// The directory does not answer whether the caller's account is active, and nothing was done.
    pub fn directory_out(error: impl Error) -> Self {
        Self::caused(Slug::Unavailable, &error)
            .detail("It could not be checked that your account is active. Nothing was changed. Try again in a minute.")
            .retry_after(DIRECTORY_PAUSE)
    }

    /// Faults of fields, as one problem.
    #[must_use]
    pub fn validation(faults: &[FieldFault]) -> Self {
        Self::new(Slug::Validation).items(faults.iter().copied().map(ProblemItem::from))
    }

    /// The officer has used up a share at `now`. The answer says how large it is, and when to continue.
    #[must_use]
    pub fn cap_reached(cap: &CapReached, now: Timestamp) -> Self {
        let problem = Self::new(Slug::TooManyRequests).detail(cap.detail());
        problem.retry_after(cap.until.since(now))
    }

    /// Adds what the client has to do about it.
    #[must_use]
    pub fn detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    #[must_use]
    pub fn items(self, items: impl IntoIterator<Item = ProblemItem>) -> Self {
        Self { items: items.into_iter().collect(), ..self }
    }

    /// Adds when to try again, in whole seconds and at least one.
    #[must_use]
    pub fn retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    /// Adds a page where the caller can continue. The address is the operator's, never the caller's.
    #[must_use]
    pub fn link(self, url: &str) -> Self {
        Self { link: Some(url.to_owned()), ..self }
    }

    #[must_use]
    pub fn slug(&self) -> Slug {
        self.slug
    }

    /// The cause of the problem, for the log.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub(crate) fn body(&self, trace: &TraceId) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.slug.name()),
            title: self.slug.title(),
            status: self.slug.status().as_u16(),
            detail: self.detail.clone(),
            trace_id: trace.clone(),
            link: self.link.clone(),
            errors: self.items.clone(),
        }
    }

    fn caused(slug: Slug, error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        Self { cause: Some(text), ..Self::new(slug) }
    }
}

impl ProblemItem {
    /// An item without row and column.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), row: None, column: None, code, detail: detail.into() }
    }
}

impl From<FieldFault> for ProblemItem {
    fn from(fault: FieldFault) -> Self {
        Self::new(format!("/{}", fault.field.name()), fault.fault.code(), fault.detail())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } | StoreError::Busy { .. } => Self::unavailable(error),
            StoreError::Contended { .. } => Self::new(Slug::LostRace),
            StoreError::Refused { .. } | StoreError::Corrupt { .. } | StoreError::Rules(_) => Self::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    /// Status, headers, and the problem as an extension, from which [`serve`](crate::serve) writes the body.
    fn into_response(self) -> Response {
        let mut response = self.slug.status().into_response();
        if let Some(pause) = self.retry_after {
            let seconds = pause.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = seconds.to_string().parse() {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list is part of the API: a change here changes docs/API.md and may break clients.
    #[test]
    fn every_kind_is_documented_with_its_status() {
        let page = std::fs::read_to_string("../../docs/API.md").unwrap();
        for slug in Slug::ALL {
            let row = format!("| `{}` | {} |", slug.name(), slug.status().as_u16());
            assert!(page.contains(&row), "docs/API.md lacks {row}");
        }
    }

    /// The gateway answers some of these by itself, with texts of the template.
    #[test]
    fn the_gateway_tells_its_problems_in_the_same_words() {
        let template = std::fs::read_to_string("../../template.yaml").unwrap();
        let mut told = 0;
        for part in template.split("{\"type\":\"/problems/").skip(1) {
            let (name, rest) = part.split_once('"').unwrap();
            let slug = Slug::ALL.iter().find(|slug| slug.name() == name).unwrap();
            assert!(rest.starts_with(&format!(",\"title\":\"{}\"", slug.title())), "{name}");
            told += 1;
        }
        assert!(told >= 10, "{told}");
    }

    /// A request that the table refuses can never succeed, so the client is not asked to try again.
    #[test]
    fn what_the_table_refuses_is_a_fault_of_ours_and_no_outage() {
        let (operation, code) = ("PutItem", "ValidationException".to_owned());
        let refused = Problem::from(StoreError::Refused { operation, code: code.clone() });
        assert_eq!((refused.slug(), refused.slug().status().as_u16()), (Slug::Internal, 500));
        assert_eq!(refused.cause(), Some("table: PutItem is refused with ValidationException"), "for the log");
        assert!(!refused.into_response().headers().contains_key("retry-after"));
        let away = Problem::from(StoreError::Unavailable { operation, code });
        assert_eq!((away.slug(), away.slug().status().as_u16()), (Slug::Unavailable, 503));
        assert!(away.into_response().headers().contains_key("retry-after"));
    }

    #[test]
    fn a_pause_is_rounded_up_to_whole_seconds() {
        for (ms, expected) in [(0, "1"), (1000, "1"), (1001, "2")] {
            let problem = Problem::new(Slug::TooManyRequests).retry_after(Duration::from_millis(ms));
            assert_eq!(problem.into_response().headers()["retry-after"], expected, "{ms} ms");
        }
    }
}
