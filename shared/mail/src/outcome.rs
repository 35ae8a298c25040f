//! What is known about a mail after its request.

use std::{error::Error, io::ErrorKind, time::Duration};

use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_smithy_runtime_api::client::{dns::ResolveDnsError, orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The pause after a connection that could not be made.
const AWAY_PAUSE: Duration = Duration::from_secs(30);

/// The code of [`SendOutcome::Closed`] for the quota of 24 hours.
const QUOTA: &str = "QUOTA";

/// The result of sending a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    Sent {
        message_id: String,
    },
    /// SES did not take it, and may take it later.
    NotSent {
        /// The shortest pause before the next attempt.
        retry_after: Duration,
    },
    /// SES did not take it, because it has taken as many mails as it allows in a second.
    Throttled,
    /// SES did not take it, and takes no other mail of this account for now: it has taken as many as it allows in 24
    /// hours, or sending is paused for the account.
    Closed {
        /// The code of SES's answer, or `QUOTA` for the quota of 24 hours.
        code: String,
    },
    /// SES refused it for good.
    Refused,
    /// SES did not take it, because of the configuration of the service. An operator has to fix that, and the mail can
    /// wait.
    Misconfigured {
        /// The code of SES's answer.
        code: String,
    },
    /// It is unknown whether SES took it.
    Unknown,
}

/// Reads what an SDK error says about the mail. Everything else in it, such as the mail itself, is dropped here.
pub(crate) fn of_error(error: SdkError<SendEmailError, HttpResponse>) -> SendOutcome {
    match error {
        SdkError::ConstructionFailure(_) => SendOutcome::Misconfigured { code: "ConstructionFailure".to_owned() },
        SdkError::DispatchFailure(failure)
            if failure.is_user() || failure.as_connector_error().is_some_and(|e| never_sent(e)) =>
        {
            SendOutcome::NotSent { retry_after: AWAY_PAUSE }
        }
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            match context.err() {
                SendEmailError::SendingPausedException(_) => closed("SendingPausedException"),
                SendEmailError::LimitExceededException(_) => closed(QUOTA),
                error if is_throttle(error, status) && is_about_quota(error) => closed(QUOTA),
                error if is_throttle(error, status) => SendOutcome::Throttled,
                // The same code means a bad message, or a sender that is not verified yet.
                SendEmailError::MessageRejected(rejected)
                    if rejected.message().is_some_and(|text| text.contains("not verified")) =>
                {
                    misconfigured("MessageRejected")
                }
                SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_) => SendOutcome::Refused,
                other => match other.code().unwrap_or("none") {
                    _ if status >= 500 => SendOutcome::Unknown,
                    code => misconfigured(code),
                },
            }
        }
        _ => SendOutcome::Unknown,
    }
}

/// Whether SES takes no more for a while. It has the same codes for its rate and for its quota of 24 hours.
fn is_throttle(error: &SendEmailError, status: u16) -> bool {
    let codes = ["TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"];
    status == 429 || error.code().is_some_and(|code| codes.contains(&code))
}

/// Whether a throttle is for the quota of 24 hours, which only its words tell: "Daily message quota exceeded".
/// <https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html>
fn is_about_quota(error: &SendEmailError) -> bool {
    error.message().is_some_and(|text| text.to_ascii_lowercase().contains("quota"))
}

fn closed(code: &str) -> SendOutcome {
    SendOutcome::Closed { code: code.to_owned() }
}

fn misconfigured(code: &str) -> SendOutcome {
    SendOutcome::Misconfigured { code: code.to_owned() }
}

/// Whether a connection failed before any byte of the request was sent.
fn never_sent(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| {
        error.is::<ResolveDnsError>()
            || error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    })
}
