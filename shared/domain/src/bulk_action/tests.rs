//! What an action does with each invite, in which order its parts are recorded, and whom a handover mails.

use super::*;
use crate::{
    EmailAddress, Entropy, OfficerId,
    invite::{
        MAIL_ANSWER_WAIT, WAKE_AFTER,
        samples::{DAY, act, at, by_email, created, invited, mailbox},
    },
    licence::SeedState,
    mail::{MailEvent, MailKind},
    usage::Share,
};

fn handover() -> Verb {
    let email = EmailAddress::parse("bo@example-agency.gov.sg").unwrap();
    Verb::HandOver { to: Officer { id: OfficerId::parse("bo").unwrap(), email }, by: Actor::Officer }
}

fn action(invites: usize) -> (BulkAction, Vec<Part>) {
    of(Verb::Revoke, invites)
}

fn of(verb: Verb, invites: usize) -> (BulkAction, Vec<Part>) {
    let (now, entropy) = (Timestamp::from_unix_ms(1_763_875_442_000), Entropy::seeded(1));
    let officer = Officer {
        id: OfficerId::parse("ada").unwrap(),
        email: EmailAddress::parse("ada@example-agency.gov.sg").unwrap(),
    };
    let ids: Vec<InviteId> = (0..invites).map(|_| InviteId::generate(now, &entropy)).collect();
    let trace = TraceId::generate(now, &entropy);
    BulkAction::new(BulkActionId::generate(now, &entropy), officer, verb, &ids, now, trace)
}

fn all_done(part: &Part) -> Part {
    part.clone().decided(vec![Outcome::Done; part.entries.len()])
}

#[test]
fn parts_are_recorded_in_their_order_and_once() {
    let (action, parts) = action(ENTRIES_PER_PART + 1);
    assert_eq!((parts.len(), parts[1].entries.len()), (2, 1));
    let now = action.created_at;
    assert_eq!(action.clone().advanced(&all_done(&parts[1]), now), Err(OutOfTurn));
    assert_eq!(action.clone().advanced(&parts[0], now), Err(OutOfTurn), "not looked at");
    let half = action.advanced(&all_done(&parts[0]), now).unwrap();
    assert_eq!((half.state, half.done), (BulkActionState::Running { part: 2 }, 100));
    assert_eq!(half.clone().advanced(&all_done(&parts[0]), now), Err(OutOfTurn));
    let why = Refusal::StateConflict;
    let last = parts[1].clone().decided(vec![Outcome::Skipped { why }]);
    let later = now + WAKE_AFTER;
    let skipped = BTreeMap::from([("state-conflict".to_owned(), 1)]);
    let done = BulkAction { state: BulkActionState::Done, skipped, updated_at: later, ..half.clone() };
    assert_eq!(half.advanced(&last, later), Ok(done));
}

#[test]
fn an_action_for_nobody_is_done() {
    let (action, parts) = action(0);
    assert_eq!((action.state, action.next_due(), parts.len()), (BulkActionState::Done, None, 0));
}

#[test]
fn an_action_ends_with_its_last_full_part() {
    let (action, parts) = action(2 * ENTRIES_PER_PART);
    assert_eq!((parts.len(), parts[1].entries.len(), action.total), (2, ENTRIES_PER_PART, 200));
    let now = action.created_at;
    let done = parts.iter().fold(action, |action, part| action.advanced(&all_done(part), now).unwrap());
    assert_eq!((done.state, done.done), (BulkActionState::Done, 200));
}

#[test]
fn an_action_that_is_not_recorded_in_time_wakes_another_worker() {
    let (action, parts) = action(1);
    assert_eq!(action.next_due(), Some(action.created_at + WAKE_AFTER));
    let now = action.created_at + WAKE_AFTER;
    let woken = action.clone().woken(now);
    assert_eq!(woken.next_due(), Some(now + WAKE_AFTER));
    assert_eq!(woken, BulkAction { updated_at: now, ..action });
    assert_eq!(woken.advanced(&all_done(&parts[0]), now).unwrap().next_due(), None);
}

#[test]
fn after_the_last_part_of_a_handover_both_sides_are_mailed() {
    let (action, parts) = of(handover(), ENTRIES_PER_PART + 1);
    let (begun, later) = (action.created_at, action.created_at + WAKE_AFTER);
    let half = action.advanced(&all_done(&parts[0]), begun).unwrap();
    assert_eq!((half.mail_is_due(), half.mail_to(Side::Giver)), (None, None), "it is not done");
    let done = half.advanced(&all_done(&parts[1]), later).unwrap();
    assert_eq!((done.mail_is_due(), done.next_due()), (Some(Side::Giver), Some(later + WAKE_AFTER)));
    let addresses = Side::BOTH.map(|side| done.address_of(side).unwrap().as_str());
    assert_eq!(addresses, ["ada@example-agency.gov.sg", "bo@example-agency.gov.sg"]);
    for side in Side::BOTH {
        let mail = done.mail_to(side).unwrap();
        assert_eq!((mail.kind, mail.generation, Side::of_mail(mail.kind)), (side.mail_kind(), 1, Some(side)));
    }
    assert_eq!(Side::of_mail(MailKind::BatchReport), None);

    let claimed = done.clone().map_mail(Side::Giver, |mail| mail.claim(later)).unwrap();
    assert_eq!((claimed.mail_is_due(), claimed.next_due()), (Some(Side::Taker), Some(later + WAKE_AFTER)));
    let sent = |action: BulkAction, side, at| {
        let claimed = action.map_mail(side, |mail| mail.claim(at)).unwrap();
        claimed.map_mail(side, |mail| mail.accepted("m".into(), at)).unwrap()
    };
    let told = sent(done.clone(), Side::Taker, later);
    assert_eq!((told.mail_is_due(), told.next_due()), (Some(Side::Giver), Some(later + WAKE_AFTER)));
    let waits = told.clone().postponed(later + MAIL_ANSWER_WAIT);
    assert_eq!(waits.next_due(), Some(later + MAIL_ANSWER_WAIT));
    let heard = waits.clone().map_mail(Side::Taker, |mail| Ok(mail.replaced())).unwrap();
    assert_eq!(heard.next_due(), Some(later + WAKE_AFTER), "any change ends the wait");
    let unanswered = waits.map_mail(Side::Giver, |mail| mail.claim(later)).unwrap();
    assert_eq!((unanswered.mail_is_due(), unanswered.next_due()), (None, Some(later + MAIL_ANSWER_WAIT)));
    let both = sent(told, Side::Giver, later);
    assert_eq!((both.mail_is_due(), both.next_due()), (None, None));
    assert!(both.map_mail(Side::Giver, |mail| mail.claim(later)).is_err(), "once");
}

