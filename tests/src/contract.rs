//! What every table promises. The same assertions run over the table in memory and over a DynamoDB API, so that a test
//! over the first says something about the second. The modules below it do the same for the other backends.

pub mod directory;
mod inspection;
pub mod objects;
pub mod outbox;
pub mod queues;

use std::time::Duration;

use domain::{
    BulkActionId, SubscriptionId,
    batch::{Batch, Counts, Duplicate, RowState, RowStatus},
    bulk_action::{BulkAction, Outcome, Part, Verb},
    canary::Canary,
    invite::{Account, Act, Actor, Failure, Invite, Origin, SeedStatus, TechpassStatus},
    licence::{SeedRequest, SeedState},
    mail::{Mail, MailKind, Mailbox, SuppressionReason},
    terms::Terms,
    tombstone::{BatchTombstone, InviteTombstone},
    webhook::{Subscription, WebhookEvent},
};
use query_status::ListCache;
use store::{
    AccountOwner, CreateBulkActionOutcome, CreateOutcome, Due, DueEntry, IdempotentRequest, InviteQuery, JobRecord,
    LostRace, ROWS_PER_ADDITION, Record, Refused, Replaced, RequestOutcome, SavedAnswer, Sort, Store, Stored,
    Transaction, Updated, Written,
    accounts::ACCOUNT_SHARDS,
    dispatch::DispatchOutcome,
    due::DUE_SHARDS,
    erasure::{AuditEntry, Found, PARTS},
    rows::KeyedRow,
};

use crate::people::{account_invite, beginning, draft, keys, officer, officer_form, vendor_form};

/// Runs the whole contract on an empty table.
///
/// # Panics
///
/// When a promise is broken.
pub async fn all(store: &Store) {
    one_live_invite_per_address_and_username(store).await;
    a_job_is_taken_up_once(store).await;
    a_tombstone_takes_the_place_of_an_invite_and_frees_its_locks(store).await;
    rows_are_deleted_over_the_version_that_was_read(store).await;
    reading_every_part_finds_everything_once(store).await;
    a_lock_is_freed_only_from_under_the_owner_that_was_read(store).await;
    a_request_to_forget_ends_in_the_audit_trail(store).await;
    a_repeated_request_gets_its_first_answer(store).await;
    a_stale_version_writes_nothing(store).await;
    a_failed_invite_frees_its_locks(store).await;
    an_invite_that_lives_again_takes_its_locks_again(store).await;
    a_token_is_used_once(store).await;
    an_officers_list_is_paged_sorted_and_filtered(store).await;
    a_list_that_is_remembered_follows_what_changes(store).await;
    a_page_is_full_whoever_is_forgotten(store).await;
    an_account_is_believed_until_its_note_lapses(store).await;
    rows_are_paged_and_filtered(store).await;
    a_change_of_rows_stands_or_falls_with_its_batch(store).await;
    rows_are_added_once_to_the_batch_that_was_read(store).await;
    a_dispatch_says_what_became_of_each_row(store).await;
    an_action_advances_with_its_part_or_not_at_all(store).await;
    a_webhook_event_is_there_once_and_changes_over_what_was_read(store).await;
    an_update_decides_anew_after_a_lost_race(store).await;
    a_transaction_names_what_it_was_refused(store).await;
    what_is_due_is_found_and_nothing_else(store).await;
    an_account_is_its_latest_owners_and_can_be_listed(store).await;
    a_mailbox_is_written_over_the_version_that_was_read(store).await;
    inspection::all(store).await;
    settings_are_read_strictly(store).await;
}

fn answer(body: &str) -> SavedAnswer {
    SavedAnswer { status: 202, location: Some("/x".to_owned()), body: body.to_owned() }
}

async fn create(store: &Store, invite: &Invite) -> CreateOutcome {
    store.create_invite(invite, None).await.unwrap()
}

/// A new invite as it is stored.
async fn created(store: &Store, invite: &Invite) -> Stored<Invite> {
    assert_eq!(create(store, invite).await, CreateOutcome::Created);
    stored(store, &invite.id).await
}

async fn stored<T: Record>(store: &Store, id: &T::Id) -> Stored<T> {
    store.get(id).await.unwrap().unwrap()
}

async fn found<T: Record>(store: &Store, id: &T::Id) -> Option<T> {
    store.get(id).await.unwrap().map(Stored::into_value)
}

/// Writes a change, which nobody else is to be faster than.
async fn write<T: Record>(store: &Store, read: &Stored<T>, next: T) -> Stored<T> {
    match store.write(read.becomes(next)).await.unwrap() {
        Replaced::Done(stored) => stored,
        Replaced::LostRace => panic!("the race is lost"),
    }
}

/// What becomes of a change.
async fn try_write<T: Record>(store: &Store, read: &Stored<T>, next: T) -> Written {
    store.write(read.becomes(next)).await.unwrap().written()
}

