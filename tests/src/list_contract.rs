//! The contract of every table for the lists of an officer's invites.

use domain::{
    invite::{Act, Actor, SeedStatus, TechpassStatus},
    search::Words,
    tombstone::InviteTombstone,
};
use query_status::ListCache;
use std::time::Duration;
use store::{CreateOutcome, InviteQuery, Sort, SortColumn, Store, Written};

use testing::{
    contract::table::steps::{create, created, write},
    people::{account_invite, beginning, officer, officer_form, vendor_form},
};

/// Runs the contract on a table that may contain anything else.
///
/// # Panics
///
/// When the table breaks the contract.
pub async fn all(store: &Store) {
    an_officers_list_is_paged_sorted_and_filtered(store).await;
    a_list_that_is_remembered_follows_what_changes(store).await;
    a_page_is_full_although_people_are_erased(store).await;
}

async fn an_officers_list_is_paged_sorted_and_filtered(store: &Store) {
    let ada = officer("list-ada");
    let entropy = testing::seeded(7);
    for n in 0..7u64 {
        let mut form = if n % 2 == 0 { officer_form(&format!("list-{n}")) } else { vendor_form(&format!("list-{n}")) };
        form.last_name = format!("Name {}", ["g", "F", "e", "D", "c", "B", "a"][usize::try_from(n).unwrap()]);
        let invite = account_invite(&ada, &form, beginning() + Duration::from_secs(n), &entropy);
        assert_eq!(create(store, &invite).await, CreateOutcome::Created);
    }
    let lists = ListCache::default();
    let list = async |query: InviteQuery| {
        let mut found = Vec::new();
        let mut query = InviteQuery { limit: 2, ..query };
        loop {
            let page = lists.page(store, &ada.id, &query, beginning() + Duration::from_secs(9)).await.unwrap();
            assert!(page.invites.len() <= 2);
            let names = page.invites.iter().map(|invite| invite.email.mailbox());
            found.extend(names.map(|name| name.trim_start_matches("list-").to_owned()));
            query.after = page.next;
            if query.after.is_none() {
                return (found.concat(), page.total);
            }
        }
    };
    let sorted = |sort| InviteQuery { sort, ..InviteQuery::default() };
    assert_eq!(list(sorted(Sort::NEWEST)).await, ("6543210".to_owned(), 7));
    assert_eq!(list(sorted(Sort::OLDEST)).await, ("0123456".to_owned(), 7));
    assert_eq!(list(sorted(Sort::by(SortColumn::Email))).await, ("0123456".to_owned(), 7));
    assert_eq!(list(sorted(Sort::by(SortColumn::LastName))).await, ("6543210".to_owned(), 7));
    let text = InviteQuery { words: Words::of("VENDOR.example"), ..InviteQuery::default() };
    assert_eq!(list(text).await, ("531".to_owned(), 3));
    let techpass = InviteQuery { techpass: Some(TechpassStatus::Queued), sort: Sort::OLDEST, ..InviteQuery::default() };
    assert_eq!(list(techpass).await.1, 7);
    let seed = InviteQuery { seed: Some(SeedStatus::Pending), ..InviteQuery::default() };
    assert_eq!(list(seed).await, ("531".to_owned(), 3));
    let all = InviteQuery { limit: 9, ..InviteQuery::default() };
    let nobody = lists.page(store, &officer("list-bo").id, &all, beginning()).await.unwrap();
    assert_eq!((nobody.invites.len(), nobody.total), (0, 0), "another officer's invites are not listed");
}

