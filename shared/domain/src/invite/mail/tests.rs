//! The mails of an invite, from due to delivered, and what becomes of those without an answer.

use super::*;
use crate::{
    invite::{
        Proven,
        changes::ResendRefusal,
        samples::{DAY, act, at, by_email, claimed, created, form, invited, mailbox},
        schedule::{InvitationDue, NextStep},
        state::AccountStatus,
    },
    licence::SeedState,
    mail::Receipt,
};

#[test]
fn a_mail_is_sent_only_in_a_state_that_wants_it() {
    let invitation = by_email().address_is_free(at(1)).unwrap();
    let account = created(SeedState::NotRequired);
    let seen = |status| account.clone().account_seen(status, at(3)).unwrap();
    for (what, invite, is_due) in [
        ("nothing was asked yet", by_email(), false),
        ("an invitation", invitation.clone(), true),
        ("an invitation, paused", invitation.clone().needs_attention(at(3)).unwrap(), false),
        ("an invitation that is claimed", invitation.claim_mail(at(3)).unwrap(), false),
        ("an invitation that was sent", invited(), false),
        ("an account", account.clone(), true),
        ("an account that its holder signed in to", seen(AccountStatus::SignedIn), true),
        ("an account that is disabled", seen(AccountStatus::Disabled), false),
        ("an account that is deleted", seen(AccountStatus::Gone), false),
        ("an account, paused", account.clone().needs_attention(at(3)).unwrap(), false),
    ] {
        assert_eq!((invite.mail_is_due(), invite.claim_mail(at(9)).is_ok()), (is_due, is_due), "{what}");
    }
    let signed_in = seen(AccountStatus::SignedIn);
    assert!(signed_in.claim_mail(at(DAY)).is_ok(), "that account exists, so the directory is not asked again");
}

#[test]
fn a_report_counts_only_for_the_mail_that_it_is_about() {
    let report = |invite: &Invite, kind, generation| {
        invite.clone().observe_mail(kind, generation, MailEvent::Delivered, "m-1", at(99 * DAY))
    };
    let receipt = Receipt { message_id: "m-1".into(), at: at(99 * DAY), possible_duplicate: false };
    let delivered = |kind| Some(Mail { kind, generation: 1, state: MailState::Delivered(receipt.clone()) });
    let sent = invited();
    let expired = sent.clone().expire(at(30 * DAY + 2)).unwrap();
    let sending = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
    for (kind, generation) in [
        (MailKind::Invitation, 2),
        (MailKind::Reminder, 1),
        (MailKind::AccountCreated, 1),
        (MailKind::InvitationExpired, 2),
    ] {
        for invite in [&sent, &expired, &sending] {
            assert_eq!(report(invite, kind, generation), None, "{kind:?} {generation}");
        }
    }
    assert_eq!(report(&sent, MailKind::InvitationExpired, 1), None, "it has no such mail");
    let told = report(&expired, MailKind::InvitationExpired, 1).unwrap();
    let officer_mail = delivered(MailKind::InvitationExpired);
    assert_eq!(told, Invite { officer_mail, updated_at: at(99 * DAY), ..expired });
    for (invite, mailed_at) in [(sent, at(3)), (sending, at(99 * DAY))] {
        let heard = report(&invite, MailKind::Invitation, 1).unwrap();
        let reported = heard.history.iter().any(|entry| entry.event == Event::Delivered);
        assert_eq!((heard.mail, heard.mailed_at), (delivered(MailKind::Invitation), Some(mailed_at)));
        assert!(reported && matches!(heard.state, InviteState::Invited { .. }));
    }
}

#[test]
fn a_mail_to_the_officer_is_due_until_it_is_claimed_and_not_while_work_is_paused() {
    let end = at(2 + 30 * DAY);
    let claim = |invite: Invite| invite.map_officer_mail(end, |mail| mail.claim(end));
    assert!(!invited().officer_mail_is_due());
    assert_eq!(claim(invited()), Err(invited().conflict("told of")), "there is none");
    let expired = invited().expire(end).unwrap();
    assert!(expired.officer_mail_is_due());
    let paused = expired.clone().needs_attention(end).unwrap();
    assert!(!paused.officer_mail_is_due());
    assert!(paused.resume(end).unwrap().officer_mail_is_due());
    let claimed = claim(expired.clone()).unwrap();
    assert!(!claimed.officer_mail_is_due());
    let sending = Mail::due(MailKind::InvitationExpired, 1).claim(end).unwrap();
    assert_eq!(claimed, Invite { officer_mail: Some(sending), ..expired });
    assert!(claim(claimed).is_err());
}

