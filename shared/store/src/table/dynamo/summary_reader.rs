//! Takes the summaries out of an answer of DynamoDB before its client reads the rest.
//!
//! The client makes a map of each item and a map in it of each summary, with every name and value in memory of its own.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextMut},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    StoreError,
    invite_list::{Listed, Summary},
};

/// Reads the answer to one request. Clones share what was read.
#[derive(Clone, Debug, Default)]
pub(super) struct SummaryReader(Arc<Mutex<Option<Read>>>);

/// The summaries of an answer, or why they cannot be read.
type Read = Result<Vec<Summary>, StoreError>;

/// The answer to a query.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "Items")]
    items: Vec<Listed>,
    #[serde(rename = "LastEvaluatedKey", borrow)]
    next: Option<&'a RawValue>,
}

/// What is left of an answer for the client.
#[derive(Serialize)]
struct Rest<'a> {
    #[serde(rename = "LastEvaluatedKey", skip_serializing_if = "Option::is_none")]
    next: Option<&'a RawValue>,
}

impl SummaryReader {
    /// The summaries of the last answer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when one cannot be read.
    pub(super) fn summaries(&self) -> Read {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(|| Err(unread()))
    }

    /// Reads an answer, and returns what is left of it.
    fn read(&self, answer: &[u8]) -> Result<Vec<u8>, BoxError> {
        let parsed: Result<Answer<'_>, _> = serde_json::from_slice(answer);
        let (read, next) = match parsed {
            Ok(Answer { items, next }) => (items.into_iter().map(Listed::summary).collect(), next),
            // Its error may quote a value.
            Err(_) => (Err(unread()), None),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(serde_json::to_vec(&Rest { next })?)
    }
}

fn unread() -> StoreError {
    StoreError::Corrupt { entity: Summary::ENTITY, problem: "a field of its summary".to_owned() }
}

impl Intercept for SummaryReader {
    fn name(&self) -> &'static str {
        "SummaryReader"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            let (reader, body) = (self.clone(), std::mem::replace(response.body_mut(), SdkBody::taken()));
            let rest = async move {
                let answer = body.collect().await?.to_bytes();
                Ok::<_, BoxError>(Frame::data(reader.read(&answer)?.into()))
            };
            *response.body_mut() = SdkBody::from_body_1_x(StreamBody::new(stream::once(rest)));
        }
        Ok(())
    }
}
