//! Each decision, with its limits to the millisecond.

use domain::{
    BulkActionId, CodeSeed, Entropy,
    batch::{Counts, ObjectVersion, Source},
    bulk_action::{Outcome, Verb},
    fields::Form,
    invite::{Account, Actor, CODE_LIFE, Creation, Origin},
    licence::SeedState,
    mail::{DELIVERY_WAIT, MailEvent, MailKind},
};
use testing::people::{account_invite, beginning, draft, officer, officer_form, rules};

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MILLISECOND: Duration = Duration::from_millis(1);
const RETENTION: Retention = Retention { people: days(90), drafts: days(7), tombstones: days(365) };

/// The queues that nobody has to be woken for.
const NONE: [QueueName; 0] = [];

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 24 * 3600)
}

fn entropy() -> Entropy {
    testing::seeded(1)
}

fn at(seconds: u64) -> Timestamp {
    beginning() + Duration::from_secs(seconds)
}

/// A sweep at `now` that knows of no mail.
fn moment(now: Timestamp) -> Moment<'static> {
    Moment { now, mails: Mails { last_event: None, sent_from: None }, retention: &RETENTION }
}

/// A sweep at `now`, while mails whose events arrived are as new as `last_event`.
fn after_events(now: Timestamp, last_event: Timestamp) -> Moment<'static> {
    Moment { mails: Mails { last_event: Some(last_event), sent_from: None }, ..moment(now) }
}

fn queued() -> Invite {
    account_invite(&officer("ada"), &officer_form("bo"), beginning(), &entropy())
}

/// An invite with its account, whose mail is due.
fn made(seed: SeedState) -> Invite {
    let account = Account { directory_id: "bo".to_owned() };
    queued().claim(beginning()).unwrap().account_created(account, seed, beginning()).unwrap()
}

/// An invite whose mail was claimed at the beginning.
fn sending() -> Invite {
    made(SeedState::NotRequired).claim_mail(beginning()).unwrap()
}

fn sent() -> Invite {
    sending().mail_accepted("m-1".to_owned(), beginning()).unwrap()
}

fn submitted() -> Batch {
    draft(&officer("ada"), vec![officer_form("bo")], beginning(), &entropy()).0.submit(beginning()).unwrap()
}

/// A batch whose report is due.
fn done() -> Batch {
    submitted().dispatched(Counts::default(), beginning()).unwrap().done(beginning()).unwrap()
}

/// A batch whose report was claimed at the beginning.
fn reporting() -> Batch {
    done().map_report(|mail| mail.claim(beginning())).unwrap()
}

fn parsing_of(source: Source) -> Batch {
    let (draft, _) = draft(&officer("ada"), Vec::new(), beginning(), &entropy());
    let object = ObjectVersion { key: "drops/x.xlsx".to_owned(), version_id: "1".to_owned() };
    Batch::new(draft.id, officer("ada"), source, beginning(), draft.trace).claim_parse(object, beginning()).unwrap()
}

/// When the invite is checked next, who is woken, and what is said about it.
type Outcomes = (Option<Timestamp>, Vec<QueueName>, Option<Remark>);

fn of_invite(record: &Invite, moment: &Moment<'_>) -> Option<Outcomes> {
    invite(record.clone(), moment).map(|plan| (plan.next.next_due(), plan.wake, plan.remark))
}

fn of_batch(record: &Batch, moment: &Moment<'_>) -> Option<Outcomes> {
    batch(record.clone(), moment).map(|plan| (Some(plan.next.next_due()), plan.wake, plan.remark))
}

#[test]
fn a_step_is_repeated_once_its_call_is_overdue() {
    let due = at(120);
    assert_eq!(of_invite(&queued(), &moment(due - MILLISECOND)), None, "not due");
    for (what, invite, wake) in [
        ("its account", queued(), vec![QueueName::Provision]),
        ("its mail", made(SeedState::NotRequired), vec![QueueName::Mail]),
        ("its licence and its mail", made(SeedState::Pending), vec![QueueName::Provision, QueueName::Mail]),
    ] {
        assert_eq!(of_invite(&invite, &moment(due)), Some((Some(due + WAKE_AFTER), wake, None)), "{what}");
    }
}

#[test]
fn a_mail_that_is_due_waits_for_the_end_of_a_pause_and_another_step_does_not() {
    let (now, pause) = (at(120), at(900));
    let paused = Moment { mails: Mails { last_event: None, sent_from: Some(pause) }, ..moment(now) };
    for (what, seed, due, wake) in [
        ("only the mail", SeedState::NotRequired, pause, vec![]),
        ("its licence too", SeedState::Pending, now + WAKE_AFTER, vec![QueueName::Provision, QueueName::Mail]),
    ] {
        assert_eq!(of_invite(&made(seed), &paused), Some((Some(due), wake, None)), "{what}");
    }
    let expired = queued().expire(at(90 * 24 * 3600)).unwrap();
    let later = expired.next_due().unwrap();
    let paused = Moment { now: later, mails: Mails { last_event: None, sent_from: Some(later + DAY) }, ..paused };
    assert_eq!(of_invite(&expired, &paused), Some((Some(later + DAY), vec![], None)), "a mail to the officer");
}

