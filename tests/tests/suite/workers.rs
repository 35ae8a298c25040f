//! The workers behind the queues, and everything that can go wrong around them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use boot::Disposition;
use directory::AccountStatus;
use domain::{
    Entropy, InviteId, Timestamp, TraceId,
    batch::{BatchState, ObjectVersion},
    fields::Form,
    invite::{Act, Creation, Invite, InviteState, Origin},
    licence::SeedState,
    mail::{MailState, SuppressionReason},
    terms::Terms,
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::{CreateOutcome, Store, Stored, Transaction, rows::KeyedRow, settings::MailSwitch};
use testing::{
    Call, Delivery, DirectoryFault, MailFault, ManualClock, MemoryDirectory, MemoryQueues, MemoryStack, Outbox,
    SentMail, probe::Probe,
};
use tests::{
    app::{settings, single_caps},
    people::{account_invite, beginning, draft, email, keys, officer, officer_form, rules, vendor_form},
};
use tower::ServiceExt as _;

/// The workers over one store, and what they work on.
struct World {
    provision: provision_user::Deps,
    mail: send_mail::Deps,
    track: track_mail::Deps,
    sweep: sweep::Deps,
    queues: MemoryQueues,
    directory: MemoryDirectory,
    outbox: Outbox,
    clock: ManualClock,
    entropy: Entropy,
}

impl World {
    fn new() -> Self {
        let (clock, entropy) = (ManualClock::new(beginning()), testing::seeded(1));
        let stack =
            MemoryStack::new(settings(single_caps()), keys(), clock.clone(), entropy.clone(), &Probe::default());
        Self {
            provision: provision_user::Deps::new(&stack).unwrap(),
            mail: send_mail::Deps::new(&stack).unwrap(),
            track: track_mail::Deps::new(&stack).unwrap(),
            sweep: sweep::Deps::new(&stack).unwrap(),
            queues: stack.queues.clone(),
            directory: stack.directory.clone(),
            outbox: stack.outbox.clone(),
            clock,
            entropy,
        }
    }

    fn store(&self) -> &Store {
        &self.sweep.store
    }

    fn queues(&self) -> &MemoryQueues {
        &self.queues
    }

    fn deadline(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(30)
    }

    /// Whether nothing is to happen by itself for hours: only what is not heard of, or kept, is looked at after a day.
    fn is_at_rest(&self, due_at: Option<Timestamp>) -> bool {
        due_at.is_none_or(|due_at| due_at > self.clock.now() + Duration::from_secs(12 * 3600))
    }

    /// Stores an invite for the account of a form, and wakes nobody.
    async fn account(&self, form: &Form) -> InviteId {
        self.keep(account_invite(&officer("olivia"), form, self.clock.now(), &self.entropy)).await
    }

    /// Stores an email invitation for the public officer `name`, and wakes nobody.
    async fn invitation(&self, name: &str) -> InviteId {
        let officer = officer("olivia");
        let request = officer_form(name).email_invitation(&rules(), &officer.email).unwrap();
        let now = self.clock.now();
        let creation = Creation {
            terms: Terms::USUAL,
            id: InviteId::generate(now, &self.entropy),
            officer,
            address_key: keys().address(&request.email),
            at: now,
            trace: TraceId::generate(now, &self.entropy),
        };
        self.keep(Invite::queued(creation, Origin::Email, request)).await
    }

    async fn keep(&self, invite: Invite) -> InviteId {
        let created = self.store().create_invite(&invite, None).await.unwrap();
        assert_eq!(created, CreateOutcome::Created);
        invite.id
    }

    /// Something that an officer does now.
    fn act(&self) -> Act {
        let now = self.clock.now();
        Act { at: now, trace: TraceId::generate(now, &self.entropy), action: None }
    }

    async fn invite(&self, id: InviteId) -> Stored<Invite> {
        self.store().get::<Invite>(&id).await.unwrap().unwrap()
    }

    /// For how many seconds an invite is left alone.
    async fn wait_of(&self, id: InviteId) -> u64 {
        self.invite(id).await.next_due().unwrap().since(self.clock.now()).as_secs()
    }

    /// Changes an invite as somebody outside the workers would.
    async fn change<E: std::fmt::Debug>(&self, id: InviteId, change: impl FnOnce(Invite) -> Result<Invite, E>) {
        let read = self.invite(id).await;
        let next = change(read.to_value()).unwrap();
        assert!(self.store().write(read.becomes(next)).await.unwrap().is_done());
    }

    async fn provision(&self, id: InviteId) -> Disposition {
        provision_user::handle(&self.provision, Wake::Invite { id }, self.deadline()).await
    }

    async fn mail(&self, wake: Wake) -> Disposition {
        send_mail::handle(&self.mail, wake, self.deadline()).await
    }

    async fn sweep(&self) {
        let disposition = sweep::handle(&self.sweep, self.deadline() + Duration::from_secs(20)).await;
        assert!(matches!(disposition, Disposition::Done));
    }

    /// Hands every message to its worker until the queues stay empty.
    async fn drain(&self) {
        loop {
            let provision = self.queues().drain(QueueName::Provision);
            let mail = self.queues().drain(QueueName::Mail);
            if provision.is_empty() && mail.is_empty() {
                return;
            }
            for wake in provision {
                provision_user::handle(&self.provision, wake, self.deadline()).await;
            }
            for wake in mail {
                self.mail(wake).await;
            }
        }
    }

    /// Lets `minutes` pass, with a sweep in each.
    async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.clock.advance(Duration::from_secs(60));
            self.sweep().await;
            self.drain().await;
        }
    }

    /// What SES says about the mail `sent` in the recorded event `recorded`.
    async fn report(&self, recorded: &str, sent: &SentMail) -> Disposition {
        let mut event: Value = serde_json::from_str(recorded).unwrap();
        event["time"] = json!(self.clock.now().to_string());
        event["detail"]["mail"]["timestamp"] = event["time"].clone();
        event["detail"]["mail"]["messageId"] = json!(sent.message_id);
        let tags = event["detail"]["mail"]["tags"].as_object_mut().unwrap();
        tags.remove("invite_id");
        tags.extend(sent.tags.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!([value]))));
        self.track(event).await
    }

    async fn track(&self, event: Value) -> Disposition {
        track_mail::handle(&self.track, serde_json::from_value(event).unwrap()).await
    }
}

