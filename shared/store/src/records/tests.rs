//! When each kind of record is due, and when the table may delete it.

use std::{num::NonZeroU32, time::Duration};

use domain::{
    BulkActionId, InviteId, Timestamp, TraceId,
    bulk_action::{BulkAction, Verb},
    canary::Canary,
    invite::Account,
    licence::SeedRequest,
    mail::Mailbox,
    usage::{SingleCaps, Usage},
    webhook::{Subscription, WebhookEvent},
};
use testing::people::{account_invite, beginning, draft, keys, officer, officer_form};

use crate::{
    JobRecord, Record,
    item::{expires_at, text},
    record::item_of,
};

/// When the sweeper finds the record, and when it expires.
fn ends<T: Record>(record: &T) -> (Option<Timestamp>, Option<i64>) {
    let item = item_of(record, 1).unwrap();
    (text(&item, "due_at").and_then(Timestamp::parse), expires_at(&item))
}

fn days(number: u64) -> Timestamp {
    beginning() + Duration::from_secs(number * 24 * 3600)
}

#[test]
fn a_record_is_found_when_it_is_due_and_expires_after_its_retention() {
    let (ada, now, entropy) = (officer("ada"), beginning(), testing::seeded(1));
    let trace = || TraceId::generate(now, &testing::seeded(2));
    let invite = account_invite(&ada, &officer_form("bo"), now, &entropy);
    let (batch, _) = draft(&ada, Vec::new(), now, &entropy);
    let id = BulkActionId::generate(now, &entropy);
    let invites = [InviteId::generate(now, &entropy)];
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &invites, now, trace());
    let event = WebhookEvent::of_change(None, &invite, 1).unwrap();
    let request = SeedRequest::new(ada.id.clone(), Account { directory_id: "d".to_owned() }, now, trace());
    let mailbox = Mailbox::unknown(keys().address(&ada.email)).admit(invite.id, now).unwrap();
    let caps = SingleCaps { per_hour: NonZeroU32::MAX, per_day: NonZeroU32::MAX };
    let usage = Usage::none(ada.id.clone()).one(&caps, now).unwrap();
    let agency = Subscription::registered(event.agency.clone(), "https://x.example/".to_owned(), "c".to_owned(), now);
    let job = JobRecord { name: "audit".to_owned(), due_at: now, cursor: None, finished_at: now };
    let seconds = |at: Option<Timestamp>| at.map(Timestamp::unix_seconds);
    let (forgotten, uncounted) = (mailbox.forgotten_at(), usage.forgotten_at());
    assert!(forgotten.is_some() && uncounted.is_some());
    for (name, ends, due, expires) in [
        ("invite", ends(&invite), invite.next_due(), None),
        ("batch", ends(&batch), Some(batch.next_due()), None),
        ("action", ends(&action), action.next_due(), Some(days(30))),
        ("part", ends(&parts[0]), None, Some(days(30))),
        ("event", ends(&event), event.next_due(), Some(days(14))),
        ("request for SEED", ends(&request), Some(request.next_due()), None),
        ("mailbox", ends(&mailbox), None, forgotten),
        ("usage", ends(&usage), None, uncounted),
        ("subscription", ends(&agency), None, None),
        ("job", ends(&job), None, None),
        ("canary", ends(&Canary::first(ada.email, now)), None, None),
    ] {
        assert_eq!(ends, (due, seconds(expires)), "{name}");
    }
}
