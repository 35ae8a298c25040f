//! The transport over HTTPS.

use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, HttpConnectorSettings},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Limited};

use crate::{
    CallFailure, NoClient, Transport,
    address::PublicOnly,
    target::{Reach, Target},
};

/// How long one call may take in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a connection is kept for the next call. An endpoint may close it sooner, which a frozen process does not
/// notice.
const IDLE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read at most; a challenge is shorter.
const MAX_ANSWER: usize = 512;

#[derive(Debug)]
pub struct Https {
    public: Connector,
    loopback: Connector,
    reach: Reach,
}

impl Https {
    /// Calls real endpoints within `reach`.
    ///
    /// # Errors
    ///
    /// [`NoClient`] when there are no trusted roots.
    pub fn new(reach: Reach) -> Result<Self, NoClient> {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(PATIENCE).build();
        let builder = || {
            Connector::builder()
                .connector_settings(settings.clone())
                .sleep_impl(TokioSleep::new())
                .pool_idle_timeout(IDLE)
        };
        // Trusts the roots of the system, because agencies' certificates come from many authorities.
        let tls = TlsContext::builder().build().map_err(|error| NoClient(error.to_string()))?;
        let public =
            builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_with_resolver(PublicOnly);
        Ok(Self { public, loopback: builder().build_http(), reach })
    }

    /// The answer, if it is a success. A redirect is no success, because its target was never registered.
    async fn call(
        &self,
        target: &Target,
        request: Result<Request<SdkBody>, http::Error>,
    ) -> Result<HttpResponse, CallFailure> {
        let mut request = request.map_err(|_| CallFailure::NotAllowed("no URL"))?;
        request.headers_mut().insert(header::USER_AGENT, header::HeaderValue::from_static("invite-users"));
        let request = HttpRequest::try_from(request).map_err(|_| CallFailure::NotAllowed("no URL"))?;
        let connector = match target {
            Target::Public(_) => &self.public,
            Target::Loopback(_) => &self.loopback,
        };
        let answer = tokio::time::timeout(PATIENCE, connector.call(request)).await;
        let answer = answer
            .map_err(|_| CallFailure::TimedOut)?
            .map_err(|error| if error.is_timeout() { CallFailure::TimedOut } else { CallFailure::Unreachable })?;
        if answer.status().is_success() { Ok(answer) } else { Err(CallFailure::Status(answer.status().as_u16())) }
    }
}

#[async_trait]
impl Transport for Https {
    async fn post(&self, endpoint: &str, (header, signature): (&str, &str), body: &str) -> Result<(), CallFailure> {
        let target = Target::parse(endpoint, self.reach)?;
        let request = Request::post(target.uri())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header, signature)
            .body(SdkBody::from(body));
        self.call(&target, request).await.map(|_| ())
    }

    async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure> {
        let target = Target::parse(endpoint, self.reach)?;
        let request = Request::get(asking(target.uri(), token)?).body(SdkBody::empty());
        let answer = self.call(&target, request).await?;
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect();
        let body = tokio::time::timeout(PATIENCE, body).await.map_err(|_| CallFailure::TimedOut)?;
        let bytes = body.map_err(|_| CallFailure::Unexpected)?.to_bytes();
        let text = std::str::from_utf8(&bytes).map_err(|_| CallFailure::Unexpected)?;
        Ok(text.trim_ascii().to_owned())
    }
}

