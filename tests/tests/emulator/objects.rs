//! The contract of objects, over a versioned bucket.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration,
};
use domain::batch::ObjectVersion;
use objects::{Objects, S3};
use testing::contract;

use super::{Emulator, aws, emulator, fresh_name};

#[tokio::test]
async fn s3_keeps_the_contract() {
    let (client, name) = (aws().s3(), fresh_name());
    let here = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::ApSoutheast1);
    client.create_bucket().bucket(&name).create_bucket_configuration(here.build()).send().await.unwrap();
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(&name).versioning_configuration(versioning).send().await.unwrap();
    let put = async |key: &str, bytes: &[u8]| {
        let body = bytes.to_vec().into();
        let stored = client.put_object().bucket(&name).key(key).body(body).send().await.unwrap();
        ObjectVersion { key: key.to_owned(), version_id: stored.version_id.unwrap() }
    };
    let objects = Objects::new(S3::new(client.clone(), name.clone()), name.clone());
    match emulator() {
        Emulator::MiniStack => contract::objects::all(&objects, put).await,
        // moto looks for the version that a list goes on after, and lists nothing where it is gone.
        Emulator::Moto => contract::objects::all_but_deleted_places(&objects, put).await,
    }
    client.delete_bucket().bucket(name).send().await.unwrap();
}
