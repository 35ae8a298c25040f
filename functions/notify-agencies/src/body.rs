//! What an agency's system reads: ids, words of the API, a time and the Trace ID. The rest it asks the API for.

use domain::{InviteId, Timestamp, TraceId, WebhookEventId, webhook::WebhookEvent};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: WebhookEventId,
    #[serde(rename = "type")]
    kind: &'static str,
    at: Timestamp,
    trace_id: &'a TraceId,
    invite: Subject<'a>,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: InviteId,
    /// Grows with each change: of two events, the greater is the later.
    version: u64,
    techpass: &'a str,
    seed: &'a str,
    mail: Option<&'a str>,
}

/// The body of an event, the same in every try.
pub(crate) fn of(event: &WebhookEvent) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        id: event.id,
        kind: "invite.changed",
        at: event.at,
        trace_id: &event.trace,
        invite: Subject {
            id: event.invite,
            version: event.invite_version,
            techpass: &event.shown.techpass,
            seed: &event.shown.seed,
            mail: event.shown.mail.as_deref(),
        },
    })
}
