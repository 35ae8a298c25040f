//! An emulator of AWS keeps the same contracts as the fakes.
//!
//! `TEST_AWS_EMULATOR` says which one, and `TEST_AWS_ENDPOINT_URL` has its address. Without them these tests fail,
//! because an unchecked contract is worth nothing. `infra/local/contracts.py` sets both.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    config::timeout::TimeoutConfig,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, builders::ProjectionBuilder,
    },
};
use boot::{Aws, Env};
use domain::Entropy;
use store::{Store, table::Dynamo};

mod directory;
mod objects;
mod outbox;
mod queues;

#[tokio::test]
async fn dynamodb_keeps_the_contract() {
    let client = patient(&aws().dynamodb());
    let name = fresh_name();
    create_table(&client, &name).await;
    let store = Store::new(Dynamo::new(client.clone(), name.clone()), Entropy::system());
    testing::contract::table::all(&store).await;
    tests::list_contract::all(&store).await;
    client.delete_table().table_name(name).send().await.unwrap();
}

/// The emulators that the contracts are held to. AWS's documentation decides what they answer differently, and a test
/// that leaves a part of its contract out for one of them says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Emulator {
    /// The one that the stack runs on, with what `infra/emulator` adds to it.
    MiniStack,
    /// One by other authors, which knows nothing of the first.
    Moto,
}

fn emulator() -> Emulator {
    match required("TEST_AWS_EMULATOR").as_str() {
        "ministack" => Emulator::MiniStack,
        "moto" => Emulator::Moto,
        other => panic!("an unknown emulator: {other}"),
    }
}

fn endpoint() -> String {
    required("TEST_AWS_ENDPOINT_URL")
}

fn required(name: &'static str) -> String {
    Env::from_process().required(name).expect("`make test` sets it")
}

/// A client that waits longer for moto, which needs more than a second of processor time for a page of several hundred
/// items. No contract is about time.
fn patient(client: &Client) -> Client {
    if emulator() == Emulator::MiniStack {
        return client.clone();
    }
    let long = Duration::from_secs(60);
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(long).operation_timeout(long);
    Client::from_conf(client.config().to_builder().timeout_config(timeouts.build()).build())
}

/// Clients of the emulator, created as the functions create theirs.
fn aws() -> Aws {
    let vars = [
        ("AWS_REGION", "ap-southeast-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &endpoint()),
    ];
    let env: Env = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Aws::from_env(&env).unwrap()
}

/// A name that was not used before.
fn fresh_name() -> String {
    format!("contract-{:x}", Entropy::system().next_u128())
}

/// Creates the table as in `template.yaml`.
async fn create_table(client: &Client, name: &str) {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let keys_only = || Projection::builder().projection_type(ProjectionType::KeysOnly);
    let summaries = ["v", "summary"].map(str::to_owned).to_vec();
    let summaries =
        Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(summaries));
    let index = |name: &str, hash: &str, range: &str, projection: ProjectionBuilder| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(hash, KeyType::Hash))
            .key_schema(key(range, KeyType::Range))
            .projection(projection.build())
            .build()
            .unwrap()
    };
    let names = ["pk", "sk", "listing_pk", "listing_sk", "batch_id", "batch_state", "due_shard", "due_at"];
    let names = names.map(|name| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    });
    client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(names.to_vec()))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .global_secondary_indexes(index("listing", "listing_pk", "listing_sk", summaries))
        .global_secondary_indexes(index("by_batch", "batch_id", "batch_state", keys_only()))
        .global_secondary_indexes(index("due", "due_shard", "due_at", keys_only()))
        .send()
        .await
        .unwrap();
}
