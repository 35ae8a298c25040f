//! A network that gives scripted answers.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// The answer of the network to one request.
#[derive(Debug)]
pub(super) enum Answer {
    Ok(Value),
    Error(u16, &'static str),
    Refused,
    Reset,
    Html,
}

/// A network that gives scripted answers, and records the requests.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) answers: Arc<Mutex<VecDeque<Answer>>>,
    pub(super) asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.asked.lock().unwrap().push((operation, body));
        let answer = self.answers.lock().unwrap().pop_front().unwrap();
        let io = |kind: std::io::ErrorKind| ConnectorError::io(std::io::Error::from(kind).into());
        let respond =
            |status: u16, body: String| HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(match answer {
            Answer::Ok(body) => Ok(respond(200, body.to_string())),
            Answer::Error(status, code) => {
                Ok(respond(status, json!({"__type": code, "message": "about ada@vendor.example.com"}).to_string()))
            }
            Answer::Refused => Err(io(std::io::ErrorKind::ConnectionRefused)),
            Answer::Reset => Err(io(std::io::ErrorKind::ConnectionReset)),
            Answer::Html => Ok(respond(200, "<html>".to_owned())),
        })
    }
}

impl Network {
    pub(super) fn operations(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(operation, _)| operation.clone()).collect()
    }
}