const SENT: &str = include_str!("../../../events/mail-sent.json");
const DELIVERED: &str = include_str!("../../../events/mail-delivered.json");

fn mail_state(invite: &Stored<Invite>) -> &'static str {
    invite.mail.as_ref().map_or("NONE", |mail| mail.state_name())
}

fn is_duplicate(invite: &Stored<Invite>) -> bool {
    match &invite.mail.as_ref().unwrap().state {
        MailState::Accepted(receipt) | MailState::Delivered(receipt) => receipt.possible_duplicate,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_vendor_gets_an_account_a_licence_and_a_mail_that_leads_to_the_page() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let invite = world.invite(id).await;
    assert_eq!((invite.progress().name(), mail_state(&invite)), ("ACCOUNT_CREATED", "ACCEPTED"));
    assert!(world.is_at_rest(invite.next_due()));
    assert_eq!(invite.seed, SeedState::LicenceAssigned);
    assert!(world.directory.seed_group().contains("ada"));
    let [sent] = &world.outbox.sent()[..] else { panic!() };
    assert_eq!(sent.to, email("ada@vendor.example.com"));
    let token = keys().token(id, 1);
    assert!(sent.letter.text.contains(token.as_str()));
    let record = world.store().find_token(&token.hash()).await.unwrap().unwrap();
    assert_eq!((record.invite, record.generation), (id, 1));
}

#[tokio::test]
async fn an_email_invitation_is_mailed_and_its_account_made_once_it_is_accepted() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    let invite = world.invite(id).await;
    assert!(invite.can_be_accepted(world.clock.now()));
    assert!(world.directory.made().is_empty());
    let now = world.clock.now();
    let profile = officer_form("bo").profile().unwrap();
    world.change(id, |invite| invite.accept(profile, now)).await;
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.progress().name(), "ACCOUNT_CREATED");
    let sent = world.outbox.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].letter.text.contains("Your sign-in name is this email address."));
}

#[tokio::test]
async fn nothing_is_mailed_to_an_address_that_has_an_account() {
    let world = World::new();
    world.directory.add_foreign_account("somebody", &email("Bo@Sample-Board.gov.sg"));
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.state_name(), "FAILED");
    assert_eq!(world.outbox.requests(), 0);
    // A failed invite frees its address.
    world.invitation("bo").await;
}