#[test]
fn nobody_is_mailed_about_no_handover() {
    let why = Refusal::OtherAgency;
    let ended = |verb: Verb, outcome| {
        let (action, parts) = of(verb, 1);
        let part = parts[0].clone().decided(vec![outcome]);
        action.clone().advanced(&part, action.created_at).unwrap()
    };
    for action in [ended(handover(), Outcome::Skipped { why }), ended(Verb::Revoke, Outcome::Done)] {
        assert_eq!((action.mail_is_due(), action.next_due(), &action.mails), (None, None, &None));
        assert!(action.map_mail(Side::Giver, Ok).is_err());
    }
    assert_eq!(action(1).0.address_of(Side::Giver), None);
}

#[test]
fn states_and_verbs_have_their_stored_names() {
    let (running, done) = (action(1).0, action(0).0);
    for (action, name) in [(running, "RUNNING"), (done, "DONE")] {
        assert_eq!((action.state_name(), serde_json::json!(action.state)["state"].as_str()), (name, Some(name)));
    }
    assert_eq!(
        [Verb::Resend, Verb::Revoke, Verb::Amend(Correction::default()), handover()].map(|verb| verb.name()),
        ["resend", "revoke", "amend", "hand-over"]
    );
}

#[test]
fn a_refusal_has_the_code_of_the_same_problem_of_a_single_request() {
    let cap = CapReached { limit: 1, share: Share::SinglesPerDay, until: at(0) };
    for (refusal, code) in [
        (Refusal::NotFound, "not-found"),
        (Refusal::StateConflict, "state-conflict"),
        (Refusal::Undeliverable, "undeliverable"),
        (Refusal::TooSoon { next: at(0) }, "too-many-requests"),
        (Refusal::CapReached { cap }, "too-many-requests"),
        (Refusal::AlreadyInvited, "already-invited"),
        (Refusal::InvitedByAnother, "invited-by-another"),
        (Refusal::UsernameTaken, "username-taken"),
        (Refusal::OtherAgency, "other-agency"),
        (Refusal::LostRace, "lost-race"),
    ] {
        assert_eq!(refusal.code(), code);
    }
}

#[test]
fn an_invite_is_changed_or_is_in_that_state_already_or_says_why_not() {
    let correction = Correction::default();
    let queued = by_email();
    let [mut accepted, mut expired] = [invited(), invited()];
    accepted.state = InviteState::Accepted;
    expired.state = InviteState::Expired;
    let revoked = invited().revoke(&act(DAY)).unwrap();
    let bounced = invited().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
    let (already, conflict) = (Ok(Change::Already), Err(Refusal::StateConflict));
    let created = created(SeedState::NotRequired);
    let of_many = Act { action: Some(BulkActionId::generate(at(0), &Entropy::seeded(1))), ..act(DAY) };
    let revoking = created.clone().revoke_account(&act(DAY)).unwrap();
    assert_eq!(Change::revoke(&created, &act(DAY)), Ok(Change::Next(Box::new(revoking.clone()))));
    assert_eq!(Change::revoke(&created, &of_many), conflict, "no account is deleted by a filter");
    assert_eq!(Change::revoke(&revoking, &act(DAY)), already);
    let returned = Err(Refusal::Undeliverable);
    let too_soon = Err(Refusal::TooSoon { next: expired.resend_from() });
    let next = |invite| Ok(Change::Next(Box::new(invite)));
    let (early, late) = (act(10), act(DAY));
    let again = |invite: &Invite| next(invite.clone().resend(&mailbox(), &late).unwrap());
    let amended = |invite: &Invite| next(invite.clone().correct(&correction, &late).unwrap());
    let ended = |invite: &Invite| next(invite.clone().revoke(&late).unwrap());
    for (invite, act, revoke, resend, correct) in [
        (&queued, &late, ended(&queued), already.clone(), conflict.clone()),
        (&invited(), &late, ended(&invited()), again(&invited()), conflict.clone()),
        (&invited(), &early, next(invited().revoke(&early).unwrap()), too_soon.clone(), conflict.clone()),
        (&accepted, &late, conflict.clone(), conflict.clone(), conflict.clone()),
        (&revoked, &late, already, conflict, amended(&revoked)),
        (&expired, &late, ended(&expired), again(&expired), amended(&expired)),
        (&expired, &early, next(expired.clone().revoke(&early).unwrap()), too_soon.clone(), too_soon),
        (&bounced, &late, ended(&bounced), returned.clone(), returned),
    ] {
        assert_eq!(Change::revoke(invite, act), revoke, "revoke {}", invite.state_name());
        assert_eq!(Change::resend(invite, &mailbox(), act), resend, "resend {}", invite.state_name());
        assert_eq!(Change::correct(invite, &correction, act), correct, "amend {}", invite.state_name());
    }
}
