//! Answers saved under an `Idempotency-Key`: a repeated request gets the answer of the first one and changes nothing.

use std::time::Duration;

use domain::{OfficerId, Timestamp, usage::Usage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Store, StoreError,
    item::{self, Envelope},
    keys::{self, Key},
    record::Change,
    table::{Condition, Write},
    transaction::{Refused, Transaction},
};

/// How long an answer is saved.
pub const ANSWER_LIFE: Duration = Duration::from_secs(24 * 3600);

const ENTITY: &str = "request";

/// A request that creates something, with its key.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    officer: OfficerId,
    key_hash: String,
    request_hash: String,
}

/// A request that creates something, with the answer to save.
#[derive(Clone, Debug)]
pub struct IdempotentRequest {
    request: KeyedRequest,
    answer: SavedAnswer,
    at: Timestamp,
    usage: Option<Change<Usage>>,
}

/// An answer, which is repeated byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAnswer {
    pub status: u16,
    /// The `Location` header, if the answer had one.
    pub location: Option<String>,
    pub body: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    body_hash: String,
    answer: SavedAnswer,
}

/// The result of a write that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Done` has written anything"]
pub enum RequestOutcome {
    /// Everything is written, and the answer is saved.
    Done,
    /// The same request was answered before, with this answer.
    Replay(SavedAnswer),
    /// The key was used for a request with another body.
    KeyReused,
    /// Another writer changed a record that the request changes; the caller reads again.
    LostRace,
}

/// The use of a key before this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// There was none within [`ANSWER_LIFE`].
    None,
    /// The same request, with this answer.
    Same(SavedAnswer),
    Other,
}

impl KeyedRequest {
    /// The request of `officer` with `key`. A key counts for its officer only. `request` is what identifies the
    /// request: its route and its body in one form.
    #[must_use]
    pub fn new(officer: OfficerId, key: &str, request: &[u8]) -> Self {
        Self { officer, key_hash: hex(key.as_bytes()), request_hash: hex(request) }
    }

    /// The request with its answer, to be saved at `at` together with what it creates.
    #[must_use]
    pub fn answered(self, answer: SavedAnswer, at: Timestamp) -> IdempotentRequest {
        IdempotentRequest { request: self, answer, at, usage: None }
    }

    fn key(&self) -> Key {
        keys::request(&self.officer, &self.key_hash)
    }
}

impl IdempotentRequest {
    /// Like [`KeyedRequest::new`], with its answer.
    #[must_use]
    pub fn new(officer: OfficerId, key: &str, request: &[u8], answer: SavedAnswer, at: Timestamp) -> Self {
        KeyedRequest::new(officer, key, request).answered(answer, at)
    }

    /// The same request with the officer's usage after it. The usage is written when the request is done, and not when
    /// it is repeated.
    #[must_use]
    pub fn counted(self, usage: Change<Usage>) -> Self {
        Self { usage: Some(usage), ..self }
    }

    fn write(&self) -> Result<Write, StoreError> {
        let saved = Saved { body_hash: self.request.request_hash.clone(), answer: self.answer.clone() };
        let item = Envelope::new(self.request.key(), ENTITY, 1).expires(self.at + ANSWER_LIFE).body(ENTITY, &saved)?;
        Ok(Write::Put { item, condition: Condition::AbsentOrExpired(self.at.unix_seconds()) })
    }
}

impl Transaction<Refused> {
    /// Adds the answer of a request, and the usage that it counts for its officer.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be stored, which is a fault of this service.
    pub(crate) fn answer(&mut self, request: &IdempotentRequest) -> Result<(), StoreError> {
        self.add(request.write()?, Refused::KeyUsed);
        if let Some(usage) = request.usage.clone() {
            self.write(usage, Refused::UsageMoved)?;
        }
        Ok(())
    }
}

impl Store {
    /// Writes all of `transaction` and the answer to its request, or nothing.
    pub(crate) async fn commit_request(
        &self,
        mut transaction: Transaction<Refused>,
        request: &IdempotentRequest,
    ) -> Result<RequestOutcome, StoreError> {
        transaction.answer(request)?;
        let refused = transaction.commit(self).await?;
        if refused.is_empty() {
            return Ok(RequestOutcome::Done);
        }
        if !refused.contains(&Refused::KeyUsed) {
            return Ok(RequestOutcome::LostRace);
        }
        Ok(match self.key_use_of(request).await? {
            KeyUse::Same(answer) => RequestOutcome::Replay(answer),
            KeyUse::Other => RequestOutcome::KeyReused,
            KeyUse::None => RequestOutcome::LostRace,
        })
    }

    /// The use of the key of `request` before `now`. The caller asks for it before it decides anything else: what the
    /// request did may have changed what it would be answered now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn key_use(&self, request: &KeyedRequest, now: Timestamp) -> Result<KeyUse, StoreError> {
        let found = self.table.get(&request.key()).await?;
        // The time to live deletes an answer some time after it has expired.
        let Some(mut found) = found.filter(|found| !item::has_expired(found, now)) else {
            return Ok(KeyUse::None);
        };
        let saved: Saved = item::body(ENTITY, &mut found)?;
        Ok(if saved.body_hash == request.request_hash { KeyUse::Same(saved.answer) } else { KeyUse::Other })
    }

    /// Like [`Store::key_use`], for a request with an answer, at the time of the answer.
    pub(crate) async fn key_use_of(&self, request: &IdempotentRequest) -> Result<KeyUse, StoreError> {
        self.key_use(&request.request, request.at).await
    }
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