async fn one_live_invite_per_address_and_username(store: &Store) {
    let (ada, bo) = (officer("guard-ada"), officer("guard-bo"));
    let entropy = testing::seeded(1);
    let invite = |officer, form| account_invite(officer, &form, beginning(), &entropy);
    let first = invite(&ada, vendor_form("guard-vendor"));
    assert_eq!(create(store, &first).await, CreateOutcome::Created);
    assert_eq!(create(store, &invite(&bo, vendor_form("guard-vendor"))).await, CreateOutcome::AddressTaken);
    let mut tagged = vendor_form("guard-vendor");
    tagged.email = "Guard-Vendor+2@VENDOR.example.com".to_owned();
    tagged.username = "another-name".to_owned();
    assert_eq!(create(store, &invite(&bo, tagged)).await, CreateOutcome::AddressTaken);
    let mut namesake = vendor_form("someone-else");
    namesake.username = "GUARD-vendor".to_owned();
    let namesake = invite(&bo, namesake);
    assert_eq!(create(store, &namesake).await, CreateOutcome::UsernameTaken);
    assert_eq!(found::<Invite>(store, &namesake.id).await, None, "nothing half-written");
    assert_eq!(found(store, &first.id).await, Some(first.clone()));
    let live = [first.address_key.clone(), keys().address(&crate::people::email("free@vendor.example.com"))];
    assert_eq!(store.live_addresses(&live).await.unwrap(), [first.address_key]);
}

async fn a_job_is_taken_up_once(store: &Store) {
    assert_eq!(store.list_jobs().await.unwrap(), []);
    let now = beginning();
    let first = JobRecord { name: "totals".to_owned(), due_at: now, cursor: None, finished_at: now };
    let Replaced::Done(taken) = store.create(first.clone()).await.unwrap() else { panic!("nobody took it up") };
    assert_eq!(store.create(first.clone()).await.unwrap(), Replaced::LostRace, "another sweeper took it up");
    let next = JobRecord { cursor: Some("3".to_owned()), ..first };
    let written = write(store, &taken, next.clone()).await;
    assert_eq!(written.version(), 2);
    assert_eq!(try_write(store, &taken, next).await, Written::LostRace);
    assert_eq!(store.list_jobs().await.unwrap(), [written]);
}

async fn a_tombstone_takes_the_place_of_an_invite_and_frees_its_locks(store: &Store) {
    let (ada, now) = (officer("forget"), beginning());
    let invite = account_invite(&ada, &vendor_form("forget-1"), now, &testing::seeded(31));
    let stale = created(store, &invite).await;
    let latest = write(store, &stale, stale.to_value().postponed(now)).await;
    let tombstone = InviteTombstone::of(&invite, Actor::Service, now);
    let until = now + Duration::from_secs(3600);
    let forget = async |read| store.forget_invite(read, &tombstone, until).await.unwrap();
    assert_eq!(forget(&stale).await, Written::LostRace, "a stale version");
    assert_eq!(forget(&latest).await, Written::Done);
    assert_eq!(found::<Invite>(store, &invite.id).await, None);
    assert_eq!(store.get_many::<Invite>(&[invite.id]).await.unwrap(), []);
    let again = account_invite(&ada, &vendor_form("forget-1"), now, &testing::seeded(32));
    assert_eq!(create(store, &again).await, CreateOutcome::Created);
    assert_eq!(create(store, &invite).await, CreateOutcome::AddressTaken, "nor does it come back");
}

async fn created_batch(store: &Store, batch: &Batch) -> Stored<Batch> {
    match store.create_batch(batch).await.unwrap() {
        Replaced::Done(stored) => stored,
        Replaced::LostRace => panic!("there is one already"),
    }
}

async fn rows_are_deleted_over_the_version_that_was_read(store: &Store) {
    let forms = vec![vendor_form("gone-1"), vendor_form("gone-2")];
    let (batch, rows) = draft(&officer("gone"), forms, beginning(), &testing::seeded(33));
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let read = store.list_rows(batch.id, 0, 10, None).await.unwrap().rows;
    let stale: Vec<_> = read.iter().cloned().map(domain::batch::Row::emptied).collect();
    assert_eq!(store.delete_rows(batch.id, &stale).await.unwrap(), Written::LostRace);
    assert_eq!(store.delete_rows(batch.id, &read).await.unwrap(), Written::Done);
    assert_eq!(store.list_rows(batch.id, 0, 10, None).await.unwrap().rows, []);
    let tombstone = BatchTombstone::of(&batch, beginning());
    assert_eq!(store.forget_batch(&batch, &tombstone, beginning()).await.unwrap(), Written::Done);
    assert_eq!(found::<Batch>(store, &batch.id).await, None);
    assert_eq!(store.list_batches(&officer("gone").id, 10, None).await.unwrap().0, []);
}

async fn reading_every_part_finds_everything_once(store: &Store) {
    let (ada, now) = (officer("parts"), beginning());
    let invite = account_invite(&ada, &vendor_form("parts-1"), now, &testing::seeded(34));
    assert_eq!(create(store, &invite).await, CreateOutcome::Created);
    let (mut invites, mut locks) = (0, 0);
    for part in 0..PARTS {
        for found in whole_part(store, part).await {
            match found {
                Found::Invite(found) => invites += u32::from(found.id == invite.id),
                Found::Lock(lock) => locks += u32::from(lock.belongs_to(&invite) && lock.owner == invite.id),
                Found::Row(..) => {}
            }
        }
    }
    assert_eq!((invites, locks), (1, 2), "itself, and the locks of its address and username");
}

async fn whole_part(store: &Store, part: u32) -> Vec<Found> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = store.read_part(part, from).await.unwrap();
        found.extend(page.found);
        from = page.next;
        if from.is_none() {
            return found;
        }
    }
}

