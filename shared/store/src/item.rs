//! The content of an item: an envelope of attributes that the table sorts and compares by, and the record in `body`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, keys, keys::Key};

/// An item in the form of the DynamoDB client.
pub type Item = HashMap<String, AttributeValue>;

/// The form of the items that this build writes and reads.
pub(crate) const FORM: u64 = 1;

/// The kind of the item that replaces what was erased.
pub(crate) const TOMBSTONE: &str = "tombstone";

pub struct Envelope(Item);

impl Envelope {
    pub(crate) fn new(key: Key, entity: &'static str, version: u64) -> Self {
        let mut item = Item::new();
        item.insert("pk".to_owned(), AttributeValue::S(key.pk));
        item.insert("sk".to_owned(), AttributeValue::S(key.sk));
        item.insert("entity".to_owned(), AttributeValue::S(entity.to_owned()));
        item.insert("v".to_owned(), AttributeValue::N(FORM.to_string()));
        item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
        Self(item)
    }

    pub(crate) fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.attribute(name, AttributeValue::S(value.into()))
    }

    pub(crate) fn attribute(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Lets the sweeper find the item when it is due.
    pub(crate) fn due(self, due_at: Option<Timestamp>) -> Self {
        let Some(due_at) = due_at else { return self };
        let shard = text(&self.0, "pk").map(keys::due_shard_of).unwrap_or_default();
        self.text("due_shard", shard).text("due_at", due_at.to_string())
    }

    /// Lets DynamoDB delete the item some time after `at`, or never. Its reader compares the time itself.
    pub(crate) fn expires(mut self, at: impl Into<Option<Timestamp>>) -> Self {
        let Some(at) = at.into() else { return self };
        self.0.insert("expires_epoch".to_owned(), AttributeValue::N(at.unix_seconds().to_string()));
        self
    }

    pub(crate) fn body<T: Serialize>(mut self, entity: &'static str, body: &T) -> Result<Item, StoreError> {
        self.0.insert("body".to_owned(), attribute(entity, body)?);
        Ok(self.0)
    }

    /// Adds a value that an index holds beside the keys.
    pub(crate) fn part<T: Serialize>(mut self, entity: &'static str, name: &str, part: &T) -> Result<Self, StoreError> {
        self.0.insert(name.to_owned(), attribute(entity, part)?);
        Ok(self)
    }

    pub(crate) fn bare(self) -> Item {
        self.0
    }
}

/// The key of an item.
#[must_use]
pub fn key(item: &Item) -> Key {
    let part = |name| text(item, name).unwrap_or_default().to_owned();
    Key { pk: part("pk"), sk: part("sk") }
}

/// Whether an item is the tombstone of an erased record.
pub(crate) fn is_tombstone(item: &Item) -> bool {
    text(item, "entity") == Some(TOMBSTONE)
}

#[must_use]
pub fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// The attribute `name` as a whole number.
#[must_use]
pub fn number(item: &Item, name: &str) -> Option<u64> {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok())
}

/// Whether it had expired at `now`. In the very second it is still valid, as in the condition of a write over it.
#[must_use]
pub fn has_expired(item: &Item, now: Timestamp) -> bool {
    expires_at(item).is_some_and(|seconds| seconds < now.unix_seconds())
}

/// When it expires, in seconds since 1970 began. `None`: never.
#[must_use]
pub fn expires_at(item: &Item) -> Option<i64> {
    number(item, "expires_epoch").and_then(|seconds| i64::try_from(seconds).ok())
}

fn attribute<T: Serialize>(entity: &'static str, thing: &T) -> Result<AttributeValue, StoreError> {
    let corrupt = |error: serde_dynamo::Error| StoreError::Corrupt { entity, problem: error.to_string() };
    serde_dynamo::to_attribute_value(thing).map_err(corrupt)
}

/// Reads the record in an item.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when it has another form, or is missing.
pub fn body<T: DeserializeOwned>(entity: &'static str, item: &mut Item) -> Result<T, StoreError> {
    part(entity, "body", item)
}

/// Reads the attribute `name` of an item.
pub(crate) fn part<T: DeserializeOwned>(entity: &'static str, name: &str, item: &mut Item) -> Result<T, StoreError> {
    let corrupt = |problem: String| StoreError::Corrupt { entity, problem };
    check_form(number(item, "v")).map_err(corrupt)?;
    let part = item.remove(name).ok_or_else(|| corrupt(format!("no {name}")))?;
    // The error of a wrong value may quote the value, so only the kind of the error is kept.
    serde_dynamo::from_attribute_value(part).map_err(|_| corrupt(format!("a field of its {name}")))
}

/// Whether this build reads items of a form.
///
/// # Errors
///
/// What is wrong with the form.
pub(crate) fn check_form(form: Option<u64>) -> Result<(), String> {
    match form {
        Some(FORM) => Ok(()),
        Some(other) => Err(format!("form {other}; this build reads form {FORM}")),
        None => Err("no form".to_owned()),
    }
}
