//! Settings of operators, and what the service records about its mails.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DomainRules, Timestamp};

use crate::{
    Store, StoreError, Written,
    item::{self, Envelope},
    keys,
    table::{Condition, Write},
    transaction::{LostRace, Transaction},
};

/// The precision of the time of the newest mail with an SES event. Each record of it is a write to one item, so it is
/// not written for every event.
pub const MAIL_EVENT_STEP: Duration = Duration::from_secs(60);

/// Whether mails are sent. An operator sets it; see the runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSwitch {
    Running,
    /// None is sent. A mail that is due stays due.
    Stopped,
}

impl Store {
    /// Whether mails are sent now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Then it is unknown, and the caller must not send a mail.
    pub async fn mail_switch(&self) -> Result<MailSwitch, StoreError> {
        let found = self.table.get(&keys::mail_switch()).await?;
        let stopped = found.as_ref().and_then(|item| item::text(item, "state")) == Some("STOPPED");
        Ok(if stopped { MailSwitch::Stopped } else { MailSwitch::Running })
    }

    /// Sets whether mails are sent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn set_mail_switch(&self, switch: MailSwitch) -> Result<(), StoreError> {
        let state = match switch {
            MailSwitch::Running => "RUNNING",
            MailSwitch::Stopped => "STOPPED",
        };
        let item = Envelope::new(keys::mail_switch(), "mail_switch", 1).text("state", state).bare();
        self.table.put_many(vec![item]).await
    }

    /// Reads the domain rules.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when there are none or they are malformed. Then the caller must not decide anything by
    /// them.
    pub async fn domain_rules(&self) -> Result<DomainRules, StoreError> {
        let found = self.table.get(&keys::domain_rules()).await?;
        let json = found.as_ref().and_then(|item| item::text(item, "json"));
        let json = json.ok_or_else(|| StoreError::Rules("domain rules are not in the table; seed them".to_owned()))?;
        DomainRules::from_json(json).map_err(|error| StoreError::Rules(error.to_string()))
    }

    /// Writes domain rules, after checking that they can be read. The caller checks that none of them is for a public
    /// suffix.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when they are malformed. Then the earlier rules stay.
    pub async fn put_domain_rules(&self, json: &str) -> Result<(), StoreError> {
        DomainRules::from_json(json).map_err(|error| StoreError::Rules(error.to_string()))?;
        let item = Envelope::new(keys::domain_rules(), "domain_rules", 1).text("json", json).bare();
        self.table.put_many(vec![item]).await
    }

    /// When the newest mail with an SES event was sent, to within a minute. `None`: no event arrived yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn last_mail_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let found = self.table.get(&keys::mail_events()).await?;
        Ok(found.as_ref().and_then(|item| item::text(item, "at")).and_then(Timestamp::parse))
    }

    /// Records that an SES event arrived of a mail that was sent at `at`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn note_mail_event(&self, at: Timestamp) -> Result<Written, StoreError> {
        let found = self.table.get(&keys::mail_events()).await?;
        let last = found.as_ref().and_then(|item| item::text(item, "at")).and_then(Timestamp::parse);
        if last.is_some_and(|last| at < last + MAIL_EVENT_STEP) {
            return Ok(Written::Done(()));
        }
        let version = found.as_ref().and_then(|item| item::number(item, "version"));
        let mut item = Envelope::new(keys::mail_events(), "mail_events", version.unwrap_or(0) + 1).bare();
        item.insert("at".to_owned(), AttributeValue::S(at.to_string()));
        let condition = version.map_or(Condition::Absent, Condition::Version);
        let mut transaction = Transaction::default();
        transaction.add(Write::Put { item, condition }, LostRace);
        transaction.commit_written(self).await
    }
}
