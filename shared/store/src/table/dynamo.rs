//! The port to the table over DynamoDB.

mod summary_reader;

use std::collections::HashMap;

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

use super::{Commit, Condition, Freshness, Got, Order, Page, Query, Range, Segment, SummaryPage, Table, Write};
use crate::{
    StoreError,
    item::{self, Item},
    keys::Key,
};

use summary_reader::SummaryReader;

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

    async fn commit_one(&self, write: &Write) -> Result<Commit, StoreError> {
        let refused = match write {
            Write::Put { item, condition } => {
                let (expression, names, values) = expression(condition);
                let request = self
                    .client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(item.clone()))
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
                let (expression, names, values) = expression(condition);
                let request = self
                    .client
                    .delete_item()
                    .table_name(&self.name)
                    .set_key(Some(attributes(key)))
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

    async fn commit_together(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        let items: Vec<TransactWriteItem> =
            writes.iter().map(|write| self.transacted(write)).collect::<Result<_, _>>().map_err(unbuilt)?;
        let error = match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => return Ok(Commit::Done),
            Err(error) => error,
        };
        let refused = refused_writes(&error);
        if !refused.is_empty() {
            return Ok(Commit::Refused(refused));
        }
        let operation = "TransactWriteItems";
        if let Some(code) = refusal(&error) {
            return Err(StoreError::Refused { operation, code: code.to_owned() });
        }
        Err(match put_off(&error) {
            Some(code) => StoreError::Busy { operation, code: code.to_owned() },
            None => failed(operation, &error),
        })
    }

    fn transacted(&self, write: &Write) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { item: new, condition } => {
                let (expression, names, values) = expression(condition);
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(new.clone()))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.put(put.build()?).build()
            }
            Write::Delete { key, condition } => {
                let (expression, names, values) = expression(condition);
                let delete = Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(attributes(key)))
                    .set_condition_expression(expression.map(str::to_owned))
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.delete(delete.build()?).build()
            }
        })
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

    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError> {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(attributes).collect()))
            .consistent_read(true)
            .build()
            .map_err(unbuilt)?;
        let request = self.client.batch_get_item().request_items(&self.name, keys);
        let answer = request.send().await.map_err(|error| failed("BatchGetItem", &error))?;
        let items = answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default();
        let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
        let left = left.map_or_else(Vec::new, |left| left.keys.iter().map(item::key).collect());
        Ok(Got { items, left })
    }

    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        match writes {
            [write] => self.commit_one(write).await,
            writes => self.commit_together(writes).await,
        }
    }

    async fn put_some(&self, items: &[Item]) -> Result<Vec<Item>, StoreError> {
        let put = |item: &Item| {
            let put = PutRequest::builder().set_item(Some(item.clone())).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        let puts: Vec<WriteRequest> = items.iter().map(put).collect::<Result<_, _>>().map_err(unbuilt)?;
        let request = self.client.batch_write_item().request_items(&self.name, puts);
        let answer = request.send().await.map_err(|error| failed("BatchWriteItem", &error))?;
        let left = answer.unprocessed_items.unwrap_or_default().remove(&self.name).unwrap_or_default();
        Ok(left.into_iter().filter_map(|write| Some(write.put_request?.item)).collect())
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let request = self.query(query).set_exclusive_start_key(query.after.clone());
        let answer = request.send().await.map_err(|error| failed("Query", &error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key })
    }

    async fn summaries(&self, query: &Query) -> Result<SummaryPage, StoreError> {
        let reader = SummaryReader::default();
        // Without the keys an answer has a third less to read. DynamoDB reads and bills the same.
        let request = self
            .query(query)
            .projection_expression("#v, #m")
            .expression_attribute_names("#v", "v")
            .expression_attribute_names("#m", "summary")
            .set_exclusive_start_key(query.after.clone());
        let answer = request.customize().interceptor(reader.clone()).send().await;
        let answer = answer.map_err(|error| failed("Query", &error))?;
        Ok(SummaryPage { summaries: reader.summaries()?, next: answer.last_evaluated_key })
    }

    async fn scan(&self, segment: &Segment) -> Result<Page, StoreError> {
        let number = |number| i32::try_from(number).unwrap_or(i32::MAX);
        let request = self
            .client
            .scan()
            .table_name(&self.name)
            .segment(number(segment.part))
            .total_segments(number(segment.of))
            .consistent_read(segment.freshness == Freshness::Current)
            .set_exclusive_start_key(segment.after.clone());
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

/// The code of a transaction that was put off: it met another one, or lacked capacity. `None`: it failed otherwise.
fn put_off<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<&str> {
    let codes = || reasons(error).iter().filter_map(CancellationReason::code).filter(|code| *code != "None");
    codes().next().filter(|_| codes().all(is_put_off))
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
    } else if is_put_off(&code) {
        StoreError::Busy { operation, code }
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

/// Whether the same request may be taken a moment later, because another one was in its way. Names as above.
fn is_put_off(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ThrottlingError"
            | "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "TransactionConflictException"
            | "TransactionConflict"
            | "TransactionInProgressException"
    )
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
    fn what_breaks_a_limit_is_refused_and_what_meets_load_is_put_off() {
        for code in ["ValidationException", "ItemCollectionSizeLimitExceededException"] {
            assert!(matches!(put_failed(code), StoreError::Refused { .. }), "{code}");
        }
        for code in [
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "TransactionConflictException",
        ] {
            assert!(matches!(put_failed(code), StoreError::Busy { .. }), "{code}");
        }
        for code in ["InternalServerError", "AccessDeniedException"] {
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
            assert_eq!(put_off(&cancelled(&["None", code])), Some(code));
            assert_eq!(put_off(&cancelled(&[code, "SomethingElse"])), None, "{code}");
        }
        assert_eq!(put_off(&cancelled(&["None", "None"])), None);
    }
}
