//! The contract of actions for many invites.

use std::time::Duration;

use domain::{
    BulkActionId, InviteId,
    bulk_action::{BulkAction, ENTRIES_PER_PART, Entry, Outcome, Part, Verb},
};
use store::{CreateBulkActionOutcome, CreateOutcome, IdempotentRequest, Store, Stored, Written};

use super::steps::{answer, create, found, stored, try_write};
use crate::people::{account_invite, beginning, officer, officer_form};

pub(super) async fn all(store: &Store) {
    an_action_advances_with_its_part_or_not_at_all(store).await;
    the_invites_of_an_action_are_listed_from_any_place(store).await;
    an_action_is_shown_for_thirty_days(store).await;
}

async fn an_action_advances_with_its_part_or_not_at_all(store: &Store) {
    let (ada, entropy, now) = (officer("acting"), crate::seeded(12), beginning());
    let mut invites = Vec::new();
    for number in 0..3 {
        let invite = account_invite(&ada, &officer_form(&format!("acting-{number}")), now, &entropy);
        assert_eq!(create(store, &invite).await, CreateOutcome::Created);
        invites.push(invite.id);
    }

    let id = BulkActionId::generate(now, &entropy);
    let trace = domain::TraceId::generate(now, &entropy);
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &invites, now, trace);
    let request = |body: &[u8]| IdempotentRequest::new(ada.id.clone(), "acting", body, answer("first"), now);
    let make = async |body: &'static [u8]| store.create_action(&action, &parts, Some(&request(body))).await.unwrap();
    let CreateBulkActionOutcome::Created(first) = make(b"a").await else { panic!("the key is free") };
    assert_eq!(make(b"a").await, CreateBulkActionOutcome::Replay(answer("first")));
    assert_eq!(make(b"b").await, CreateBulkActionOutcome::KeyReused);
    assert_eq!(stored::<BulkAction>(store, &id).await, first);
    assert_eq!(store.list_entries(&action, 1, 5).await.unwrap(), parts[0].entries[1..]);

    let part = stored::<Part>(store, &(id, 1)).await;
    let decided = part.to_value().decided(vec![Outcome::Done; 3]);
    let next = first.to_value().advanced(&decided, now).unwrap();
    let advance = async |action: &Stored<BulkAction>, part: &Stored<Part>| {
        store.write_both(action.becomes(next.clone()), part.becomes(decided.clone())).await.unwrap()
    };
    let (no_action, no_part) = (Stored::unwritten(first.to_value()), Stored::unwritten(part.to_value()));
    assert_eq!(advance(&no_action, &part).await, Written::LostRace);
    assert_eq!(advance(&first, &no_part).await, Written::LostRace);
    assert_eq!(stored::<Part>(store, &(id, 1)).await, part, "nothing half-written");
    assert!(advance(&first, &part).await.is_done());
    assert_eq!(found(store, &id).await, Some(next.clone()));
    assert_eq!(found(store, &(id, 1)).await, Some(decided.clone()));
    assert_eq!(try_write(store, &first, next).await, Written::LostRace);
}

/// A new action of `invites` invites, which need not exist.
async fn created_action(store: &Store, invites: usize, seed: u64) -> (Stored<BulkAction>, Vec<Entry>) {
    let (ada, now, entropy) = (officer("lists-actions"), beginning(), crate::seeded(seed));
    let ids: Vec<InviteId> = (0..invites).map(|_| InviteId::generate(now, &entropy)).collect();
    let trace = domain::TraceId::generate(now, &entropy);
    let id = BulkActionId::generate(now, &entropy);
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &ids, now, trace);
    let request = IdempotentRequest::new(ada.id, &id.to_string(), b"a", answer("a"), now);
    let outcome = store.create_action(&action, &parts, Some(&request)).await.unwrap();
    let CreateBulkActionOutcome::Created(created) = outcome else { panic!("the key is free") };
    (created, parts.into_iter().flat_map(|part| part.entries).collect())
}

async fn the_invites_of_an_action_are_listed_from_any_place(store: &Store) {
    let total = 2 * ENTRIES_PER_PART + 50;
    let (action, entries) = created_action(store, total, 100).await;
    let in_second = ENTRIES_PER_PART + 50;
    for (from, limit) in [
        (0, total),
        (0, 1),
        (ENTRIES_PER_PART - 1, 2),
        (ENTRIES_PER_PART, ENTRIES_PER_PART),
        (in_second, 75),
        (total - 1, 9),
        (total, 5),
        (0, usize::MAX),
    ] {
        let expected: Vec<Entry> = entries.iter().skip(from).take(limit).cloned().collect();
        assert_eq!(store.list_entries(&action, from, limit).await.unwrap(), expected, "{limit} from {from}");
    }
}

async fn an_action_is_shown_for_thirty_days(store: &Store) {
    let (action, _) = created_action(store, 1, 101).await;
    let end = beginning() + Duration::from_secs(2_592_000);
    let show = async |now| store.show_action(action.id, now).await.unwrap();
    assert_eq!(show(beginning()).await, Some(action.clone()));
    assert_eq!(show(end - Duration::from_millis(1)).await, Some(action.clone()));
    assert_eq!(show(end).await, None);
}
