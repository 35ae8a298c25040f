//! The contract of queues, over SQS.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use queue::{Destination, QueueName, Queues, Wake};
use testing::contract::{self, queues::Readers};

use super::{aws, fresh_name};

/// How long a message may take to arrive, as a number of requests that each wait a second.
const PATIENCE: usize = 20;

struct Sqs {
    client: Client,
    urls: BTreeMap<QueueName, String>,
    dead_letters: BTreeMap<QueueName, String>,
    parse: String,
}

impl Sqs {
    async fn create(&self) -> String {
        self.client.create_queue().queue_name(fresh_name()).send().await.unwrap().queue_url.unwrap()
    }

    async fn bodies(&self, url: &str, count: usize) -> Vec<String> {
        let mut taken = Vec::new();
        for _ in 0..PATIENCE {
            let request = self.client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(1);
            let messages = request.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() && taken.len() >= count {
                break;
            }
            for message in messages {
                taken.push(message.body.unwrap());
                let request = self.client.delete_message().queue_url(url);
                request.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
            }
        }
        taken
    }
}

impl Readers for Sqs {
    async fn take(&self, queue: QueueName, count: usize) -> Vec<Wake> {
        let bodies = self.bodies(&self.urls[&queue], count).await;
        bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    async fn take_announcements(&self, count: usize) -> Vec<String> {
        self.bodies(&self.parse, count).await
    }

    async fn give_up(&self, queue: QueueName, wake: Wake) {
        let body = serde_json::to_string(&wake).unwrap();
        let request = self.client.send_message().queue_url(&self.dead_letters[&queue]).message_body(body);
        request.send().await.unwrap();
    }
}

#[tokio::test]
async fn sqs_keeps_the_contract() {
    let (urls, dead_letters) = (BTreeMap::new(), BTreeMap::new());
    let mut sqs = Sqs { client: aws().sqs(), urls, dead_letters, parse: String::new() };
    sqs.parse = sqs.create().await;
    for queue in QueueName::ALL {
        let url = sqs.create().await;
        sqs.urls.insert(queue, url);
    }
    for queue in [QueueName::Provision, QueueName::Mail] {
        let url = sqs.create().await;
        sqs.dead_letters.insert(queue, url);
    }
    let queues = sqs.urls.iter().map(|(queue, url)| (Destination::Queue(*queue), url.clone()));
    let dead_letters = sqs.dead_letters.iter().map(|(queue, url)| (Destination::dead_letters(*queue), url.clone()));
    let urls = queues.chain(dead_letters).chain([(Destination::Announcements, sqs.parse.clone())]).collect();
    let queues = Queues::new(queue::Sqs::new(sqs.client.clone(), urls));
    contract::queues::all(&queues, &sqs).await;
    for url in sqs.urls.values().chain(sqs.dead_letters.values()).chain([&sqs.parse]) {
        sqs.client.delete_queue().queue_url(url).send().await.unwrap();
    }
}
