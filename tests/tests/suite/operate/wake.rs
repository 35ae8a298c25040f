//! Commands that wake workers and send dead letters again.

use domain::{AgencyDomain, SubscriptionId, webhook::Subscription};
use queue::{QueueName, Redrive, Wake};
use serde_json::json;
use testing::{Delivery, people};
use tests::app::App;

use super::{given_up, invite, printed, submitted};

#[tokio::test]
async fn an_invite_that_was_given_up_is_resumed_and_any_other_is_woken() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    assert_eq!(app.queues.drain(QueueName::Provision), [Wake::Invite { id }]);
    let said = printed(&app, &["retry", &id.to_string()]).await;
    assert_eq!(said, format!("{id}: woke the readers of provision and mail\n"));
    for queue in [QueueName::Provision, QueueName::Mail] {
        assert_eq!(app.queues.drain(queue), [Wake::Invite { id }]);
    }
    given_up(&app, id).await;
    assert!(printed(&app, &["attention"]).await.starts_with(&format!("{id}  since ")));
    let said = printed(&app, &["retry", &id.to_string()]).await;
    assert_eq!(said, format!("{id}: woke the readers of provision\n"));
    app.drain().await;
    assert_eq!(invite(&app, id).await.state_name(), "ACCOUNT_CREATED");
    assert_eq!(printed(&app, &["attention"]).await, "0 need attention\n");
}

#[tokio::test]
async fn everything_that_can_be_due_has_workers_to_wake() {
    let app = App::start().await;
    let rows = json!({"rows": [people::officer_form("bo")]});
    let made = app.officer("ada").post("/api/batches", rows).await.expect(201);
    let batch = made.body["batchId"].as_str().unwrap().to_owned();
    app.officer("ada").post(&format!("/api/batches/{batch}/submit"), json!({})).await.expect(202);
    let wanted = json!({"action": "revoke", "filter": {"batch": batch}});
    let action = app.officer("ada").post("/api/invites/actions", wanted).await.expect(202);
    let action = action.body["id"].as_str().unwrap().to_owned();
    let seed = own_request(&app).await;
    let event = event(&app).await;
    for queue in QueueName::ALL {
        let _ = app.queues.drain(queue);
    }
    for (id, readers, woken) in [
        (&batch, "dispatch and mail", QueueName::Dispatch),
        (&action, "actions and mail", QueueName::Actions),
        (&seed, "provision", QueueName::Provision),
        (&event, "webhooks", QueueName::Webhooks),
    ] {
        let said = printed(&app, &["retry", id]).await;
        assert_eq!(said, format!("{id}: woke the readers of {readers}\n"));
        let woken = serde_json::to_value(app.queues.drain(woken)).unwrap();
        assert_eq!(woken[0]["id"], json!(id));
    }
}

/// An officer's own request for SEED.
async fn own_request(app: &App) -> String {
    let address = people::email("kim@sample-board.gov.sg");
    app.directory.add_foreign_account("kim", &address);
    let account = domain::invite::Account { directory_id: "kim".to_owned() };
    let holder = app.holder(&account, address.as_str());
    holder.post("/api/seed-requests", json!({})).await.expect(202);
    domain::SeedRequestId::of_account(&account).to_string()
}

/// An event for an agency whose endpoint is active.
async fn event(app: &App) -> String {
    let domain = AgencyDomain::parse("example-agency.gov.sg").unwrap();
    let endpoint = "https://hooks.example-agency.gov.sg/invites".to_owned();
    let id = SubscriptionId::of_domain(&domain);
    let agency = Subscription::registered(domain, endpoint, "challenge".to_owned(), app.clock.now());
    assert!(app.store.create(agency).await.unwrap().is_done());
    app.deliver(QueueName::Webhooks, Wake::Subscription { id }).await;
    submitted(app, "eve").await;
    app.stream().await;
    let events = app.queues.drain(QueueName::Webhooks);
    let id = events.iter().find_map(|wake| match wake {
        Wake::WebhookEvent { id } => Some(id.to_string()),
        _ => None,
    });
    id.unwrap()
}

#[tokio::test]
async fn a_call_that_does_not_get_through_is_no_success() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    app.queues.set_delivery(Delivery::Failing);
    let failed = app.operate(&["retry", &id.to_string()]).await.unwrap_err();
    assert_eq!(failed.to_string(), "queue: 1 of 1 messages were not taken, made to fail");
}

#[tokio::test]
async fn dead_letters_of_every_queue_go_back_to_it() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    for queue in Redrive::ALL {
        let Redrive::Of(name) = queue else { continue };
        let _ = app.queues.drain(name);
        app.queues.give_up(name, Wake::Invite { id });
    }
    for queue in Redrive::ALL {
        let said = printed(&app, &["redrive", queue.name()]).await;
        assert_eq!(said, format!("the dead letters of {} are on their way back\n", queue.name()));
        if let Redrive::Of(name) = queue {
            assert_eq!(app.queues.drain(name), [Wake::Invite { id }], "{name:?}");
        }
    }
}
