//! A person who uses the API, and the answers of the API.

use std::collections::HashMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use lambda_http::{RequestExt as _, aws_lambda_events::apigw::ApiGatewayProxyRequestContext, request::RequestContext};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::{App, CLIENT};

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    /// The body; `null` if it is no JSON.
    pub body: Value,
    /// The body byte for byte.
    pub bytes: Vec<u8>,
}

/// A caller of the API, signed in or not.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    pub(crate) app: &'a App,
    pub(crate) claims: Option<Value>,
}

impl Person<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// Sends a request that creates something, with a new idempotency key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("{:x}", self.app.stack.entropy.next_u128());
        self.json("POST", path, &[("idempotency-key", &key)], body).await
    }

    pub async fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        self.send(method, path, &headers, Body::from(body.to_string())).await
    }

    /// Sends any request to the API.
    ///
    /// # Panics
    ///
    /// When it is not a valid request.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-amzn-trace-id", "Root=1-67891233-abcdef012345678912345678;Sampled=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut context = ApiGatewayProxyRequestContext::default();
        if let Some(claims) = &self.claims {
            context.authorizer.fields.insert("claims".to_owned(), claims.clone());
        }
        let request = request.extension(RequestContext::ApiGatewayV1(context)).body(body).unwrap();
        let request = request.with_stage_variables(HashMap::from([("ClientId".to_owned(), vec![CLIENT.to_owned()])]));
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }
}

impl Answer {
    /// The answer, after checking its status.
    ///
    /// # Panics
    ///
    /// When the status is another one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// The slug of the answer's problem, after checking that it has the form of a problem and the Trace ID.
    ///
    /// # Panics
    ///
    /// When it is no problem.
    #[must_use]
    pub fn problem(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.body);
        assert_eq!(self.body["traceId"], "1-67891233-abcdef012345678912345678");
        assert_eq!(self.headers["x-trace-id"], "1-67891233-abcdef012345678912345678");
        assert_eq!(self.body["status"], self.status.as_u16());
        self.body["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    }

    /// The `pointer: code` of every entry of the problem.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let items = self.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        items.iter().map(|item| format!("{}: {}", text(item, "pointer"), text(item, "code"))).collect()
    }
}
