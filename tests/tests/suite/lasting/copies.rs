//! Mails that are sent late or again, and the links in them.

use testing::{MailFault, people::vendor_form};
use tests::app::App;

use super::{DAY, MINUTE, accept, act, address, by_mail, first_password, for_account, stored};

#[tokio::test]
async fn the_link_of_the_account_mail_works_for_as_long_as_it_says() {
    let app = App::start().await;
    by_mail(&app, "ada", &address("bo")).await;
    app.clock.advance(29 * DAY);
    accept(&app, "bo").await;
    let mails = app.mails_to(&address("bo"));
    assert!(mails.last().unwrap().letter.text.contains("30 days"), "{}", mails.last().unwrap().letter.text);
    link_works_for_thirty_days(&app, &address("bo")).await;
}

/// Checks that the link of the latest mail works on its 29th day, and no longer on its 31st.
async fn link_works_for_thirty_days(app: &App, email: &str) {
    let token = app.token_of(email);
    app.clock.advance(29 * DAY);
    first_password(app, &token).await.expect(202);
    app.clock.advance(2 * DAY);
    assert_eq!(first_password(app, &token).await.problem(), "invitation-not-valid");
}

#[tokio::test]
async fn an_invitation_that_was_mailed_late_has_a_link_until_it_ends() {
    let app = App::start().await;
    app.store.stop_mail().await.unwrap();
    let id = by_mail(&app, "ada", &address("bo")).await;
    app.pass_days(40).await;
    assert!(app.mails_to(&address("bo")).is_empty());
    app.store.start_mail().await.unwrap();
    app.pass_days(1).await;
    assert_eq!(stored(&app, &id).await.state_name(), "INVITED");
    app.clock.advance(28 * DAY);
    accept(&app, "bo").await;
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
}

/// Loses the answer about the mail to `email` in this way, lets 15 minutes pass so that a copy is due, and then stops
/// mail.
async fn copy_is_stopped(app: &App, email: &str, lost: MailFault) -> String {
    app.outbox.fail_next(lost);
    let id = match email.split_once('@') {
        Some((name, "vendor.example.com")) => for_account(app, &vendor_form(name)).await,
        _ => by_mail(app, "ada", email).await,
    };
    app.drain().await;
    app.store.stop_mail().await.unwrap();
    app.clock.advance(16 * MINUTE);
    // Events of other mails arrive, so a mail without events is a finding.
    let _ = app.store.note_mail_event(app.clock.now()).await.unwrap();
    app.timers().await;
    app.drain().await;
    assert_eq!(stored(app, &id).await.mail.as_ref().unwrap().state_name(), "QUEUED", "{email}: its copy is due");
    id
}

#[tokio::test]
async fn a_copy_of_the_account_mail_that_waited_has_a_link_for_as_long_as_it_says() {
    for (lost, copies) in [(MailFault::BeforeEffect, 1), (MailFault::AfterEffect, 2)] {
        for days in [10, 40] {
            let app = App::start().await;
            let email = "ann@vendor.example.com";
            copy_is_stopped(&app, email, lost).await;
            app.pass_days(days).await;
            app.store.start_mail().await.unwrap();
            app.pass_days(1).await;
            let mails = app.mails_to(email);
            assert_eq!(mails.len(), copies, "{lost:?}, {days} days");
            assert!(mails.iter().all(|mail| mail.letter.text.contains("30 days")), "{lost:?}, {days} days");
            assert!(mails.iter().all(|mail| mail.letter == mails[0].letter), "the same link: {lost:?}, {days} days");
            link_works_for_thirty_days(&app, email).await;
        }
    }
}

#[tokio::test]
async fn a_copy_of_an_invitation_that_waited_names_a_date_that_holds() {
    for (lost, days) in [(MailFault::BeforeEffect, 10), (MailFault::AfterEffect, 10), (MailFault::BeforeEffect, 40)] {
        let app = App::start().await;
        let email = address("bo");
        let id = copy_is_stopped(&app, &email, lost).await;
        app.pass_days(days).await;
        app.store.start_mail().await.unwrap();
        app.pass_days(1).await;
        let sent_at = app.clock.now();
        let invite = stored(&app, &id).await;
        assert_eq!(invite.state_name(), "INVITED", "{lost:?}, {days} days");
        assert!(invite.promised_until() > sent_at + 29 * DAY, "{lost:?}, {days} days");
        let copy = app.mails_to(&email).pop().unwrap().letter.text;
        assert!(copy.contains(&invite.promised_until().singapore_date()), "{copy}");
        app.clock.advance(28 * DAY);
        accept(&app, "bo").await;
        assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED", "{lost:?}, {days} days");
    }
}

#[tokio::test]
async fn a_copy_that_follows_soon_is_the_same_letter_on_the_next_day_too() {
    let app = App::start().await;
    let now = app.clock.now();
    app.clock.advance(now.next_singapore_day().since(now) - MINUTE);
    let id = copy_is_stopped(&app, &address("bo"), MailFault::AfterEffect).await;
    app.store.start_mail().await.unwrap();
    app.clock.advance(3 * MINUTE);
    app.timers().await;
    app.drain().await;
    let mails = app.mails_to(&address("bo"));
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].letter, mails[1].letter, "it names the same date");
    let until = stored(&app, &id).await.promised_until();
    assert!(mails[1].letter.text.contains(&until.singapore_date()), "and that date holds");
}

#[tokio::test]
async fn an_invitation_that_expires_behind_the_emergency_stop_can_be_sent_again() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    app.clock.advance(22 * DAY);
    app.store.stop_mail().await.unwrap();
    app.pass_days(10).await;
    assert_eq!(stored(&app, &id).await.state_name(), "EXPIRED");
    app.store.start_mail().await.unwrap();
    app.pass_days(1).await;
    let sent = app.mails_to(&address("bo")).len();
    assert_eq!(sent, 1, "no reminder of what has expired");
    act(&app, &id, "resend").await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), sent + 1);
}
