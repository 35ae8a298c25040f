//! The port to the table over DynamoDB.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, KeysAndAttributes, Put, PutRequest, TransactWriteItem, WriteRequest,
    },
};
use aws_smithy_types::error::operation::BuildError;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Commit, Condition, Freshness, Order, Page, Query, Range, Segment, Table, Write};
use crate::{StoreError, item::Item, keys::Key};

/// Keys of one BatchGetItem at most.
const GETS_PER_REQUEST: usize = 100;
/// Items of one BatchWriteItem at most.
const PUTS_PER_REQUEST: usize = 25;

/// Requests of one call that run at the same time at most.
const IN_FLIGHT: usize = 8;

/// How often a transaction that conflicts with another, or the rest of a batch, is repeated, after 20 ms, 40 ms, … 1.3
/// s.
const REPEATS: u32 = 7;

#[derive(Clone, Debug)]
pub struct Dynamo {
    client: Client,
    name: String,
}

impl Dynamo {
    /// The table with this name.
    #[must_use]
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    fn query(&self, query: &Query) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let (partition, sort) = query.index.attributes();
        let (condition, bound) = match &query.range {
            Range::All => ("#p = :p", None),
            Range::Only(bound) => ("#p = :p AND #s = :s", Some(bound)),
            Range::Below(bound) => ("#p = :p AND #s < :s", Some(bound)),
            Range::Above(bound) => ("#p = :p AND #s > :s", Some(bound)),
            Range::UpTo(bound) => ("#p = :p AND #s <= :s", Some(bound)),
        };
        let mut request = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(query.index.name().map(str::to_owned))
            .key_condition_expression(condition)
            .expression_attribute_names("#p", partition)
            .expression_attribute_values(":p", AttributeValue::S(query.partition.clone()))
            .scan_index_forward(query.order == Order::Ascending)
            .set_limit(query.limit.and_then(|limit| i32::try_from(limit).ok()));
        if let Some(bound) = bound {
            request = request
                .expression_attribute_names("#s", sort)
                .expression_attribute_values(":s", AttributeValue::S(bound.clone()));
        }
        if let Some((name, value)) = &query.filter {
            request = request
                .filter_expression("#f = :f")
                .expression_attribute_names("#f", *name)
                .expression_attribute_values(":f", AttributeValue::S(value.clone()));
        }
        // A reader of an index that may lag reads the item itself before it acts.
        request.set_consistent_read(query.index.is_consistent().then_some(true))
    }

    async fn commit_one(&self, write: Write) -> Result<Commit, StoreError> {
        let refused = match write {
            Write::Put { item, condition } => {
                let (expression, names, values) = expression(&condition);
                let request = self
                    .client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(item))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                match request.send().await {
                    Ok(_) => false,
                    Err(error) if is(&error, "ConditionalCheckFailedException") => true,
                    Err(error) => return Err(failed("PutItem", &error)),
                }
            }
            Write::Delete { key, condition } => {
                let (expression, names, values) = expression(&condition);
                let request = self
                    .client
                    .delete_item()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&key)))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                match request.send().await {
                    Ok(_) => false,
                    Err(error) if is(&error, "ConditionalCheckFailedException") => true,
                    Err(error) => return Err(failed("DeleteItem", &error)),
                }
            }
        };
        Ok(if refused { Commit::Refused(vec![0]) } else { Commit::Done })
    }

    async fn commit_together(&self, writes: Vec<Write>) -> Result<Commit, StoreError> {
        let items: Vec<TransactWriteItem> =
            writes.into_iter().map(|write| self.transacted(write)).collect::<Result<_, _>>().map_err(unbuilt)?;
        for repeat in 0.. {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let error = match request.send().await {
                Ok(_) => return Ok(Commit::Done),
                Err(error) => error,
            };
            let refused = refused_writes(&error);
            if !refused.is_empty() {
                return Ok(Commit::Refused(refused));
            }
            if let Some(code) = refusal(&error) {
                return Err(StoreError::Refused { operation: "TransactWriteItems", code: code.to_owned() });
            }
            if repeat >= REPEATS || !met_another(&error) {
                return Err(failed("TransactWriteItems", &error));
            }
            pause(repeat).await;
        }
        Ok(Commit::Done)
    }

    fn transacted(&self, write: Write) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { item: new, condition } => {
                let (expression, names, values) = expression(&condition);
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(new))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.put(put.build()?).build()
            }
            Write::Delete { key, condition } => {
                let (expression, names, values) = expression(&condition);
                let delete = Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&key)))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.delete(delete.build()?).build()
            }
        })
    }

    async fn get_chunk(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        let mut wanted: Vec<Item> = keys.iter().map(attributes).collect();
        for repeat in 0..=REPEATS {
            let keys =
                KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build().map_err(unbuilt)?;
            let request = self.client.batch_get_item().request_items(&self.name, keys);
            let answer = request.send().await.map_err(|error| failed("BatchGetItem", &error))?;
            found.extend(answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default());
            wanted = match answer.unprocessed_keys.and_then(|mut left| left.remove(&self.name)) {
                Some(left) if !left.keys.is_empty() => left.keys,
                _ => return Ok(found),
            };
            pause(repeat).await;
        }
        Err(leftovers("BatchGetItem"))
    }

    async fn put_chunk(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let put =
            |item| Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build()?).build());
        let mut writes: Vec<WriteRequest> = items.into_iter().map(put).collect::<Result<_, _>>().map_err(unbuilt)?;
        for repeat in 0..=REPEATS {
            let request = self.client.batch_write_item().request_items(&self.name, writes);
            let answer = request.send().await.map_err(|error| failed("BatchWriteItem", &error))?;
            writes = match answer.unprocessed_items.and_then(|mut left| left.remove(&self.name)) {
                Some(left) if !left.is_empty() => left,
                _ => return Ok(()),
            };
            pause(repeat).await;
        }
        Err(leftovers("BatchWriteItem"))
    }
}

