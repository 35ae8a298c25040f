//! The contract of accounts, and of who owns them.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use domain::{
    ContactNumber, NameAndNumber,
    fields::Form,
    invite::{Account, Failure, Invite},
    licence::{SeedRequest, SeedState},
};
use store::{AccountOwner, CreateOutcome, Refused, Store, Stored, Written, accounts::ACCOUNT_SHARDS};

use super::steps::{create, created, done, try_write, write};
use crate::people::{account_invite, beginning, email, keys, officer, officer_form, vendor_form};

pub(super) async fn all(store: &Store) {
    an_account_is_its_latest_owners_and_can_be_listed(store).await;
    an_invite_owns_no_account_but_its_own(store).await;
    an_invite_that_adopts_an_account_takes_its_locks_again(store).await;
    an_account_is_not_adopted_for_an_address_that_is_taken(store).await;
    a_deleted_request_is_remembered(store).await;
    accounts_are_listed_page_by_page_each_once(store).await;
    an_account_elsewhere_is_believed_until_its_note_ends(store).await;
    a_list_of_the_directory_is_known_by_its_beginning(store).await;
    people_and_agencies_with_accounts_are_known_until_their_notes_end(store).await;
}

async fn people_and_agencies_with_accounts_are_known_until_their_notes_end(store: &Store) {
    let number = ContactNumber::parse("+6591234567").unwrap();
    let person = |name: &str| keys().person(&NameAndNumber::new([name, "Noted"], &number).unwrap());
    let [here, there] = ["noted@agency.gov.sg", "noted@board.gov.sg"].map(|address| keys().address(&email(address)));
    let until = beginning() + Duration::from_secs(60);
    store.note_people(&[(person("Bo"), here.clone()), (person("Cy"), there.clone())], until).await.unwrap();
    store.note_people(&[(person("Bo"), here.clone()), (person("Bo"), here.clone())], until).await.unwrap();
    let asked = [
        (person("Bo"), there),
        (person("Cy"), here.clone()),
        (person("Bo"), here),
        (person("Dee"), keys().address(&email("x@y.gov.sg"))),
    ];
    let elsewhere = store.people_elsewhere(&asked, until).await.unwrap();
    assert_eq!(elsewhere, HashSet::from([person("Bo"), person("Cy")]));
    assert!(store.people_elsewhere(&asked[2..], until).await.unwrap().is_empty(), "it is their own address");
    let late = until + Duration::from_secs(1);
    assert!(store.people_elsewhere(&asked, late).await.unwrap().is_empty());

    let domains = ["agency.gov.sg", "board.gov.sg"].map(str::to_owned);
    store.note_agencies(&BTreeSet::from(domains.clone()), until).await.unwrap();
    let known = store.agencies(until).await.unwrap();
    assert!(domains.iter().all(|domain| !known.lack(domain)) && known.lack("other.gov.sg"));
    assert!(!store.agencies(late).await.unwrap().lack("other.gov.sg"), "nothing is known of anybody");
}

fn account(name: &str) -> Account {
    Account { directory_id: name.to_owned() }
}

/// The first request of an account.
async fn asked(store: &Store, name: &str) -> Stored<SeedRequest> {
    let trace = domain::TraceId::generate(beginning(), &crate::seeded(91));
    let request = SeedRequest::new(officer("asks").id, account(name), beginning(), trace);
    done(store.create_seed_request(request).await.unwrap())
}

/// An invite that a worker is creating the account of.
async fn claimed(store: &Store, form: &Form, seed: u64) -> Stored<Invite> {
    let invite = account_invite(&officer("accounts"), form, beginning(), &crate::seeded(seed));
    let read = created(store, &invite).await;
    write(store, &read, invite.claim(beginning()).unwrap()).await
}

fn with_account(invite: &Stored<Invite>, account: &Account) -> Invite {
    invite.to_value().account_created(account.clone(), SeedState::NotRequired, beginning()).unwrap()
}