#[tokio::test]
async fn whoever_has_the_address_or_the_name_already_is_left_alone() {
    let world = World::new();
    world.directory.add_foreign_account("ada", &email("someone@vendor.example.com"));
    world.directory.add_foreign_account("cy", &email("eve@vendor.example.com"));
    let taken_name = world.account(&vendor_form("ada")).await;
    let taken_address = world.account(&Form { username: "eva".to_owned(), ..vendor_form("eve") }).await;
    for (id, code) in [(taken_name, "username.taken"), (taken_address, "account.exists")] {
        world.provision(id).await;
        let InviteState::Failed { failure } = world.invite(id).await.state else { panic!() };
        assert_eq!(failure.code(), code);
    }
    assert!(world.directory.made().is_empty());
}

#[tokio::test]
async fn a_message_that_comes_five_times_at_once_has_one_effect() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    join_all((0..5).map(|_| world.provision(id))).await;
    assert_eq!(world.directory.calls(Call::CreateAccount), 1);
    assert_eq!(world.queues().drain(QueueName::Mail).len(), 1);
    join_all((0..5).map(|_| world.mail(Wake::Invite { id }))).await;
    assert_eq!(world.outbox.requests(), 1);
    // A replay of the whole day changes nothing.
    let before = world.invite(id).await;
    world.provision(id).await;
    world.mail(Wake::Invite { id }).await;
    assert_eq!(world.invite(id).await, before);
}

/// Every fault at every call, alone and twice in a row: one account, one mail, nothing stuck.
#[tokio::test]
async fn whatever_the_directory_does_everyone_ends_with_one_account_and_one_mail() {
    let faults = [
        DirectoryFault::BeforeEffect,
        DirectoryFault::AfterEffect,
        DirectoryFault::Throttle,
        DirectoryFault::Unreachable,
        DirectoryFault::Misconfigured,
    ];
    let calls = [Call::FindByEmail, Call::CreateAccount, Call::AddToSeedGroup];
    for (call, first) in calls.iter().flat_map(|call| faults.map(|fault| (*call, fault))) {
        for second in faults.map(Some).into_iter().chain([None]) {
            let world = World::new();
            world.directory.fail_next(call, first);
            second.into_iter().for_each(|second| world.directory.fail_next(call, second));
            let vendor = world.account(&vendor_form("ada")).await;
            let officer = world.invitation("bo").await;
            world.provision(vendor).await;
            world.provision(officer).await;
            world.drain().await;
            world.minutes(15).await;
            let shown = format!("{call:?} {first:?} {second:?}");
            let invite = world.invite(vendor).await;
            assert_eq!(
                (invite.progress().name(), invite.seed),
                ("ACCOUNT_CREATED", SeedState::LicenceAssigned),
                "{shown}"
            );
            assert!(world.is_at_rest(invite.next_due()), "{shown}");
            assert_eq!(world.invite(officer).await.state_name(), "INVITED", "{shown}");
            assert_eq!(world.directory.made().len(), 1, "{shown}");
            assert_eq!(world.outbox.sent().len(), 2, "{shown}");
        }
    }
}

#[tokio::test]
async fn details_that_the_directory_refuses_are_the_officers_to_amend() {
    let world = World::new();
    world.directory.fail_next(Call::CreateAccount, DirectoryFault::RefuseDetails);
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    let InviteState::Failed { failure } = world.invite(id).await.state else { panic!() };
    assert_eq!(failure.code(), "account.details-refused");
}

#[tokio::test]
async fn an_account_is_not_claimed_when_too_little_time_is_left() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    let soon = world.clock.now() + Duration::from_secs(10);
    let disposition = provision_user::handle(&world.provision, Wake::Invite { id }, soon).await;
    assert!(matches!(disposition, Disposition::Retry(_)));
    assert_eq!(world.invite(id).await.state_name(), "QUEUED");

    world.provision(id).await;
    let soon = world.clock.now() + Duration::from_secs(9);
    let disposition = send_mail::handle(&world.mail, Wake::Invite { id }, soon).await;
    assert!(matches!(disposition, Disposition::Retry(_)));
    assert_eq!(mail_state(&world.invite(id).await), "QUEUED");
}

