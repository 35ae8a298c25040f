//! A server on loopback that speaks the protocols of AWS over the fake backends, so that the functions' own binaries
//! run against it. For measurements: its table is in memory, and its answers take as long as those of AWS.

mod filling;
mod http;
mod table;

use std::{
    collections::HashMap,
    io,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use aws_smithy_runtime_api::client::{http::HttpConnector as _, orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use self::{
    http::{Answer, Connection, Request},
    table::ServedTable,
};
use crate::{CognitoTwin, MemoryTable, SesLimits, SesTwin};

pub use filling::{FilledWith, Filling, fill, officer};

/// How long DynamoDB takes for a read, for a write, and for a transaction, within its region.
const READ: Duration = Duration::from_millis(4);
const WRITE: Duration = Duration::from_millis(6);
const TRANSACTION: Duration = Duration::from_millis(15);

/// How much longer an answer of a whole page of 1 MiB takes. AWS promises nothing of it.
const PAGE: Duration = Duration::from_millis(20);
const PAGE_BYTES: u32 = 1024 * 1024;

/// How long a queue and a secret take.
const SMALL: Duration = Duration::from_millis(8);

/// The master of the keys that functions fetch.
pub const MASTER: &str = "the master secret of the served stack";

/// How long the answers about the table, queues and secrets take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    AtOnce,
    /// As long as those of AWS.
    LikeAws,
}

impl Pace {
    async fn wait(self, pause: Duration) {
        if self == Self::LikeAws {
            tokio::time::sleep(pause).await;
        }
    }
}

/// The backends behind one address. Clones share them.
#[derive(Clone, Debug)]
pub struct Served {
    table: ServedTable,
    pace: Pace,
    pool: CognitoTwin,
    ses: SesTwin,
    /// What the bucket has at every key.
    object: Arc<Vec<u8>>,
    /// The bodies of the messages that nobody has taken, by queue.
    messages: Arc<Mutex<HashMap<String, Vec<String>>>>,
}

impl Served {
    /// A server of `table`, whose bucket has `object` at every key.
    #[must_use]
    pub fn new(table: MemoryTable, object: Vec<u8>, pace: Pace) -> Self {
        let limits = SesLimits { per_second: 10_000.0, quota: 1_000_000, window: Duration::from_secs(24 * 3600) };
        Self {
            table: ServedTable::new(table),
            pace,
            pool: CognitoTwin::default(),
            ses: SesTwin::new(limits),
            object: Arc::new(object),
            messages: Arc::default(),
        }
    }

    /// Answers every connection to `listener`, each in a thread of its own, for as long as the process lives.
    ///
    /// # Errors
    ///
    /// When the listener is broken.
    pub fn run(&self, listener: &TcpListener) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept()?;
            let served = self.clone();
            thread::spawn(move || served.answer_all(stream));
        }
    }

    fn answer_all(&self, stream: TcpStream) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let mut connection = Connection::new(stream)?;
        while let Some(request) = connection.read()? {
            connection.write(&runtime.block_on(self.answer(request)))?;
        }
        Ok(())
    }

    async fn answer(&self, request: Request) -> Answer {
        let (service, operation) = request.target.split_once('.').unwrap_or_default();
        match service {
            "DynamoDB_20120810" => {
                let (status, text) = self.table.answer(operation, &request.body).await;
                self.pace.wait(pause(operation, text.len())).await;
                Answer { status, body: text.as_bytes().to_vec() }
            }
            "AWSCognitoIdentityProviderService" => passed_on(request, |request| self.pool.call(request)).await,
            "secretsmanager" => {
                self.pace.wait(SMALL).await;
                let document = json!({ "master": MASTER }).to_string();
                said(&json!({ "Name": "keys", "SecretString": document }))
            }
            "AmazonSQS" => {
                self.pace.wait(SMALL).await;
                let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
                match operation {
                    "SendMessageBatch" => said(&self.take_messages(&asked)),
                    // No message is among the dead letters.
                    "ReceiveMessage" => said(&json!({})),
                    other => panic!("SQS's {other} is not here"),
                }
            }
            _ if request.path.starts_with("/messages/") => said(&self.given_out(&request.path)),
            _ if request.path.ends_with("/outbound-emails") => {
                passed_on(request, |request| self.ses.call(request)).await
            }
            _ if request.method == "GET" => Answer { status: 200, body: self.object.to_vec() },
            other => panic!("{other} is not here"),
        }
    }

    /// Takes the messages of one `SendMessageBatch`.
    fn take_messages(&self, asked: &Value) -> Value {
        let queue = asked["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).expect("a queue").to_owned();
        let entries = asked["Entries"].as_array().expect("entries");
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let bodies = entries.iter().filter_map(|entry| entry["MessageBody"].as_str()).map(str::to_owned);
        messages.entry(queue).or_default().extend(bodies);
        let sent = |entry: &Value| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" });
        json!({ "Successful": entries.iter().map(sent).collect::<Vec<_>>(), "Failed": [] })
    }

    /// The messages of the queue that a path names. They are no longer in it.
    fn given_out(&self, path: &str) -> Value {
        let queue = path.trim_start_matches("/messages/");
        json!(self.messages.lock().unwrap_or_else(PoisonError::into_inner).remove(queue).unwrap_or_default())
    }
}

/// How long DynamoDB takes for an answer of so many bytes.
fn pause(operation: &str, bytes: usize) -> Duration {
    let small = match operation {
        "TransactWriteItems" => TRANSACTION,
        "PutItem" | "DeleteItem" | "BatchWriteItem" => WRITE,
        _ => READ,
    };
    small + PAGE * u32::try_from(bytes).unwrap_or(u32::MAX) / PAGE_BYTES
}

fn said(body: &Value) -> Answer {
    Answer { status: 200, body: body.to_string().into_bytes() }
}

async fn passed_on(
    request: Request,
    call: impl FnOnce(HttpRequest) -> aws_smithy_runtime_api::client::http::HttpConnectorFuture,
) -> Answer {
    let mut passed = HttpRequest::new(SdkBody::from(request.body));
    passed.set_uri(format!("http://aws{}", request.path)).expect("an address");
    passed.headers_mut().insert("x-amz-target", request.target);
    let answer = call(passed).await.expect("an answer without mishaps");
    Answer { status: answer.status().as_u16(), body: answer.body().bytes().unwrap_or_default().to_vec() }
}
