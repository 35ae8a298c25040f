//! Answers kept by `Idempotency-Key`, so that a repeated request gets the answer of the first and does nothing.

use std::time::Duration;

use domain::{Guard, OfficerId, Timestamp, usage::Usage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Store, StoreError,
    item::{self, Envelope},
    keys::{self, Key},
    table::{Commit, Condition, Write},
    usages,
};

/// How long an answer is kept.
pub const ANSWER_LIFE: Duration = Duration::from_secs(24 * 3600);

const ENTITY: &str = "request";

/// A request that creates something, and what it is to be answered.
#[derive(Clone, Debug)]
pub struct IdempotentRequest {
    officer: OfficerId,
    key_hash: String,
    saved: Saved,
    at: Timestamp,
    usage: Option<Usage>,
}

/// An answer, to be repeated byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    body_hash: String,
    answer: SavedAnswer,
}

/// What became of a write that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Done` has written anything"]
pub enum RequestOutcome {
    /// It is written, and so is the answer.
    Done,
    /// The same request was answered before; this was the answer.
    Replay(SavedAnswer),
    /// The key belongs to a request with another body.
    KeyReused,
    /// Something that it was to change is no longer as it was.
    LostRace,
}

/// What a key says of a request that met it.
#[derive(Debug)]
pub(crate) enum Seen {
    Same(SavedAnswer),
    Other,
}

impl IdempotentRequest {
    /// The request of `officer` with `key` and `body`. The key belongs to the officer: nobody else's key meets it.
    #[must_use]
    pub fn new(officer: OfficerId, key: &str, body: &[u8], answer: SavedAnswer, at: Timestamp) -> Self {
        let saved = Saved { body_hash: hex(body), answer };
        Self { officer, key_hash: hex(key.as_bytes()), saved, at, usage: None }
    }

    /// The same request, which leaves its officer with this usage: counted when it is done, and not when it is repeated.
    #[must_use]
    pub fn counted(self, usage: Usage) -> Self {
        Self { usage: Some(usage), ..self }
    }

    fn key(&self) -> Key {
        keys::request(&self.officer, &self.key_hash)
    }

    /// The usage that it leaves its officer with, if it counts.
    pub(crate) fn usage(&self) -> Result<Option<Write>, StoreError> {
        self.usage.as_ref().map(usages::write).transpose()
    }

    pub(crate) fn write(&self) -> Result<Write, StoreError> {
        let item = Envelope::new(self.key(), ENTITY, 1).expires(self.at + ANSWER_LIFE).body(ENTITY, &self.saved)?;
        Ok(Write::Put { item, condition: Condition::AbsentOrExpired(self.at.unix_seconds()) })
    }
}

impl Store {
    /// Writes all of `writes` and the answer to the request that asks for them, or nothing.
    pub(crate) async fn commit_request(
        &self,
        mut writes: Vec<Write>,
        request: Option<&IdempotentRequest>,
    ) -> Result<RequestOutcome, StoreError> {
        let place = writes.len();
        let request = request.filter(|_| Guard::Idempotency.holds());
        if let Some(request) = request {
            writes.push(request.write()?);
        }
        let Commit::Refused(refused) = self.table.commit(writes).await? else {
            return Ok(RequestOutcome::Done);
        };
        if let Some(request) = request.filter(|_| refused.contains(&place)) {
            match self.seen(request).await? {
                Some(Seen::Same(answer)) => return Ok(RequestOutcome::Replay(answer)),
                Some(Seen::Other) => return Ok(RequestOutcome::KeyReused),
                None => {}
            }
        }
        Ok(RequestOutcome::LostRace)
    }

    /// What was answered to `request` before; asked only once its key is known to be taken.
    pub(crate) async fn seen(&self, request: &IdempotentRequest) -> Result<Option<Seen>, StoreError> {
        let Some(mut found) = self.table.get(&request.key()).await? else {
            return Ok(None);
        };
        let saved: Saved = item::body(ENTITY, &mut found)?;
        Ok(Some(if saved.body_hash == request.saved.body_hash { Seen::Same(saved.answer) } else { Seen::Other }))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
