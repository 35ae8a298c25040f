use std::sync::{Arc, Mutex};

use aws_sdk_sqs::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::*;

/// A network that gives these answers one after another, and records the requests.
#[derive(Clone, Debug)]
struct Network {
    answers: Arc<Mutex<Vec<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.asked.lock().unwrap().push((target, body));
        let (status, body) = self.answers.lock().unwrap().remove(0);
        let status = StatusCode::try_from(status).unwrap();
        let answer: HttpResponse = Response::new(status, SdkBody::from(body.to_string()));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

async fn redrive(queue: Redrive, answers: &[(u16, Value)]) -> (Result<(), RedriveError>, Vec<(String, Value)>) {
    let network = Network { answers: Arc::new(Mutex::new(answers.to_vec())), asked: Arc::default() };
    let connector = network.clone();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("ap-southeast-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())));
    let url = |name: &str| format!("https://sqs.ap-southeast-1.amazonaws.com/1/{name}");
    let letters = |queue, name| (Destination::DeadLetters(queue), url(name));
    let urls = QueueUrls::from([
        letters(Redrive::Parse, "parse-grave"),
        letters(Redrive::Of(QueueName::Actions), "actions-grave"),
    ]);
    let done = Sqs::new(Client::from_conf(config.build()), urls).redrive(queue).await;
    let asked = network.asked.lock().unwrap().clone();
    (done, asked)
}

#[tokio::test]
async fn dead_letters_move_back_to_where_each_came_from() {
    for (queue, name) in [(Redrive::Parse, "parse-grave"), (Redrive::Of(QueueName::Actions), "actions-grave")] {
        let arn = format!("arn:aws:sqs:ap-southeast-1:1:{name}");
        let answers = [(200, json!({"Attributes": {"QueueArn": arn}})), (200, json!({"TaskHandle": "t"}))];
        let (done, asked) = redrive(queue, &answers).await;
        done.unwrap();
        let url = format!("https://sqs.ap-southeast-1.amazonaws.com/1/{name}");
        let expected = [
            ("AmazonSQS.GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]})),
            ("AmazonSQS.StartMessageMoveTask", json!({"SourceArn": arn})),
        ];
        assert_eq!(asked, expected.map(|(target, body)| (target.to_owned(), body)));
    }
}

#[tokio::test]
async fn a_redrive_that_cannot_begin_says_why() {
    let found = (200, json!({"Attributes": {"QueueArn": "arn:aws:sqs:ap-southeast-1:1:parse-grave"}}));
    let refusal = |code: &str| (400, json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "…"}));
    for (answers, code) in [
        (vec![refusal("QueueDoesNotExist")], "QueueDoesNotExist"),
        (vec![(200, json!({}))], "the queue has no ARN"),
        (vec![found.clone(), refusal("UnsupportedOperation")], "UnsupportedOperation"),
    ] {
        let (done, asked) = redrive(Redrive::Parse, &answers).await;
        assert_eq!((done.unwrap_err().code.as_str(), asked.len()), (code, answers.len()));
    }
    let (done, asked) = redrive(Redrive::Of(QueueName::Mail), &[]).await;
    assert_eq!((done.unwrap_err().code.as_str(), asked.len()), ("no such queue is set", 0));
}
