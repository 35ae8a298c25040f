//! Writes a webhook event for each visible change of an invite, if an agency subscribes.
//!
//! - **trigger**: the table's stream: each invite before and after a change, in order
//! - **does**: writes one event for a change of the status, if the officer's agency subscribes; wakes `notify-agencies`
//! - **again**: an event's id follows from the invite and its version, so a change that is seen twice is one event
//! - **crash**: the stream delivers the same changes again, for six hours; the sweeper repeats a lost wake-up call
//! - **needs**: the table, the webhooks queue
//!
//! It reads whole invites, and writes only ids and names of states.

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

/// How long it is remembered that an agency subscribes, or does not.
const FRESH: Duration = Duration::from_secs(10);

/// Domains in memory at most. After that all are dropped, which costs one read for each.
const REMEMBERED: usize = 1000;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// The agencies that subscribe, as far as they were read recently.
    pub listeners: Listeners,
    pub clock: Clock,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Webhooks)])?,
            listeners: Listeners::default(),
            clock: stack.clock(),
        })
    }
}

/// The agencies that subscribe, as far as they were read recently.
#[derive(Debug, Default)]
pub struct Listeners(Mutex<HashMap<AgencyDomain, (Timestamp, Listener)>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listener {
    Wants,
    Not,
}

/// Writes the events of some changes.
pub async fn handle(deps: &Deps, event: StreamEvent) -> Disposition {
    for change in event.invites() {
        let event = match change {
            Ok(change) => WebhookEvent::of_change(change.old.as_ref(), &change.new, change.new.version()),
            // Trying again cannot make it readable, and other changes wait behind it.
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
    // The same change may have been seen before.
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
