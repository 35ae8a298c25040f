//! The contract of invites: uniqueness, tokens, states.

use domain::{
    Fault, Field, InviteId, Officer,
    batch::{Colleague, Duplicate, RowState},
    fields::Form,
    invite::{Act, Actor, Failure, Invite, Origin},
    terms::Terms,
    tombstone::InviteTombstone,
};
use std::time::Duration;
use store::{
    CreateOutcome, Refused, Store, Transaction, Written,
    erasure::{Found, Lock, PARTS},
    rows::KeyedRow,
};

use super::steps::{create, created, created_batch, found, stored, try_write, whole_part, write};
use crate::people::{account_invite, beginning, draft, keys, officer, officer_form, proven, vendor_form};

pub(super) async fn one_live_invite_per_address_and_username(store: &Store) {
    let (ada, bo) = (officer("guard-ada"), officer("guard-bo"));
    let entropy = crate::seeded(1);
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

pub(super) async fn a_tombstone_takes_the_place_of_an_invite_and_frees_its_locks(store: &Store) {
    let (ada, now) = (officer("forget"), beginning());
    let invite = account_invite(&ada, &vendor_form("forget-1"), now, &crate::seeded(31));
    let stale = created(store, &invite).await;
    let latest = write(store, &stale, stale.to_value().postponed(now)).await;
    let tombstone = InviteTombstone::of(&invite, Actor::Service, now);
    let until = now + Duration::from_secs(3600);
    let forget = async |read| store.forget_invite(read, &tombstone, until).await.unwrap();
    assert_eq!(forget(&stale).await, Written::LostRace, "a stale version");
    assert_eq!(forget(&latest).await, Written::Done(()));
    for read in [&stale, &latest] {
        let late = try_write(store, read, read.to_value().postponed(now)).await;
        assert_eq!(late, Written::LostRace, "nobody who read it before writes over the tombstone");
    }
    assert_eq!(found::<Invite>(store, &invite.id).await, None);
    assert_eq!(store.get_many::<Invite>(&[invite.id]).await.unwrap(), []);
    let again = account_invite(&ada, &vendor_form("forget-1"), now, &crate::seeded(32));
    assert_eq!(create(store, &again).await, CreateOutcome::Created);
    assert_eq!(create(store, &invite).await, CreateOutcome::AddressTaken, "nor does it come back");
}

/// The lock of an invite's address, and of its username if it has one.
async fn locks_of(store: &Store, invite: InviteId) -> Vec<Lock> {
    let mut locks = Vec::new();
    for part in 0..PARTS {
        locks.extend(whole_part(store, part).await.into_iter().filter_map(|found| match found {
            Found::Lock(lock) if lock.owner == invite => Some(lock),
            _ => None,
        }));
    }
    locks
}

pub(super) async fn a_lock_is_freed_only_from_under_the_owner_that_was_read(store: &Store) {
    let (ada, now, entropy) = (officer("guard"), beginning(), crate::seeded(35));
    let invite = account_invite(&ada, &officer_form("guard-1"), now, &entropy);
    let other = account_invite(&ada, &vendor_form("guard-2"), now, &entropy);
    let stale = created(store, &invite).await;
    let latest = write(store, &stale, stale.to_value().postponed(now)).await;
    let [lock] = &locks_of(store, invite.id).await[..] else { panic!("an officer has no username") };
    assert!(lock.belongs_to(&invite) && !lock.belongs_to(&other));
    assert_eq!(store.free_lock(lock, Some(&stale)).await.unwrap(), Written::LostRace);
    assert_eq!(store.live_addresses(std::slice::from_ref(&invite.address_key)).await.unwrap().len(), 1);
    assert_eq!(store.free_lock(lock, Some(&latest)).await.unwrap(), Written::Done(()));
    assert_eq!(store.live_addresses(&[invite.address_key]).await.unwrap(), []);
}

/// Writing an invite that has ended deletes its locks anyway.
pub(super) async fn a_lock_of_an_ended_invite_can_be_freed_with_it(store: &Store) {
    let (now, form) = (beginning(), vendor_form("guard-ended"));
    let act = Act { at: now, trace: domain::TraceId::generate(now, &crate::seeded(108)), action: None };
    let read = created(store, &account_invite(&officer("guard"), &form, now, &crate::seeded(109))).await;
    let locks = locks_of(store, read.id).await;
    assert_eq!(locks.len(), 2);
    let mut revoked = write(store, &read, read.to_value().revoke(&act).unwrap()).await;
    for lock in locks {
        assert_eq!(store.free_lock(&lock, Some(&revoked)).await.unwrap(), Written::Done(()));
        revoked = stored(store, &read.id).await;
    }
}

pub(super) async fn a_live_invite_is_found_by_its_address(store: &Store) {
    let (ada, bo, now) = (officer("live-ada"), officer("live-bo"), beginning());
    let invite = account_invite(&ada, &officer_form("live"), now, &crate::seeded(110));
    let address = invite.address_key.clone();
    let by_another = async |officer: &Officer| store.is_invited_by_another(&address, &officer.id).await.unwrap();
    assert_eq!(store.live_invite(&address).await.unwrap(), None);
    assert!(!by_another(&bo).await);
    let first = created(store, &invite).await;
    assert_eq!(store.live_invite(&address).await.unwrap(), Some(first.clone()));
    assert!(by_another(&bo).await && !by_another(&ada).await);
    let latest = write(store, &first, first.to_value().postponed(now)).await;
    assert_eq!(store.reread(&first).await.unwrap(), Some(latest));
}

pub(super) async fn a_stale_version_writes_nothing(store: &Store) {
    let invite = account_invite(&officer("stale"), &officer_form("stale-1"), beginning(), &crate::seeded(3));
    let read = created(store, &invite).await;
    let claimed = invite.claim(beginning()).unwrap();
    let latest = write(store, &read, claimed.clone()).await;
    assert_eq!(try_write(store, &read, claimed.clone()).await, Written::LostRace);
    assert_eq!(stored::<Invite>(store, &read.id).await, latest);
    let absent = account_invite(&officer("stale"), &officer_form("stale-2"), beginning(), &crate::seeded(4));
    assert_eq!(try_write(store, &latest, absent).await, Written::LostRace, "nothing is there at its key");
}

pub(super) async fn a_failed_invite_frees_its_locks(store: &Store) {
    let ada = officer("free");
    let entropy = crate::seeded(5);
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

pub(super) async fn an_invite_that_lives_again_takes_its_locks_again(store: &Store) {
    let (ada, now, entropy) = (officer("revive"), beginning(), crate::seeded(12));
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

pub(super) async fn an_invite_with_another_address_frees_the_old_one(store: &Store) {
    let (ada, now, entropy) = (officer("moving"), beginning(), crate::seeded(111));
    let act = Act { at: now, trace: domain::TraceId::generate(now, &entropy), action: None };
    let read = created(store, &account_invite(&ada, &vendor_form("moving-1"), now, &entropy)).await;
    let mut moved = vendor_form("moving-2");
    moved.username = "moving-1".to_owned();
    let request = moved.account(&crate::people::rules(), &ada.email).unwrap();
    let key = keys().address(&request.email);
    let next = read.to_value().revoke(&act).unwrap().amend(request, key, &act).unwrap();
    let mut transaction = Transaction::default();
    let revived = transaction.revive(&read, next).unwrap();
    assert_eq!(transaction.commit(store).await.unwrap(), []);
    assert_eq!(stored::<Invite>(store, &read.id).await, revived);
    let creates = async |email: &str, username: &str| {
        let form = Form { username: username.to_owned(), ..vendor_form(email) };
        create(store, &account_invite(&ada, &form, now, &entropy)).await
    };
    assert_eq!(creates("moving-2", "moving-3").await, CreateOutcome::AddressTaken);
    assert_eq!(creates("moving-3", "moving-1").await, CreateOutcome::UsernameTaken, "the name is still its own");
    assert_eq!(creates("moving-1", "moving-3").await, CreateOutcome::Created);
}

pub(super) async fn a_token_is_used_once(store: &Store) {
    let now = beginning();
    let ada = officer("token");
    let entropy = crate::seeded(6);
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
    let Written::Done(claimed) = claimed else { panic!("nobody else claims it") };
    assert_eq!(store.claim_mail(claim(), counted(), &token, expires).await.unwrap(), Written::LostRace);
    let full = store.find_mailbox(&due.address_key).await.unwrap();
    let room = || full.becomes(full.to_value().give_back(due.id, now).unwrap());
    let given_back = claimed.becomes(claimed.to_value().mail_not_sent(now, now).unwrap());
    let given_back = store.write_both(given_back, room()).await.unwrap();
    let Written::Done(given_back) = given_back else { panic!("nobody else gives it back") };
    let twice = store.write_both(given_back.becomes(given_back.to_value()), room()).await.unwrap();
    assert_eq!(twice, Written::LostRace, "room is given back once");
    let again = || given_back.becomes(given_back.to_value().claim_mail(now).unwrap());
    let stale = store.claim_mail(again(), counted(), &token, expires).await.unwrap();
    assert_eq!(stale, Written::LostRace, "no mail goes out uncounted");
    let mailbox = store.find_mailbox(&due.address_key).await.unwrap();
    let counted = mailbox.becomes(mailbox.to_value().admit(due.id, now).unwrap());
    let second = store.claim_mail(again(), counted, &token, expires).await.unwrap();
    let Written::Done(second) = second else { panic!("a second claim of the same mail finds its token there") };
    let invited = write(store, &second, second.to_value().mail_accepted("m-1".to_owned(), now).unwrap()).await;
    let record = store.find_token(&token).await.unwrap().unwrap();
    let acceptance = || {
        invited.becomes(
            invited.to_value().accept(officer_form("x").profile().unwrap(), proven(&invited, now), now).unwrap(),
        )
    };
    let accepted = store.accept(acceptance(), &token, &record, now).await.unwrap();
    let Written::Done(accepted) = accepted else { panic!("nobody else accepts it") };
    assert_eq!(store.accept(acceptance(), &token, &record, now).await.unwrap(), Written::LostRace);
    let later = accepted.becomes(accepted.to_value());
    assert_eq!(store.accept(later, &token, &record, now).await.unwrap(), Written::LostRace, "the token is used");
    assert_eq!(store.find_token(&token).await.unwrap().unwrap().used_at, Some(now));
}

pub(super) async fn a_known_account_is_believed_until_its_note_expires(store: &Store) {
    let [held, invited, free] = ["held", "invited", "free"].map(|name| officer_form(&format!("holder-{name}")));
    let (batch, mut rows) =
        draft(&officer("holder"), vec![held, invited.clone(), free], beginning(), &crate::seeded(72));
    created_batch(store, &batch).await;
    let invite = account_invite(&batch.officer, &invited, beginning(), &crate::seeded(73));
    assert_eq!(create(store, &invite).await, CreateOutcome::Created);
    let until = beginning() + Duration::from_secs(60);
    let held: Vec<_> = rows[..2].iter().filter_map(|row| row.address.clone()).collect();
    store.note_holders(&held, until).await.unwrap();
    store.note_holders(&[held.clone(), held].concat(), until).await.unwrap();
    let mut later = rows.clone();
    store.mark_known(&mut rows, &batch.officer, until, async |live| live).await.unwrap();
    let duplicate = |duplicate| RowState::Duplicate { duplicate };
    let states = |rows: &[KeyedRow]| rows.iter().map(|row| row.row.state.clone()).collect::<Vec<_>>();
    assert_eq!(states(&rows), [duplicate(Duplicate::Account), duplicate(Duplicate::LiveInvite), RowState::Ready]);
    store.mark_known(&mut later, &batch.officer, until + Duration::from_secs(1), async |live| live).await.unwrap();
    assert_eq!(states(&later), [RowState::Ready, duplicate(Duplicate::LiveInvite), RowState::Ready]);
    for row in &mut later {
        row.row.state = RowState::Ready;
    }
    let another = officer("holder-another");
    store.mark_known(&mut later, &another, until + Duration::from_secs(1), async |live| live).await.unwrap();
    let colleague = Some(Colleague { email: batch.officer.email.clone(), invite: invite.id });
    let theirs = duplicate(Duplicate::OthersInvite { since: Some(beginning()), colleague });
    assert_eq!(states(&later), [RowState::Ready, theirs, RowState::Ready]);
}

/// A draft says at once that a username is another person's, as the submission would.
pub(super) async fn a_username_of_another_person_needs_fixing(store: &Store) {
    let taken = account_invite(&officer("named-ada"), &vendor_form("named-bo"), beginning(), &crate::seeded(76));
    assert_eq!(create(store, &taken).await, CreateOutcome::Created);
    let of = |name: &str, username: &str| Form { username: username.to_owned(), ..vendor_form(name) };
    let forms = vec![of("named-cy", "NAMED-bo"), of("named-dee", "named-dee"), of("named-bo", "named-eve")];
    let (batch, mut rows) = draft(&officer("named-ada"), forms, beginning(), &crate::seeded(77));
    store.mark_known(&mut rows, &batch.officer, beginning(), async |live| live).await.unwrap();
    let states: Vec<RowState> = rows.into_iter().map(|row| row.row.state).collect();
    let fault = Fault::UsernameTaken.at(Field::Username);
    let invited = RowState::Duplicate { duplicate: Duplicate::LiveInvite };
    assert_eq!(states, [RowState::NeedsFixing { faults: vec![fault] }, RowState::Ready, invited]);
}