#[tokio::test]
async fn a_first_password_is_mailed_once_and_again_only_if_it_is_known_not_to_be() {
    let cases = [
        (None, 1),
        (Some(DirectoryFault::Unreachable), 1),
        (Some(DirectoryFault::Throttle), 1),
        (Some(DirectoryFault::Misconfigured), 1),
        (Some(DirectoryFault::AfterEffect), 1),
        // Nobody knows, so nothing is sent by itself: the holder asks again.
        (Some(DirectoryFault::BeforeEffect), 0),
    ];
    for (fault, mailed) in cases {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        world.provision(id).await;
        world.drain().await;
        let now = world.clock.now();
        world.change(id, |invite| invite.request_first_password(now)).await;
        fault.into_iter().for_each(|fault| world.directory.fail_next(Call::MailFirstPassword, fault));
        join_all((0..3).map(|_| world.provision(id))).await;
        world.minutes(10).await;
        let invite = world.invite(id).await;
        let account = invite.account().unwrap();
        assert_eq!(world.directory.first_passwords(account), mailed, "{fault:?}");
        assert!(world.is_at_rest(invite.next_due()), "{fault:?}");
    }
}

#[tokio::test]
async fn a_licence_that_cannot_be_assigned_keeps_no_first_password_back() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.directory.fail_next(Call::AddToSeedGroup, DirectoryFault::Misconfigured);
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.seed.name(), "LICENCE_ERROR");
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    world.provision(id).await;
    let invite = world.invite(id).await;
    assert_eq!(world.directory.first_passwords(invite.account().unwrap()), 1);
    assert_eq!(invite.seed.name(), "LICENCE_ERROR");
    world.minutes(10).await;
    assert_eq!(world.invite(id).await.seed, SeedState::LicenceAssigned);
}

#[tokio::test]
async fn an_account_that_was_deleted_is_told_as_gone() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    let account = world.invite(id).await.account().unwrap().clone();
    world.directory.set_status(&account, AccountStatus::Gone);
    world.provision(id).await;
    assert_eq!(world.invite(id).await.state_name(), "ACCOUNT_GONE");
}

#[tokio::test]
async fn a_mail_that_was_not_taken_is_tried_again_ever_later_and_counts_as_no_attempt() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..3).for_each(|_| world.outbox.fail_next(MailFault::Misconfigured));
    let mut waits = Vec::new();
    for _ in 0..3 {
        world.mail(Wake::Invite { id }).await;
        waits.push(world.wait_of(id).await);
    }
    assert!(waits.is_sorted() && waits[0] >= 30, "{waits:?}");
    world.drain().await;
    world.minutes(20).await;
    assert!(!is_duplicate(&world.invite(id).await));
    assert_eq!(world.outbox.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_mail_queues_for_its_turn_while_ses_is_busy() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..5).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    world.mail(Wake::Invite { id }).await;
    assert_eq!((world.outbox.sent().len(), world.outbox.requests()), (1, 6));
    assert_eq!(mail_state(&world.invite(id).await), "ACCEPTED");
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_queued_in_vain_waits_no_longer_each_time() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..100).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    for round in 1..=3 {
        world.mail(Wake::Invite { id }).await;
        assert_eq!(world.wait_of(id).await, 30);
        assert!(world.outbox.requests() <= 21 * round, "a message waits no longer than its worker may");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_queues_is_stopped_like_any_other() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..5).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    let stop = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        world.store().set_mail_switch(MailSwitch::Stopped).await.unwrap();
        world.clock.advance(Duration::from_secs(1));
    };
    tokio::join!(world.mail(Wake::Invite { id }), stop);
    assert_eq!((world.outbox.sent().len(), world.outbox.requests()), (0, 2));
    assert!(world.invite(id).await.mail_is_due(), "it goes out once mail runs again");
}

#[tokio::test]
async fn a_refused_invitation_fails_and_a_refused_account_mail_leaves_the_account() {
    let world = World::new();
    let (invitation, account) = (world.invitation("bo").await, world.account(&vendor_form("ada")).await);
    for id in [invitation, account] {
        world.outbox.fail_next(MailFault::Refuse);
        world.provision(id).await;
        world.drain().await;
    }
    assert_eq!(world.invite(invitation).await.state_name(), "FAILED");
    let account = world.invite(account).await;
    assert_eq!((account.progress().name(), mail_state(&account)), ("ACCOUNT_CREATED", "REFUSED"));
}