#[test]
fn what_time_ends_is_ended_and_its_worker_woken() {
    let end = at(90 * 24 * 3600);
    let plan = invite(queued(), &moment(end)).unwrap();
    assert_eq!((plan.next.state_name(), plan.wake, plan.remark), ("EXPIRED", vec![QueueName::Mail], None));
}

#[test]
fn a_mail_without_an_answer_is_left_alone_unless_events_are_seen_to_arrive() {
    let due = at(15 * 60);
    let (hour, copy) = (Duration::from_secs(3600), Some(Remark::PossibleDuplicate));
    let waits = |now: Timestamp, remark| Some((Some(now + hour), NONE.to_vec(), remark));
    let undecided = Some(Remark::UndecidedMail);
    assert_eq!(of_invite(&sending(), &moment(due - MILLISECOND)), None, "not due");
    for (now, remark) in [(due, undecided), (due + hour - MILLISECOND, undecided), (due + hour, None)] {
        assert_eq!(of_invite(&sending(), &moment(now)), waits(now, remark), "{now}");
        assert_eq!(of_batch(&reporting(), &moment(now)), waits(now, remark), "{now}");
    }
    let wake = vec![QueueName::Mail];
    let events = after_events(due, at(300));
    // A copy of a mail of an invite is due like any mail.
    assert_eq!(of_invite(&sending(), &events), Some((Some(due + WAKE_AFTER), wake.clone(), copy)));
    assert_eq!(of_batch(&reporting(), &events), Some((Some(due + WAKE_AFTER), wake, copy)));
    let events = after_events(due, at(300) - MILLISECOND);
    assert_eq!(of_invite(&sending(), &events), waits(due, undecided), "the events are of mails before it");
    assert_eq!(of_batch(&reporting(), &events), waits(due, undecided), "the events are of mails before it");
}

/// An invitation whose invitee asked for a code at the beginning.
fn with_code() -> Invite {
    let form = Form { email: officer_form("bo").email, reason: "Joins the project".to_owned(), ..Form::default() };
    let request = form.email_invitation(&rules(), &officer("ada").email).unwrap();
    let Invite { id, officer, address_key, terms, created_at: at, trace, .. } = queued();
    let creation = Creation { id, officer, address_key, terms, at, trace };
    let free = Invite::queued(creation, Origin::Email, request).address_is_free(at).unwrap();
    let invited = free.claim_mail(at).unwrap().mail_accepted("m-1".to_owned(), at).unwrap();
    let delivered = invited.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m-1", at).unwrap();
    delivered.ask_for_code(CodeSeed::generate(&entropy()), at).unwrap()
}

#[test]
fn a_mail_with_a_code_is_sent_while_that_can_be_typed_and_is_over_with_it() {
    let end = beginning() + CODE_LIFE;
    let state = |plan: &Plan<Invite>| plan.next.code_mail().unwrap().state_name();
    let woken = invite(with_code(), &moment(at(120))).unwrap();
    assert_eq!((&woken.wake[..], state(&woken)), (&[QueueName::Mail][..], "QUEUED"));
    let late = invite(with_code(), &moment(end)).unwrap();
    assert_eq!((&late.wake[..], state(&late)), (&NONE[..], "REPLACED"));
    let claimed = with_code().claim_code_mail(at(1)).unwrap();
    assert_eq!(claimed.next_due(), Some(end));
    let unknown = invite(claimed, &moment(end)).unwrap();
    assert_eq!((&unknown.wake[..], state(&unknown)), (&NONE[..], "UNKNOWN"));
    for plan in [late, unknown] {
        assert!(plan.next.next_due().unwrap() > end + DAY, "nothing of it is left to do");
    }
}

#[test]
fn a_mail_without_an_answer_is_given_up_when_no_event_is_expected_any_more() {
    let end = beginning() + DELIVERY_WAIT;
    for (now, remark) in [(end - MILLISECOND, None), (end, Some(Remark::UnknownDelivery))] {
        let said = |outcome: Option<Outcomes>| outcome.map(|(_, wake, remark)| (wake, remark));
        assert_eq!(said(of_invite(&sending(), &moment(now))), Some((vec![], remark)), "{now}");
        assert_eq!(said(of_batch(&reporting(), &moment(now))), Some((vec![], remark)), "{now}");
    }
}

