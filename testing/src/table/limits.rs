//! The limits of DynamoDB, which the fake table enforces too.
//!
//! Limits: "Constraints in Amazon DynamoDB" of its developer guide. Sizes: "DynamoDB item sizes and formats" in the
//! same guide.

use aws_sdk_dynamodb::types::AttributeValue;

use store::{
    StoreError, item,
    table::{Index, Item, KEYS_PER_REQUEST, Key, PUTS_PER_REQUEST, Write},
};

/// Bytes of an item at most.
pub(super) const MAX_ITEM: usize = 400 * 1024;

/// Bytes of all items of one transaction at most.
const MAX_TRANSACTION: usize = 4 * 1024 * 1024;

/// Writes of one transaction at most.
const MAX_TRANSACTION_WRITES: usize = 100;

/// Bytes that one page of a query or scan reads at most.
pub(super) const MAX_PAGE: usize = 1024 * 1024;

/// Bytes of a partition key and of a sort key at most; both have at least one.
const MAX_PARTITION_KEY: usize = 2048;
const MAX_SORT_KEY: usize = 1024;

/// Every pair of attributes that is a key of the table or an index. An item need not have the attributes of an index.
const INDEXES: [Index; 4] = [Index::Primary, Index::Listing, Index::ByBatch, Index::Due];

/// Checks whether DynamoDB would accept `writes` as one request.
///
/// # Errors
///
/// [`StoreError`] when it would refuse them, whatever the table contains.
pub(super) fn check_writes(writes: &[Write]) -> Result<(), StoreError> {
    let operation = if writes.len() == 1 { "PutItem" } else { "TransactWriteItems" };
    let refused = |limit: &str| refusal(operation, limit);
    if writes.len() > MAX_TRANSACTION_WRITES {
        return Err(refused("too many writes"));
    }
    if is_one_twice(writes.iter().map(Write::key).collect()) {
        return Err(refused("one item twice"));
    }
    let mut total = 0;
    for write in writes {
        let Write::Put { item, .. } = write else { continue };
        check_item(operation, item)?;
        total += size(item);
    }
    if total > MAX_TRANSACTION { Err(refused("transaction too large")) } else { Ok(()) }
}

/// Checks whether DynamoDB would accept a request for `keys`.
///
/// # Errors
///
/// [`StoreError`] when it would refuse it: more keys than one request has, or one key twice.
pub(super) fn check_keys(keys: &[Key]) -> Result<(), StoreError> {
    let operation = "BatchGetItem";
    if keys.is_empty() || keys.len() > KEYS_PER_REQUEST {
        return Err(refusal(operation, "not 1 to 100 keys"));
    }
    if is_one_twice(keys.to_vec()) { Err(refusal(operation, "one item twice")) } else { Ok(()) }
}

/// Checks whether DynamoDB would accept a request to put `items`.
///
/// # Errors
///
/// [`StoreError`] when it would refuse it: more items than one request has, one item twice, or an item that it would
/// not accept.
pub(super) fn check_puts(items: &[Item]) -> Result<(), StoreError> {
    let operation = "BatchWriteItem";
    if items.is_empty() || items.len() > PUTS_PER_REQUEST {
        return Err(refusal(operation, "not 1 to 25 items"));
    }
    if is_one_twice(items.iter().map(item::key).collect()) {
        return Err(refusal(operation, "one item twice"));
    }
    items.iter().try_for_each(|item| check_item(operation, item))
}

