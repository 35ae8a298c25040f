//! DynamoDB's and S3's APIs keep the contracts that their twins in memory keep.
//!
//! `TEST_AWS_ENDPOINT_URL` says where it is; without it these tests fail, since a contract that nobody checked is none.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType,
    },
};
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration,
};
use boot::Env;
use domain::{Entropy, batch::ObjectVersion};
use objects::Objects;
use store::Store;

#[tokio::test]
async fn dynamodb_keeps_the_contract() {
    let env = Env::from_process();
    let endpoint = env.required("TEST_AWS_ENDPOINT_URL").expect("`make test` sets it to its emulator");
    let client = aws(&endpoint).dynamodb();
    let name = format!("contract-{:x}", Entropy::System.next_u128());
    create_table(&client, &name).await;
    tests::contract::all(&Store::dynamo(client.clone(), name.clone())).await;
    client.delete_table().table_name(name).send().await.unwrap();
}

#[tokio::test]
async fn s3_keeps_the_contract() {
    let endpoint = Env::from_process().required("TEST_AWS_ENDPOINT_URL").expect("`make test` sets it to its emulator");
    let client = aws(&endpoint).s3();
    let name = format!("contract-{:x}", Entropy::System.next_u128());
    client.create_bucket().bucket(&name).create_bucket_configuration(here()).send().await.unwrap();
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(&name).versioning_configuration(versioning).send().await.unwrap();
    let put = async |key: &str, bytes: &[u8]| {
        let body = bytes.to_vec().into();
        let stored = client.put_object().bucket(&name).key(key).body(body).send().await.unwrap();
        ObjectVersion { key: key.to_owned(), version_id: stored.version_id.unwrap() }
    };
    tests::bucket_contract::all(&Objects::s3(client.clone(), name.clone()), put).await;
    client.delete_bucket().bucket(name).send().await.unwrap();
}

fn here() -> CreateBucketConfiguration {
    CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::ApSoutheast1).build()
}

fn aws(endpoint: &str) -> boot::Aws {
    let vars = [
        ("AWS_REGION", "ap-southeast-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", endpoint),
    ];
    let env: Env = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    boot::Aws::from_env(&env).unwrap()
}

/// The table of `template.yaml`.
async fn create_table(client: &Client, name: &str) {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let index = |name: &str, hash: &str, range: &str, projection| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(hash, KeyType::Hash))
            .key_schema(key(range, KeyType::Range))
            .projection(Projection::builder().projection_type(projection).build())
            .build()
            .unwrap()
    };
    let names =
        ["pk", "sk", "listing_pk", "listing_sk", "batch_id", "batch_state", "due_shard", "due_at"].map(|name| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
        });
    client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(names.to_vec()))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .global_secondary_indexes(index("listing", "listing_pk", "listing_sk", ProjectionType::All))
        .global_secondary_indexes(index("by_batch", "batch_id", "batch_state", ProjectionType::KeysOnly))
        .global_secondary_indexes(index("due", "due_shard", "due_at", ProjectionType::KeysOnly))
        .send()
        .await
        .unwrap();
}