/// The endpoint with the challenge as one of its parameters.
fn asking(uri: &Uri, token: &str) -> Result<Uri, CallFailure> {
    let text = uri.to_string();
    let joint = if uri.query().is_some() { '&' } else { '?' };
    format!("{text}{joint}challengeToken={token}").parse().map_err(|_| CallFailure::NotAllowed("no URL"))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// Answers one call with `answer` while `call` runs. Returns the request, and the result of `call`.
    async fn one_call<T>(answer: &str, call: impl AsyncFnOnce(Https, String) -> T) -> (String, T) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/in", listener.local_addr().unwrap());
        let https = Https::new(Reach::PublicAndLoopback).unwrap();
        let serve = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 4096];
            let read = socket.read(&mut asked).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&asked[..read]).into_owned()
        };
        tokio::join!(serve, call(https, endpoint))
    }

    fn answer(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn a_notice_is_posted_with_its_signature() {
        let post = async |https: Https, url: String| https.post(&url, ("x-signature", "t=1,v1=0"), "{\"a\":1}").await;
        let (asked, outcome) = one_call(&answer("204 No Content", ""), post).await;
        assert_eq!(outcome, Ok(()));
        assert!(asked.starts_with("POST /in HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("x-signature: t=1,v1=0\r\n"), "{asked}");
        let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let (_, outcome) = one_call(redirect, post).await;
        assert_eq!(outcome, Err(CallFailure::Status(307)), "not followed");
        let (_, outcome) = one_call("nonsense\r\n\r\n", post).await;
        assert_eq!(outcome, Err(CallFailure::Unreachable));
    }

    /// Closes every connection after one request, while `call` runs and a moment longer. Returns how many requests
    /// there were, and the result of `call`.
    async fn hung_up_on<T>(call: impl AsyncFnOnce(Https, String) -> T) -> (usize, T) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/in", listener.local_addr().unwrap());
        let mut asked = 0;
        let hang_up = async {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                if socket.read(&mut request).await.unwrap() > 0 {
                    asked += 1;
                }
            }
        };
        let patient = async {
            let given = call(Https::new(Reach::PublicAndLoopback).unwrap(), endpoint).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            given
        };
        let given = tokio::select! {
            given = patient => given,
            () = hang_up => unreachable!("it never ends"),
        };
        (asked, given)
    }

    #[tokio::test]
    async fn a_notice_whose_answer_is_lost_is_posted_once() {
        let post = async |https: Https, url: String| https.post(&url, ("x-signature", "t=1,v1=0"), "{}").await;
        assert_eq!(hung_up_on(post).await, (1, Err(CallFailure::Unreachable)));
    }

    #[tokio::test]
    async fn nor_is_it_posted_again_over_a_connection_that_was_kept() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/in", listener.local_addr().unwrap());
        let https = Https::new(Reach::PublicAndLoopback).unwrap();
        let post = || https.post(&endpoint, ("x-signature", "t=1,v1=0"), "{}");
        let mut asked = 0;
        let serve = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            // The first request is answered; the second is read and not answered.
            while asked < 2 && socket.read(&mut request).await.unwrap() > 0 {
                asked += 1;
                if asked == 1 {
                    socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                }
            }
            drop(socket);
            let (mut again, _) = listener.accept().await.unwrap();
            again.read(&mut request).await.unwrap()
        };
        let both = async {
            let first = post().await;
            let second = post().await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            (first, second)
        };
        let outcome = tokio::select! {
            outcome = both => outcome,
            bytes = serve => panic!("asked a third time, {bytes} bytes"),
        };
        assert_eq!(outcome, (Ok(()), Err(CallFailure::Unreachable)));
    }

    #[tokio::test]
    async fn a_challenge_is_asked_for_and_little_of_the_answer_read() {
        let ask = async |https: Https, url: String| https.challenge(&format!("{url}?x=1"), "abc").await;
        let (asked, outcome) = one_call(&answer("200 OK", "abc\n"), ask).await;
        assert!(asked.starts_with("GET /in?x=1&challengeToken=abc HTTP/1.1\r\n"), "{asked}");
        assert_eq!(outcome.as_deref(), Ok("abc"));
        let (_, outcome) = one_call(&answer("200 OK", &"abc".repeat(1000)), ask).await;
        assert_eq!(outcome, Err(CallFailure::Unexpected));
    }

    #[tokio::test]
    async fn nothing_is_called_that_may_not_be() {
        let https = Https::new(Reach::Public).unwrap();
        let refused = https.post("http://127.0.0.1:9/", ("x", "y"), "{}").await;
        assert_eq!(refused, Err(CallFailure::NotAllowed("it is not https")));
        // A name of this machine.
        let refused = https.post("https://localhost.localdomain/", ("x", "y"), "{}").await;
        assert_eq!(refused, Err(CallFailure::Unreachable));
    }
}