#[test]
fn an_invite_says_whether_it_was_mailed_since_a_person_acted_on_it() {
    let sending = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
    let reminded = invited().remind(at(24 * DAY)).unwrap();
    let resumed = reminded.clone().needs_attention(at(24 * DAY)).unwrap().resume(at(25 * DAY)).unwrap();
    let resent = invited().resend(&mailbox(), &act(2 * DAY)).unwrap();
    let sent_again = claimed(resent.clone(), at(2 * DAY)).mail_accepted("m-2".into(), at(2 * DAY)).unwrap();
    let accepted = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(9)).unwrap();
    for (what, invite, was_sent) in [
        ("queued", by_email(), false),
        ("sending", sending.clone(), false),
        ("sent", invited(), true),
        ("perhaps sent", sending.mail_given_up(at(DAY)).unwrap(), true),
        ("reminded", reminded, true),
        ("resumed by an operator", resumed, true),
        ("to be sent again", resent, false),
        ("sent again", sent_again, true),
        ("accepted by its invitee", accepted, false),
        ("expired", invited().expire(at(31 * DAY)).unwrap(), true),
    ] {
        assert_eq!(invite.was_sent(), was_sent, "{what}");
    }
}

#[test]
fn a_mail_to_a_mailbox_that_is_sent_nothing_fails_until_that_is_cleared() {
    let due = by_email().address_is_free(at(1)).unwrap();
    let failed = due.mail_withheld(SuppressionReason::Bounced, at(2)).unwrap();
    assert_eq!(failed.state, InviteState::Failed { failure: Failure::AddressBounced });
    assert_eq!(failed.mail.as_ref().unwrap().state_name(), "SUPPRESSED");
    let suppressed = mailbox().suppress(SuppressionReason::Bounced, at(0), at(0)).unwrap();
    let tomorrow = act(DAY);
    assert_eq!(failed.clone().resend(&suppressed, &tomorrow), Err(ResendRefusal::Undeliverable));
    assert_eq!(failed.clone().resend(&mailbox(), &tomorrow), Err(ResendRefusal::Undeliverable), "never cleared");
    let cleared = suppressed.clear("an operator".into(), at(DAY)).unwrap();
    let again = failed.resend(&cleared, &act(DAY)).unwrap();
    assert!(again.is_live() && again.is_on_its_way(at(DAY)));
    let bounced = invited().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
    assert!(bounced.resend(&cleared, &act(2 * DAY)).is_ok());
}

#[test]
fn a_mail_that_is_held_is_due_once_its_mailbox_has_room() {
    let held = by_email().address_is_free(at(1)).unwrap().mail_held(at(DAY), at(2)).unwrap();
    assert_eq!((held.next_due(), held.mail.as_ref().unwrap().state_name()), (Some(at(DAY)), "HELD"));
    assert!(held.mail_is_due(), "a worker that finds room earlier may send it");
    assert_eq!(claimed(held, at(DAY)).next_due(), Some(at(DAY) + MAIL_ANSWER_WAIT));
}

#[test]
fn a_mail_that_has_waited_leaves_once_the_directory_was_asked_again() {
    const HOUR: u64 = 3600;
    let invitation = (by_email().address_is_free(at(0)).unwrap(), NextStep::CheckAddress);
    let reminder = invited().remind(at(24 * DAY)).unwrap().address_is_free(at(24 * DAY)).unwrap();
    let account = (created(SeedState::NotRequired), NextStep::CheckAccount);
    for (begun, (waiting, check)) in [(0, invitation), (24 * DAY, (reminder, NextStep::CheckAddress)), (2, account)] {
        let late = at(begun + HOUR);
        assert_eq!(waiting.next_step(at(begun + HOUR - 1)), NextStep::Nothing);
        assert!(waiting.clone().claim_mail(at(begun + HOUR - 1)).is_ok());
        assert_eq!(waiting.next_step(late), check);
        assert!(waiting.clone().claim_mail(late).is_err());
        let asked = match check {
            NextStep::CheckAddress => waiting.clone().address_is_free(late),
            _ => waiting.clone().account_is_there(late),
        };
        let asked = asked.unwrap();
        assert_eq!((asked.next_step(late), &asked.mail), (NextStep::Nothing, &waiting.mail), "the same letter");
        assert!(asked.claim_mail(late).is_ok());
        let held = waiting.mail_held(at(begun + DAY), at(begun)).unwrap();
        assert_eq!(held.next_step(late), NextStep::Nothing, "it cannot leave yet");
        assert_eq!((held.next_step(at(begun + DAY)), held.next_due()), (check, Some(at(begun + DAY))));
    }
}

#[test]
fn a_link_works_for_as_long_as_its_mail_says() {
    let late = by_email().address_is_free(at(0)).unwrap().mail_held(at(20 * DAY), at(1)).unwrap();
    let first = claimed(late, at(20 * DAY));
    let promised = first.promised_until();
    assert_eq!(promised, at(50 * DAY), "from when it leaves, not from when it was asked for");
    let soon = 21 * DAY - 1;
    let copy = claimed(first.retry_mail(at(soon), Some(at(soon))).unwrap(), at(soon));
    assert_eq!(copy.promised_until(), promised, "a copy is identical");
    let heard = copy.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(23 * DAY)).unwrap();
    assert!(matches!(heard.state, InviteState::Invited { expires_at } if expires_at == promised));
    let account = claimed(created(SeedState::NotRequired), at(40 * DAY));
    assert_eq!(account.promised_until(), at(70 * DAY));
    let late = claimed(by_email(), at(9 * DAY)).mail_accepted("m".into(), at(9 * DAY)).unwrap();
    let earlier_release = Invite { sending_at: None, ..late };
    assert_eq!(earlier_release.promised_until(), at(39 * DAY), "it stored no start of the letter's days");
}

