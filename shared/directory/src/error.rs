//! What a failed call says about its effect.

use std::{error::Error, io::ErrorKind, time::Duration};

use aws_smithy_runtime_api::{
    client::{dns::ResolveDnsError, orchestrator::HttpResponse, result::SdkError},
    http::Headers,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

/// How long to wait after a throttle that names no time: the quotas of user pools are per second, and a batch fills
/// many.
const THROTTLE_PAUSE: Duration = Duration::from_secs(30);

/// The longest wait that a directory can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A call that did not do what it was made for.
///
/// The variants say what is known of the effect, which is what a caller acts on. Neither form of printing shows more
/// than a code of the directory's own.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DirectoryError {
    /// Nothing happened: the directory has too much to do.
    #[error("the directory is throttling")]
    Throttled {
        /// How long to stay away.
        retry_after: Duration,
    },
    /// Nothing happened: the directory was not reached, or only asked.
    #[error("the directory could not be asked")]
    KnownNoEffect,
    /// Nobody knows whether it happened: the answer was lost, or was a failure of the directory's own.
    #[error("the directory's answer was lost")]
    Unknown,
    /// Nothing happened: this service may not, or asks for something that is not there. No row is to blame.
    #[error("the directory refuses this service with {code}")]
    Misconfigured { code: String },
}

impl DirectoryError {
    /// The error of a call that only reads: whatever was lost, nothing was changed.
    #[must_use]
    pub fn of_read(self) -> Self {
        match self {
            Self::Unknown => Self::KnownNoEffect,
            known => known,
        }
    }
}

/// An answer of the service that is an error, by its code; or the error that kept it from answering.
pub(crate) enum Refusal {
    /// The service answered with this code.
    Code(String),
    /// It did not, or its code says nothing about the request.
    Error(DirectoryError),
}

impl Refusal {
    /// The error of a code that no caller knows.
    pub(crate) fn unexpected(self) -> DirectoryError {
        match self {
            Self::Code(code) => DirectoryError::Misconfigured { code },
            Self::Error(error) => error,
        }
    }
}

/// Reads an SDK error down to what may be acted on. What else it holds, such as the request, is dropped here.
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
                // Cognito answers its own failures with 500, after or before the effect.
                "InternalErrorException" => Refusal::Error(Unknown),
                _ if status >= 500 => Refusal::Error(Unknown),
                code => Refusal::Code(code.to_owned()),
            }
        }
        _ => Refusal::Error(Unknown),
    }
}

/// Whether a connection failed before a byte of the request can have left.
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
        .map_or(THROTTLE_PAUSE, Duration::from_secs)
        .min(LONGEST_PAUSE)
}