async fn a_lock_is_freed_only_from_under_the_owner_that_was_read(store: &Store) {
    let (ada, now) = (officer("guard"), beginning());
    let invite = account_invite(&ada, &officer_form("guard-1"), now, &testing::seeded(35));
    let stale = created(store, &invite).await;
    let latest = write(store, &stale, stale.to_value().postponed(now)).await;
    let mut lock = None;
    for part in 0..PARTS {
        for found in whole_part(store, part).await {
            match found {
                Found::Lock(found) if found.owner == invite.id => lock = Some(found),
                _ => {}
            }
        }
    }
    let lock = lock.unwrap();
    assert_eq!(store.free_lock(&lock, Some(&stale)).await.unwrap(), Written::LostRace);
    assert_eq!(store.live_addresses(std::slice::from_ref(&invite.address_key)).await.unwrap().len(), 1);
    assert_eq!(store.free_lock(&lock, Some(&latest)).await.unwrap(), Written::Done);
    assert_eq!(store.live_addresses(&[invite.address_key]).await.unwrap(), []);
}

async fn a_request_to_forget_ends_in_the_audit_trail(store: &Store) {
    let person = keys().address(&crate::people::email("forget-me@sample-board.gov.sg"));
    store.request_forgetting(&person).await.unwrap();
    store.request_forgetting(&person).await.unwrap();
    assert_eq!(store.list_forget_requests().await.unwrap(), std::slice::from_ref(&person));
    let action = "FORGET_PERSON".to_owned();
    let entry = AuditEntry { action, address_key: person.clone(), invites: 1, rows: 0, at: beginning() };
    let until = beginning() + Duration::from_secs(3600);
    store.note_holders(std::slice::from_ref(&person), until).await.unwrap();
    assert_eq!(store.finish_forgetting(&entry, until).await.unwrap(), Written::Done);
    assert_eq!(store.held_addresses(&[person], beginning()).await.unwrap(), []);
    assert_eq!(store.finish_forgetting(&entry, until).await.unwrap(), Written::LostRace, "it is finished once");
    assert_eq!(store.list_forget_requests().await.unwrap(), []);
}