#[test]
fn a_copy_that_waited_counts_its_days_anew_and_shortens_nothing() {
    let copy_of = |first: Invite, seconds: u64| claimed(first.retry_mail(at(900), Some(at(900))).unwrap(), at(seconds));
    let invitation = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
    for (seconds, until) in [(900, 30 * DAY), (DAY - 1, 30 * DAY), (DAY, 31 * DAY), (40 * DAY, 70 * DAY)] {
        let copy = copy_of(invitation.clone(), seconds);
        assert_eq!(copy.promised_until(), at(until), "{seconds}");
        let invited = copy.mail_accepted("m".into(), at(seconds)).unwrap();
        assert_eq!(invited.invitation_due(at(until - 1)), InvitationDue::Remind, "{seconds}");
        assert!(invited.can_be_accepted(at(until - 1)) && !invited.can_be_accepted(at(until)), "{seconds}");
    }
    // The letter says "30 days" and no date, so each copy gets that many days.
    let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
    let account = account.retry_mail(at(903), Some(at(903))).unwrap();
    for seconds in [903, 10 * DAY, 40 * DAY] {
        let copy = claimed(account.clone(), at(seconds));
        assert_eq!(copy.promised_until(), at(seconds + 30 * DAY), "{seconds}");
    }
    // A letter that is known not to have been sent promises nothing.
    let refused = copy_of(invitation, 40 * DAY).mail_not_sent(at(41 * DAY), at(40 * DAY)).unwrap();
    assert_eq!(claimed(refused.clone(), at(41 * DAY)).promised_until(), at(71 * DAY));
    let heard = refused.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(41 * DAY)).unwrap();
    assert_eq!(heard.promised_until(), at(70 * DAY), "the end of its link is not shortened again");
}

#[test]
fn a_mail_that_nobody_knows_of_ends_after_a_day() {
    let claimed = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
    assert!(claimed.clone().retry_mail(at(899), Some(at(899))).is_err());
    assert!(claimed.clone().retry_mail(at(900), Some(at(900))).unwrap().mail_is_due());
    assert!(claimed.clone().mail_given_up(at(DAY - 1)).is_err());
    let unknown = claimed.mail_given_up(at(DAY)).unwrap();
    assert_eq!((unknown.state_name(), unknown.mail.as_ref().unwrap().state_name()), ("INVITED", "UNKNOWN"));
    let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
    assert_eq!(account.progress().name(), "MAILING");
    assert_eq!(account.mail_given_up(at(3 + DAY)).unwrap().progress().name(), "ACCOUNT_CREATED");
}

#[test]
fn what_may_have_been_sent_before_a_restore_counts_as_sent_and_is_not_sent() {
    let due = by_email().address_is_free(at(0)).unwrap();
    let claimed = due.clone().claim_mail(at(1)).unwrap();
    let again = claimed.clone().retry_mail(at(901), Some(at(901))).unwrap();
    for (invite, is_second) in [(due, false), (claimed, true), (again, true)] {
        let settled = invite.mails_perhaps_sent(at(2000)).unwrap();
        let receipt = Receipt { message_id: String::new(), at: at(2000), possible_duplicate: is_second };
        assert_eq!(settled.mail.as_ref().unwrap().state, MailState::Unknown(receipt));
        assert_eq!((settled.state_name(), settled.mail_is_due()), ("INVITED", false));
        assert_eq!(settled.mails_perhaps_sent(at(3000)), None);
    }
    let account = created(SeedState::NotRequired).mails_perhaps_sent(at(9)).unwrap();
    assert_eq!(account.progress().name(), "ACCOUNT_CREATED");
    let expired = invited().expire(at(31 * DAY)).unwrap();
    assert!(expired.officer_mail_is_due());
    let told = expired.mails_perhaps_sent(at(31 * DAY + 1)).unwrap();
    assert_eq!((told.officer_mail_is_due(), told.officer_mail.as_ref().unwrap().state_name()), (false, "UNKNOWN"));
}

#[test]
fn a_mail_event_while_work_is_paused_is_not_lost() {
    let claimed = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
    // Its message becomes a dead letter while a copy of the mail is due.
    let due = claimed.retry_mail(at(902), Some(at(902))).unwrap();
    let paused = due.needs_attention(at(903)).unwrap();
    let heard = paused.clone().observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(904)).unwrap();
    assert_eq!(heard.state_name(), "NEEDS_ATTENTION");
    assert_eq!(heard.resume(at(905)).unwrap().state_name(), "INVITED");
    let mut stored = paused;
    stored.mail = stored.mail.map(|mail| mail.observe(MailEvent::Delivered, "m", at(904)).unwrap());
    assert_eq!(stored.resume(at(905)).unwrap().state_name(), "INVITED", "what an earlier release left");
    let never_sent = by_email().needs_attention(at(1)).unwrap().resume(at(2)).unwrap();
    assert_eq!((never_sent.state_name(), never_sent.next_step(at(2))), ("QUEUED", NextStep::CheckAddress));
}
