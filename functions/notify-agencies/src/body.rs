//! What an agency's system reads: ids, words of the API, a time and the Trace ID. The rest it asks the API for.

use domain::{InviteId, NoticeId, Timestamp, TraceId, notice::Notice};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: NoticeId,
    #[serde(rename = "type")]
    kind: &'static str,
    at: Timestamp,
    trace_id: &'a TraceId,
    invite: Subject<'a>,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: InviteId,
    /// Grows with each change: of two notices, the greater is the later.
    version: u64,
    techpass: &'a str,
    seed: &'a str,
    mail: Option<&'a str>,
}

/// The body of a notice, the same in every try.
pub(crate) fn of(notice: &Notice) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        id: notice.id,
        kind: "invite.changed",
        at: notice.at,
        trace_id: &notice.trace,
        invite: Subject {
            id: notice.invite,
            version: notice.invite_version,
            techpass: &notice.shown.techpass,
            seed: &notice.shown.seed,
            mail: notice.shown.mail.as_deref(),
        },
    })
}
