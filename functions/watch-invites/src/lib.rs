//! Sees where invites stand elsewhere now, and notes it down for the agencies that want to be told.
//!
//! - **trigger**: the table's stream: what an invite was and what it is, in order
//! - **effect**: one event for each change that shows, if the officer's agency is registered; then a wake-up of
//!   `notify-agencies`
//! - **again**: an event's id follows from the invite and its version, so a change that is seen twice is noted once
//! - **crash**: the stream hands the same changes over again, for a day; a lost wake-up call is the sweeper's to repeat
//!
//! It reads whole invites, and passes on ids and words.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use boot::{Disposition, Stack};
use domain::{
    AgencyDomain, Clock, SubscriptionId, Timestamp,
    webhook::{Subscription, WebhookEvent},
};
use queue::{Destination, QueueName, Queues, Wake};
use store::{Store, StoreError, Written, stream::StreamEvent};

/// How long it counts that an agency is registered, or is not.
const FRESH: Duration = Duration::from_secs(10);

/// Domains remembered at most; then all are forgotten, which costs a read each.
const REMEMBERED: usize = 1000;

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// Which agencies want to be told.
    pub listeners: Listeners,
    pub clock: Clock,
}

impl Deps {
    /// What the function takes from a stack.
    ///
    /// # Errors
    ///
    /// When a variable of the environment is missing, or cannot be meant.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Webhooks)])?,
            listeners: Listeners::default(),
            clock: stack.clock(),
        })
    }
}

/// Which agencies want to be told, as far as was asked lately.
#[derive(Debug, Default)]
pub struct Listeners(Mutex<HashMap<AgencyDomain, (Timestamp, Listener)>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listener {
    Wants,
    Not,
}

/// Notes down what some changes are to be told.
pub async fn handle(deps: &Deps, event: StreamEvent) -> Disposition {
    for change in event.invites() {
        let event = match change {
            Ok(change) => WebhookEvent::of_change(change.old.as_ref(), &change.new, change.new.version()),
            // It will be no more readable later, and others wait behind it.
            Err(error) => {
                tracing::error!(%error, "a change cannot be told");
                continue;
            }
        };
        let Some(event) = event else { continue };
        if let Err(error) = note(deps, event).await {
            return Disposition::retry(error);
        }
    }
    Disposition::Done
}

async fn note(deps: &Deps, event: WebhookEvent) -> Result<(), StoreError> {
    if deps.listener(&event.agency).await? == Listener::Not {
        return Ok(());
    }
    // The same change may be seen again.
    let Written::Done(event) = deps.store.create(event).await? else {
        return Ok(());
    };
    let wake = [Wake::WebhookEvent { id: event.id }];
    deps.queues.wake(QueueName::Webhooks, &event.agency, &wake).await;
    Ok(())
}

impl Deps {
    async fn listener(&self, agency: &AgencyDomain) -> Result<Listener, StoreError> {
        let now = self.clock.now();
        if let Some(known) = self.listeners.known(agency, now) {
            return Ok(known);
        }
        let found = self.store.get::<Subscription>(&SubscriptionId::of_domain(agency)).await?;
        let listener = if found.is_some_and(|agency| agency.wants_events()) { Listener::Wants } else { Listener::Not };
        self.listeners.remember(agency, listener, now);
        Ok(listener)
    }
}

impl Listeners {
    fn known(&self, agency: &AgencyDomain, now: Timestamp) -> Option<Listener> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(agency).filter(|(at, _)| now < *at + FRESH).map(|(_, listener)| *listener)
    }

    fn remember(&self, agency: &AgencyDomain, listener: Listener, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(agency.clone(), (now, listener));
    }
}
