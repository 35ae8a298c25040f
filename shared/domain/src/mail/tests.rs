use std::time::Duration;

use serde_json::json;

use super::*;
use crate::Timestamp;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
}

fn due() -> Mail {
    Mail::due(MailKind::Invitation, 1)
}

const WAIT: Duration = Duration::from_secs(900);
const MILLISECOND: Duration = Duration::from_millis(1);

fn due_after(refusals: u32, attempts: u32, held_until: Option<Timestamp>) -> MailState {
    MailState::Due { refusals, attempts, held_until }
}

fn claimed(attempt: u32, at: Timestamp, refusals: u32) -> MailState {
    MailState::Claimed { attempt, at, refusals }
}

fn receipt(message_id: &str, at: Timestamp, possible_duplicate: bool) -> Receipt {
    Receipt { message_id: message_id.into(), at, possible_duplicate }
}

/// A mail in each state, in the order of the states.
fn mails() -> [Mail; 14] {
    let states = [
        due_after(2, 0, None),
        due_after(3, 1, Some(at(50))),
        claimed(1, at(10), 2),
        claimed(2, at(20), 3),
        MailState::Accepted(receipt("m-1", at(30), false)),
        MailState::Delayed(receipt("m-1", at(40), true)),
        MailState::Unknown(receipt("m-1", at(50), true)),
        MailState::Delivered(receipt("m-1", at(60), false)),
        MailState::Bounced(receipt("m-1", at(70), true)),
        MailState::Complained(receipt("m-1", at(80), false)),
        MailState::Suppressed(receipt("m-1", at(90), true)),
        MailState::Withheld { at: at(100), reason: SuppressionReason::Complained },
        MailState::Refused { at: at(110) },
        MailState::Replaced,
    ];
    states.map(|state| Mail { kind: MailKind::Reminder, generation: 7, state })
}

/// The states before and after `step`, for the mails for which it is possible. For each other mail it is a conflict.
fn steps(event: &str, step: impl Fn(Mail) -> Result<Mail, MailConflict>) -> Vec<(MailState, MailState)> {
    let mut possible = Vec::new();
    for mail in mails() {
        match step(mail.clone()) {
            Ok(next) => {
                assert_eq!((next.kind, next.generation), (mail.kind, mail.generation));
                possible.push((mail.state, next.state));
            }
            Err(conflict) => {
                let text = format!("a mail that is {} cannot be {event}", mail.state_name());
                assert_eq!(conflict.to_string(), text);
            }
        }
    }
    possible
}

#[test]
fn each_kind_and_each_state_has_its_stored_name() {
    for kind in MailKind::ALL {
        assert_eq!(json!(kind), kind.name());
    }
    for mail in mails() {
        assert_eq!(json!(mail.state)["state"], mail.state.name());
    }
    for status in MailStatus::ALL {
        assert_eq!(json!(status), status.name());
    }
}

#[test]
fn the_api_has_fewer_states_than_operators_see() {
    let names = [
        ("DUE", "QUEUED"),
        ("DUE", "HELD"),
        ("CLAIMED", "SENDING"),
        ("CLAIMED", "SENDING"),
        ("ACCEPTED", "ACCEPTED"),
        ("DELAYED", "DELAYED"),
        ("UNKNOWN", "UNKNOWN"),
        ("DELIVERED", "DELIVERED"),
        ("BOUNCED", "BOUNCED"),
        ("COMPLAINED", "COMPLAINED"),
        ("SUPPRESSED", "SUPPRESSED"),
        ("WITHHELD", "SUPPRESSED"),
        ("REFUSED", "REFUSED"),
        ("REPLACED", "REPLACED"),
    ];
    assert_eq!(mails().map(|mail| (mail.state.name(), mail.state_name())), names);
}

#[test]
fn a_mail_is_open_or_may_have_arrived_or_is_replaced() {
    let which = |is: fn(&Mail) -> bool| -> Vec<_> {
        mails().iter().filter(|mail| is(mail)).map(|mail| mail.state.name()).collect()
    };
    let returned = ["BOUNCED", "COMPLAINED", "SUPPRESSED", "WITHHELD", "REFUSED"];
    assert_eq!(which(Mail::is_open), ["DUE", "DUE", "CLAIMED", "CLAIMED"]);
    assert_eq!(which(Mail::is_undeliverable), returned);
    assert_eq!(
        which(Mail::may_have_arrived),
        [["ACCEPTED", "DELAYED", "UNKNOWN", "DELIVERED"].as_slice(), &returned].concat()
    );
}

