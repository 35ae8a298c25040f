//! Messages of a queue, each handled independently of the others.

use std::{fmt::Debug, panic::AssertUnwindSafe, time::Duration};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{Clock, Timestamp};
use futures::{FutureExt as _, StreamExt as _, stream};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use thiserror::Error;
use tracing::{Instrument as _, Span, field};

use crate::cause::WithCauses;

/// Messages of one event that are handled at the same time: as many as an event has.
const IN_FLIGHT: usize = 10;

/// The time that must be left to begin a message: two SDK calls that time out, and the answer.
const MARGIN: Duration = Duration::from_secs(18);

/// What happens to a message after it was handled.
#[derive(Debug)]
pub enum Disposition {
    /// It is handled, or there was nothing to do. The message is deleted.
    Done,
    /// It is delivered again later, and after some attempts is among the dead letters.
    Retry(Box<dyn std::error::Error + Send + Sync>),
    /// It can never be handled. This is logged, and the message is deleted.
    Discard(&'static str),
}

impl Disposition {
    /// Delivers the message again later, because of `error`.
    pub fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }
}

/// A record has no message id. An answer could only name it by an empty id, which fails the whole event anyway.
#[derive(Debug, Error)]
#[error("a record has no message id")]
pub struct UnnamedRecord;

/// Handles the messages of a queue, whose trigger must have `ReportBatchItemFailures` set.
///
/// `handler` gets the message and the time at which the invocation must end.
///
/// # Errors
///
/// An error when Lambda's runtime interface cannot be reached.
pub async fn run_sqs<M, F, Fut>(handler: F) -> Result<(), Error>
where
    M: DeserializeOwned + Debug,
    F: Fn(M, Timestamp) -> Fut,
    Fut: Future<Output = Disposition>,
{
    let (handler, clock) = (&handler, &Clock::system());
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Box<RawValue>>| {
        let deadline = deadline(&event.context);
        let event: SqsEvent = crate::event::decode(event.payload.get())?;
        handle_records(event.records, deadline, clock, handler).await.map_err(Error::from)
    }))
    .await
}

