//! DynamoDB's JSON protocol over the fake table, for the requests that the store makes, and no others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use store::{
    StoreError, item,
    table::{Commit, Condition, Freshness, Index, Item, Order, Page, Query, Range, Segment, Table as _, Write},
};

use crate::MemoryTable;

/// An answer: its status and its body.
pub(super) type Answered = (u16, String);

/// The fake table as DynamoDB answers for it. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct ServedTable {
    table: MemoryTable,
    /// The answers about lists since one of them changed. So a second process that asks the same does not wait while
    /// this server writes megabytes of JSON.
    answers: Arc<Mutex<HashMap<String, Arc<String>>>>,
}

impl ServedTable {
    pub(super) fn new(table: MemoryTable) -> Self {
        Self { table, answers: Arc::default() }
    }

    /// Answers a request.
    ///
    /// # Panics
    ///
    /// When the store does not make such requests.
    pub(super) async fn answer(&self, operation: &str, body: &[u8]) -> (u16, Arc<String>) {
        let asked: Value = serde_json::from_slice(body).expect("JSON");
        let (is_kept, question) = (asked["IndexName"] == "listing", asked.to_string());
        if is_kept && let Some(known) = self.kept().get(&question) {
            return (200, Arc::clone(known));
        }
        let (status, text) = match self.done(operation, &asked).await {
            Ok(answer) => answer,
            Err(error) => refused(&error),
        };
        let text = Arc::new(text);
        if is_kept && status == 200 {
            self.kept().insert(question, Arc::clone(&text));
        } else if operation == "DeleteItem"
            || ["\"listing_pk\"", "\"Delete\""].iter().any(|part| question.contains(part))
        {
            // What is deleted may have been in a list.
            self.kept().clear();
        }
        (status, text)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<String>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn done(&self, operation: &str, asked: &Value) -> Result<Answered, StoreError> {
        match operation {
            "GetItem" => {
                let found = self.table.get(&item::key(&attributes(&asked["Key"]))).await?;
                Ok((200, found.map_or_else(|| json!({}), |item| json!({ "Item": image(item) })).to_string()))
            }
            "BatchGetItem" => {
                let (name, some) = only(&asked["RequestItems"]);
                let keys: Vec<_> = list(&some["Keys"]).iter().map(|key| item::key(&attributes(key))).collect();
                let items: Vec<Value> = self.table.get_some(&keys).await?.items.into_iter().map(image).collect();
                Ok((200, json!({ "Responses": { name: items }, "UnprocessedKeys": {} }).to_string()))
            }
            "BatchWriteItem" => {
                let (_, some) = only(&asked["RequestItems"]);
                let put = |write: &Value| attributes(&write["PutRequest"]["Item"]);
                self.table.put_some(&list(some).iter().map(put).collect::<Vec<_>>()).await?;
                Ok((200, json!({ "UnprocessedItems": {} }).to_string()))
            }
            "PutItem" | "DeleteItem" => {
                let write = write(operation, asked);
                Ok(match self.table.commit(&[write]).await? {
                    Commit::Done => (200, "{}".to_owned()),
                    Commit::Refused(_) => (400, fault("ConditionalCheckFailedException").to_string()),
                })
            }
            "TransactWriteItems" => {
                let writes: Vec<Write> = list(&asked["TransactItems"]).iter().map(transacted).collect();
                Ok(match self.table.commit(&writes).await? {
                    Commit::Done => (200, "{}".to_owned()),
                    Commit::Refused(places) => (400, cancelled(writes.len(), &places).to_string()),
                })
            }
            "Query" => Ok((200, page(self.table.page(&query(asked)).await?, asked).to_string())),
            "Scan" => Ok((200, page(self.table.scan(&segment(asked)).await?, asked).to_string())),
            other => panic!("{other} is not here"),
        }
    }
}

fn refused(error: &StoreError) -> Answered {
    match error {
        StoreError::Refused { .. } => (400, fault("ValidationException").to_string()),
        _ => (500, fault("InternalServerError").to_string()),
    }
}

fn fault(code: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "" })
}

fn cancelled(writes: usize, places: &[usize]) -> Value {
    let code = |place| if places.contains(&place) { "ConditionalCheckFailed" } else { "None" };
    let reasons: Vec<Value> = (0..writes).map(|place| json!({ "Code": code(place) })).collect();
    let mut fault = fault("TransactionCanceledException");
    fault["CancellationReasons"] = reasons.into();
    fault
}

