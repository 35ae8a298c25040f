//! What a failed call says about its effect.

use std::{error::Error, io::ErrorKind, time::Duration};

use aws_smithy_runtime_api::{
    client::{dns::ResolveDnsError, orchestrator::HttpResponse, result::SdkError},
    http::Headers,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

/// The longest pause that a directory can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A call failed.
///
/// Each variant says what is known about the effect, because the caller acts on that. `Debug` and `Display` show no
/// more than a code of the directory.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DirectoryError {
    /// Nothing happened: the directory refuses more requests for now.
    #[error("the directory is throttling")]
    Throttled {
        /// The shortest pause before the next attempt, which is zero where the directory asks for none.
        retry_after: Duration,
    },
    /// Nothing happened: the directory was not reached, or the call only reads.
    #[error("the directory could not be asked")]
    KnownNoEffect,
    /// It is unknown whether it happened: the answer was lost, or was an internal failure of the directory.
    #[error("the directory's answer was lost")]
    Unknown,
    /// Nothing happened: this service has no permission, or asks for something that does not exist. It is not the fault
    /// of an invite.
    #[error("the directory refuses this service with {code}")]
    Misconfigured { code: String },
}

impl DirectoryError {
    /// The error of a call that only reads: even if its answer was lost, nothing was changed.
    #[must_use]
    pub fn of_read(self) -> Self {
        match self {
            Self::Unknown => Self::KnownNoEffect,
            known => known,
        }
    }
}

/// An error that the service answered, by its code; or the error that prevented an answer.
pub(crate) enum Refusal {
    /// The service answered with this code.
    Code(String),
    /// It did not answer, or its code says nothing about the request.
    Error(DirectoryError),
}

impl Refusal {
    /// The error for a code that no caller handles.
    pub(crate) fn unexpected(self) -> DirectoryError {
        match self {
            Self::Code(code) => DirectoryError::Misconfigured { code },
            Self::Error(error) => error,
        }
    }
}

/// Reads what an SDK error says about the effect. Everything else in it, such as the request, is dropped here.
pub(crate) fn refusal<E: ProvideErrorMetadata>(error: SdkError<E, HttpResponse>) -> Refusal {
    use DirectoryError::{KnownNoEffect, Throttled, Unknown};
    match error {
        SdkError::ConstructionFailure(_) => Refusal::Error(KnownNoEffect),
        SdkError::DispatchFailure(failure)
            if failure.is_user() || failure.as_connector_error().is_some_and(|e| never_sent(e)) =>
        {
            Refusal::Error(KnownNoEffect)
        }
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or("none");
            match code {
                "TooManyRequestsException"
                | "ThrottlingException"
                | "Throttling"
                | "LimitExceededException"
                | "RequestLimitExceeded" => Refusal::Error(Throttled { retry_after: pause(context.raw().headers()) }),
                _ if status == 429 => Refusal::Error(Throttled { retry_after: pause(context.raw().headers()) }),
                // Cognito answers its own failures with 500, both before and after the effect.
                "InternalErrorException" => Refusal::Error(Unknown),
                _ if status >= 500 => Refusal::Error(Unknown),
                code => Refusal::Code(code.to_owned()),
            }
        }
        _ => Refusal::Error(Unknown),
    }
}

/// Whether a connection failed before any byte of the request was sent.
fn never_sent(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| {
        error.is::<ResolveDnsError>()
            || error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    })
}

fn pause(headers: &Headers) -> Duration {
    headers
        .get("retry-after")
        .and_then(|seconds| seconds.parse().ok())
        .map_or(Duration::ZERO, Duration::from_secs)
        .min(LONGEST_PAUSE)
}