async fn an_account_elsewhere_is_believed_until_its_note_ends(store: &Store) {
    let [theirs, nobodys] = ["held", "free"].map(|name| keys().address(&email(&format!("{name}@vendor.example.com"))));
    let until = beginning() + Duration::from_secs(3600);
    store.note_holders(std::slice::from_ref(&theirs), until).await.unwrap();
    let both = [theirs.clone(), nobodys.clone()];
    for (now, believed) in [(beginning(), true), (until, true), (until + Duration::from_secs(1), false)] {
        let held = store.held_addresses(&both, now).await.unwrap();
        assert_eq!(held, if believed { vec![theirs.clone()] } else { Vec::new() });
        assert_eq!(store.is_held(&theirs, now).await.unwrap(), believed);
        assert!(!store.is_held(&nobodys, now).await.unwrap());
    }
}

async fn a_list_of_the_directory_is_known_by_its_beginning(store: &Store) {
    let [first, second] = [0, 1].map(|hours| beginning() + Duration::from_secs(hours * 3600));
    let names: Vec<Account> = (0..120).map(|number| account(&format!("Listed.{number}"))).collect();
    for page in names.chunks(50) {
        store.record_listed(first, page).await.unwrap();
        store.record_listed(first, page).await.unwrap();
    }
    store.record_listed(second, &names[..1]).await.unwrap();
    store.record_listed(second, &[]).await.unwrap();
    let listed = store.listed_accounts(first).await.unwrap();
    assert!(names.iter().all(|name| listed.has(name)));
    assert!(listed.has(&account("listed.7")) && !listed.has(&account("listed.120")), "the directory ignores case");
    let listed = store.listed_accounts(second).await.unwrap();
    assert!(listed.has(&names[0]) && !listed.has(&names[1]));
}

async fn an_account_is_its_latest_owners_and_can_be_listed(store: &Store) {
    let (now, entropy) = (beginning(), crate::seeded(31));
    let [account, in_lower_case] = ["Owner.One", "owner.one"].map(account);
    assert_eq!(store.find_owner(&account).await.unwrap(), None);
    let trace = domain::TraceId::generate(now, &entropy);
    let request = SeedRequest::new(officer("owner").id, account.clone(), now, trace);
    let Written::Done(asked) = store.create_seed_request(request.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create_seed_request(request).await.unwrap(), Written::LostRace);
    assert_eq!(store.find_owner(&in_lower_case).await.unwrap(), Some(AccountOwner::Request(asked.clone())));
    let assigned = write(store, &asked, asked.to_value().assigned(now).unwrap()).await;
    assert_eq!(try_write(store, &asked, assigned.to_value()).await, Written::LostRace);
    assert_eq!(
        store.find_seed_requests(std::slice::from_ref(&account)).await.unwrap(),
        std::slice::from_ref(&assigned)
    );

    let invite = account_invite(&officer("owner"), &officer_form("owner-1"), now, &entropy);
    let read = created(store, &invite).await;
    let claimed = write(store, &read, invite.claim(now).unwrap()).await;
    let made = || claimed.to_value().account_created(account.clone(), SeedState::NotRequired, now).unwrap();
    let recorded = store.record_account(claimed.becomes(made())).await.unwrap();
    let Written::Done(recorded) = recorded else { panic!("nobody else records it") };
    assert_eq!(store.record_account(claimed.becomes(made())).await.unwrap(), Written::LostRace);
    assert_eq!(store.find_owner(&in_lower_case).await.unwrap(), Some(AccountOwner::Invite(Box::new(recorded))));

    let mut links = Vec::new();
    for shard in 0..ACCOUNT_SHARDS {
        links.extend(store.list_accounts(shard, None, 1000).await.unwrap());
        let after = store.list_accounts(shard, Some("owner.one"), 1000).await.unwrap();
        assert!(after.iter().all(|link| link.account != in_lower_case), "the one it begins after is not listed");
    }
    let link = links.into_iter().find(|link| link.account == in_lower_case).unwrap();
    assert_eq!(store.forget_account(&link).await.unwrap(), Written::Done(()));
    assert_eq!(store.find_owner(&account).await.unwrap(), Some(AccountOwner::Request(assigned)));
}

