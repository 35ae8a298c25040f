//! The contract of the upload bucket, over the fake and over S3.

use domain::batch::ObjectVersion;
use objects::{Fetched, Objects, Page};

/// Runs the contract on an empty bucket. `put` stores an object and returns its version.
///
/// # Panics
///
/// When the bucket breaks the contract.
pub async fn all(objects: &Objects, put: impl AsyncFn(&str, &[u8]) -> ObjectVersion) {
    all_but_deleted_places(objects, &put).await;
    let in_order = filled(objects, &put).await;
    a_list_goes_on_where_it_stopped(objects, &in_order, PlaceIs::Deleted).await;
    emptied(objects).await;
}

/// Runs the contract without lists that go on after an object that was deleted, which an emulator may not know.
/// AWS decides that they belong to the contract: its example, `DeleteBucket.java` in
/// <https://github.com/awsdocs/aws-doc-sdk-examples>, deletes what each page has before it asks for the next one.
///
/// # Panics
///
/// When the bucket breaks the contract.
pub async fn all_but_deleted_places(objects: &Objects, put: impl AsyncFn(&str, &[u8]) -> ObjectVersion) {
    assert_eq!(objects.list(None, 10).await.unwrap(), Page { objects: Vec::new(), next: None });
    let in_order = filled(objects, &put).await;
    let (old, newer) = (&in_order[3], &in_order[2]);
    a_version_is_read_whole_or_not_at_all(objects, old, newer).await;
    a_list_goes_on_where_it_stopped(objects, &in_order, PlaceIs::There).await;
    what_is_deleted_is_gone_and_nothing_else(objects, old, newer).await;
    emptied(objects).await;
    what_is_put_is_the_newest_version(objects).await;
}

/// Puts objects into an empty bucket. Returns them as a list has them: by key, the newest version first.
async fn filled(objects: &Objects, put: impl AsyncFn(&str, &[u8]) -> ObjectVersion) -> Vec<ObjectVersion> {
    let mut made = Vec::new();
    for (key, bytes) in [("drops/a/1 + 1 & 100%.xlsx", "one"), ("drops/a/名单.xlsx", "two"), ("uploads/b", "old")] {
        made.push(put(key, bytes.as_bytes()).await);
    }
    made.insert(2, put("uploads/b", b"newer").await);
    let whole = objects.list(None, 10).await.unwrap();
    assert_eq!((listed(&whole), &whole.next), (made.clone(), &None));
    assert!(whole.objects.iter().all(|stored| stored.stored_at.unix_ms() > 0));
    made
}

async fn emptied(objects: &Objects) {
    for object in listed(&objects.list(None, 10).await.unwrap()) {
        objects.delete(&object).await.unwrap();
    }
    assert_eq!(objects.list(None, 10).await.unwrap(), Page { objects: Vec::new(), next: None });
}

fn listed(page: &Page) -> Vec<ObjectVersion> {
    page.objects.iter().map(|stored| stored.object.clone()).collect()
}

async fn a_version_is_read_whole_or_not_at_all(objects: &Objects, old: &ObjectVersion, newer: &ObjectVersion) {
    assert_eq!(objects.get(old, 5).await.unwrap(), Fetched::Bytes(b"old".to_vec()));
    assert_eq!(objects.get(newer, 5).await.unwrap(), Fetched::Bytes(b"newer".to_vec()));
    assert_eq!(objects.get(newer, 4).await.unwrap(), Fetched::TooLarge);
    let never_stored = ObjectVersion { key: "uploads/none".to_owned(), ..newer.clone() };
    assert_eq!(objects.get(&never_stored, 5).await.unwrap(), Fetched::Gone);
}

/// What became of the object that a list stopped at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaceIs {
    There,
    Deleted,
}

async fn a_list_goes_on_where_it_stopped(objects: &Objects, in_order: &[ObjectVersion], place: PlaceIs) {
    let first = objects.list(None, 2).await.unwrap();
    assert_eq!(listed(&first), in_order[..2]);
    if place == PlaceIs::Deleted {
        for object in listed(&first) {
            objects.delete(&object).await.unwrap();
        }
    }
    let second = objects.list(first.next.as_ref(), 1).await.unwrap();
    assert_eq!(listed(&second), in_order[2..3]);
    let third = objects.list(second.next.as_ref(), 1).await.unwrap();
    assert_eq!((listed(&third), third.next), (in_order[3..].to_vec(), None), "between two versions of one key");
}

async fn what_is_deleted_is_gone_and_nothing_else(objects: &Objects, old: &ObjectVersion, newer: &ObjectVersion) {
    objects.delete(newer).await.unwrap();
    objects.delete(newer).await.unwrap();
    assert_eq!(objects.get(newer, 5).await.unwrap(), Fetched::Gone);
    assert_eq!(objects.get(old, 5).await.unwrap(), Fetched::Bytes(b"old".to_vec()));
}

async fn what_is_put_is_the_newest_version(objects: &Objects) {
    for text in ["one", "two"] {
        objects.put("accounts/1 + 1.jsonl", text.as_bytes().to_vec()).await.unwrap();
    }
    let versions = objects.list(None, 10).await.unwrap().objects;
    let mut texts = Vec::new();
    for stored in &versions {
        assert_eq!(stored.object.key, "accounts/1 + 1.jsonl");
        texts.push(objects.get(&stored.object, 3).await.unwrap());
    }
    assert_eq!(texts, ["two", "one"].map(|text| Fetched::Bytes(text.as_bytes().to_vec())));
    emptied(objects).await;
}
