//! The transport over Amazon SES, version 2 of its API.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use aws_smithy_types::{error::operation::BuildError, retry::RetryConfig, timeout::TimeoutConfig};
use domain::EmailAddress;

use crate::{Letter, OutgoingMail, SendOutcome, Transport, outcome::of_error};

/// How long the request of one mail may take. A worker begins only with more time left than this.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// The display name of the sender.
const SENDER_NAME: &str = "Invite users";

/// The sender of mails, and the configuration set that reports their events.
#[derive(Clone, Debug)]
pub struct Sender {
    pub address: EmailAddress,
    pub configuration_set: String,
}

/// Amazon SES, called once for each mail.
#[derive(Clone)]
pub struct Ses {
    client: Client,
    from: String,
    configuration_set: String,
}

impl std::fmt::Debug for Ses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ses").finish_non_exhaustive()
    }
}

impl Ses {
    /// Sends mails from `sender`. The retries of `client` are not used, and its time limits are replaced by shorter
    /// ones.
    #[must_use]
    pub fn new(client: &Client, sender: &Sender) -> Self {
        // SES has no idempotency key. With the SDK's default of three attempts, a mail whose answer was lost would be
        // sent again.
        let timeouts = client
            .config()
            .timeout_config()
            .map(TimeoutConfig::to_builder)
            .unwrap_or_default()
            .operation_attempt_timeout(REQUEST_TIMEOUT)
            .operation_timeout(REQUEST_TIMEOUT)
            .build();
        let config =
            client.config().to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self {
            client: Client::from_conf(config),
            from: format!("{SENDER_NAME} <{}>", sender.address.as_str()),
            configuration_set: sender.configuration_set.clone(),
        }
    }
}

#[async_trait]
impl Transport for Ses {
    async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        let request = (|| {
            let tags = mail.tags.pairs().into_iter().map(|(name, value)| tag(name, value));
            Ok::<_, BuildError>((content(mail.letter)?, tags.collect::<Result<_, _>>()?))
        })();
        let Ok((content, tags)) = request else {
            return SendOutcome::Misconfigured { code: "ConstructionFailure".to_owned() };
        };
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(content)
            .set_email_tags(Some(tags))
            .configuration_set_name(&self.configuration_set)
            .send()
            .await;
        match sent {
            Ok(answer) => answer.message_id.map_or(SendOutcome::Unknown, |message_id| SendOutcome::Sent { message_id }),
            Err(error) => of_error(error),
        }
    }
}

fn content(letter: Letter) -> Result<EmailContent, BuildError> {
    let utf8 = |data: String| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().html(utf8(letter.html)?).text(utf8(letter.text)?).build();
    // RFC 3834: vacation notes and other programs do not answer this mail.
    let header = MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build()?;
    let message = Message::builder().subject(utf8(letter.subject.to_owned())?).body(body).headers(header).build();
    Ok(EmailContent::builder().simple(message).build())
}

fn tag(name: &str, value: String) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(name).value(value).build()
}

#[cfg(test)]
mod tests;