async fn a_repeated_request_gets_its_first_answer(store: &Store) {
    let ada = officer("repeat-ada");
    let entropy = testing::seeded(2);
    let request = |officer: &domain::Officer, body: &str, at| {
        IdempotentRequest::new(officer.id.clone(), "key-1", body.as_bytes(), answer(body), at)
    };
    let invite = |name: &str| account_invite(&ada, &officer_form(name), beginning(), &entropy);
    let at = beginning();
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created);
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Replay(answer("one")));
    let outcome = store.create_invite(&invite("repeat-2"), Some(&request(&ada, "two", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::KeyReused, "the body is compared on the very path where the key is found taken");
    let bo = officer("repeat-bo");
    let other = account_invite(&bo, &officer_form("repeat-3"), at, &entropy);
    let outcome = store.create_invite(&other, Some(&request(&bo, "three", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created, "another officer's key is another key");
    let later = at + Duration::from_secs(24 * 3600 + 1);
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", later))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::AddressTaken, "a forgotten key does not unlock the address");
    let outcome = store.create_invite(&invite("repeat-4"), Some(&request(&ada, "four", later))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created, "a key is forgotten by the clock, deleted or not");
}

async fn a_stale_version_writes_nothing(store: &Store) {
    let invite = account_invite(&officer("stale"), &officer_form("stale-1"), beginning(), &testing::seeded(3));
    let read = created(store, &invite).await;
    let claimed = invite.claim(beginning()).unwrap();
    let latest = write(store, &read, claimed.clone()).await;
    assert_eq!(try_write(store, &read, claimed.clone()).await, Written::LostRace);
    assert_eq!(stored::<Invite>(store, &read.id).await, latest);
    let absent = account_invite(&officer("stale"), &officer_form("stale-2"), beginning(), &testing::seeded(4));
    assert_eq!(try_write(store, &latest, absent).await, Written::LostRace, "nothing is there at its key");
}

async fn a_failed_invite_frees_its_locks(store: &Store) {
    let ada = officer("free");
    let entropy = testing::seeded(5);
    let invite = account_invite(&ada, &vendor_form("free-1"), beginning(), &entropy);
    let read = created(store, &invite).await;
    let claimed = invite.claim(beginning()).unwrap();
    let failed = write(store, &read, claimed.fail(Failure::UsernameTaken, beginning()).unwrap()).await;
    let again = account_invite(&ada, &vendor_form("free-1"), beginning(), &entropy);
    assert_eq!(create(store, &again).await, CreateOutcome::Created);
    // An invite that has ended can still be written.
    write(store, &failed, failed.to_value().postponed(beginning())).await;
    let third = account_invite(&ada, &vendor_form("free-1"), beginning(), &entropy);
    assert_eq!(create(store, &third).await, CreateOutcome::AddressTaken, "without freeing its successor's locks");
}

async fn an_invite_that_lives_again_takes_its_locks_again(store: &Store) {
    let (ada, now, entropy) = (officer("revive"), beginning(), testing::seeded(12));
    let act = Act { at: now, trace: domain::TraceId::generate(now, &entropy), action: None };
    let invite = account_invite(&ada, &vendor_form("revive-1"), now, &entropy);
    let read = created(store, &invite).await;
    let revoked = write(store, &read, invite.revoke(&act).unwrap()).await;
    let amended = |form: &domain::fields::Form| {
        let request = form.account(&crate::people::rules(), &ada.email).unwrap();
        let key = keys().address(&request.email);
        revoked.to_value().amend(request, key, &act).unwrap()
    };
    let other = account_invite(&officer("revive-bo"), &vendor_form("revive-2"), now, &entropy);
    assert_eq!(create(store, &other).await, CreateOutcome::Created);
    let mut same_name = vendor_form("revive-3");
    same_name.username = "revive-2".to_owned();
    let revive = async |form: domain::fields::Form| {
        let mut transaction = Transaction::default();
        transaction.revive(&revoked, amended(&form)).unwrap();
        transaction.commit(store).await.unwrap()
    };
    assert_eq!(revive(vendor_form("revive-2")).await, [Refused::AddressTaken, Refused::UsernameTaken]);
    assert_eq!(revive(same_name).await, [Refused::UsernameTaken]);
    assert_eq!(revive(vendor_form("revive-3")).await, []);
    assert_eq!(revive(vendor_form("revive-3")).await, [Refused::LostRace]);
    let taken = account_invite(&ada, &vendor_form("revive-3"), now, &entropy);
    assert_eq!(create(store, &taken).await, CreateOutcome::AddressTaken);
    let free = account_invite(&ada, &vendor_form("revive-1"), now, &entropy);
    assert_eq!(create(store, &free).await, CreateOutcome::Created, "the old address and name are free");
}

async fn a_token_is_used_once(store: &Store) {
    let now = beginning();
    let ada = officer("token");
    let entropy = testing::seeded(6);
    let request = domain::fields::Form {
        email: "token-1@sample-board.gov.sg".into(),
        reason: "Joins".into(),
        ..Default::default()
    };
    let request = request.email_invitation(&crate::people::rules(), &ada.email).unwrap();
    let creation = domain::invite::Creation {
        terms: Terms::USUAL,
        id: domain::InviteId::generate(now, &entropy),
        officer: ada,
        address_key: keys().address(&request.email),
        at: now,
        trace: domain::TraceId::generate(now, &entropy),
    };
    let queued = created(store, &Invite::queued(creation, Origin::Email, request)).await;
    let due = write(store, &queued, queued.to_value().address_is_free(now).unwrap()).await;
    let token = keys().token(due.id, 1).hash();
    let expires = now + Terms::USUAL.life();
    let mailbox = store.find_mailbox(&due.address_key).await.unwrap();
    let counted = || mailbox.becomes(mailbox.to_value().admit(due.id, now).unwrap());
    let claim = || due.becomes(due.to_value().claim_mail(now).unwrap());
    assert_eq!(store.find_token(&token).await.unwrap(), None);
    let claimed = store.claim_mail(claim(), counted(), &token, expires).await.unwrap();
    let Replaced::Done(claimed) = claimed else { panic!("nobody else claims it") };
    assert_eq!(store.claim_mail(claim(), counted(), &token, expires).await.unwrap(), Replaced::LostRace);
    let full = store.find_mailbox(&due.address_key).await.unwrap();
    let room = || full.becomes(full.to_value().give_back(due.id, now).unwrap());
    let given_back = claimed.becomes(claimed.to_value().mail_not_sent(now, now).unwrap());
    let given_back = store.write_both(given_back, room()).await.unwrap();
    let Replaced::Done(given_back) = given_back else { panic!("nobody else gives it back") };
    let twice = store.write_both(given_back.becomes(given_back.to_value()), room()).await.unwrap();
    assert_eq!(twice, Replaced::LostRace, "room is given back once");
    let again = || given_back.becomes(given_back.to_value().claim_mail(now).unwrap());
    let stale = store.claim_mail(again(), counted(), &token, expires).await.unwrap();
    assert_eq!(stale, Replaced::LostRace, "no mail goes out uncounted");
    let mailbox = store.find_mailbox(&due.address_key).await.unwrap();
    let counted = mailbox.becomes(mailbox.to_value().admit(due.id, now).unwrap());
    let second = store.claim_mail(again(), counted, &token, expires).await.unwrap();
    let Replaced::Done(second) = second else { panic!("a second claim of the same mail finds its token there") };
    let invited = write(store, &second, second.to_value().mail_accepted("m-1".to_owned(), now).unwrap()).await;
    let record = store.find_token(&token).await.unwrap().unwrap();
    let acceptance = || invited.becomes(invited.to_value().accept(officer_form("x").profile().unwrap(), now).unwrap());
    let accepted = store.accept(acceptance(), &token, &record, now).await.unwrap();
    let Replaced::Done(accepted) = accepted else { panic!("nobody else accepts it") };
    assert_eq!(store.accept(acceptance(), &token, &record, now).await.unwrap(), Replaced::LostRace);
    let later = accepted.becomes(accepted.to_value());
    assert_eq!(store.accept(later, &token, &record, now).await.unwrap(), Replaced::LostRace, "the token is used");
    assert_eq!(store.find_token(&token).await.unwrap().unwrap().used_at, Some(now));
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
    assert_eq!(list(sorted(Sort::NewestFirst)).await, ("6543210".to_owned(), 7));
    assert_eq!(list(sorted(Sort::OldestFirst)).await, ("0123456".to_owned(), 7));
    assert_eq!(list(sorted(Sort::Email)).await, ("0123456".to_owned(), 7));
    assert_eq!(list(sorted(Sort::Name)).await, ("6543210".to_owned(), 7));
    let text = InviteQuery { text: Some("VENDOR.example".to_owned()), ..InviteQuery::default() };
    assert_eq!(list(text).await, ("531".to_owned(), 3));
    let techpass =
        InviteQuery { techpass: Some(TechpassStatus::Queued), sort: Sort::OldestFirst, ..InviteQuery::default() };
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
        let query = InviteQuery { techpass, sort: Sort::Email, limit: 9, ..InviteQuery::default() };
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
    assert_eq!(forgotten, Written::Done);
    assert_eq!(
        list(None, at(630)).await,
        said("late moves stays", 3, "2 Queued, 1 Revoked"),
        "a page holds nobody who is gone"
    );

    // A change that bears a time long past is not looked for, until the list is read whole again.
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
    // It was read whole when somebody on it was gone.
    assert_eq!(list(Some(TechpassStatus::Revoked), at(629 + 15 * 60)).await.0, "moves stays");
    assert_eq!(list(Some(TechpassStatus::Revoked), at(630 + 15 * 60)).await.0, "late moves stays");
}

async fn a_page_is_full_whoever_is_forgotten(store: &Store) {
    let (dee, entropy, now) = (officer("list-dee"), testing::seeded(74), beginning());
    let mut invites = Vec::new();
    for number in 0..12 {
        let at = now + Duration::from_secs(number);
        let invite = account_invite(&dee, &officer_form(&format!("full-{number:02}")), at, &entropy);
        invites.push(created(store, &invite).await);
    }
    let query = InviteQuery { sort: Sort::OldestFirst, limit: 2, ..InviteQuery::default() };
    let lists = ListCache::default();
    let page = async |seconds| lists.page(store, &dee.id, &query, now + Duration::from_secs(seconds)).await.unwrap();
    assert_eq!(page(60).await.total, 12);
    for invite in &invites[..9] {
        let tombstone = InviteTombstone::of(invite, Actor::Service, now);
        let forgotten = store.forget_invite(invite, &tombstone, now + Duration::from_secs(3600));
        assert_eq!(forgotten.await.unwrap(), Written::Done);
    }
    let page = page(200).await;
    let names: Vec<_> = page.invites.iter().map(|invite| invite.email.mailbox()).collect();
    assert_eq!((names.join(" "), page.total), ("full-09 full-10".to_owned(), 3));
    assert!(page.next.is_some());
}

async fn an_account_is_believed_until_its_note_lapses(store: &Store) {
    let [held, invited, free] = ["held", "invited", "free"].map(|name| officer_form(&format!("holder-{name}")));
    let (batch, mut rows) =
        draft(&officer("holder"), vec![held, invited.clone(), free], beginning(), &testing::seeded(72));
    created_batch(store, &batch).await;
    let invite = account_invite(&batch.officer, &invited, beginning(), &testing::seeded(73));
    assert_eq!(create(store, &invite).await, CreateOutcome::Created);
    let until = beginning() + Duration::from_secs(60);
    let held: Vec<_> = rows[..2].iter().filter_map(|row| row.address.clone()).collect();
    store.note_holders(&held, until).await.unwrap();
    store.note_holders(&[held.clone(), held].concat(), until).await.unwrap();
    let mut later = rows.clone();
    store.mark_known(&mut rows, &batch.officer.id, until).await.unwrap();
    let duplicate = |duplicate| RowState::Duplicate { duplicate };
    let states = |rows: &[KeyedRow]| rows.iter().map(|row| row.row.state.clone()).collect::<Vec<_>>();
    assert_eq!(states(&rows), [duplicate(Duplicate::Account), duplicate(Duplicate::LiveInvite), RowState::Ready]);
    store.mark_known(&mut later, &batch.officer.id, until + Duration::from_secs(1)).await.unwrap();
    assert_eq!(states(&later), [RowState::Ready, duplicate(Duplicate::LiveInvite), RowState::Ready]);
    for row in &mut later {
        row.row.state = RowState::Ready;
    }
    let another = officer("holder-another");
    store.mark_known(&mut later, &another.id, until + Duration::from_secs(1)).await.unwrap();
    assert_eq!(states(&later), [RowState::Ready, duplicate(Duplicate::OthersInvite), RowState::Ready]);
}

async fn rows_are_paged_and_filtered(store: &Store) {
    let entropy = testing::seeded(8);
    let mut forms: Vec<_> = (1..=30).map(|n| officer_form(&format!("page-{n}"))).collect();
    for form in forms.iter_mut().step_by(3) {
        form.organisation.clear();
    }
    forms[3].username = "vendor.one".to_owned();
    forms.push(officer_form("page-2"));
    let (batch, rows) = draft(&officer("rows"), forms, beginning(), &entropy);
    let read = created_batch(store, &batch).await;
    assert_eq!(created_batch(store, &batch).await, read, "repeated by the client");
    let other = batch.clone().of_file(Some("another list.xlsx".to_owned()), Vec::new());
    assert_eq!(store.create_batch(&other).await.unwrap(), Replaced::LostRace);
    store.write_rows(batch.id, &rows).await.unwrap();
    store.write_rows(batch.id, &rows).await.unwrap();
    assert_eq!(store.count_rows(batch.id).await.unwrap(), batch.counts);
    let numbers = async |limit, only| {
        let (mut after, mut numbers) = (0, Vec::new());
        loop {
            let page = store.list_rows(batch.id, after, limit, only).await.unwrap();
            numbers.extend(page.rows.iter().map(|row| row.number));
            let Some(next) = page.next else { return numbers };
            after = next;
        }
    };
    assert_eq!(numbers(7, None).await, (1..=31).collect::<Vec<u32>>());
    assert_eq!(numbers(7, Some(RowStatus::NeedsFixing)).await, (1..=30).step_by(3).collect::<Vec<u32>>());
    assert_eq!(numbers(100, Some(RowStatus::Duplicate)).await, [31]);
    let same = async |rows: &[KeyedRow]| -> Vec<u32> {
        store.rows_of_people(batch.id, rows).await.unwrap().iter().map(|row| row.number).collect()
    };
    assert_eq!(same(&rows[1..2]).await, [2, 31]);
    assert_eq!(same(&rows[1..4]).await, [2, 3, 4, 31]);
    assert_eq!(same(&rows[..20]).await, (1..=20).chain([31]).collect::<Vec<_>>());
    let renamed = |email: &str, username: &str| {
        let mut row = rows[1].row.clone();
        row.raw.form.email = email.to_owned();
        row.raw.form.username = username.to_owned();
        KeyedRow::new(row, &keys())
    };
    assert_eq!(same(&[renamed("nobody", "Vendor.One")]).await, [4], "a username finds its row, in any case");
    assert_eq!(same(&[renamed("nobody", "")]).await, [0u32; 0]);
    assert_eq!(store.last_row(batch.id).await.unwrap().map(|row| row.number), Some(31));
    assert_eq!(store.find_row(batch.id, 31).await.unwrap(), Some(rows[30].row.clone()));
    assert_eq!(store.find_row(batch.id, 32).await.unwrap(), None);
    let (batches, next) = store.list_batches(&batch.officer.id, 10, None).await.unwrap();
    assert_eq!((batches, next), (vec![read], None));
}

async fn a_change_of_rows_stands_or_falls_with_its_batch(store: &Store) {
    let entropy = testing::seeded(9);
    let (batch, rows) = draft(&officer("change"), vec![officer_form("change-1")], beginning(), &entropy);
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let row = rows[0].row.clone();
    let removed = row.clone().removed().unwrap();
    let edited = batch.to_value().row_changed(&row.state, &removed.state, beginning()).unwrap();
    let change = [(row.version, KeyedRow::new(removed, &keys()))];
    let submitted = write(store, &batch, batch.to_value().submit(beginning()).unwrap()).await;
    let outcome = store.replace_rows(&change, batch.becomes(edited), None).await.unwrap();
    assert_eq!(outcome, Replaced::LostRace, "a submission in between wins");
    assert_eq!(store.find_row(batch.id, 1).await.unwrap(), Some(row));
    assert_eq!(stored::<Batch>(store, &batch.id).await, submitted);
}

async fn rows_are_added_once_to_the_batch_that_was_read(store: &Store) {
    let (ada, entropy) = (officer("adding"), testing::seeded(19));
    let forms = (0..=ROWS_PER_ADDITION).map(|n| officer_form(&format!("adding-{n}"))).collect();
    let (whole, rows) = draft(&ada, forms, beginning(), &entropy);
    let (first, more) = rows.split_at(1);
    let mut batch = whole;
    batch.counts = Counts { total: 1, ready: 1, ..Counts::default() };
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, first).await.unwrap();
    let next = batch.to_value().rows_added(more.iter().map(|row| &row.row.state), beginning()).unwrap();
    let answer = SavedAnswer { status: 201, location: None, body: "added".to_owned() };
    let request =
        |key: &str, body: &[u8]| IdempotentRequest::new(ada.id.clone(), key, body, answer.clone(), beginning());
    let add = async |key: &str, body: &[u8]| {
        store.add_rows(more, batch.becomes(next.clone()), &request(key, body)).await.unwrap()
    };
    assert_eq!(add("adding", b"rows").await, RequestOutcome::Done);
    assert_eq!(add("adding", b"rows").await, RequestOutcome::Replay(answer.clone()));
    assert_eq!(add("adding", b"others").await, RequestOutcome::KeyReused);
    assert_eq!(add("another", b"rows").await, RequestOutcome::LostRace);
    assert_eq!(found(store, &batch.id).await, Some(next.clone()));
    assert_eq!(store.count_rows(batch.id).await.unwrap(), next.counts);
}

async fn a_dispatch_says_what_became_of_each_row(store: &Store) {
    let entropy = testing::seeded(10);
    let ada = officer("dispatch");
    let taken = account_invite(&officer("dispatch-bo"), &vendor_form("dispatch-taken"), beginning(), &entropy);
    assert_eq!(create(store, &taken).await, CreateOutcome::Created);
    let named = account_invite(&officer("dispatch-bo"), &vendor_form("dispatch-name"), beginning(), &entropy);
    assert_eq!(create(store, &named).await, CreateOutcome::Created);
    let mut same_name = vendor_form("dispatch-other");
    same_name.username = "dispatch-name".to_owned();
    let mut twin = officer_form("dispatch-1");
    twin.email = "DISPATCH-1@sample-board.gov.sg".to_owned();
    let forms =
        vec![officer_form("dispatch-1"), vendor_form("dispatch-taken"), same_name, officer_form("dispatch-4"), twin];
    let (batch, rows) = draft(&ada, forms, beginning(), &entropy);
    created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let mut sending: Vec<_> = rows
        .iter()
        .map(|row| {
            let invite = account_invite(&ada, &row.row.raw.form, beginning(), &entropy);
            (row.row.version, KeyedRow::new(row.row.clone().sent(invite.id, beginning()), &keys()), invite)
        })
        .collect();
    sending[3].0 += 1;
    let outcomes = store.dispatch(batch.id, &sending).await.unwrap();
    use DispatchOutcome::{AddressTaken, LostRace, Sent, UsernameTaken};
    assert_eq!(outcomes, [Sent, AddressTaken, UsernameTaken, LostRace, AddressTaken], "two of one address too");
    assert!(found::<Invite>(store, &sending[0].2.id).await.is_some());
    for (_, _, invite) in &sending[1..] {
        assert!(found::<Invite>(store, &invite.id).await.is_none());
    }
    let states: Vec<RowState> =
        store.list_rows(batch.id, 0, 10, None).await.unwrap().rows.into_iter().map(|row| row.state).collect();
    assert!(matches!(states[0], RowState::Sent { .. }));
    assert_eq!(states[1..4], [RowState::Ready, RowState::Ready, RowState::Ready]);
    let marked = rows[1].row.clone().found(RowState::Duplicate { duplicate: Duplicate::LiveInvite });
    let marked = KeyedRow::new(marked, &keys());
    assert_eq!(store.replace_row(batch.id, rows[1].row.version, &marked).await.unwrap(), Written::Done);
    assert_eq!(store.replace_row(batch.id, rows[1].row.version, &marked).await.unwrap(), Written::LostRace);
}

async fn an_action_advances_with_its_part_or_not_at_all(store: &Store) {
    let (ada, entropy, now) = (officer("acting"), testing::seeded(12), beginning());
    let mut invites = Vec::new();
    for number in 0..3 {
        let invite = account_invite(&ada, &officer_form(&format!("acting-{number}")), now, &entropy);
        assert_eq!(create(store, &invite).await, CreateOutcome::Created);
        invites.push(invite.id);
    }
    let query = InviteQuery { text: Some("ACTING-".to_owned()), limit: 2, ..InviteQuery::default() };
    let mut matching = store.matching_invites(&ada.id, &InviteQuery { limit: 9, ..query.clone() }, now).await.unwrap();
    assert_eq!(store.matching_invites(&ada.id, &query, now).await.unwrap(), matching[..2]);
    matching.sort_unstable();
    invites.sort_unstable();
    assert_eq!(matching, invites);

    let id = BulkActionId::generate(now, &entropy);
    let trace = domain::TraceId::generate(now, &entropy);
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &invites, now, trace);
    let request = |body: &[u8]| IdempotentRequest::new(ada.id.clone(), "acting", body, answer("first"), now);
    let make = async |body: &'static [u8]| store.create_action(&action, &parts, &request(body)).await.unwrap();
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
    assert_eq!(advance(&no_action, &part).await, Replaced::LostRace);
    assert_eq!(advance(&first, &no_part).await, Replaced::LostRace);
    assert_eq!(stored::<Part>(store, &(id, 1)).await, part, "nothing half-written");
    assert!(advance(&first, &part).await.is_done());
    assert_eq!(found(store, &id).await, Some(next.clone()));
    assert_eq!(found(store, &(id, 1)).await, Some(decided.clone()));
    assert_eq!(try_write(store, &first, next).await, Written::LostRace);
}

async fn a_webhook_event_is_there_once_and_changes_over_what_was_read(store: &Store) {
    let now = beginning();
    let invite = account_invite(&officer("told"), &officer_form("told"), now, &testing::seeded(13));
    let event = WebhookEvent::of_change(None, &invite, 1).unwrap();
    let Replaced::Done(read) = store.create(event.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create(event.clone()).await.unwrap(), Replaced::LostRace);
    let claimed = event.clone().claim(now).unwrap();
    write(store, &read, claimed.clone()).await;
    assert_eq!(try_write(store, &read, claimed.clone()).await, Written::LostRace);
    assert_eq!(found(store, &event.id).await, Some(claimed.clone()));
    let shards = 0..DUE_SHARDS;
    let mut due = Vec::new();
    for shard in shards {
        due.extend(store.list_due(shard, claimed.next_due().unwrap(), 1000).await.unwrap());
    }
    assert!(due.iter().any(|entry| entry.what == Due::WebhookEvent(event.id)));

    let id = SubscriptionId::of_domain(&event.agency);
    assert_eq!(found::<Subscription>(store, &id).await, None);
    let agency =
        Subscription::registered(event.agency.clone(), "https://hooks.example.com".to_owned(), "c".to_owned(), now);
    let Replaced::Done(read) = store.create(agency.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create(agency.clone()).await.unwrap(), Replaced::LostRace);
    let active = agency.challenged(Ok("c"), now).unwrap();
    write(store, &read, active.clone()).await;
    assert_eq!(try_write(store, &read, active.clone()).await, Written::LostRace);
    assert_eq!(found(store, &id).await, Some(active));
}

/// Each decision is about what the table holds, also after another writer was faster.
async fn an_update_decides_anew_after_a_lost_race(store: &Store) {
    let (now, to) = (beginning(), crate::people::email("canary@sample-board.gov.sg"));
    let next = |canary: Canary| Ok::<_, &str>(Some(canary.next(to.clone())));
    assert_eq!(store.update(&(), next).await.unwrap(), Updated::Missing);
    let Replaced::Done(first) = store.create(Canary::first(to.clone(), now)).await.unwrap() else {
        panic!("it is new")
    };
    let Updated::Done { before, after } = store.update(&(), next).await.unwrap() else {
        panic!("nobody is in the way")
    };
    assert_eq!((before, after.version()), (first.to_value(), 2));
    assert_eq!(store.update(&(), |_: Canary| Ok::<_, &str>(None)).await.unwrap(), Updated::Unchanged(after));
    assert_eq!(store.update(&(), |_: Canary| Err("no")).await.unwrap(), Updated::Refused("no"));

    let key = keys().address(&crate::people::email("update@sample-board.gov.sg"));
    let suppress = |mailbox: Mailbox| Ok::<_, &str>(mailbox.suppress(SuppressionReason::Bounced, now, now));
    let suppressed = store.update(&key, suppress).await.unwrap();
    let Updated::Done { after, .. } = suppressed else { panic!("it was unknown") };
    assert_eq!(after.version(), 1);
    assert_eq!(store.update(&key, suppress).await.unwrap(), Updated::Unchanged(after));
}

/// A transaction says which of its writes were refused, and writes without those that only free what was its own.
async fn a_transaction_names_what_it_was_refused(store: &Store) {
    let (now, entropy) = (beginning(), testing::seeded(77));
    let invites =
        ["named-1", "named-2"].map(|name| account_invite(&officer("named"), &officer_form(name), now, &entropy));
    let one = created(store, &invites[0]).await;
    let other = created(store, &invites[1]).await;
    write(store, &other, other.to_value().postponed(now)).await;
    let mut transaction = Transaction::default();
    transaction.write(other.becomes(other.to_value()), 2).unwrap();
    transaction.create(invites[0].clone(), 1).unwrap();
    assert_eq!(transaction.commit(store).await.unwrap(), [1, 2], "the most telling first");
    let mut transaction = Transaction::default();
    transaction.write(one.becomes(one.to_value().postponed(now)), LostRace).unwrap();
    assert_eq!(transaction.commit(store).await.unwrap(), []);
}

async fn what_is_due_is_found_and_nothing_else(store: &Store) {
    let later = beginning() + Duration::from_secs(365 * 24 * 3600);
    let invite = account_invite(&officer("due"), &officer_form("due-1"), later, &testing::seeded(11));
    let read = created(store, &invite).await;
    let due = async |now| {
        let mut found = Vec::new();
        for shard in 0..DUE_SHARDS {
            found.extend(store.list_due(shard, now, 1000).await.unwrap());
        }
        found.iter().any(|entry: &DueEntry| entry.what == Due::Invite(invite.id))
    };
    let due_at = invite.next_due().unwrap();
    assert!(!due(later).await);
    assert!(due(due_at).await);
    let created = invite.clone().claim(later).unwrap();
    let created = created
        .account_created(Account { directory_id: "d".into() }, SeedState::NotRequired, later)
        .unwrap()
        .claim_mail(later)
        .unwrap()
        .mail_accepted("m".into(), later)
        .unwrap();
    assert_eq!(created.mail.as_ref().map(|mail: &Mail| mail.kind), Some(MailKind::AccountCreated));
    write(store, &read, created).await;
    assert!(!due(due_at + Duration::from_secs(3600)).await, "what waits for nobody is not found");
}

async fn an_account_is_its_latest_owners_and_can_be_listed(store: &Store) {
    let (now, entropy) = (beginning(), testing::seeded(31));
    let account = Account { directory_id: "Owner.One".to_owned() };
    let in_lower_case = Account { directory_id: "owner.one".to_owned() };
    assert_eq!(store.find_owner(&account).await.unwrap(), None);
    let trace = domain::TraceId::generate(now, &entropy);
    let request = SeedRequest::new(officer("owner").id, account.clone(), now, trace);
    let Replaced::Done(asked) = store.create_seed_request(request.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create_seed_request(request).await.unwrap(), Replaced::LostRace);
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
    let Replaced::Done(recorded) = recorded else { panic!("nobody else records it") };
    assert_eq!(store.record_account(claimed.becomes(made())).await.unwrap(), Replaced::LostRace);
    assert_eq!(store.find_owner(&in_lower_case).await.unwrap(), Some(AccountOwner::Invite(Box::new(recorded))));

    let mut links = Vec::new();
    for shard in 0..ACCOUNT_SHARDS {
        links.extend(store.list_accounts(shard, None, 1000).await.unwrap());
        let after = store.list_accounts(shard, Some("owner.one"), 1000).await.unwrap();
        assert!(after.iter().all(|link| link.account != in_lower_case), "the one it begins after is not listed");
    }
    let link = links.into_iter().find(|link| link.account == in_lower_case).unwrap();
    assert_eq!(store.forget_account(&link).await.unwrap(), Written::Done);
    assert_eq!(store.find_owner(&account).await.unwrap(), Some(AccountOwner::Request(assigned)));
}

async fn a_mailbox_is_written_over_the_version_that_was_read(store: &Store) {
    let now = beginning();
    let key = keys().address(&crate::people::email("mailbox-1@sample-board.gov.sg"));
    let unknown = store.find_mailbox(&key).await.unwrap();
    let suppressed = unknown.to_value().suppress(SuppressionReason::Bounced, now, now).unwrap();
    let read = write(store, &unknown, suppressed.clone()).await;
    assert_eq!(try_write(store, &unknown, suppressed).await, Written::LostRace);
    assert_eq!(store.find_mailbox(&key).await.unwrap(), read);
    write(store, &read, read.to_value().clear("an operator".to_owned(), now).unwrap()).await;
    assert_eq!(store.find_mailbox(&key).await.unwrap().is_open(), Ok(()));
}

async fn settings_are_read_strictly(store: &Store) {
    assert!(store.domain_rules().await.is_err(), "no rules, no decisions");
    assert!(store.put_domain_rules("{}").await.is_err());
    store.put_domain_rules(crate::people::RULES).await.unwrap();
    assert!(store.domain_rules().await.unwrap().may_invite(&officer("x").email));
    let at = beginning();
    assert_eq!(store.last_mail_event().await.unwrap(), None);
    assert_eq!(store.note_mail_event(at).await.unwrap(), Written::Done);
    assert_eq!(store.note_mail_event(at + Duration::from_secs(59)).await.unwrap(), Written::Done);
    assert_eq!(store.last_mail_event().await.unwrap(), Some(at));
    assert_eq!(store.note_mail_event(at + Duration::from_secs(61)).await.unwrap(), Written::Done);
    assert_eq!(store.last_mail_event().await.unwrap(), Some(at + Duration::from_secs(61)));
}