async fn a_list_that_is_remembered_follows_what_changes(store: &Store) {
    let (cy, entropy) = (officer("list-cy"), testing::seeded(71));
    let at = |seconds| beginning() + Duration::from_secs(seconds);
    let mut invites = Vec::new();
    for name in ["moves", "stays", "goes"] {
        let invite = account_invite(&cy, &vendor_form(&format!("list-{name}")), beginning(), &entropy);
        invites.push(created(store, &invite).await);
    }
    let lists = ListCache::default();
    let list = async |techpass: Option<TechpassStatus>, now| {
        let query = InviteQuery { techpass, sort: Sort::by(SortColumn::Email), limit: 9, ..InviteQuery::default() };
        let page = lists.page(store, &cy.id, &query, now).await.unwrap();
        let names = page.invites.iter().map(|invite| invite.email.mailbox().replacen("list-", "", 1));
        let standing = page.techpass.iter().map(|(status, count)| format!("{count} {}", status.label()));
        (names.collect::<Vec<_>>().join(" "), page.total, standing.collect::<Vec<_>>().join(", "))
    };
    let said = |names: &str, total, standing: &str| (names.to_owned(), total, standing.to_owned());
    assert_eq!(list(None, at(600)).await, said("goes moves stays", 3, "3 Queued"));

    let [moves, stays, goes] = <[_; 3]>::try_from(invites).unwrap();
    let act = Act { at: at(500), trace: moves.trace.clone(), action: None };
    write(store, &moves, moves.to_value().revoke(&act).unwrap()).await;
    let late = created(store, &account_invite(&cy, &vendor_form("list-late"), at(490), &entropy)).await;
    let standing = "3 Queued, 1 Revoked";
    assert_eq!(
        list(Some(TechpassStatus::Queued), at(610)).await,
        said("goes late stays", 3, standing),
        "written late, seen all the same"
    );
    assert_eq!(list(Some(TechpassStatus::Revoked), at(610)).await, said("moves", 1, standing));

    let tombstone = InviteTombstone::of(&goes, Actor::Service, at(620));
    let forgotten = store.forget_invite(&goes, &tombstone, at(9000)).await.unwrap();
    assert_eq!(forgotten, Written::Done(()));
    assert_eq!(
        list(None, at(630)).await,
        said("late moves stays", 3, "2 Queued, 1 Revoked"),
        "a page holds nobody who is gone"
    );

    // A change with a time long ago is not read, until the list is read as a whole again.
    let act = Act { at: at(100), ..act };
    write(store, &stays, stays.to_value().revoke(&act).unwrap()).await;
    assert_eq!(list(Some(TechpassStatus::Revoked), at(640)).await.0, "moves");
    assert_eq!(
        list(Some(TechpassStatus::Queued), at(650)).await,
        said("late", 1, "1 Queued, 2 Revoked"),
        "what is shown is as it is now"
    );
    let old = Act { at: at(110), ..act };
    write(store, &late, late.to_value().revoke(&old).unwrap()).await;
    assert_eq!(list(Some(TechpassStatus::Revoked), at(660)).await.0, "moves stays");
    // The list was read as a whole when one of its invites was deleted.
    assert_eq!(list(Some(TechpassStatus::Revoked), at(629 + 15 * 60)).await.0, "moves stays");
    assert_eq!(list(Some(TechpassStatus::Revoked), at(630 + 15 * 60)).await.0, "late moves stays");
}

async fn a_page_is_full_although_people_are_erased(store: &Store) {
    let (dee, entropy, now) = (officer("list-dee"), testing::seeded(74), beginning());
    let mut invites = Vec::new();
    for number in 0..12 {
        let at = now + Duration::from_secs(number);
        let invite = account_invite(&dee, &officer_form(&format!("full-{number:02}")), at, &entropy);
        invites.push(created(store, &invite).await);
    }
    let query = InviteQuery { sort: Sort::OLDEST, limit: 2, ..InviteQuery::default() };
    let lists = ListCache::default();
    let page = async |seconds| lists.page(store, &dee.id, &query, now + Duration::from_secs(seconds)).await.unwrap();
    assert_eq!(page(60).await.total, 12);
    for invite in &invites[..9] {
        let tombstone = InviteTombstone::of(invite, Actor::Service, now);
        let forgotten = store.forget_invite(invite, &tombstone, now + Duration::from_secs(3600));
        assert_eq!(forgotten.await.unwrap(), Written::Done(()));
    }
    let page = page(200).await;
    let names: Vec<_> = page.invites.iter().map(|invite| invite.email.mailbox()).collect();
    assert_eq!((names.join(" "), page.total), ("full-09 full-10".to_owned(), 3));
    assert!(page.next.is_some());
}
