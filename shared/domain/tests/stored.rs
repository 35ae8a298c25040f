//! Stored names never change, because an earlier and a later release read each other's items. A name that is changed
//! here makes items unreadable. Give the code the new name, and keep the old one with `#[serde(rename = "…")]`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{
    batch::{BatchState, Duplicate, RowState, Source},
    bulk_action::{BulkActionState, Outcome, Refusal, Verb},
    fields::Holder,
    invite::{Actor, Event, Failure, FirstPassword, InviteState, Origin},
    licence::{DeviceState, SeedState},
    mail::{MailKind, MailState, SuppressionReason},
    webhook::{SubscriptionState, WebhookEventState},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const AT: &str = "2026-11-23T05:24:02.000Z";

/// Checks that each of `values` is read, and written unchanged.
fn keep<T: Serialize + DeserializeOwned>(values: impl IntoIterator<Item = Value>) {
    for value in values {
        let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(serde_json::to_value(&read).unwrap(), value);
    }
}

fn states(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({"state": name})).collect()
}

fn words(words: &[&str]) -> Vec<Value> {
    words.iter().map(|word| json!(word)).collect()
}

#[test]
fn invites_keep_their_names() {
    let account = json!({"directory_id": "ada"});
    keep::<InviteState>(states(&["QUEUED", "ACCEPTED", "ACCOUNT_GONE", "EXPIRED", "REVOKED"]));
    keep::<InviteState>([
        json!({"state": "INVITED", "expires_at": AT}),
        json!({"state": "REVOKING", "account": account, "lease_until": AT, "attempt": 1}),
        json!({"state": "PROVISIONING", "lease_until": AT, "attempt": 1}),
        json!({"state": "ACCOUNT_CREATED", "account": account}),
        json!({"state": "ONBOARDED", "account": account}),
        json!({"state": "DISABLED", "account": account}),
        json!({"state": "FAILED", "failure": "account-exists"}),
        json!({"state": "NEEDS_ATTENTION", "stood": {"state": "QUEUED"}}),
    ]);
    keep::<Failure>(words(&[
        "account-exists",
        "username-taken",
        "details-refused",
        "mail-refused",
        "address-bounced",
        "address-complained",
    ]));
    keep::<FirstPassword>(states(&["NOT_REQUESTED"]));
    keep::<FirstPassword>(
        ["REQUESTED", "SENDING", "UNKNOWN", "SENT"].map(|state| json!({"state": state, "at": AT, "count": 2})),
    );
    keep::<Origin>([
        json!({"kind": "email"}),
        json!({"kind": "account"}),
        json!({"kind": "batch", "batch": "bat_01JD0000000000000000000000", "row": 1}),
        json!({"kind": "batch", "batch": "bat_01JD0000000000000000000000", "row": 1, "of": "email"}),
    ]);
    keep::<Holder>([json!({"persona": "officer"}), json!({"persona": "vendor", "username": "ada"})]);
}

#[test]
fn histories_keep_their_names() {
    keep::<Actor>(words(&["officer", "invitee", "operator", "service"]));
    keep::<Event>(words(&[
        "QUEUED",
        "INVITED",
        "ACCEPTED",
        "PROVISIONING",
        "ACCOUNT_CREATED",
        "ACCOUNT_FOUND",
        "ONBOARDED",
        "DISABLED",
        "ENABLED",
        "ACCOUNT_GONE",
        "ACCOUNT_DELETED",
        "FAILED",
        "EXPIRED",
        "REVOKED",
        "RESENT",
        "AMENDED",
        "REMINDED",
        "NEEDS_ATTENTION",
        "RESUMED",
        "LICENCE_ASSIGNED",
        "LICENCE_ERROR",
        "LICENCE_WITHDRAWN",
        "LICENCE_FOUND",
        "SEED_REQUESTED",
        "DEVICE_ENROLLED",
        "DEVICE_REMOVED",
        "DEVICE_FAILED",
        "FIRST_PASSWORD_REQUESTED",
        "FIRST_PASSWORD_SENT",
        "FIRST_PASSWORD_WITHHELD",
        "DELAYED",
        "DELIVERED",
        "SUPPRESSED",
        "BOUNCED",
        "COMPLAINED",
        "FORGOTTEN",
    ]));
}