/// Handles records, and names those that failed.
///
/// A body that is no `M` fails, so that it is not lost but ends among the dead letters. If the handler panics, only
/// that record fails. Records for which too little time is left fail without being begun.
///
/// # Errors
///
/// [`UnnamedRecord`], before any record is begun.
pub async fn handle_records<M, F, Fut>(
    records: Vec<SqsMessage>,
    deadline: Timestamp,
    clock: &Clock,
    handler: &F,
) -> Result<SqsBatchResponse, UnnamedRecord>
where
    M: DeserializeOwned + Debug,
    F: Fn(M, Timestamp) -> Fut,
    Fut: Future<Output = Disposition>,
{
    let records = records
        .into_iter()
        .map(|record| match record.message_id {
            Some(id) if !id.is_empty() => Ok((id, record.body.unwrap_or_default())),
            _ => Err(UnnamedRecord),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut response = SqsBatchResponse::default();
    let mut outcomes = stream::iter(records)
        .map(|(id, body)| async move {
            let span = tracing::info_span!("message", message_id = id, wake = field::Empty);
            let outcome = async {
                if clock.now() + MARGIN > deadline {
                    tracing::warn!("no time left to begin this message");
                    return Outcome::Failed;
                }
                handle_body(&body, deadline, handler).await
            }
            .instrument(span)
            .await;
            (id, outcome)
        })
        .buffered(IN_FLIGHT);
    while let Some((id, outcome)) = outcomes.next().await {
        if let Outcome::Failed = outcome {
            response.add_failure(id);
        }
    }
    Ok(response)
}

enum Outcome {
    Settled,
    Failed,
}

async fn handle_body<M, F, Fut>(body: &str, deadline: Timestamp, handler: &F) -> Outcome
where
    M: DeserializeOwned + Debug,
    F: Fn(M, Timestamp) -> Fut,
    Fut: Future<Output = Disposition>,
{
    let message: M = match crate::event::decode(body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(error = %WithCauses(&error), "message is not understood");
            return Outcome::Failed;
        }
    };
    // Messages hold ids only, so they may be logged.
    Span::current().record("wake", field::debug(&message));
    // The handler leaves no half-changed memory behind: the table is the truth, and another attempt reads it again.
    let handled = async { handler(message, deadline).await };
    match AssertUnwindSafe(handled).catch_unwind().await {
        Ok(Disposition::Done) => Outcome::Settled,
        Ok(Disposition::Discard(reason)) => {
            tracing::warn!(reason, "message rejected");
            Outcome::Settled
        }
        Ok(Disposition::Retry(error)) => {
            tracing::error!(error = %WithCauses(&*error), "message failed");
            Outcome::Failed
        }
        // The panic hook has logged the place.
        Err(_) => Outcome::Failed,
    }
}

/// The time at which Lambda ends the invocation.
pub(crate) fn deadline(context: &lambda_runtime::Context) -> Timestamp {
    Timestamp::from_unix_ms(i64::try_from(context.deadline).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use testing::ManualClock;

    use super::*;

    fn record(id: &str, body: &str) -> SqsMessage {
        serde_json::from_value(serde_json::json!({"messageId": id, "body": body})).unwrap()
    }

    fn clock() -> ManualClock {
        ManualClock::new(Timestamp::from_unix_ms(1_763_875_442_000))
    }

    fn failed(response: &SqsBatchResponse) -> Vec<&str> {
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
    }

    async fn outcome_of(number: u32, _: Timestamp) -> Disposition {
        tokio::task::yield_now().await;
        match number % 4 {
            0 => Disposition::Done,
            1 => Disposition::retry("the table is away"),
            2 => Disposition::Discard("no such invite"),
            _ => panic!("a bug"),
        }
    }

    /// Tries every set of failed messages out of ten: each bit of the mask is one message.
    #[tokio::test]
    async fn exactly_the_failed_messages_are_named() {
        std::panic::set_hook(Box::new(|_| {}));
        let clock = clock();
        for mask in 0..1024_u32 {
            let records = (0..10)
                .map(|bit| {
                    // Failures alternate between errors and panics, and the others between done and discarded.
                    let fails = mask >> bit & 1;
                    let kind = if bit % 2 == 0 { fails } else { 2 + fails };
                    record(&format!("m{bit}"), &kind.to_string())
                })
                .collect();
            let deadline = clock.now() + Duration::from_secs(30);
            let response = handle_records(records, deadline, &clock.clock(), &outcome_of).await.unwrap();
            let expected: Vec<_> = (0..10).filter(|bit| mask >> bit & 1 == 1).map(|bit| format!("m{bit}")).collect();
            assert_eq!(failed(&response), expected, "{mask:010b}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_not_understood_fails_alone() {
        let clock = clock();
        let records =
            vec![record("good", "0"), record("empty", ""), record("prose", "hello"), record("other", r#"{"v":99}"#)];
        let deadline = clock.now() + Duration::from_secs(30);
        let response = handle_records(records, deadline, &clock.clock(), &outcome_of).await.unwrap();
        assert_eq!(failed(&response), ["empty", "prose", "other"]);
    }

    #[tokio::test]
    async fn a_record_without_an_id_fails_the_event_before_anything_is_done() {
        let begun = Mutex::new(0);
        let count = async |_: u32, _| {
            *begun.lock().unwrap() += 1;
            Disposition::Done
        };
        let clock = clock();
        for unnamed in [SqsMessage::default(), record("", "0")] {
            let records = vec![record("a", "0"), unnamed];
            let deadline = clock.now() + Duration::from_secs(30);
            assert!(handle_records(records, deadline, &clock.clock(), &count).await.is_err());
        }
        assert_eq!(*begun.lock().unwrap(), 0);
    }

    #[tokio::test]
    async fn messages_are_not_begun_when_time_runs_out() {
        let clock = clock();
        let deadline = clock.now() + Duration::from_secs(30);
        let slow = async |_: u32, _| {
            clock.advance(Duration::from_secs(13));
            Disposition::Done
        };
        let records = (0..3).map(|number| record(&format!("m{number}"), "0")).collect();
        let response = handle_records(records, deadline, &clock.clock(), &slow).await.unwrap();
        assert_eq!(failed(&response), ["m1", "m2"]);
    }

    /// Lambda reads an answer of any other form as "all done" or "all failed".
    #[tokio::test]
    async fn the_answer_has_the_shape_that_lambda_reads() {
        let clock = clock();
        let deadline = clock.now() + Duration::from_secs(30);
        let response =
            handle_records(vec![record("m1", "1"), record("m2", "0")], deadline, &clock.clock(), &outcome_of)
                .await
                .unwrap();
        assert_eq!(serde_json::to_string(&response).unwrap(), r#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#);
    }
}