#[async_trait]
impl Table for Dynamo {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let request =
            self.client.get_item().table_name(&self.name).set_key(Some(attributes(key))).consistent_read(true);
        let answer = request.send().await.map_err(|error| failed("GetItem", &error))?;
        Ok(answer.item)
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let chunks: Vec<Vec<Key>> = keys.chunks(GETS_PER_REQUEST).map(<[Key]>::to_vec).collect();
        stream::iter(chunks).map(|chunk| self.get_chunk(chunk)).buffer_unordered(IN_FLIGHT).try_concat().await
    }

    async fn commit(&self, mut writes: Vec<Write>) -> Result<Commit, StoreError> {
        match (writes.len(), writes.pop()) {
            (1, Some(write)) => self.commit_one(write).await,
            (_, Some(last)) => {
                writes.push(last);
                self.commit_together(writes).await
            }
            (_, None) => Ok(Commit::Done),
        }
    }

    async fn put_many(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let chunks: Vec<Vec<Item>> = items.chunks(PUTS_PER_REQUEST).map(<[Item]>::to_vec).collect();
        stream::iter(chunks).map(|chunk| self.put_chunk(chunk)).buffer_unordered(IN_FLIGHT).try_collect::<()>().await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let request = self.query(query).set_exclusive_start_key(query.after.clone());
        let answer = request.send().await.map_err(|error| failed("Query", &error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key })
    }

    async fn scan(&self, segment: Segment) -> Result<Page, StoreError> {
        let number = |number| i32::try_from(number).unwrap_or(i32::MAX);
        let request = self
            .client
            .scan()
            .table_name(&self.name)
            .segment(number(segment.part))
            .total_segments(number(segment.of))
            .consistent_read(segment.freshness == Freshness::Current)
            .set_exclusive_start_key(segment.after);
        let answer = request.send().await.map_err(|error| failed("Scan", &error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key })
    }
}

fn attributes(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

type Expression = (Option<&'static str>, Option<HashMap<String, String>>, Option<Item>);

fn expression(condition: &Condition) -> Expression {
    let with = |text, name: &str, value| {
        let names = HashMap::from([("#n".to_owned(), name.to_owned())]);
        (Some(text), Some(names), Some(HashMap::from([(":v".to_owned(), value)])))
    };
    match condition {
        Condition::Any => (None, None, None),
        Condition::Absent => (Some("attribute_not_exists(pk)"), None, None),
        Condition::AbsentOrExpired(now) => {
            let now = AttributeValue::N(now.to_string());
            with("attribute_not_exists(pk) OR #n < :v", "expires_epoch", now)
        }
        Condition::Version(version) => with("#n = :v", "version", AttributeValue::N(version.to_string())),
        Condition::AbsentOrOwnedBy(owner) => {
            with("attribute_not_exists(pk) OR #n = :v", "invite_id", AttributeValue::S(owner.clone()))
        }
    }
}

fn reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => &[],
    }
}