#[tokio::test]
async fn an_event_settles_a_mail_whose_answer_was_lost() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.provision(id).await;
    world.drain().await;
    assert_eq!(mail_state(&world.invite(id).await), "SENDING");
    world.clock.advance(Duration::from_secs(14 * 60));
    let sent = world.outbox.sent();
    assert!(matches!(world.report(SENT, &sent[0]).await, Disposition::Done));
    let invite = world.invite(id).await;
    assert_eq!((invite.state_name(), mail_state(&invite)), ("INVITED", "ACCEPTED"));
    world.minutes(120).await;
    assert_eq!(world.outbox.requests(), 1);
}

#[tokio::test]
async fn an_unanswered_mail_is_copied_once_and_only_while_events_are_seen_to_arrive() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.provision(id).await;
    world.drain().await;
    // No event ever came: silence proves nothing.
    world.minutes(90).await;
    assert_eq!(world.outbox.requests(), 1);
    // Another mail's event shows that events arrive.
    let other = world.account(&vendor_form("ada")).await;
    world.provision(other).await;
    world.drain().await;
    let sent = world.outbox.sent();
    world.report(SENT, &sent[1]).await;
    world.minutes(70).await;
    let sent = world.outbox.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0].letter, sent[2].letter);
    assert_eq!((sent[0].tags.attempt, sent[2].tags.attempt), (1, 2));
    let invite = world.invite(id).await;
    assert_eq!(invite.state_name(), "INVITED");
    assert!(is_duplicate(&invite));
}

#[tokio::test]
async fn a_second_unanswered_mail_is_left_to_a_person() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.outbox.fail_next(MailFault::BeforeEffect);
    world.provision(id).await;
    world.drain().await;
    for _ in 0..6 {
        world.minutes(20).await;
        let first = &world.outbox.sent()[0];
        let foreign = SentMail { tags: mail::Tags { generation: 9, ..first.tags.clone() }, ..first.clone() };
        world.report(SENT, &foreign).await;
    }
    assert_eq!(world.outbox.requests(), 2);
    assert_eq!(mail_state(&world.invite(id).await), "SENDING");
    // However late its event is, it is believed.
    world.report(DELIVERED, &world.outbox.sent()[0]).await;
    assert_eq!(world.invite(id).await.state_name(), "INVITED");
}

#[tokio::test]
async fn events_in_any_order_and_number_end_in_the_same_state() {
    let cases: [(&str, &str); 7] = [
        (include_str!("../../../events/mail-delayed.json"), "DELAYED"),
        (DELIVERED, "DELIVERED"),
        (include_str!("../../../events/mail-rejected.json"), "SUPPRESSED"),
        (include_str!("../../../events/mail-suppressed.json"), "SUPPRESSED"),
        (include_str!("../../../events/mail-bounced.json"), "BOUNCED"),
        (include_str!("../../../events/mail-bounced-soft.json"), "BOUNCED"),
        (include_str!("../../../events/mail-complained.json"), "COMPLAINED"),
    ];
    for (recorded, state) in cases {
        for order in [[SENT, recorded], [recorded, SENT]] {
            let world = World::new();
            let id = world.account(&vendor_form("ada")).await;
            world.provision(id).await;
            world.drain().await;
            for event in order.into_iter().chain(order) {
                let sent = &world.outbox.sent()[0];
                assert!(matches!(world.report(event, sent).await, Disposition::Done));
            }
            assert_eq!(mail_state(&world.invite(id).await), state);
        }
    }
}