#[test]
fn mails_and_licences_keep_their_names() {
    let receipt = |state| json!({"state": state, "message_id": "m-1", "at": AT, "possible_duplicate": false});
    keep::<MailState>(
        ["ACCEPTED", "DELAYED", "UNKNOWN", "DELIVERED", "BOUNCED", "COMPLAINED", "SUPPRESSED"].map(receipt),
    );
    keep::<MailState>([
        json!({"state": "DUE", "refusals": 0, "attempts": 0, "held_until": null}),
        json!({"state": "CLAIMED", "attempt": 1, "at": AT, "refusals": 0}),
        json!({"state": "WITHHELD", "at": AT, "reason": "bounced"}),
        json!({"state": "REFUSED", "at": AT}),
        json!({"state": "REPLACED"}),
    ]);
    keep::<MailKind>(words(&[
        "invitation",
        "reminder",
        "account-created",
        "invitation-lapsed",
        "batch-report",
        "canary",
    ]));
    keep::<SuppressionReason>(words(&["bounced", "complained"]));
    keep::<SeedState>(states(&[
        "NOT_REQUIRED",
        "INELIGIBLE",
        "PENDING",
        "LICENCE_ASSIGNED",
        "FULLY_ONBOARDED",
        "WITHDRAWING",
        "WITHDRAWN",
    ]));
    keep::<SeedState>(
        ["not-set-up", "none-left", "refused"]
            .map(|fault| json!({"state": "LICENCE_ERROR", "fault": fault, "retry_at": null})),
    );
    keep::<DeviceState>(states(&["ENROLLED", "REMOVED"]));
    keep::<DeviceState>([json!({"state": "FAILED", "reason": "no-tpm"})]);
}

#[test]
fn batches_and_rows_keep_their_names() {
    keep::<BatchState>(states(&["AWAITING_UPLOAD", "DRAFT", "DONE", "RESET"]));
    keep::<BatchState>([
        json!({"state": "PARSING", "object": {"key": "k", "version_id": "v"}, "lease_until": AT, "attempt": 1}),
        json!({"state": "SUBMITTED", "cursor": 0}),
        json!({"state": "DISPATCHED", "since": AT, "next_check": AT}),
        json!({"state": "UNREADABLE", "code": "FILE_EMPTY", "detail": "It is empty."}),
    ]);
    keep::<Source>(words(&["upload", "drop", "paste"]));
    let fault = json!({"field": "lastName", "fault": "required"});
    keep::<RowState>(states(&["READY", "REMOVED"]));
    keep::<RowState>([
        json!({"state": "NEEDS_FIXING", "faults": [fault]}),
        json!({"state": "CONTRADICTION", "fault": fault, "number": 1}),
        json!({"state": "DUPLICATE", "duplicate": {"of": "row", "number": 1}}),
        json!({"state": "SENT", "invite": "inv_01JD0000000000000000000000", "at": AT}),
    ]);
    keep::<Duplicate>(
        ["live-invite", "others-invite", "live-username", "account"].map(|duplicate| json!({"of": duplicate})),
    );
}

#[test]
fn bulk_actions_and_webhooks_keep_their_names() {
    keep::<BulkActionState>([json!({"state": "RUNNING", "part": 1}), json!({"state": "DONE"})]);
    keep::<Verb>([json!("resend"), json!("revoke"), json!({"amend": {"reason": "Project"}})]);
    keep::<Outcome>([json!({"outcome": "waiting"}), json!({"outcome": "done"})]);
    keep::<Outcome>([json!({"outcome": "skipped", "why": {"code": "not-found"}})]);
    keep::<Refusal>(
        ["state-conflict", "undeliverable", "already-invited", "invited-by-another", "username-taken", "lost-race"]
            .map(|code| json!({"code": code})),
    );
    keep::<Refusal>([json!({"code": "too-soon", "next": AT})]);
    keep::<WebhookEventState>([
        json!({"state": "DUE", "tries": 0, "from": AT}),
        json!({"state": "CLAIMED", "tries": 1, "lease_until": AT}),
        json!({"state": "DELIVERED", "at": AT}),
        json!({"state": "GIVEN_UP", "at": AT}),
    ]);
    keep::<SubscriptionState>([
        json!({"state": "PENDING", "challenge": "c", "failure": null}),
        json!({"state": "ACTIVE"}),
        json!({"state": "PARKED", "at": AT}),
    ]);
}