async fn an_invite_owns_no_account_but_its_own(store: &Store) {
    let (first, second) = (account("replaced"), account("replacement"));
    let claimed = claimed(store, &officer_form("replaced"), 92).await;
    let recorded = done(store.record_account(claimed.becomes(with_account(&claimed, &first))).await.unwrap());
    let recorded = done(store.record_account(recorded.becomes(with_account(&claimed, &second))).await.unwrap());
    assert_eq!(store.find_owner(&first).await.unwrap(), None, "the link of the first account is still there");
    assert_eq!(store.find_owner(&second).await.unwrap(), Some(AccountOwner::Invite(Box::new(recorded))));
}

async fn an_invite_that_adopts_an_account_takes_its_locks_again(store: &Store) {
    let (now, found, form) = (beginning(), account("adopted"), vendor_form("adopts"));
    let claimed = claimed(store, &form, 93).await;
    let failed = write(store, &claimed, claimed.to_value().fail(Failure::UsernameTaken, now).unwrap()).await;
    let adopted = with_account(&claimed, &found);
    assert_eq!(store.adopt_account(&failed, adopted.clone()).await.unwrap(), []);
    assert_eq!(store.adopt_account(&failed, adopted).await.unwrap(), [Refused::LostRace]);
    let Some(AccountOwner::Invite(owner)) = store.find_owner(&found).await.unwrap() else {
        panic!("it belongs to the invite")
    };
    assert_eq!((owner.id, owner.version()), (failed.id, failed.version() + 1));
    let again = account_invite(&officer("accounts"), &form, now, &crate::seeded(94));
    assert_eq!(create(store, &again).await, CreateOutcome::AddressTaken);
}

async fn an_account_is_not_adopted_for_an_address_that_is_taken(store: &Store) {
    let (now, found, form) = (beginning(), account("not-adopted"), vendor_form("adopts-late"));
    let claimed = claimed(store, &form, 95).await;
    let failed = write(store, &claimed, claimed.to_value().fail(Failure::UsernameTaken, now).unwrap()).await;
    created(store, &account_invite(&officer("accounts"), &form, now, &crate::seeded(96))).await;
    let refused = store.adopt_account(&failed, with_account(&claimed, &found)).await.unwrap();
    assert_eq!(refused, [Refused::AddressTaken, Refused::UsernameTaken]);
    assert_eq!(store.find_owner(&found).await.unwrap(), None, "nothing half-written");
}

async fn a_deleted_request_is_remembered(store: &Store) {
    let (deleted, until) = (account("Deleted.One"), beginning() + Duration::from_secs(3600));
    let was_requested = async || store.was_requested(&deleted, until).await.unwrap();
    assert!(!was_requested().await, "nobody has asked yet");
    let stale = asked(store, "Deleted.One").await;
    let latest = write(store, &stale, stale.to_value().postponed(until)).await;
    assert_eq!(store.forget_seed_request(&stale, until).await.unwrap(), Written::LostRace);
    assert!(!was_requested().await, "the request is still there");
    assert_eq!(store.forget_seed_request(&latest, until).await.unwrap(), Written::Done(()));
    assert_eq!(store.find_owner(&deleted).await.unwrap(), None);
    assert!(was_requested().await);
    assert!(was_requested().await, "also after it was read");
}

async fn accounts_are_listed_page_by_page_each_once(store: &Store) {
    // One more than there are shards, so one shard has two of them.
    let names: Vec<String> = (0..=ACCOUNT_SHARDS).map(|number| format!("listed-{number}")).collect();
    for name in &names {
        asked(store, name).await;
    }
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for shard in 0..ACCOUNT_SHARDS {
        let mut after: Option<String> = None;
        while let [link] = &store.list_accounts(shard, after.as_deref(), 1).await.unwrap()[..] {
            let name = link.account.directory_id.clone();
            assert!(after.is_none_or(|after| after < name), "by name");
            *times.entry(name.clone()).or_default() += 1;
            after = Some(name);
        }
    }
    assert!(names.iter().all(|name| times.get(name) == Some(&1)), "{times:?}");
}