#[tokio::test]
async fn a_mailbox_that_returned_a_mail_is_sent_nothing_more_by_anyone() {
    let hard = [
        (include_str!("../../../events/mail-bounced.json"), "bounced"),
        (include_str!("../../../events/mail-suppressed.json"), "bounced"),
        (include_str!("../../../events/mail-complained.json"), "complained"),
    ];
    for (recorded, reason) in hard {
        let world = World::new();
        let first = world.invitation("bo").await;
        world.provision(first).await;
        world.drain().await;
        // Told twice, in the end late.
        let sent = world.outbox.sent()[0].clone();
        for _ in 0..2 {
            assert!(matches!(world.report(recorded, &sent).await, Disposition::Done));
        }
        world.change(first, |invite| invite.revoke(&world.act())).await;
        let second = world.invitation("Bo+again").await;
        world.provision(second).await;
        world.drain().await;
        let invite = world.invite(second).await;
        assert_eq!((invite.state_name(), mail_state(&invite)), ("FAILED", "SUPPRESSED"));
        let body = serde_json::to_value(web::invite::InviteBody::of(&invite)).unwrap();
        assert_eq!(body["mail"]["reason"], reason);
        assert!(body["mail"]["detail"].as_str().unwrap().contains("nothing is sent to it"));
        assert_eq!(body["techpass"]["failure"]["code"], format!("address.{reason}"));
        // Somebody else is not concerned.
        let other = world.invitation("kim").await;
        world.provision(other).await;
        world.drain().await;
        assert_eq!(world.outbox.sent().len(), 2);
        // An operator clears it; the event that comes once more is older.
        let mailbox = world.store().find_mailbox(&invite.address_key).await.unwrap();
        world.clock.advance(Duration::from_secs(3600));
        let cleared = mailbox.to_value().clear("an operator".to_owned(), world.clock.now()).unwrap();
        assert!(world.store().write(mailbox.becomes(cleared.clone())).await.unwrap().is_done());
        let mut late: Value = serde_json::from_str(recorded).unwrap();
        late["time"] = json!(beginning().to_string());
        let tags = late["detail"]["mail"]["tags"].as_object_mut().unwrap();
        tags.extend(sent.tags.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!([value]))));
        assert!(matches!(world.track(late).await, Disposition::Done));
        world.clock.advance(Duration::from_secs(24 * 3600));
        let read = world.invite(second).await;
        let mut transaction = Transaction::default();
        transaction.revive(&read, read.to_value().resend(&cleared, &world.act()).unwrap()).unwrap();
        assert_eq!(transaction.commit(world.store()).await.unwrap(), []);
        world.provision(second).await;
        world.mail(Wake::Invite { id: second }).await;
        assert_eq!(world.invite(second).await.state_name(), "INVITED");
    }
}

#[tokio::test]
async fn what_may_pass_suppresses_nobody() {
    let soft = include_str!("../../../events/mail-bounced-soft.json");
    let no_spam = include_str!("../../../events/mail-complained.json").replace("\"abuse\"", "\"not-spam\"");
    assert!(no_spam.contains("not-spam"));
    for recorded in [soft, &no_spam] {
        let world = World::new();
        let id = world.invitation("bo").await;
        world.provision(id).await;
        world.drain().await;
        world.report(recorded, &world.outbox.sent()[0]).await;
        let key = world.invite(id).await.into_value().address_key;
        assert_eq!(world.store().find_mailbox(&key).await.unwrap().is_open(), Ok(()));
    }
}

#[tokio::test]
async fn an_officer_whose_mailbox_is_closed_is_not_told_either() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    let key = keys().address(&officer("olivia").email);
    let read = world.store().find_mailbox(&key).await.unwrap();
    let now = world.clock.now();
    let closed = read.to_value().suppress(SuppressionReason::Complained, now, now).unwrap();
    assert!(world.store().write(read.becomes(closed)).await.unwrap().is_done());
    world.clock.advance(Duration::from_secs(31 * 24 * 3600));
    world.minutes(5).await;
    let invite = world.invite(id).await;
    assert_eq!(invite.state_name(), "EXPIRED");
    assert_eq!(invite.officer_mail.as_ref().unwrap().state_name(), "SUPPRESSED");
    assert!(world.is_at_rest(invite.next_due()));
    assert_eq!(world.outbox.requests(), 1);
}

#[tokio::test]
async fn a_mail_that_was_not_sent_takes_no_room() {
    for fault in [MailFault::Misconfigured, MailFault::Refuse] {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        world.provision(id).await;
        world.outbox.fail_next(fault);
        world.mail(Wake::Invite { id }).await;
        assert_eq!((world.outbox.requests(), world.outbox.sent().len()), (1, 0));
        let read = world.store().find_mailbox(&world.invite(id).await.address_key).await.unwrap();
        let (mut mailbox, now) = (read.into_value(), world.clock.now());
        for _ in 0..3 {
            mailbox = mailbox.admit(id, now).unwrap();
        }
        assert!(mailbox.admit(id, now).is_err());
    }
}

