//! An emulator of AWS keeps the same contracts as the fakes.
//!
//! `TEST_AWS_ENDPOINT_URL` has its address. Without it these tests fail, because an unchecked contract is worth
//! nothing.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::{
    Client,
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
    let client = aws().dynamodb();
    let name = fresh_name();
    create_table(&client, &name).await;
    let store = Store::new(Dynamo::new(client.clone(), name.clone()), Entropy::system());
    testing::contract::table::all(&store).await;
    tests::list_contract::all(&store).await;
    client.delete_table().table_name(name).send().await.unwrap();
}

fn endpoint() -> String {
    Env::from_process().required("TEST_AWS_ENDPOINT_URL").expect("`make test` sets it to its emulator")
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
