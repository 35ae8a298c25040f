//! The transport over Amazon SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{QueueAttributeName, SendMessageBatchRequestEntry},
};
use futures::{StreamExt as _, stream};

use crate::{DeadLetter, Destination, Group, QueueError, QueueName, QueueUrls, Redrive, RedriveError, Transport, Wake};

/// Messages of one SendMessageBatch, and of one ReceiveMessage, at most.
const PER_REQUEST: usize = 10;

/// Requests of one call that run at the same time at most.
const IN_FLIGHT: usize = 16;

/// Seconds for which a dead letter that was received is not shown again.
const HIDDEN: i32 = 60;

/// How often messages that a successful answer did not accept are sent again.
const REPEATS: usize = 2;

const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// The queues of a stack in SQS.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    urls: QueueUrls,
}

impl Sqs {
    /// The queues at `urls`. A message to a queue without a URL is not accepted.
    #[must_use]
    pub fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }

    async fn send_texts(
        &self,
        url: Option<&str>,
        group: Option<&Group>,
        texts: &[String],
        delay: i32,
    ) -> Result<(), QueueError> {
        let all_missing = |code: &str| QueueError { missing: texts.len(), of: texts.len(), code: code.to_owned() };
        let url = url.ok_or_else(|| all_missing("no such queue is set"))?;
        let chunks: Vec<Vec<String>> = texts.chunks(PER_REQUEST).map(<[String]>::to_vec).collect();
        let failures: Vec<(usize, String)> = stream::iter(chunks)
            .map(|chunk| self.send_chunk(url, group, chunk, delay))
            .buffer_unordered(IN_FLIGHT)
            .filter_map(async |sent| sent.err())
            .collect()
            .await;
        match failures.last() {
            None => Ok(()),
            Some((_, code)) => Err(QueueError {
                missing: failures.iter().map(|(missing, _)| missing).sum(),
                of: texts.len(),
                code: code.clone(),
            }),
        }
    }

    fn grave(&self, queue: QueueName) -> Result<&str, QueueError> {
        let url = self.urls.get(&Destination::dead_letters(queue));
        url.map(String::as_str).ok_or_else(|| unanswered(Some("no such queue is set")))
    }

    /// How many messages of `chunk` were not accepted, and the code of the failure.
    async fn send_chunk(
        &self,
        url: &str,
        group: Option<&Group>,
        chunk: Vec<String>,
        delay: i32,
    ) -> Result<(), (usize, String)> {
        let mut left: Vec<usize> = (0..chunk.len()).collect();
        let mut code = String::new();
        for _ in 0..=REPEATS {
            let entries = left.iter().filter_map(|index| entry(*index, chunk.get(*index)?, group, delay)).collect();
            let request = self.client.send_message_batch().queue_url(url).set_entries(Some(entries));
            let answer = request.send().await.map_err(|error| {
                let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("unreachable");
                (left.len(), code.to_owned())
            })?;
            // A successful answer can still name messages that were not accepted.
            left.retain(|index| answer.failed.iter().any(|failed| failed.id == index.to_string()));
            match answer.failed.last() {
                Some(failed) => code.clone_from(&failed.code),
                None => return Ok(()),
            }
        }
        Err((left.len(), code))
    }
}

#[async_trait]
impl Transport for Sqs {
    async fn send(&self, queue: QueueName, group: &Group, wakes: &[Wake], delay: Duration) -> Result<(), QueueError> {
        let url = self.urls.get(&Destination::Queue(queue)).map(String::as_str);
        let texts: Vec<String> = wakes.iter().filter_map(|wake| serde_json::to_string(wake).ok()).collect();
        let delay = i32::try_from(delay.min(LONGEST_DELAY).as_secs()).unwrap_or(0);
        self.send_texts(url, Some(group), &texts, delay).await
    }

    async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        self.send_texts(self.urls.get(&Destination::Announcements).map(String::as_str), None, stored, 0).await
    }

    async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let url = self.grave(queue)?;
        let mut letters = Vec::new();
        while letters.len() < limit {
            let wanted = i32::try_from((limit - letters.len()).min(PER_REQUEST)).unwrap_or(1);
            let request = self.client.receive_message().queue_url(url).max_number_of_messages(wanted);
            let answer = request.visibility_timeout(HIDDEN).send().await;
            let answer = answer.map_err(|error| unanswered(error.as_service_error().and_then(|error| error.code())))?;
            let found = answer.messages.unwrap_or_default();
            if found.is_empty() {
                break;
            }
            letters.extend(found.into_iter().filter_map(|message| {
                let wake = serde_json::from_str(message.body()?).ok()?;
                Some(DeadLetter { wake, receipt: message.receipt_handle? })
            }));
        }
        Ok(letters)
    }

    async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        let url = self.grave(queue)?;
        let request = self.client.delete_message().queue_url(url).receipt_handle(&letter.receipt);
        let answer = request.send().await;
        answer.map(|_| ()).map_err(|error| unanswered(error.as_service_error().and_then(|error| error.code())))
    }

    /// SQS needs the ARN of the queue, which only the queue's attributes have.
    async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError> {
        let failed = |code: Option<&str>| RedriveError { code: code.unwrap_or("unreachable").to_owned() };
        let url = self.urls.get(&Destination::DeadLetters(queue));
        let url = url.ok_or_else(|| failed(Some("no such queue is set")))?;
        let request = self.client.get_queue_attributes().queue_url(url);
        let answer = request.attribute_names(QueueAttributeName::QueueArn).send().await;
        let answer = answer.map_err(|error| failed(error.as_service_error().and_then(|error| error.code())))?;
        let arn = answer.attributes.and_then(|mut attributes| attributes.remove(&QueueAttributeName::QueueArn));
        let arn = arn.ok_or_else(|| failed(Some("the queue has no ARN")))?;
        // Without a destination, SQS sends each letter to the queue that it was in.
        let begun = self.client.start_message_move_task().source_arn(arn).send().await;
        begun.map(|_| ()).map_err(|error| failed(error.as_service_error().and_then(|error| error.code())))
    }
}

fn unanswered(code: Option<&str>) -> QueueError {
    QueueError { missing: 1, of: 1, code: code.unwrap_or("unreachable").to_owned() }
}

fn entry(index: usize, text: &str, group: Option<&Group>, delay: i32) -> Option<SendMessageBatchRequestEntry> {
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(text)
        .set_message_group_id(group.map(|group| group.as_str().to_owned()))
        .set_delay_seconds((delay > 0).then_some(delay))
        .build()
        .ok()
}

#[cfg(test)]
mod tests;