#[tokio::test]
async fn an_event_that_is_not_ours_changes_nothing() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let before = world.invite(id).await;
    let pairs = world.outbox.sent()[0].tags.pairs();
    let tags: Value = pairs.into_iter().map(|(name, value)| (name.to_owned(), json!([value]))).collect();
    let recorded: Value = serde_json::from_str(DELIVERED).unwrap();
    let changes: [(&str, Value); 6] = [
        ("/source", json!("my.app")),
        ("/account", json!("999999999999")),
        ("/detail-type", json!("Email Opened")),
        ("/detail/mail/tags/generation", json!(["2"])),
        ("/detail/mail/tags/kind", json!(["invitation"])),
        ("/detail/mail/tags", json!({})),
    ];
    for (pointer, value) in changes {
        let mut event = recorded.clone();
        event["detail"]["mail"]["tags"] = tags.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        assert!(!matches!(world.track(event).await, Disposition::Retry(_)), "{pointer}");
        assert_eq!(world.invite(id).await, before, "{pointer}");
    }
}

#[tokio::test]
async fn wake_ups_that_are_lost_are_made_up_for_and_five_sweeps_at_once_wake_once() {
    let world = World::new();
    world.queues().set_delivery(Delivery::Failing);
    let mut ids = Vec::new();
    for name in ["ada", "bea", "cy"] {
        let id = world.account(&vendor_form(name)).await;
        ids.push(id);
        if name != "ada" {
            world.provision(id).await;
        }
    }
    world.minutes(3).await;
    assert_eq!(world.outbox.requests(), 0);
    world.queues().set_delivery(Delivery::Working);
    world.clock.advance(Duration::from_secs(120));
    join_all((0..5).map(|_| world.sweep())).await;
    let provision = world.queues().drain(QueueName::Provision);
    assert_eq!(provision, [Wake::Invite { id: ids[0] }]);
    assert_eq!(world.queues().drain(QueueName::Mail).len(), 2);
    world.minutes(5).await;
    assert_eq!(world.outbox.sent().len(), 3);
    for id in ids {
        assert_eq!(world.invite(id).await.progress().name(), "ACCOUNT_CREATED");
    }
}

#[tokio::test]
async fn a_sweep_gets_through_more_than_a_page() {
    let world = World::new();
    let names: Vec<String> = (0..2100).map(|number| format!("vendor{number}")).collect();
    for name in &names {
        world.account(&vendor_form(name)).await;
    }
    world.clock.advance(Duration::from_secs(121));
    world.sweep().await;
    assert_eq!(world.queues().drain(QueueName::Provision).len(), names.len());
}

#[tokio::test]
async fn a_batch_that_stands_still_is_woken_and_one_that_is_through_is_reported() {
    let world = World::new();
    let now = world.clock.now();
    let (batch, rows) = draft(&officer("olivia"), vec![vendor_form("ada"), Form::default()], now, &world.entropy);
    let submitted = batch.submit(now).unwrap();
    let id = submitted.id;
    assert!(world.store().create_batch(&submitted).await.unwrap().is_done());
    world.clock.advance(Duration::from_secs(121));
    world.sweep().await;
    assert_eq!(world.queues().drain(QueueName::Dispatch), [Wake::Batch { id }]);

    let origin = Origin::Batch { batch: id, row: 1 };
    let mut invite = account_invite(&officer("olivia"), &vendor_form("ada"), world.clock.now(), &world.entropy);
    invite.origin = origin;
    let invite = world.keep(invite).await;
    let sent = KeyedRow::new(rows[0].row.clone().sent(invite, now), &keys());
    world.store().write_rows(id, &[sent, rows[1].clone()]).await.unwrap();
    world.provision(invite).await;
    world.drain().await;
    let batch = world.store().get::<domain::batch::Batch>(&id).await.unwrap().unwrap();
    let now = world.clock.now();
    let done = batch.to_value().dispatched(batch.counts, now).unwrap().done(now).unwrap();
    let _ = world.store().write(batch.becomes(done)).await.unwrap();
    world.outbox.fail_next(MailFault::Throttle);
    world.minutes(5).await;
    let sent = world.outbox.sent();
    let report = sent.last().unwrap();
    assert_eq!(report.to, officer("olivia").email);
    assert!(report.letter.text.contains("- Accounts made: 1\n"));
    assert!(report.letter.text.contains("- Rows that need fixing: 1\n"));
    assert!(report.letter.text.contains(&format!("/#/batches/{id}")));
    world.report(DELIVERED, report).await;
    let batch = world.store().get::<domain::batch::Batch>(&id).await.unwrap().unwrap();
    assert_eq!(batch.report.as_ref().unwrap().state_name(), "DELIVERED");
    assert!(world.is_at_rest(Some(batch.next_due())));
    world.minutes(60).await;
    assert_eq!(world.outbox.sent().len(), 2);
}