fn is_one_twice(mut keys: Vec<Key>) -> bool {
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// Checks whether DynamoDB would accept `item`. A batch request needs no check of its own: 25 of the largest items are
/// below its limit of 16 MB.
///
/// # Errors
///
/// [`StoreError`] when it would refuse the item, whatever the table contains.
fn check_item(operation: &'static str, item: &Item) -> Result<(), StoreError> {
    if size(item) > MAX_ITEM {
        return Err(refusal(operation, "item too large"));
    }
    for index in INDEXES {
        let (partition, sort) = index.attributes();
        for (attribute, most) in [(partition, MAX_PARTITION_KEY), (sort, MAX_SORT_KEY)] {
            match item.get(attribute) {
                Some(AttributeValue::S(key)) if (1..=most).contains(&key.len()) => {}
                None if index != Index::Primary => {}
                _ => return Err(refusal(operation, "key not valid")),
            }
        }
    }
    Ok(())
}

fn refusal(operation: &'static str, limit: &str) -> StoreError {
    StoreError::Refused { operation, code: format!("ValidationException: {limit}") }
}

/// The size of an item in bytes.
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| size_of_attribute(name, value)).sum()
}

/// The size of an attribute of an item in bytes.
pub(super) fn size_of_attribute(name: &str, value: &AttributeValue) -> usize {
    name.len() + size_of(value)
}

fn size_of(value: &AttributeValue) -> usize {
    /// The overhead of a list or map, and of each of its elements.
    const NESTED: usize = 3;
    const ELEMENT: usize = 1;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => NESTED + list.iter().map(|value| ELEMENT + size_of(value)).sum::<usize>(),
        AttributeValue::M(map) => {
            NESTED + map.iter().map(|(name, value)| ELEMENT + name.len() + size_of(value)).sum::<usize>()
        }
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        // A null or a boolean, or a type that a later SDK adds.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use store::table::Condition;

    use super::*;

    fn item(sk: &str, text: usize) -> Item {
        let attributes = [("pk", "PK".to_owned()), ("sk", sk.to_owned()), ("text", "x".repeat(text))];
        attributes.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into()
    }

    fn put(sk: &str, text: usize) -> Write {
        Write::Put { item: item(sk, text), condition: Condition::Any }
    }

    fn limit(result: Result<(), StoreError>) -> Option<String> {
        match result {
            Ok(()) => None,
            Err(StoreError::Refused { code, .. }) => Some(code.rsplit(": ").next().unwrap().to_owned()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn an_item_counts_its_names_and_values() {
        let map = AttributeValue::M([("ab".to_owned(), AttributeValue::N("12345".to_owned()))].into());
        let list = AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::S("é".to_owned())]);
        assert_eq!(size(&[("m".to_owned(), map)].into()), 1 + 3 + (1 + 2 + 4));
        assert_eq!(size(&[("l".to_owned(), list)].into()), 1 + 3 + (1 + 1) + (1 + 2));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let rest = size(&item("SK", 0));
        assert_eq!(limit(check_writes(&[put("SK", MAX_ITEM - rest)])), None);
        assert_eq!(limit(check_writes(&[put("SK", MAX_ITEM - rest + 1)])).as_deref(), Some("item too large"));
        let many = |count: usize, text| (0..count).map(|n| put(&format!("SK{n}"), text)).collect::<Vec<_>>();
        assert_eq!(limit(check_writes(&many(10, 400_000))), None);
        assert_eq!(limit(check_writes(&many(11, 400_000))).as_deref(), Some("transaction too large"));
        assert_eq!(limit(check_writes(&many(100, 0))), None);
        assert_eq!(limit(check_writes(&many(101, 0))).as_deref(), Some("too many writes"));
        assert_eq!(limit(check_writes(&[put("SK", 0), put("SK", 0)])).as_deref(), Some("one item twice"));
    }

    #[test]
    fn keys_have_a_length() {
        let long = "k".repeat(MAX_SORT_KEY);
        assert_eq!(limit(check_item("PutItem", &item(&long, 0))), None);
        assert_eq!(limit(check_item("PutItem", &item(&format!("{long}k"), 0))).as_deref(), Some("key not valid"));
        assert_eq!(limit(check_item("PutItem", &item("", 0))).as_deref(), Some("key not valid"));
        let mut indexed = item("SK", 0);
        indexed.insert("listing_sk".to_owned(), AttributeValue::S(String::new()));
        assert_eq!(limit(check_item("PutItem", &indexed)).as_deref(), Some("key not valid"));
    }
}
