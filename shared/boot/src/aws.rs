//! SDK clients, configured from the environment that Lambda sets.
//!
//! `aws-config` would search profiles, containers and instance metadata for what Lambda sets in plain variables. That
//! costs 3 MB of code and a millisecond of every cold start.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_async::{rt::sleep::TokioSleep, time::SystemTimeSource};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::SdkConfig;

use crate::{Env, Error};

/// The roots that the certificates of every AWS endpoint chain to, from <https://www.amazontrust.com/repository/>.
/// Reading the 140 roots of a system instead takes 3 ms of every cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("../roots/amazon.pem");

/// Within one region a connection takes milliseconds; after two seconds it will not be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than any function's timeout, so that a call that hangs ends as an error that can be handled.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);

/// For how long an unused connection is kept. Lambda freezes a process between invocations, and a process that runs
/// again sends its request on a connection that AWS has closed meanwhile. For a mail that is an answer that was lost.
/// AWS documents no time after which it closes a connection; S3 is reported to wait for five seconds.
const MAX_IDLE: Duration = Duration::from_secs(4);

/// Creates SDK clients that share one HTTP client, and with it connections and trusted roots.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    credentials: Credentials,
    region: String,
}

impl Aws {
    /// Reads region, credentials and, for an emulator, `AWS_ENDPOINT_URL`.
    ///
    /// With `TLS_ROOTS=system` the system's roots are trusted instead of Amazon's, for endpoints behind a proxy that
    /// inspects.
    ///
    /// # Errors
    ///
    /// [`Error`] that names the missing variable.
    pub fn from_env(env: &Env) -> Result<Self, Error> {
        let region = env.required("AWS_REGION")?;
        let endpoint = env.optional("AWS_ENDPOINT_URL");
        let credentials = Credentials::new(
            env.required("AWS_ACCESS_KEY_ID")?,
            env.required("AWS_SECRET_ACCESS_KEY")?,
            env.optional("AWS_SESSION_TOKEN"),
            // Lambda replaces an environment before its credentials expire.
            None,
            "environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .http_client(http_client(env, endpoint.as_deref())?)
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(3));
        config.set_endpoint_url(endpoint);
        Ok(Self { config: config.build(), credentials, region })
    }

    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            // The address of an emulator is an IP address, which cannot have the name of the bucket in front of it.
            .force_path_style(self.config.endpoint_url().is_some())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// The client for mail. [`mail::Ses`] disables its retries.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.config)
    }

    /// The client for the user pool. [`directory::Cognito`] disables its retries.
    #[must_use]
    pub fn cognito(&self) -> aws_sdk_cognitoidentityprovider::Client {
        aws_sdk_cognitoidentityprovider::Client::new(&self.config)
    }

    /// The credentials, which sign the form of an upload.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The emulator's address. `None`: the stack is on AWS.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.config.endpoint_url()
    }
}

fn http_client(env: &Env, endpoint: Option<&str>) -> Result<SharedHttpClient, Error> {
    let builder = Builder::new().pool_idle_timeout(MAX_IDLE);
    if endpoint.is_some_and(|url| url.starts_with("http://")) {
        return Ok(builder.build_http());
    }
    let roots = match env.optional("TLS_ROOTS").as_deref() {
        Some("system") => TrustStore::default(),
        _ => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
    };
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    Ok(builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::{TcpListener, TcpStream},
        thread,
    };

    use super::*;

    fn env(extra: &[(&str, &str)]) -> Env {
        [("AWS_REGION", "ap-southeast-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]
            .iter()
            .chain(extra)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_region_is_required_by_name() {
        let error = Aws::from_env(&Env::default()).unwrap_err();
        assert!(error.to_string().contains("AWS_REGION"));
    }

    /// Without this test, roots that cannot be parsed would only be noticed at the first connection.
    #[tokio::test]
    async fn every_way_of_trusting_makes_a_client() {
        for extra in [
            &[][..],
            &[("TLS_ROOTS", "system")],
            &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")],
            &[("AWS_ENDPOINT_URL", "https://127.0.0.1:9")],
        ] {
            let _ = Aws::from_env(&env(extra)).unwrap().s3();
        }
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_while_the_process_was_frozen_is_not_used_again() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        thread::spawn(move || server.incoming().for_each(|connection| answer_once(connection.unwrap())));
        let aws = Aws::from_env(&env(&[("AWS_ENDPOINT_URL", &url)])).unwrap();
        let config = aws_sdk_sesv2::config::Builder::from(&aws.config).retry_config(RetryConfig::disabled());
        let ses = aws_sdk_sesv2::Client::from_conf(config.build());
        ses.get_account().send().await.unwrap();
        // Nothing of this process runs, so it does not notice that the connection is closed.
        thread::sleep(MAX_IDLE + Duration::from_millis(100));
        ses.get_account().send().await.unwrap();
    }

    /// Answers the first request of a connection, and closes it a second later.
    fn answer_once(mut connection: TcpStream) {
        thread::spawn(move || {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
            thread::sleep(Duration::from_secs(1));
        });
    }

    #[tokio::test]
    async fn an_emulator_that_is_not_there_is_an_error_and_not_a_hang() {
        let aws = Aws::from_env(&env(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")])).unwrap();
        assert!(aws.ses().get_account().send().await.is_err());
    }
}