#[tokio::test]
async fn a_workbook_that_ends_its_readers_is_given_up_and_said_so() {
    let world = World::new();
    let now = world.clock.now();
    let (draft, _) = draft(&officer("olivia"), Vec::new(), now, &world.entropy);
    let object = ObjectVersion { key: "drops/x.xlsx".to_owned(), version_id: "1".to_owned() };
    let dropped =
        domain::batch::Batch::new(draft.id, officer("olivia"), domain::batch::Source::Drop, now, draft.trace.clone());
    let parsing = dropped.claim_parse(object, now).unwrap();
    assert!(world.store().create_batch(&parsing).await.unwrap().is_done());
    world.minutes(15).await;
    let batch = world.store().get::<domain::batch::Batch>(&parsing.id).await.unwrap().unwrap();
    assert_eq!(batch.state_name(), "PARSING");
    world.minutes(10).await;
    let batch = world.store().get::<domain::batch::Batch>(&parsing.id).await.unwrap().unwrap();
    let BatchState::Unreadable { detail, .. } = &batch.state else { panic!() };
    assert!(world.outbox.sent()[0].letter.text.contains(detail));
    assert!(world.is_at_rest(Some(batch.next_due())));
}

#[tokio::test]
async fn messages_about_nothing_are_taken_off_the_queue() {
    let world = World::new();
    let id = InviteId::generate(world.clock.now(), &world.entropy);
    let batch = domain::BatchId::generate(world.clock.now(), &world.entropy);
    assert!(matches!(world.provision(id).await, Disposition::Discard(_)));
    let wake = Wake::Batch { id: batch };
    let provisioned = provision_user::handle(&world.provision, wake, world.deadline()).await;
    assert!(matches!(provisioned, Disposition::Discard(_)));
    assert!(matches!(world.mail(Wake::Invite { id }).await, Disposition::Discard(_)));
    assert!(matches!(world.mail(wake).await, Disposition::Discard(_)));
}

/// Lines of log, kept for a look at them.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_officer_and_no_invitee_shows_in_the_log_of_any_path() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new();
    for fault in [DirectoryFault::AfterEffect, DirectoryFault::Throttle, DirectoryFault::Misconfigured] {
        world.directory.fail_next(Call::CreateAccount, fault);
    }
    for fault in [MailFault::Throttle, MailFault::Misconfigured, MailFault::AfterEffect, MailFault::Refuse] {
        world.outbox.fail_next(fault);
    }
    world.queues().set_delivery(Delivery::Failing);
    let id = world.account(&vendor_form("ada")).await;
    world.invitation("bo").await;
    world.provision(id).await;
    world.queues().set_delivery(Delivery::Working);
    world.minutes(60).await;
    world.report(DELIVERED, &world.outbox.sent()[0]).await;
    let trace = world.invite(id).await.into_value().trace;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains(&id.to_string()) && text.contains(trace.as_str()), "{text}");
    let token = keys().token(id, 1);
    for secret in ["ada", "bo@", "olivia", "Tan", "91234567", "project", token.as_str()] {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {text}");
    }
}

/// The caller is not told to try again, and the line in the log is one that an alarm counts.
#[tokio::test]
async fn what_the_table_refuses_is_answered_and_logged_as_an_error_of_ours() {
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing::subscriber::set_default(boot::subscriber(None, move || writer.clone()));
    let world = World::new();
    let (store, too_large) = (world.store().clone(), format!("{}{}", tests::people::RULES, " ".repeat(400 * 1024)));
    let put = move || {
        let (store, too_large) = (store.clone(), too_large.clone());
        async move { store.put_domain_rules(&too_large).await.map_err(web::Problem::from) }
    };
    let routes = axum::Router::new().route("/rules", axum::routing::put(put));
    let served = web::serve(routes, world.clock.clock(), world.entropy.clone());
    let request = axum::http::Request::put("/rules").body(axum::body::Body::empty()).unwrap();
    let answer = served.oneshot(request).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    assert!(!answer.headers().contains_key("retry-after"));
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|line| line.contains("is refused with ValidationException")).unwrap();
    assert!(line.contains(r#""level":"ERROR""#), "{line}");
}
