//! What operators set, and what the stack notes about itself.

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

/// How exactly is kept when the newest mail was sent that SES told of; each note is a write to one item.
pub const MAIL_EVENT_STEP: Duration = Duration::from_secs(60);

/// Whether mails go out. An operator throws it; see the runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSwitch {
    Running,
    /// None does; what is due stays due.
    Stopped,
}

impl Store {
    /// Whether mails go out now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer: then nobody knows, and nothing may go out.
    pub async fn mail_switch(&self) -> Result<MailSwitch, StoreError> {
        let found = self.table.get(&keys::mail_switch()).await?;
        let stopped = found.as_ref().and_then(|item| item::text(item, "state")) == Some("STOPPED");
        Ok(if stopped { MailSwitch::Stopped } else { MailSwitch::Running })
    }

    /// Throws the switch.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn set_mail_switch(&self, switch: MailSwitch) -> Result<(), StoreError> {
        let state = match switch {
            MailSwitch::Running => "RUNNING",
            MailSwitch::Stopped => "STOPPED",
        };
        let item = Envelope::new(keys::mail_switch(), "mail_switch", 1).text("state", state).bare();
        self.table.put_many(vec![item]).await
    }

    /// The domain rules.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when there are none or they are malformed: then nothing may be decided.
    pub async fn domain_rules(&self) -> Result<DomainRules, StoreError> {
        let found = self.table.get(&keys::domain_rules()).await?;
        let json = found.as_ref().and_then(|item| item::text(item, "json"));
        let json = json.ok_or_else(|| StoreError::Rules("domain rules are not in the table; seed them".to_owned()))?;
        DomainRules::from_json(json).map_err(|error| StoreError::Rules(error.to_string()))
    }

    /// Puts domain rules in place once they have been read. That none of them is for a public suffix is the caller's
    /// check.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when they are malformed; those in place stay.
    pub async fn put_domain_rules(&self, json: &str) -> Result<(), StoreError> {
        DomainRules::from_json(json).map_err(|error| StoreError::Rules(error.to_string()))?;
        let item = Envelope::new(keys::domain_rules(), "domain_rules", 1).text("json", json).bare();
        self.table.put_many(vec![item]).await
    }

    /// When the newest mail was sent of which an event of SES arrived, to within a minute.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn last_mail_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let found = self.table.get(&keys::mail_events()).await?;
        Ok(found.as_ref().and_then(|item| item::text(item, "at")).and_then(Timestamp::parse))
    }

    /// Notes that an event of SES arrived about a mail that was sent at `at`.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
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
