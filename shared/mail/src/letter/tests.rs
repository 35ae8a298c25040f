use domain::{
    InviteId, Keys,
    batch::{AskedColumn, Column, Reason},
};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_763_875_442_000)
}

fn letters() -> Letters {
    let support = EmailAddress::parse("support@agency.gov.sg").unwrap();
    Letters::new("https://portal.example.com/v1/", &support)
}

fn token() -> Token {
    Keys::derive(b"test").token(InviteId::generate(now(), &testing::seeded(1)), 1)
}

fn batch() -> BatchId {
    BatchId::generate(now(), &testing::seeded(1))
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn invitation(inviter: &str) -> Letter {
    let letter = InvitationLetter { inviter: &email(inviter), token: &token(), expires_at: now() };
    letters().invitation(&letter).unwrap()
}

fn account(username: Option<&str>) -> Letter {
    let username = username.map(|username| Username::parse(username).unwrap());
    let (inviter, token) = (&email("bo@agency.gov.sg"), &token());
    let letter = AccountLetter { inviter, username: username.as_ref(), token, days: 30 };
    letters().account_created(&letter).unwrap()
}

fn code() -> Letter {
    let code = domain::MailboxCode::parse("012345").unwrap();
    letters().mailbox_code(&email("bo@agency.gov.sg"), &code).unwrap()
}

fn report(report: Report<'_>) -> Letter {
    letters().batch_report(batch(), report, &[]).unwrap()
}

const TALLY: Tally = Tally { invited: None, accounts: 12, failed: 1, open: 4, needs_fixing: 2, duplicates: 3 };

#[test]
fn the_texts_read_well() {
    insta::assert_snapshot!("invitation_text", invitation("bo@agency.gov.sg").text);
    insta::assert_snapshot!("account_of_a_vendor_text", account(Some("ada.tan")).text);
    insta::assert_snapshot!("account_of_an_officer_text", account(None).text);
    insta::assert_snapshot!("mailbox_code_text", code().text);
    assert!(code().html.contains(">012 345<"), "{}", code().html);
    insta::assert_snapshot!("report_text", report(Report::Through(TALLY)).text);
    let clean = Tally { accounts: 12, ..Tally::default() };
    insta::assert_snapshot!("report_of_success_text", report(Report::Through(clean)).text);
    let invited = report(Report::Through(Tally { invited: Some(51), accounts: 2, ..Tally::default() }));
    assert!(invited.text.contains("- Invitations mailed: 51\n- Accounts made: 2\n"), "{}", invited.text);
    assert!(invited.html.contains("Invitations mailed: <strong>51</strong>"), "{}", invited.html);
    let unreadable = Report::Unreadable("Save the file without a password.");
    insta::assert_snapshot!("report_of_a_bad_file_text", report(unreadable).text);
}

#[test]
fn a_report_says_in_its_subject_what_happened_and_what_the_reader_left_out() {
    let remarks = ["2 hidden rows were left out.".to_owned(), "1 other worksheet was left out.".to_owned()];
    let through = letters().batch_report(batch(), Report::Through(TALLY), &remarks).unwrap();
    assert_eq!(through.subject, "Your batch upload is through");
    for words in [&through.text, &through.html] {
        assert!(remarks.iter().all(|remark| words.contains(remark)), "{words}");
    }
    let unreadable = report(Report::Unreadable("Save the file without a password."));
    assert_eq!(unreadable.subject, "Your batch upload could not be read");
    assert!(!unreadable.text.contains("What the reader"), "nothing was read");
}

#[test]
fn a_list_that_waits_says_so_and_why() {
    let why = "There is room for it from 00:00 on 24-11-2026.";
    let letter = report(Report::Waiting(why));
    assert_eq!(letter.subject, "Your batch upload waits for you");
    for words in [&letter.text, &letter.html] {
        assert!(words.contains(why) && words.contains(letter.subject) && !words.contains("through"), "{words}");
        assert!(words.contains("nobody on it was invited yet"), "{words}");
    }
}

#[test]
fn a_list_with_questions_names_each_and_no_text_of_a_person() {
    let reason = |detail: &str| Reason { code: "FILE_COLUMNS_UNKNOWN".into(), detail: detail.into() };
    let column = Column { number: 1, title: "Mei Ling".into(), held: None };
    let columns = vec![AskedColumn { column, samples: vec!["Mei Ling".into()] }];
    let reasons = vec![reason("Say what each column holds."), reason("Choose a worksheet.")];
    let letter = report(Report::Asking(&Questions { reasons, columns, ..Questions::default() }));
    assert_eq!(letter.subject, "Your batch upload needs your answers");
    for words in [&letter.text, &letter.html] {
        assert!(words.contains("Say what each column holds.") && words.contains("Choose a worksheet."), "{words}");
        assert!(words.contains("nobody was invited") && !words.contains("Mei Ling"), "{words}");
    }
}

#[test]
fn an_expired_invitation_says_why() {
    let invite = InviteId::generate(now(), &testing::seeded(1));
    for (ending, words) in [(Ending::NotAccepted, "did not accept"), (Ending::NotSent, "We could not send")] {
        let letter = letters().invitation_expired(invite, &email("bo@agency.gov.sg"), ending).unwrap();
        for text in [&letter.text, &letter.html] {
            assert!(text.contains(words) && text.contains("bo@agency.gov.sg"), "{text}");
        }
    }
}

#[test]
fn both_sides_of_a_handover_read_who_has_the_invites_and_who_gave_them() {
    let (giver, taker) = (email("ada@agency.gov.sg"), email("bo@agency.gov.sg"));
    let letter = |side, by, invites| {
        letters().handover(side, &HandoverLetter { giver: &giver, taker: &taker, by, invites }).unwrap()
    };
    for (side, by, invites, subject, words) in [
        (Side::Taker, Actor::Officer, 12, "You have a colleague's invites now", "ada@agency.gov.sg has handed over"),
        (Side::Taker, Actor::Operator, 1, "You have a colleague's invites now", "We have handed over to you what ada@"),
        (Side::Giver, Actor::Officer, 12, "Your invites were handed over", "As you asked, your colleague bo@agency"),
        (Side::Giver, Actor::Operator, 1, "Your invites were handed over", "We have handed over to your colleague bo@"),
    ] {
        let letter = letter(side, by, invites);
        assert_eq!(letter.subject, subject);
        let html = letter.html.replace("<strong>", "").replace("</strong>", "");
        let number = if invites == 1 { ": one invite." } else { ": 12 invites." };
        for text in [&letter.text, &html] {
            assert!(text.contains(words) && text.contains(number), "{text}");
            assert_eq!(text.contains("#/invites"), side == Side::Taker, "{text}");
        }
    }
    insta::assert_snapshot!("handover_text", letter(Side::Taker, Actor::Officer, 12).text);
}

#[test]
fn the_pages_hold_the_same_words() {
    insta::assert_snapshot!("invitation_html", invitation("bo@agency.gov.sg").html);
    insta::assert_snapshot!("account_html", account(Some("ada.tan")).html);
    insta::assert_snapshot!("report_html", report(Report::Through(TALLY)).html);
}

#[test]
fn a_token_stands_behind_the_fragment_sign_only() {
    let secret = token();
    for letter in [invitation("bo@agency.gov.sg"), account(None)] {
        for words in [&letter.html, &letter.text] {
            for (place, _) in words.match_indices(secret.as_str()) {
                let before = &words[..place];
                assert!(before.ends_with("https://portal.example.com/v1/accept#"));
            }
            assert!(words.contains(secret.as_str()));
        }
        assert!(!format!("{letter:?}").contains(secret.as_str()));
    }
}

#[test]
fn a_letter_depends_on_its_inputs_alone() {
    assert_eq!(invitation("bo@agency.gov.sg"), invitation("bo@agency.gov.sg"));
    assert_eq!(account(None), account(None));
}

#[test]
fn an_apostrophe_in_an_address_is_escaped_in_html_only() {
    let letter = invitation("o'brien@agency.gov.sg");
    assert!(letter.text.contains("o'brien@agency.gov.sg"));
    assert!(letter.html.contains("o&#39;brien@agency.gov.sg"));
}

/// The tags of a page in their order, without the content between them.
fn skeleton(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

proptest! {
    #[test]
    fn nothing_in_a_value_becomes_markup(detail in "(?s).{0,200}|[<>\"'&/{}%=a-z]{0,60}") {
        let plain = report(Report::Unreadable("plain"));
        let letter = report(Report::Unreadable(&detail));
        prop_assert_eq!(skeleton(&letter.html), skeleton(&plain.html));
        prop_assert_eq!(letter.subject, plain.subject);
        prop_assert!(letter.text.contains(&detail));
    }

    #[test]
    fn no_inviter_changes_the_page(local in "[a-z0-9_'.+-]{1,20}") {
        if let Ok(inviter) = EmailAddress::parse(&format!("{local}@agency.gov.sg")) {
            let letter = InvitationLetter { inviter: &inviter, token: &token(), expires_at: now() };
            let letter = letters().invitation(&letter).unwrap();
            let plain = invitation("bo@agency.gov.sg");
            prop_assert_eq!(skeleton(&letter.html), skeleton(&plain.html));
            prop_assert_eq!(letter.subject, plain.subject);
        }
    }
}
