//! Single events: S3, EventBridge, schedules, and requests whose caller waits for the answer.

use domain::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::{Disposition, cause::WithCauses, sqs::deadline};

/// The text is not of the expected form. The error does not contain the text, which may be personal data.
#[derive(Debug, Error)]
#[error("not of the expected form at line {line}, column {column}")]
pub(crate) struct Unexpected {
    line: usize,
    column: usize,
}

/// Handles one event at a time. Lambda delivers a failed event again; after that it goes where the template says.
///
/// `handler` gets the event and the time at which the invocation must end.
///
/// # Errors
///
/// An error when Lambda's runtime interface cannot be reached.
pub async fn run_event<E, F, Fut>(handler: F) -> Result<(), Error>
where
    E: DeserializeOwned,
    F: Fn(E, Timestamp) -> Fut,
    Fut: Future<Output = Disposition>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Box<RawValue>>| {
        handle_event(event.payload.get(), deadline(&event.context), handler).await
    }))
    .await
}

/// Answers one request at a time; its caller invokes the function and waits.
///
/// `handler` gets the request and the time at which the invocation must end. Neither the request nor the answer is
/// logged.
///
/// # Errors
///
/// An error when Lambda's runtime interface cannot be reached.
pub async fn run_request<Q, A, F, Fut>(handler: F) -> Result<(), Error>
where
    Q: DeserializeOwned,
    A: Serialize,
    F: Fn(Q, Timestamp) -> Fut,
    Fut: Future<Output = Result<A, Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Box<RawValue>>| {
        let request = decode(event.payload.get())?;
        // Lambda's runtime logs the text of the returned error.
        let answer = handler(request, deadline(&event.context)).await;
        answer.map_err(|error| Error::from(WithCauses(&*error).to_string()))
    }))
    .await
}

/// Handles one event in its text form.
///
/// # Errors
///
/// An error when the text is no `E`, or when the handler returns [`Disposition::Retry`].
pub async fn handle_event<E, F, Fut>(text: &str, deadline: Timestamp, handler: &F) -> Result<(), Error>
where
    E: DeserializeOwned,
    F: Fn(E, Timestamp) -> Fut,
    Fut: Future<Output = Disposition>,
{
    match handler(decode(text)?, deadline).await {
        Disposition::Done => Ok(()),
        Disposition::Discard(reason) => {
            tracing::warn!(reason, "event rejected");
            Ok(())
        }
        // Lambda's runtime logs the text of the returned error.
        Disposition::Retry(error) => Err(WithCauses(&*error).to_string().into()),
    }
}

pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Unexpected> {
    serde_json::from_str(text).map_err(|error| Unexpected { line: error.line(), column: error.column() })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn outcome_of(number: u32, _: Timestamp) -> Disposition {
        match number {
            0 => Disposition::Done,
            1 => Disposition::Discard("not ours"),
            _ => Disposition::retry("the table is away"),
        }
    }

    #[tokio::test]
    async fn only_a_retry_and_a_foreign_form_fail_and_neither_quotes_the_event() {
        let handle = |text| handle_event(text, Timestamp::from_unix_ms(0), &outcome_of);
        assert!(handle("0").await.is_ok());
        assert!(handle("1").await.is_ok());
        assert_eq!(handle("2").await.unwrap_err().to_string(), "the table is away");
        let error = handle(r#""tan@agency.gov.sg""#).await.unwrap_err();
        assert!(!error.to_string().contains("tan"), "{error}");
    }
}