#[test]
fn a_mail_to_the_officer_without_an_answer_is_settled_before_that_to_the_invitee() {
    let end = at(90 * 24 * 3600);
    let telling = queued().expire(end).unwrap().map_officer_mail(end, |mail| mail.claim(end)).unwrap();
    let due = end + MAIL_ANSWER_WAIT;
    let plan = invite(telling.clone(), &after_events(due, due)).unwrap();
    assert!(plan.next.officer_mail_is_due());
    assert_eq!((plan.wake, plan.remark), (vec![QueueName::Mail], Some(Remark::PossibleDuplicate)));
    let plan = invite(telling, &moment(end + DELIVERY_WAIT)).unwrap();
    assert_eq!(plan.next.officer_mail.unwrap().state_name(), "UNKNOWN");
    assert_eq!(plan.remark, Some(Remark::UnknownDelivery));
}

#[test]
fn a_mail_that_nothing_is_heard_of_is_unknown_after_a_day_and_then_kept_as_long_as_its_person() {
    let heard = sent().observe_mail(MailKind::AccountCreated, 1, MailEvent::Delivered, "m-1", at(9)).unwrap();
    let day = beginning() + DELIVERY_WAIT;
    assert_eq!(of_invite(&sent(), &moment(day - MILLISECOND)), None);
    let unheard_of = invite(sent(), &moment(day)).unwrap();
    assert_eq!((&*unheard_of.wake, unheard_of.remark), (&NONE[..], Some(Remark::UnknownDelivery)));
    assert_eq!(of_invite(&heard, &moment(heard.next_due().unwrap())), at_rest(at(9) + RETENTION.people));
    // Before the retention, what is still open is checked.
    assert_eq!(of_invite(&sent().postponed(at(50)), &moment(at(50))), at_rest(day));
    let asked = heard.request_first_password(at(20)).unwrap().claim_first_password(at(21)).unwrap();
    let given_up_at = asked.next_due().unwrap();
    assert_eq!(of_invite(&asked.clone().postponed(at(22)), &moment(at(22))), at_rest(given_up_at));
    let given_up = invite(asked, &moment(given_up_at)).unwrap();
    let over_since = given_up.next.over_since().unwrap();
    assert_eq!(given_up.next.next_due(), Some(over_since + RETENTION.people));
}

/// A record that nobody works on is checked at this time.
fn at_rest(next: Timestamp) -> Option<Outcomes> {
    Some((Some(next), Vec::new(), None))
}

#[test]
fn an_invite_that_needs_attention_is_left_to_a_person() {
    let paused = queued().needs_attention(at(1)).unwrap();
    let look = paused.next_due().unwrap();
    assert_eq!(of_invite(&paused, &moment(look)), at_rest(at(1) + RETENTION.people));
}

#[test]
fn a_request_for_a_licence_is_repeated_and_then_kept_for_as_long_as_its_person() {
    let account = Account { directory_id: "bo".to_owned() };
    let asked = SeedRequest::new(officer("ada").id, account, beginning(), queued().trace);
    let assigned = asked.clone().assigned(at(10)).unwrap();
    for (request, due, next_due, wake) in [
        (asked, at(120), at(240), vec![QueueName::Provision]),
        (assigned.clone(), assigned.next_due(), at(10) + RETENTION.people, vec![]),
    ] {
        assert!(seed_request(request.clone(), &RETENTION, due - MILLISECOND).is_none());
        let plan = seed_request(request, &RETENTION, due).unwrap();
        assert_eq!((plan.next.next_due(), plan.wake), (next_due, wake));
    }
}

#[test]
fn a_batch_that_stands_still_has_its_worker_woken() {
    let dispatched = submitted().dispatched(Counts::default(), beginning()).unwrap();
    for (what, batch, wake) in [
        ("submitted", submitted(), QueueName::Dispatch),
        ("dispatched", dispatched, QueueName::Dispatch),
        ("its report is due", done(), QueueName::Mail),
    ] {
        let due = batch.next_due();
        assert_eq!(of_batch(&batch, &moment(due - MILLISECOND)), None, "{what}");
        assert_eq!(of_batch(&batch, &moment(due)), Some((Some(due + WAKE_AFTER), vec![wake], None)), "{what}");
    }
}

/// A handover of one invite that was done at the beginning.
fn handed_over() -> BulkAction {
    let verb = Verb::HandOver { to: officer("bo"), by: Actor::Officer };
    let (id, invite) = (BulkActionId::generate(beginning(), &entropy()), queued());
    let (action, parts) = BulkAction::new(id, officer("ada"), verb, &[invite.id], beginning(), invite.trace);
    action.advanced(&parts[0].clone().decided(vec![Outcome::Done]), beginning()).unwrap()
}

