//! Settings of operators, and what the service records about its mails.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DomainRules, Timestamp};

use crate::{
    MAX_UPDATE_ROUNDS, Store, StoreError, Written,
    item::{self, Envelope, Item, text},
    keys,
    table::{Condition, Write},
    transaction::{LostRace, Transaction},
};

/// The precision of the time of the newest mail with an SES event. Each record of it is a write to one item, so it is
/// not written for every event.
pub const MAIL_EVENT_STEP: Duration = Duration::from_secs(60);

/// Whether mails are sent. A mail that is due stays due while none is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSwitch {
    Running,
    /// None is sent before this time, because SES takes none of this account.
    Paused {
        until: Timestamp,
    },
    /// None is sent until an operator starts it again; see the runbook.
    Stopped,
}

impl MailSwitch {
    fn read(item: &Item) -> Self {
        match text(item, "state") {
            Some("STOPPED") => Self::Stopped,
            Some("PAUSED") => {
                let until = text(item, "until").and_then(Timestamp::parse);
                until.map_or(Self::Running, |until| Self::Paused { until })
            }
            _ => Self::Running,
        }
    }

    fn item(self, version: u64) -> Item {
        let item = Envelope::new(keys::mail_switch(), "mail_switch", version);
        match self {
            Self::Running => item.text("state", "RUNNING").bare(),
            Self::Stopped => item.text("state", "STOPPED").bare(),
            Self::Paused { until } => item.text("state", "PAUSED").text("until", until.to_string()).bare(),
        }
    }
}

impl Store {
    /// Whether mails are sent at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Then it is unknown, and the caller must not send a mail.
    pub async fn mail_switch(&self, now: Timestamp) -> Result<MailSwitch, StoreError> {
        let found = self.table.get(&keys::mail_switch()).await?;
        Ok(match found.as_ref().map_or(MailSwitch::Running, MailSwitch::read) {
            MailSwitch::Paused { until } if until <= now => MailSwitch::Running,
            switch => switch,
        })
    }

    /// Stops all mail.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer, or other writers were faster each time. The caller can try again.
    pub async fn stop_mail(&self) -> Result<(), StoreError> {
        self.replace_mail_switch(|_| Some(MailSwitch::Stopped)).await
    }

    /// Starts mail again, whether it is stopped or paused.
    ///
    /// # Errors
    ///
    /// Like [`Store::stop_mail`].
    pub async fn start_mail(&self) -> Result<(), StoreError> {
        self.replace_mail_switch(|_| Some(MailSwitch::Running)).await
    }

    /// Pauses all mail until `until`, unless it is stopped or is paused for longer.
    ///
    /// # Errors
    ///
    /// Like [`Store::stop_mail`].
    pub async fn pause_mail(&self, until: Timestamp) -> Result<(), StoreError> {
        self.replace_mail_switch(|switch| match switch {
            MailSwitch::Stopped => None,
            MailSwitch::Paused { until: known } if known >= until => None,
            MailSwitch::Paused { .. } | MailSwitch::Running => Some(MailSwitch::Paused { until }),
        })
        .await
    }

    /// Writes the next state over the one that was read, so that a pause never replaces a stop.
    async fn replace_mail_switch(&self, next: impl Fn(MailSwitch) -> Option<MailSwitch>) -> Result<(), StoreError> {
        for _ in 0..MAX_UPDATE_ROUNDS {
            let found = self.table.get(&keys::mail_switch()).await?;
            let version = found.as_ref().and_then(|item| item::number(item, "version"));
            let Some(next) = next(found.as_ref().map_or(MailSwitch::Running, MailSwitch::read)) else {
                return Ok(());
            };
            let item = next.item(version.unwrap_or(0) + 1);
            let condition = version.map_or(Condition::Absent, Condition::Version);
            let mut transaction = Transaction::default();
            transaction.add(Write::Put { item, condition }, LostRace);
            if transaction.commit_written(self).await?.is_done() {
                return Ok(());
            }
        }
        Err(StoreError::Contended { entity: "mail_switch" })
    }

    /// Reads the domain rules.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when there are none or they are malformed. Then the caller must not decide anything by
    /// them.
    pub async fn domain_rules(&self) -> Result<DomainRules, StoreError> {
        let json = self.domain_rules_as_written().await?;
        let json = json.ok_or_else(|| StoreError::Rules("domain rules are not in the table; seed them".to_owned()))?;
        DomainRules::from_json(&json).map_err(|error| StoreError::Rules(error.to_string()))
    }

    /// The text of the domain rules as an operator wrote it, also if this release cannot read it. `None`: there are
    /// none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn domain_rules_as_written(&self) -> Result<Option<String>, StoreError> {
        let found = self.table.get(&keys::domain_rules()).await?;
        Ok(found.as_ref().and_then(|item| item::text(item, "json")).map(str::to_owned))
    }

    /// Writes domain rules, after checking that they can be read. The caller checks that none of them is for a public
    /// suffix.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when they are malformed. Then the earlier rules stay.
    pub async fn put_domain_rules(&self, json: &str) -> Result<(), StoreError> {
        self.table.put_many(vec![rules_item(json)?]).await
    }

    /// Writes domain rules like [`Store::put_domain_rules`], but only where there are none.
    /// [`Written::LostRace`]: there are rules, and they stay.
    ///
    /// # Errors
    ///
    /// [`StoreError::Rules`] when they are malformed, or another [`StoreError`] when the table cannot answer.
    pub async fn put_first_domain_rules(&self, json: &str) -> Result<Written, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(Write::Put { item: rules_item(json)?, condition: Condition::Absent }, LostRace);
        transaction.commit_written(self).await
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

/// The item of domain rules that can be read.
fn rules_item(json: &str) -> Result<Item, StoreError> {
    DomainRules::from_json(json).map_err(|error| StoreError::Rules(error.to_string()))?;
    Ok(Envelope::new(keys::domain_rules(), "domain_rules", 1).text("json", json).bare())
}
