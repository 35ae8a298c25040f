//! Posts webhook events to agencies' systems, and challenges the endpoints that operators register.
//!
//! - **trigger**: the webhooks queue; a message holds the id of an event, or of an agency to be challenged
//! - **does**: claims an event, posts it once with a signature to the agency's endpoint, and records the answer
//! - **again**: an accepted event is not posted again; an event without an answer is, under the same id
//! - **crash**: the claim ends after a minute, and the sweeper wakes this function again
//! - **dead endpoint**: each event is tried for a day with growing pauses; 20 failures in a row park the endpoint
//! - **needs**: the table, the secret of the agencies' keys
//!
//! Events for a parked endpoint wait until an operator resumes it, for as long as events are kept. The function calls
//! strangers, so it has only the agencies' keys, and reads and writes single items of the table.

mod body;

use std::convert::Infallible;

use boot::{Disposition, Secrets, SecretsError, Stack};
use domain::{
    Clock, SubscriptionId, Timestamp, WebhookEventId,
    webhook::{PARKED_WAIT, SIGNATURE_HEADER, Subscription, SubscriptionState, WebhookEvent, sign},
};
use queue::Wake;
use store::{Store, StoreError, Stored, Updated, Written};
use thiserror::Error;
use tracing::Instrument as _;
use webhooks::Notifier;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub notifier: Notifier,
    /// The secret that agencies' secrets are derived from. It is separate from the others: nothing else is signed with
    /// it.
    pub secrets: Secrets,
    pub clock: Clock,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self { store: stack.store()?, notifier: stack.notifier()?, secrets: stack.secrets()?, clock: stack.clock() })
    }
}

/// Why the work stopped. The message is delivered again, and the work continues.
#[derive(Debug, Error)]
enum NotifyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error("an event cannot be written down")]
    Body,
}

/// Posts one event, or challenges one endpoint.
pub async fn handle(deps: &Deps, message: Wake, _deadline: Timestamp) -> Disposition {
    let done = match message {
        Wake::WebhookEvent { id } => {
            let span = tracing::info_span!("webhook_event", event_id = %id);
            tell(deps, id).instrument(span).await
        }
        Wake::Subscription { id } => {
            let span = tracing::info_span!("agency", agency_id = %id);
            challenge(deps, id).instrument(span).await
        }
        _ => return Disposition::Discard("message is about no event and no agency"),
    };
    done.map_or_else(Disposition::retry, |()| Disposition::Done)
}

async fn tell(deps: &Deps, id: WebhookEventId) -> Result<(), NotifyError> {
    let Some(event) = deps.store.get::<WebhookEvent>(&id).await? else {
        return Ok(());
    };
    let now = deps.clock.now();
    let Ok(claimed) = event.to_value().claim(now) else {
        return Ok(());
    };
    let (next, agency) = match deps.store.get::<Subscription>(&SubscriptionId::of_domain(&event.agency)).await? {
        Some(agency) if agency.state == SubscriptionState::Active => (claimed, Some(agency)),
        Some(_) => (event.to_value().postponed(now + PARKED_WAIT), None),
        // The agency was removed after the invite had changed.
        None => (event.to_value().given_up(now), None),
    };
    match (deps.store.write(event.becomes(next)).await?, agency) {
        (Written::Done(claimed), Some(agency)) => hand_over(deps, claimed, agency.into_value()).await,
        _ => Ok(()),
    }
}

async fn hand_over(deps: &Deps, event: Stored<WebhookEvent>, agency: Subscription) -> Result<(), NotifyError> {
    let keys = deps.secrets.keys().await?;
    let now = deps.clock.now();
    let body = body::of(&event).map_err(|_| NotifyError::Body)?;
    let generations = agency.generations(now);
    let secrets: Vec<_> = generations.iter().filter_map(|number| keys.agency_secret(&agency.domain, *number)).collect();
    let signature = sign(&secrets, now, body.as_bytes());
    let told = deps.notifier.post(&agency.endpoint, (SIGNATURE_HEADER, &signature), &body).await;
    let (now, trace) = (deps.clock.now(), event.trace.clone());
    let next = match &told {
        Ok(()) => event.to_value().delivered(now),
        Err(error) => {
            tracing::warn!(agency = %agency.domain, trace_id = %trace, %error, "an event was not taken");
            event.to_value().refused(now)
        }
    };
    if let Ok(next) = next {
        // After a lost race another worker has claimed the event, because the lease had expired. Its result counts.
        let is_given_up = next.state_name() == "GIVEN_UP";
        let _ = deps.store.write(event.becomes(next)).await?;
        if is_given_up {
            tracing::error!(agency = %agency.domain, trace_id = %trace, "an event is given up");
        }
    }
    match told {
        Ok(()) if agency.failures == 0 => Ok(()),
        Ok(()) => change_agency(deps, agency.id(), |agency, now| Some(agency.succeeded(now))).await,
        Err(_) => change_agency(deps, agency.id(), |agency, now| Some(agency.failed(now))).await,
    }
}

async fn challenge(deps: &Deps, id: SubscriptionId) -> Result<(), NotifyError> {
    let found = deps.store.get::<Subscription>(&id).await?.map(Stored::into_value);
    let Some(Subscription { state: SubscriptionState::Pending { challenge, .. }, endpoint, .. }) = found else {
        return Ok(());
    };
    let answer = deps.notifier.challenge(&endpoint, &challenge).await.map_err(|error| error.to_string());
    change_agency(deps, id, |agency, now| {
        // The agency was registered again. This answer belongs to an earlier challenge.
        let is_same =
            matches!(&agency.state, SubscriptionState::Pending { challenge: asked, .. } if *asked == challenge);
        let answer = answer.as_deref().map_err(String::as_str);
        is_same.then(|| agency.challenged(answer, now).ok()).flatten()
    })
    .await
}

/// Writes a change of a subscription.
async fn change_agency(
    deps: &Deps,
    id: SubscriptionId,
    change: impl Fn(Subscription, Timestamp) -> Option<Subscription>,
) -> Result<(), NotifyError> {
    let updated =
        deps.store.update::<Subscription, Infallible>(&id, |agency| Ok(change(agency, deps.clock.now()))).await?;
    if let Updated::Done { before, after } = updated
        && after.state != before.state
        && matches!(after.state, SubscriptionState::Parked { .. })
    {
        // The alarm in the template searches for this line.
        tracing::error!(agency = %after.domain, failures = after.failures, "agency parked");
    }
    Ok(())
}