fn of_action(record: &BulkAction, moment: &Moment<'_>) -> Option<Outcomes> {
    action(record.clone(), moment).map(|plan| (plan.next.next_due(), plan.wake, plan.remark))
}

#[test]
fn an_action_that_stands_still_or_has_a_mail_due_has_its_worker_woken() {
    let (running, _) = BulkAction::new(
        BulkActionId::generate(beginning(), &entropy()),
        officer("ada"),
        Verb::Revoke,
        &[queued().id],
        beginning(),
        queued().trace,
    );
    let due = at(120);
    for (action, wake) in [(running, QueueName::Actions), (handed_over(), QueueName::Mail)] {
        assert_eq!(of_action(&action, &moment(due - MILLISECOND)), None);
        assert_eq!(of_action(&action, &moment(due)), Some((Some(due + WAKE_AFTER), vec![wake], None)));
    }
}

#[test]
fn the_mails_of_a_handover_without_an_answer_are_settled_one_after_the_other() {
    let claimed = |action: BulkAction, side, second| action.map_mail(side, |mail| mail.claim(at(second))).unwrap();
    let both = claimed(claimed(handed_over(), Side::Taker, 0), Side::Giver, 5);
    let due = at(15 * 60);
    let hour = Duration::from_secs(3600);
    assert_eq!(of_action(&both, &moment(due - MILLISECOND)), None, "not due");
    assert_eq!(of_action(&both, &moment(due)), Some((Some(due + hour), vec![], Some(Remark::UndecidedMail))));
    let plan = action(both.clone(), &after_events(due, at(300))).unwrap();
    assert_eq!((plan.next.mail_is_due(), plan.wake), (Some(Side::Taker), vec![QueueName::Mail]));
    assert_eq!((plan.next.next_due(), plan.remark), (Some(due + WAKE_AFTER), Some(Remark::PossibleDuplicate)));
    let plan = action(both, &moment(beginning() + DELIVERY_WAIT)).unwrap();
    assert_eq!(plan.next.mail_to(Side::Taker).unwrap().state_name(), "UNKNOWN");
    assert_eq!((plan.next.next_due(), plan.remark), (Some(at(5) + MAIL_ANSWER_WAIT), Some(Remark::UnknownDelivery)));
    let told = |side| move |action: BulkAction| action.map_mail(side, |mail| mail.accepted("m".into(), at(9))).unwrap();
    let plan = action(told(Side::Giver)(plan.next), &moment(beginning() + DELIVERY_WAIT));
    assert!(plan.is_none(), "nothing is left to do");
}

#[test]
fn the_report_of_a_batch_that_was_reset_is_not_sent() {
    for (what, batch) in [("due", done()), ("without an answer", reporting())] {
        let reset = batch.reset(at(1)).unwrap();
        let kept = Some((Some(at(1) + RETENTION.drafts), vec![], None));
        assert_eq!(of_batch(&reset, &moment(reset.next_due())), kept, "{what}");
    }
}

#[test]
fn a_batch_at_rest_is_checked_when_its_retention_ends() {
    let told = reporting().map_report(|mail| mail.accepted("m-1".to_owned(), at(1))).unwrap();
    let kept = Some((Some(beginning() + RETENTION.people), vec![], None));
    assert_eq!(of_batch(&told, &moment(told.next_due())), kept);
}

#[test]
fn a_workbook_is_given_up_fifteen_minutes_after_its_last_reader() {
    let lease = at(90);
    let end = lease + Duration::from_secs(15 * 60);
    for (source, wake) in [(Source::Drop, vec![QueueName::Mail]), (Source::Upload, vec![])] {
        let parsing = parsing_of(source);
        assert_eq!(of_batch(&parsing, &moment(lease - MILLISECOND)), None, "it may still be read");
        for now in [lease, end - MILLISECOND] {
            assert_eq!(of_batch(&parsing, &moment(now)), Some((Some(now + WAKE_AFTER), vec![], None)), "{now}");
        }
        let given_up = batch(parsing, &moment(end)).unwrap();
        assert_eq!(given_up.next.state_name(), "UNREADABLE");
        assert_eq!((given_up.wake, given_up.remark), (wake, Some(Remark::WorkbookGivenUp)));
    }
}

#[test]
fn an_event_for_an_agency_is_repeated_once_its_call_is_overdue() {
    let event = WebhookEvent::of_change(None, &queued(), 1).unwrap();
    let due = event.next_due().unwrap();
    assert!(webhook_event(event.clone(), due - MILLISECOND).is_none());
    let plan = webhook_event(event, due).unwrap();
    assert_eq!((plan.next.next_due(), plan.wake), (Some(due + WAKE_AFTER), vec![QueueName::Webhooks]));
}
