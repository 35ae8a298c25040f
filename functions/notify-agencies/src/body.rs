//! The body of a webhook event: ids, names of the API, a time and the Trace ID. The agency asks the API for the rest.

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
    /// Increases with each change: the event with the greater version is the later one.
    version: u64,
    techpass: &'a str,
    seed: &'a str,
    mail: Option<&'a str>,
}

/// The body of an event, which is the same in every attempt.
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
