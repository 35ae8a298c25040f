//! The list of addresses that Amazon SES itself does not send to, for this account.

use std::fmt::Debug;

use async_trait::async_trait;
use aws_sdk_sesv2::{Client, error::ProvideErrorMetadata as _};
use domain::EmailAddress;
use thiserror::Error;

/// The port to the list: SES, or the list of a test.
#[async_trait]
pub trait SuppressionList: Debug + Send + Sync {
    /// Removes an address from the list. Removing an address that is not on it is no error.
    ///
    /// # Errors
    ///
    /// [`SuppressionError`] when the list cannot answer.
    async fn remove(&self, address: &EmailAddress) -> Result<(), SuppressionError>;
}

/// The list was not changed, or its answer is lost. Asking again is harmless.
#[derive(Debug, Error)]
#[error("mail: SES's suppression list cannot be changed, {code}")]
pub struct SuppressionError {
    /// The code of the failure, from SES or its client.
    pub code: String,
}

/// The list of the AWS account.
#[derive(Clone, Debug)]
pub struct SesSuppressions {
    client: Client,
}

impl SesSuppressions {
    /// The list of the account of this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl SuppressionList for SesSuppressions {
    async fn remove(&self, address: &EmailAddress) -> Result<(), SuppressionError> {
        let removed = self.client.delete_suppressed_destination().email_address(address.as_str()).send().await;
        let Err(error) = removed else { return Ok(()) };
        let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("unreachable");
        if code == "NotFoundException" { Ok(()) } else { Err(SuppressionError { code: code.to_owned() }) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
            orchestrator::HttpRequest,
        },
        http::{Response, StatusCode},
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// A network that always gives the same answer, and records the requests.
    #[derive(Clone, Debug)]
    struct Network {
        status: u16,
        code: &'static str,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl HttpConnector for Network {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
            let mut answer = Response::new(StatusCode::try_from(self.status).unwrap(), SdkBody::from("{}"));
            answer.headers_mut().insert("x-amzn-errortype", self.code);
            HttpConnectorFuture::ready(Ok(answer))
        }
    }

    async fn removed(status: u16, code: &'static str) -> (Result<(), SuppressionError>, Vec<String>) {
        let network = Network { status, code, asked: Arc::default() };
        let connector = network.clone();
        let config = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("ap-southeast-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())));
        let list = SesSuppressions::new(Client::from_conf(config.build()));
        let done = list.remove(&EmailAddress::parse("Ada.Tan+1@agency.gov.sg").unwrap()).await;
        let asked = network.asked.lock().unwrap().clone();
        (done, asked)
    }

    #[tokio::test]
    async fn an_address_is_taken_off_whether_or_not_it_was_on_the_list() {
        for (status, code) in [(200, ""), (404, "NotFoundException")] {
            let (done, asked) = removed(status, code).await;
            assert!(done.is_ok(), "{done:?}");
            let path = "/v2/email/suppression/addresses/Ada.Tan%2B1%40agency.gov.sg";
            assert_eq!(asked, [format!("DELETE https://email.ap-southeast-1.amazonaws.com{path}")]);
        }
    }

    #[tokio::test]
    async fn any_other_answer_is_an_error_that_names_nobody() {
        let (done, _) = removed(429, "TooManyRequestsException").await;
        let error = done.unwrap_err().to_string();
        assert_eq!(error, "mail: SES's suppression list cannot be changed, TooManyRequestsException");
    }
}