#[test]
fn only_the_state_that_has_a_moment_says_it() {
    let moments = |of: fn(&Mail) -> Option<Timestamp>| -> Vec<_> {
        mails().iter().filter_map(|mail| Some((mail.state.name(), of(mail)?))).collect()
    };
    assert_eq!(moments(Mail::held_until), [("DUE", at(50))]);
    assert_eq!(moments(Mail::claimed_at), [("CLAIMED", at(10)), ("CLAIMED", at(20))]);
    let closed = [("BOUNCED", at(70)), ("COMPLAINED", at(80)), ("SUPPRESSED", at(90)), ("WITHHELD", at(100))];
    assert_eq!(moments(Mail::closed_at), closed);
    let day = 24 * 3600;
    assert_eq!(moments(Mail::unknown_from), [("ACCEPTED", at(30 + day)), ("DELAYED", at(40 + day))]);
}

#[test]
fn a_mail_that_does_not_go_out_says_why() {
    let said: Vec<_> = mails().iter().filter_map(|mail| Some((mail.state.name(), mail.detail()?))).collect();
    let expected = [
        ("DUE", "goes out when there is room"),
        ("BOUNCED", "was returned"),
        ("COMPLAINED", "marked as spam"),
        ("SUPPRESSED", "sends nothing to this address"),
        ("WITHHELD", SuppressionReason::Complained.detail()),
        ("REFUSED", "could not be sent"),
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for ((state, detail), (expected, part)) in said.into_iter().zip(expected) {
        assert!(state == expected && detail.contains(part), "{state}: {detail}");
    }
}

#[test]
fn only_a_mail_that_is_due_is_claimed_or_held_or_withheld() {
    let [queued, held] = [due_after(2, 0, None), due_after(3, 1, Some(at(50)))];
    let to = |first: MailState, second: MailState| vec![(queued.clone(), first), (held.clone(), second)];
    assert_eq!(steps("claimed", |mail| mail.claim(at(200))), to(claimed(1, at(200), 2), claimed(2, at(200), 3)));
    let until = Some(at(300));
    assert_eq!(steps("held", |mail| mail.hold(at(300))), to(due_after(2, 0, until), due_after(3, 1, until)));
    let withheld = MailState::Withheld { at: at(200), reason: SuppressionReason::Bounced };
    assert_eq!(
        steps("withheld", |mail| mail.withhold(SuppressionReason::Bounced, at(200))),
        to(withheld.clone(), withheld)
    );
}

#[test]
fn only_a_mail_that_is_claimed_is_accepted_or_refused_or_given_back() {
    let [first, second] = [claimed(1, at(10), 2), claimed(2, at(20), 3)];
    let to = |one: MailState, other: MailState| vec![(first.clone(), one), (second.clone(), other)];
    assert_eq!(
        steps("accepted", |mail| mail.accepted("m-2".into(), at(200))),
        to(MailState::Accepted(receipt("m-2", at(200), false)), MailState::Accepted(receipt("m-2", at(200), true)))
    );
    let refused = MailState::Refused { at: at(200) };
    assert_eq!(steps("refused", |mail| mail.refused(at(200))), to(refused.clone(), refused));
    // An attempt that is known to have sent nothing does not count.
    assert_eq!(steps("given back", Mail::not_sent), to(due_after(3, 0, None), due_after(4, 1, None)));
    // Both have waited for long enough, but a second copy is the last one.
    assert_eq!(
        steps("sent again", |mail| mail.retry_unanswered(at(10) + WAIT, WAIT, Some(at(10) + WAIT / 3))),
        [(first.clone(), due_after(2, 1, None))]
    );
}

#[test]
fn a_day_after_the_claim_or_the_last_report_the_delivery_is_unknown() {
    let unknown = |message_id, at, duplicate| MailState::Unknown(receipt(message_id, at, duplicate));
    let claims =
        [(claimed(1, at(10), 2), unknown("", at(10), false)), (claimed(2, at(20), 3), unknown("", at(20), true))];
    let reported = [
        (MailState::Accepted(receipt("m-1", at(30), false)), unknown("m-1", at(30), false)),
        (MailState::Delayed(receipt("m-1", at(40), true)), unknown("m-1", at(40), true)),
    ];
    let day = 24 * 3600;
    for (now, expected) in [(at(day + 20) - MILLISECOND, &claims[..1]), (at(day + 20), &claims)] {
        assert_eq!(steps("given up", |mail| mail.give_up(now)), expected);
    }
    for (now, expected) in [(at(day + 40) - MILLISECOND, &reported[..1]), (at(day + 40), &reported)] {
        assert_eq!(steps("given up", |mail| mail.unheard_of(now)), expected);
    }
}

#[test]
fn any_mail_can_be_replaced() {
    for mail in mails() {
        assert_eq!(mail.replaced(), Mail { kind: MailKind::Reminder, generation: 7, state: MailState::Replaced });
    }
}

#[test]
fn an_event_counts_when_it_says_more_than_the_state() {
    let events = [
        (MailEvent::Accepted, "ACCEPTED"),
        (MailEvent::Delayed, "DELAYED"),
        (MailEvent::Delivered, "DELIVERED"),
        (MailEvent::Suppressed, "SUPPRESSED"),
        (MailEvent::Bounced, "BOUNCED"),
        (MailEvent::Complained, "COMPLAINED"),
    ];
    // Of each mail: the events that add nothing, from the first on, and whether its delivery is a second one.
    let expected = [
        (0, false),
        (0, false),
        (0, false),
        (0, true),
        (1, false),
        (2, true),
        (2, true),
        (3, false),
        (5, true),
        (6, false),
        (4, true),
        (3, false),
        (0, false),
        (6, false),
    ];
    for (mail, (known, possible_duplicate)) in mails().into_iter().zip(expected) {
        for (place, (event, name)) in events.into_iter().enumerate() {
            let observed = mail.clone().observe(event, "m-2", at(200)).map(|next| json!(next));
            let state =
                json!({"state": name, "message_id": "m-2", "at": at(200), "possible_duplicate": possible_duplicate});
            let next = json!({"kind": "reminder", "generation": 7, "state": state});
            assert_eq!(observed, (place >= known).then_some(next), "{} and {name}", mail.state.name());
        }
    }
}

#[test]
fn a_mail_is_claimed_once() {
    let claimed = due().claim(at(0)).unwrap();
    assert!(claimed.clone().claim(at(1)).is_err());
    let accepted = claimed.accepted("m-1".into(), at(1)).unwrap();
    assert!(accepted.clone().claim(at(2)).is_err());
    assert_eq!(accepted.state_name(), "ACCEPTED");
}

#[test]
fn an_unanswered_attempt_is_repeated_once_and_only_while_events_arrive() {
    let claimed = due().claim(at(0)).unwrap();
    assert!(claimed.clone().retry_unanswered(at(899), WAIT, Some(at(800))).is_err(), "too early");
    assert!(claimed.clone().retry_unanswered(at(900), WAIT, None).is_err(), "no event ever");
    assert!(claimed.clone().retry_unanswered(at(900), WAIT, Some(at(299))).is_err(), "events may have stopped");
    let second = claimed.retry_unanswered(at(900), WAIT, Some(at(300))).unwrap().claim(at(901)).unwrap();
    assert!(second.clone().retry_unanswered(at(9000), WAIT, Some(at(8999))).is_err(), "never a third copy");
    let MailState::Accepted(receipt) = second.accepted("m-2".into(), at(902)).unwrap().state else { panic!() };
    assert!(receipt.possible_duplicate);
}

#[test]
fn a_mail_that_nothing_is_heard_of_for_a_day_is_unknown_until_something_is() {
    let accepted = due().claim(at(0)).unwrap().accepted("m-1".into(), at(0)).unwrap();
    let day = 24 * 3600;
    assert!(accepted.clone().unheard_of(at(day - 1)).is_err());
    let unknown = accepted.unheard_of(at(day)).unwrap();
    assert_eq!((unknown.state_name(), unknown.is_open()), ("UNKNOWN", false));
    assert_eq!(unknown.clone().observe(MailEvent::Accepted, "m-1", at(day)), None);
    assert_eq!(unknown.observe(MailEvent::Delivered, "m-1", at(day)).unwrap().state_name(), "DELIVERED");
}

#[test]
fn events_settle_a_lost_answer_in_any_order() {
    let claimed = due().claim(at(0)).unwrap();
    let delivered = claimed.observe(MailEvent::Delivered, "m-1", at(5)).unwrap();
    assert_eq!(delivered.state_name(), "DELIVERED");
    assert_eq!(delivered.clone().observe(MailEvent::Accepted, "m-1", at(6)), None);
    assert_eq!(delivered.clone().observe(MailEvent::Delivered, "m-1", at(6)), None);
    assert_eq!(delivered.observe(MailEvent::Bounced, "m-1", at(7)).unwrap().state_name(), "BOUNCED");
}
