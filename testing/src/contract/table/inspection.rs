//! The contract of every table for operators: each record is found exactly once, page by page.

use std::time::Duration;

use domain::{
    AgencyDomain, BulkActionId, Timestamp, TraceId,
    bulk_action::{BulkAction, Verb},
    invite::Account,
    licence::SeedRequest,
    webhook::{Subscription, WebhookEvent},
};
use serde_json::Value;
use store::{
    CreateBulkActionOutcome, CreateOutcome, Due, DueEntry, IdempotentRequest, Store, StoreError,
    audit::{Audited, OperatorAct},
    inspection::{Page, Place, Work},
};

use super::steps::{answer, created, created_batch, done, write};
use crate::people::{account_invite, beginning, draft, keys, officer, vendor_form};

/// Runs this part of the contract, on a table that may contain anything else.
pub(super) async fn all(store: &Store) {
    what_requests_made_is_found_once(store).await;
    what_is_held_about_a_person_is_found_as_it_lies_there(store).await;
    what_was_due_before_a_moment_is_overdue(store).await;
    the_audit_is_in_order(store).await;
    an_agency_that_is_removed_is_not_there(store).await;
}

/// All pages to the end. Each begins at the place of the previous page, in the form in which a client keeps it.
pub(super) async fn whole<T>(mut page: impl AsyncFnMut(Option<Place>) -> Result<Page<T>, StoreError>) -> Vec<T> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let read = page(from).await.unwrap();
        assert_eq!(read.unreadable, 0);
        found.extend(read.found);
        let Some(next) = read.next else { return found };
        from = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap());
    }
}

async fn what_requests_made_is_found_once(store: &Store) {
    let (ada, now, entropy) = (officer("work"), beginning(), crate::seeded(81));
    let trace = TraceId::generate(now, &entropy);
    let invite = created(store, &account_invite(&ada, &vendor_form("work-1"), now, &entropy)).await;
    // Written once more, so that it has another version than the rest.
    let invite = write(store, &invite, invite.to_value().postponed(now)).await;
    let batch = created_batch(store, &draft(&ada, vec![vendor_form("work-2")], now, &entropy).0).await;
    let id = BulkActionId::generate(now, &entropy);
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &[invite.id], now, trace.clone());
    let request = IdempotentRequest::new(ada.id.clone(), "work", b"work", answer("work"), now);
    let outcome = store.create_action(&action, &parts, Some(&request)).await.unwrap();
    let CreateBulkActionOutcome::Created(action) = outcome else { panic!("the key is free") };
    let event = done(store.create(WebhookEvent::of_change(None, &invite, 2).unwrap()).await.unwrap());
    let account = Account { directory_id: "work".to_owned() };
    let asked = done(store.create_seed_request(SeedRequest::new(ada.id, account, now, trace)).await.unwrap());
    let found = whole(async |from| store.list_work(from).await).await;
    let works = [
        (Due::Invite(invite.id), 2, "QUEUED", &invite.trace, Some(now)),
        (Due::Batch(batch.id), 1, "DRAFT", &batch.trace, Some(batch.next_due())),
        (Due::BulkAction(id), 1, "RUNNING", &action.trace, action.next_due()),
        (Due::WebhookEvent(event.id), 1, "DUE", &event.trace, event.next_due()),
        (Due::SeedRequest(asked.id), 1, "PENDING", &asked.trace, Some(asked.next_due())),
    ];
    for (id, version, state, trace, due) in works {
        let same: Vec<&Work> = found.iter().filter(|work| work.id() == id).collect();
        let [one] = same[..] else { panic!("{id} is found {} times", same.len()) };
        let alone = store.find_work(id).await.unwrap().unwrap();
        for work in [one, &alone] {
            assert_eq!((work.id(), work.version(), work.state_name()), (id, version, state));
            assert_eq!((work.trace(), work.next_due()), (trace, due), "{id}");
        }
        assert_eq!(Due::parse(&id.to_string()), Some(id));
    }
    assert!(store.find_work(Due::parse("inv_01JD0000000000000000000000").unwrap()).await.unwrap().is_none());
}

