//! The server of the limited bench answers as DynamoDB does: the real backend over it keeps the contract of the table.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{net::TcpListener, thread};

use boot::{Aws, Env};
use domain::Entropy;
use serde_json::json;
use store::{Store, StoreError, table::Dynamo};
use testing::{
    MemoryTable, contract,
    people::{account_invite, beginning, officer, officer_form},
    served::{Pace, Served},
};

/// The real backend over a server of this table.
fn served(table: MemoryTable) -> Store {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || Served::new(table, Vec::new(), Pace::AtOnce).run(&listener));
    let vars = [
        ("AWS_REGION", "ap-southeast-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &url),
    ];
    let env: Env = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Store::new(Dynamo::new(Aws::from_env(&env).unwrap().dynamodb(), "table".to_owned()), Entropy::system())
}

#[tokio::test]
async fn a_served_table_keeps_the_contract() {
    contract::table::all(&served(MemoryTable::default())).await;
}

#[tokio::test]
async fn a_list_of_several_pages_is_that_of_the_table() {
    let (table, ada) = (MemoryTable::default(), officer("ada"));
    for number in 0..3000 {
        let form = officer_form(&format!("person-{number}"));
        let invite = account_invite(&ada, &form, beginning(), &Entropy::system());
        contract::table::steps::created(&table.store(), &invite).await;
    }
    let served = served(table.clone()).list_summaries(&ada.id, beginning()).await.unwrap();
    assert_eq!(served.len(), 3000);
    assert!(served == table.store().list_summaries(&ada.id, beginning()).await.unwrap());
}

#[tokio::test]
async fn a_summary_that_cannot_be_read_is_named_without_its_content() {
    for (listed, problem) in [
        (json!({"v": {"N": "1"}, "summary": {"M": {"id": {"S": "secret"}}}}), "a field of its summary"),
        (json!({"v": {"N": "2"}}), "form 2; this build reads form 1"),
    ] {
        let (table, ada) = (MemoryTable::default(), officer("ada"));
        let place = json!({
            "pk": {"S": "INVITE#1"},
            "sk": {"S": "META"},
            "listing_pk": {"S": format!("OFFICER#{}#INVITES", ada.id)},
            "listing_sk": {"S": "2026"},
        });
        let mut item = place;
        item.as_object_mut().unwrap().extend(listed.as_object().unwrap().clone());
        table.put_images(vec![item]);
        for store in [served(table.clone()), table.store()] {
            let error = store.list_summaries(&ada.id, beginning()).await.unwrap_err();
            assert!(matches!(&error, StoreError::Corrupt { problem: found, .. } if found == problem), "{error}");
        }
    }
}
