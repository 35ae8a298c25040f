//! The contract of settings, and of what the service records about its mails.

use std::time::Duration;

use store::{Store, Written, settings::MailSwitch};

use crate::people::{RULES, beginning, officer};

pub(super) async fn all(store: &Store) {
    settings_are_read_strictly(store).await;
    first_rules_never_replace_others(store).await;
    mails_are_sent_until_an_operator_stops_them(store).await;
    a_pause_ends_by_itself_and_never_replaces_a_stop(store).await;
    the_newest_mail_with_an_event_is_known_to_the_minute(store).await;
}

async fn settings_are_read_strictly(store: &Store) {
    assert!(store.domain_rules().await.is_err(), "no rules, no decisions");
    assert_eq!(store.domain_rules_as_written().await.unwrap(), None);
    assert!(store.put_domain_rules("{}").await.is_err());
    assert!(store.put_first_domain_rules("{}").await.is_err());
    assert_eq!(store.domain_rules_as_written().await.unwrap(), None, "what cannot be read is not written");
}

async fn first_rules_never_replace_others(store: &Store) {
    assert_eq!(store.put_first_domain_rules(RULES).await.unwrap(), Written::Done(()));
    assert!(store.domain_rules().await.unwrap().may_invite(&officer("x").email));
    let others = RULES.replace("gov.sg", "gov.example");
    assert_eq!(store.put_first_domain_rules(&others).await.unwrap(), Written::LostRace);
    assert_eq!(store.domain_rules_as_written().await.unwrap().as_deref(), Some(RULES));
    store.put_domain_rules(&others).await.unwrap();
    assert_eq!(store.domain_rules_as_written().await.unwrap(), Some(others));
    store.put_domain_rules(RULES).await.unwrap();
}

async fn mails_are_sent_until_an_operator_stops_them(store: &Store) {
    let now = beginning();
    assert_eq!(store.mail_switch(now).await.unwrap(), MailSwitch::Running, "nobody has set it yet");
    store.stop_mail().await.unwrap();
    assert_eq!(store.mail_switch(now).await.unwrap(), MailSwitch::Stopped);
    store.start_mail().await.unwrap();
    assert_eq!(store.mail_switch(now).await.unwrap(), MailSwitch::Running);
}

async fn a_pause_ends_by_itself_and_never_replaces_a_stop(store: &Store) {
    let [now, soon, later] = [0, 60, 120].map(|seconds| beginning() + Duration::from_secs(seconds));
    for (until, longest) in [(soon, soon), (later, later), (soon, later)] {
        store.pause_mail(until).await.unwrap();
        assert_eq!(store.mail_switch(now).await.unwrap(), MailSwitch::Paused { until: longest });
    }
    assert_eq!(store.mail_switch(soon).await.unwrap(), MailSwitch::Paused { until: later });
    assert_eq!(store.mail_switch(later).await.unwrap(), MailSwitch::Running);
    store.start_mail().await.unwrap();
    assert_eq!(store.mail_switch(now).await.unwrap(), MailSwitch::Running, "an operator ends it");
    store.stop_mail().await.unwrap();
    store.pause_mail(soon).await.unwrap();
    assert_eq!(store.mail_switch(later).await.unwrap(), MailSwitch::Stopped);
    store.start_mail().await.unwrap();
}

async fn the_newest_mail_with_an_event_is_known_to_the_minute(store: &Store) {
    assert_eq!(store.last_mail_event().await.unwrap(), None);
    for (after, known) in [(0, 0), (59_999, 0), (60_000, 60_000), (30_000, 60_000), (121_000, 121_000)] {
        let at = beginning() + Duration::from_millis(after);
        assert_eq!(store.note_mail_event(at).await.unwrap(), Written::Done(()));
        assert_eq!(store.last_mail_event().await.unwrap(), Some(beginning() + Duration::from_millis(known)), "{after}");
    }
}