async fn what_is_held_about_a_person_is_found_as_it_lies_there(store: &Store) {
    let (ada, now, entropy) = (officer("held"), beginning(), crate::seeded(82));
    let invite = account_invite(&ada, &vendor_form("held-1"), now, &entropy);
    assert_eq!(store.create_invite(&invite, None).await.unwrap(), CreateOutcome::Created);
    let (batch, rows) = draft(&ada, vec![vendor_form("held-1"), vendor_form("held-2")], now, &entropy);
    assert!(store.create_batch(&batch).await.unwrap().is_done());
    store.write_rows(batch.id, &rows).await.unwrap();
    let person = invite.address_key.clone();
    store.note_holders(std::slice::from_ref(&person), now + Duration::from_secs(3600)).await.unwrap();
    let _ =
        store.update(&person, |mailbox: domain::mail::Mailbox| mailbox.admit(invite.id, now).map(Some)).await.unwrap();
    let held: Vec<Value> = whole(async |from| store.list_held(&person, from).await).await;
    let mut kinds: Vec<&str> = held.iter().filter_map(|item| item["entity"].as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["guard", "holder", "invite", "mailbox", "row"]);
    let found = held.iter().find(|item| item["entity"] == "invite").unwrap();
    assert_eq!((found["body"]["id"].as_str(), found["version"].as_u64()), (Some(&*invite.id.to_string()), Some(1)));
}

async fn what_was_due_before_a_moment_is_overdue(store: &Store) {
    let later = beginning() + Duration::from_secs(400 * 24 * 3600);
    let invite = account_invite(&officer("overdue"), &vendor_form("overdue-1"), later, &crate::seeded(83));
    assert_eq!(store.create_invite(&invite, None).await.unwrap(), CreateOutcome::Created);
    let due_at = invite.next_due().unwrap();
    let entry = DueEntry { what: Due::Invite(invite.id), since: due_at };
    let times = async |before: Timestamp| {
        let found = whole(async |from| store.list_overdue(before, from).await).await;
        found.into_iter().filter(|found| *found == entry).count()
    };
    assert_eq!(times(due_at).await, 0);
    assert_eq!(times(due_at + Duration::from_millis(1)).await, 1);
}

async fn the_audit_is_in_order(store: &Store) {
    let act = |id: &str, after: u64| OperatorAct {
        id: id.to_owned(),
        action: "RETRY".to_owned(),
        subject: "contract".to_owned(),
        by: "somebody".to_owned(),
        at: beginning() + Duration::from_secs(after),
    };
    let acts = [act("b", 1), act("c", 1), act("a", 2)];
    for act in acts.iter().rev().chain(&acts[..1]) {
        store.note_act(act, beginning() + Duration::from_secs(3600)).await.unwrap();
    }
    let audit = whole(async |from| store.list_audit(from).await).await;
    let ours: Vec<&OperatorAct> = audit
        .iter()
        .filter_map(|entry| match entry {
            Audited::Act(act) if act.subject == "contract" => Some(act),
            Audited::Act(_) | Audited::Erasure(_) => None,
        })
        .collect();
    assert_eq!(ours, acts.iter().collect::<Vec<_>>(), "by time, each once however often it is noted");
    let erased = keys().address(&crate::people::email("forget-me@sample-board.gov.sg"));
    let is_erasure = |entry: &&Audited| matches!(entry, Audited::Erasure(done) if done.address_key == erased);
    assert_eq!(audit.iter().filter(is_erasure).count(), 1, "what was erased is there too");
}

async fn an_agency_that_is_removed_is_not_there(store: &Store) {
    let domain = AgencyDomain::parse("removed.gov.sg").unwrap();
    let agency = Subscription::registered(domain, "https://x.example/".to_owned(), "c".to_owned(), beginning());
    let id = agency.id();
    assert!(store.create(agency).await.unwrap().is_done());
    for _ in 0..2 {
        store.remove_subscription(id).await.unwrap();
        assert!(store.get::<Subscription>(&id).await.unwrap().is_none());
    }
}