fn page(page: Page, asked: &Value) -> Value {
    let names: Option<Vec<&str>> = asked["ProjectionExpression"].as_str().map(|names| names.split(", ").collect());
    let shown = |mut item: Item| {
        if let Some(names) = &names {
            let is_wanted = |name: &String| names.iter().any(|wanted| real_name(asked, wanted) == name);
            item.retain(|name, _| is_wanted(name));
        }
        image(item)
    };
    let items: Vec<Value> = page.items.into_iter().map(shown).collect();
    let mut answer = json!({ "Count": items.len(), "Items": items });
    if let Some(next) = page.next {
        answer["LastEvaluatedKey"] = image(next);
    }
    answer
}

fn query(asked: &Value) -> Query {
    let name = asked["IndexName"].as_str();
    let every = [Index::Primary, Index::Listing, Index::ByBatch, Index::Due];
    let index = every.into_iter().find(|index| index.name() == name).expect("an index of the template");
    let value = |name: &str| asked["ExpressionAttributeValues"][name]["S"].as_str().map(str::to_owned);
    let bound = || value(":s").expect("a bound");
    let range = match text(&asked["KeyConditionExpression"]) {
        "#p = :p" => Range::All,
        "#p = :p AND #s = :s" => Range::Only(bound()),
        "#p = :p AND #s < :s" => Range::Below(bound()),
        "#p = :p AND #s > :s" => Range::Above(bound()),
        "#p = :p AND #s <= :s" => Range::UpTo(bound()),
        other => panic!("no such condition: {other}"),
    };
    let is_descending = asked["ScanIndexForward"] == false;
    Query {
        index,
        partition: value(":p").expect("a partition"),
        range,
        order: if is_descending { Order::Descending } else { Order::Ascending },
        filter: value(":f").map(|value| (index_name(real_name(asked, "#f")), value)),
        limit: asked["Limit"].as_u64().and_then(|limit| u32::try_from(limit).ok()),
        after: asked.get("ExclusiveStartKey").map(attributes),
    }
}

/// The name of an attribute that queries filter by.
fn index_name(name: &str) -> &'static str {
    ["row_state"].into_iter().find(|known| *known == name).expect("a filter of the store")
}

fn segment(asked: &Value) -> Segment {
    let number = |name: &str| asked[name].as_u64().and_then(|number| u32::try_from(number).ok());
    Segment {
        part: number("Segment").unwrap_or(0),
        of: number("TotalSegments").unwrap_or(1),
        after: asked.get("ExclusiveStartKey").map(attributes),
        freshness: if asked["ConsistentRead"] == true { Freshness::Current } else { Freshness::MayLag },
    }
}

fn transacted(asked: &Value) -> Write {
    match asked.get("Put") {
        Some(put) => write("PutItem", put),
        None => write("DeleteItem", &asked["Delete"]),
    }
}

fn write(operation: &str, asked: &Value) -> Write {
    let condition = condition(asked);
    match operation {
        "PutItem" => Write::Put { item: attributes(&asked["Item"]), condition },
        _ => Write::Delete { key: item::key(&attributes(&asked["Key"])), condition },
    }
}

fn condition(asked: &Value) -> Condition {
    let Some(expression) = asked["ConditionExpression"].as_str() else { return Condition::Any };
    let value = &asked["ExpressionAttributeValues"][":v"];
    let number = || text(&value["N"]).parse::<u64>().expect("a number");
    match (expression, asked["ExpressionAttributeNames"]["#n"].as_str()) {
        ("attribute_not_exists(pk)", None) => Condition::Absent,
        ("attribute_not_exists(pk) OR #n < :v", Some("expires_epoch")) => {
            Condition::AbsentOrExpired(i64::try_from(number()).expect("seconds"))
        }
        ("#n = :v", Some("version")) => Condition::Version(number()),
        ("attribute_not_exists(pk) OR #n = :v", Some("invite_id")) => {
            Condition::AbsentOrOwnedBy(text(&value["S"]).to_owned())
        }
        other => panic!("no such condition: {other:?}"),
    }
}

/// The name that a request gives to an attribute.
fn real_name<'a>(asked: &'a Value, name: &'a str) -> &'a str {
    asked["ExpressionAttributeNames"][name].as_str().unwrap_or(name)
}

fn image(item: HashMap<String, AttributeValue>) -> Value {
    serde_json::to_value(serde_dynamo::Item::from(item)).expect("an image")
}

fn attributes(image: &Value) -> Item {
    serde_json::from_value::<serde_dynamo::Item>(image.clone()).expect("an image").into()
}

fn only(map: &Value) -> (&str, &Value) {
    let (name, value) = map.as_object().and_then(|map| map.iter().next()).expect("one table");
    (name, value)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