fn refused_writes(error: &SdkError<TransactWriteItemsError>) -> Vec<usize> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    reasons(error).iter().enumerate().filter(|(_, reason)| failed(reason)).map(|(index, _)| index).collect()
}

/// The reason why DynamoDB will never accept the transaction. `None`: it gives no such reason.
fn refusal<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<&str> {
    reasons(error).iter().filter_map(CancellationReason::code).find(|code| is_refusal(code))
}

/// Whether the transaction failed only because of a conflict with another one, or for lack of capacity.
fn met_another(error: &SdkError<TransactWriteItemsError>) -> bool {
    let passing =
        |code| matches!(code, "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded");
    let reasons = reasons(error);
    is(error, "TransactionInProgressException")
        || (!reasons.is_empty() && reasons.iter().all(|reason| passing(reason.code().unwrap_or("None"))))
}

async fn pause(repeat: u32) {
    tokio::time::sleep(Duration::from_millis(20) * 2u32.saturating_pow(repeat)).await;
}

fn is<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some(code)
}

/// Keeps only the code of an error, because its message may quote an item.
fn failed<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> StoreError {
    let code = match error {
        SdkError::ConstructionFailure(_) => "unsendable",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "unreachable",
        SdkError::ResponseError(_) => "unreadable answer",
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown"),
        _ => "unknown",
    };
    let code = code.to_owned();
    if is_refusal(&code) {
        StoreError::Refused { operation, code }
    } else {
        StoreError::Unavailable { operation, code }
    }
}

/// Whether DynamoDB will never accept this request, because it breaks a limit or a rule. The code of an error and the
/// reason of a cancelled transaction have different names for the same cause:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.
fn is_refusal(code: &str) -> bool {
    matches!(
        code,
        "ValidationException"
            | "ValidationError"
            | "ItemCollectionSizeLimitExceededException"
            | "ItemCollectionSizeLimitExceeded"
    )
}

fn leftovers(operation: &'static str) -> StoreError {
    StoreError::Unavailable { operation, code: "unprocessed items left".to_owned() }
}

fn unbuilt(_: BuildError) -> StoreError {
    StoreError::Unavailable { operation: "request", code: "incomplete".to_owned() }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        error::ErrorMetadata, operation::put_item::PutItemError, types::error::TransactionCanceledException,
    };

    use super::*;

    fn put_failed(code: &str) -> StoreError {
        let answer = PutItemError::generic(ErrorMetadata::builder().code(code).build());
        failed("PutItem", &SdkError::service_error(answer, ()))
    }

    fn cancelled(codes: &[&str]) -> SdkError<TransactWriteItemsError, ()> {
        let reason = |code: &&str| CancellationReason::builder().code(*code).build();
        let cancelled = TransactionCanceledException::builder()
            .set_cancellation_reasons(Some(codes.iter().map(reason).collect()))
            .build();
        SdkError::service_error(TransactWriteItemsError::TransactionCanceledException(cancelled), ())
    }

    #[test]
    fn what_breaks_a_limit_is_refused_and_what_meets_load_is_an_outage() {
        for code in ["ValidationException", "ItemCollectionSizeLimitExceededException"] {
            assert!(matches!(put_failed(code), StoreError::Refused { .. }), "{code}");
        }
        for code in [
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "InternalServerError",
            "AccessDeniedException",
            "TransactionConflictException",
        ] {
            assert!(matches!(put_failed(code), StoreError::Unavailable { .. }), "{code}");
        }
        let timeout = failed("PutItem", &SdkError::<PutItemError, ()>::timeout_error("too long"));
        assert!(matches!(timeout, StoreError::Unavailable { .. }));
    }

    #[test]
    fn a_transaction_is_refused_for_one_write_that_breaks_a_limit() {
        for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
            assert_eq!(refusal(&cancelled(&["None", code])), Some(code));
        }
        for code in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"] {
            assert_eq!(refusal(&cancelled(&["None", code])), None, "{code}");
        }
    }
}
