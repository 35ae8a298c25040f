//! The canary: a mail without content, sent regularly, so that SES events arrive even when no other mail is sent.
//!
//! A mail without events is a finding only while the events of other mails arrive. One record holds the latest canary,
//! and each new canary replaces it, whatever the state of the old one. A lost canary is not sent again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Timestamp,
    mail::{Mail, MailConflict, MailEvent, MailKind},
};

/// From one canary to the next, less the time that the timer may be early: it runs every minute, but not on the second.
const INTERVAL: Duration = Duration::from_secs(5 * 60 - 30);

/// The latest canary, and when an event last proved that canaries arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    pub to: EmailAddress,
    /// Its mail. The generation differs from one canary to the next.
    pub mail: Mail,
    /// `None`: an earlier release created it.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When the newest canary with an event was sent. Before any event it is when the first canary was created.
    pub heard_at: Timestamp,
}

impl Canary {
    #[must_use]
    pub fn first(to: EmailAddress, now: Timestamp) -> Self {
        Self { to, mail: Mail::due(MailKind::Canary, 1), created_at: Some(now), heard_at: now }
    }

    /// The next canary, which replaces this one. `None`: it is too early, because there is one every five minutes.
    #[must_use]
    pub fn next(self, to: EmailAddress, now: Timestamp) -> Option<Self> {
        let is_due = self.created_at.is_none_or(|created_at| created_at + INTERVAL <= now);
        let mail = Mail::due(MailKind::Canary, self.mail.generation + 1);
        is_due.then_some(Self { to, mail, created_at: Some(now), ..self })
    }

    /// Applies one of [`Mail`]'s transitions to its mail.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] when the mail is not in a state from which the step is allowed.
    pub fn map_mail(self, step: impl FnOnce(Mail) -> Result<Mail, MailConflict>) -> Result<Self, MailConflict> {
        Ok(Self { mail: step(self.mail.clone())?, ..self })
    }

    /// Applies an SES event of the canary of `generation`, which SES took at `sent_at`. `None`: the event adds nothing.
    ///
    /// An event of an earlier canary counts too: it proves that events arrive.
    #[must_use]
    pub fn heard_of(
        self,
        generation: u32,
        event: MailEvent,
        message_id: &str,
        sent_at: Timestamp,
        now: Timestamp,
    ) -> Option<Self> {
        let is_latest = generation == self.mail.generation;
        let observed = is_latest.then(|| self.mail.clone().observe(event, message_id, now)).flatten();
        let heard_at = self.heard_at.max(sent_at);
        (observed.is_some() || heard_at > self.heard_at).then(|| Self {
            mail: observed.unwrap_or_else(|| self.mail.clone()),
            heard_at,
            ..self
        })
    }

    /// How long ago the newest canary with an event was sent.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        now.since(self.heard_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_442_000 + seconds * 1000)
    }

    fn mailbox() -> EmailAddress {
        EmailAddress::parse("canary@agency.gov.sg").unwrap()
    }

    #[test]
    fn its_age_is_that_of_the_newest_one_that_was_heard_of() {
        let first = Canary::first(mailbox(), at(0));
        assert_eq!(first.age(at(60)), Duration::from_secs(60), "before the first is heard of, since it was made");
        let heard = first.heard_of(1, MailEvent::Delivered, "m-1", at(1), at(2)).unwrap();
        assert_eq!(heard.age(at(301)), Duration::from_secs(300));
        let second = heard.next(mailbox(), at(270)).unwrap();
        assert_eq!(second.age(at(301)), Duration::from_secs(300), "one that is sent is not heard of yet");
        assert_eq!(
            second.clone().heard_of(1, MailEvent::Accepted, "m-1", at(1), at(302)),
            None,
            "late, and nothing new"
        );
        let late = second.heard_of(1, MailEvent::Delayed, "m-1", at(299), at(303)).unwrap();
        assert_eq!((late.age(at(303)), late.mail.state_name()), (Duration::from_secs(4), "QUEUED"));
    }

    #[test]
    fn the_next_one_takes_over_whatever_became_of_the_one_before() {
        let first = Canary::first(mailbox(), at(0));
        let lost = first.map_mail(|mail| mail.claim(at(1))).unwrap();
        assert_eq!(lost.mail.state_name(), "SENDING");
        assert!(lost.clone().map_mail(|mail| mail.claim(at(2))).is_err());
        let other = EmailAddress::parse("canary@sample-board.gov.sg").unwrap();
        assert_eq!(lost.clone().next(other.clone(), at(269)), None, "five minutes, and the timer may be early");
        let next = lost.clone().next(other.clone(), at(270)).unwrap();
        let (mail, created_at) = (Mail::due(MailKind::Canary, 2), Some(at(270)));
        assert_eq!(next, Canary { to: other.clone(), mail, created_at, heard_at: at(0) });
        let of_an_earlier_release = Canary { created_at: None, ..lost };
        assert!(of_an_earlier_release.next(other, at(1)).is_some());
    }

    #[test]
    fn an_event_of_the_latest_one_changes_its_state_too() {
        let sent = Canary::first(mailbox(), at(0)).map_mail(|mail| mail.claim(at(1))).unwrap();
        let accepted = sent.clone().heard_of(1, MailEvent::Accepted, "m-1", at(1), at(2)).unwrap();
        let mail = sent.mail.clone().observe(MailEvent::Accepted, "m-1", at(2)).unwrap();
        assert_eq!(accepted, Canary { mail, heard_at: at(1), ..sent });
        let delivered = accepted.heard_of(1, MailEvent::Delivered, "m-1", at(1), at(3)).unwrap();
        assert_eq!((delivered.mail.state_name(), delivered.heard_at), ("DELIVERED", at(1)));
        assert_eq!(delivered.heard_of(1, MailEvent::Accepted, "m-1", at(1), at(4)), None, "nothing new");
    }
}
