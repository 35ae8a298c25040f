//! Commands for agencies and their subscriptions.

use std::time::Duration;

use domain::{
    AgencyDomain, SubscriptionId,
    webhook::{Subscription, SubscriptionState},
};
use queue::{QueueName, Wake};
use store::{Stored, Updated, Written};
use webhooks::Reach;

use crate::{Failure, Round, Said, audit};

/// How many times it is checked whether an endpoint has echoed its challenge, once a second. `show-agency` shows a
/// later answer.
const LOOKS: u32 = 40;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Characters of an endpoint's URL at most, as for every URL.
const MAX_ENDPOINT: usize = 2048;

/// Registers an agency's endpoint, which gets events once it has echoed a challenge.
pub(crate) async fn register(round: &Round<'_>, domain: &AgencyDomain, endpoint: &str) -> Result<Said, Failure> {
    let deps = round.deps;
    if deps.reach == Reach::Public && !endpoint.starts_with("https://") {
        return Err(Failure::refused("an endpoint begins with https://"));
    }
    if endpoint.len() > MAX_ENDPOINT {
        return Err(Failure::refused("an endpoint has at most 2048 characters"));
    }
    let id = SubscriptionId::of_domain(domain);
    audit::note(round, "REGISTER_AGENCY", domain.as_str()).await?;
    let agency = challenged(round, domain, endpoint).await?;
    let secret = secret(round, &agency).await?;
    deps.queues.try_wake(QueueName::Webhooks, domain, &[Wake::Subscription { id }]).await?;
    let agency = answered(round, domain).await?;
    Ok(Said::once(format!("the secret of {domain}, for its system alone: {secret}\n{}", described(&agency))))
}

/// Shows whether an agency gets events, and how many failed in a row.
pub(crate) async fn show(round: &Round<'_>, domain: &AgencyDomain) -> Result<Said, Failure> {
    let agency = registered(round, domain).await?;
    Ok(Said::once(described(&agency)))
}

/// Gives an agency a new secret. The previous one signs too for some days.
pub(crate) async fn rotate(round: &Round<'_>, domain: &AgencyDomain, days: u32) -> Result<Said, Failure> {
    let deps = round.deps;
    registered(round, domain).await?;
    audit::note(round, "ROTATE_AGENCY", domain.as_str()).await?;
    let rotate = |agency: Subscription| {
        let now = deps.clock.now();
        Ok::<_, ()>(Some(agency.rotated(now + DAY * days, now)))
    };
    let Updated::Done { after, .. } = deps.store.update(&SubscriptionId::of_domain(domain), rotate).await? else {
        return Err(not_registered(domain));
    };
    let secret = secret(round, &after).await?;
    Ok(Said::once(format!(
        "the new secret of {domain}, for its system alone: {secret}\nthe one before signs too for {days} days\n"
    )))
}

/// Sends events to a parked endpoint again. The events that waited follow within the hour.
pub(crate) async fn resume(round: &Round<'_>, domain: &AgencyDomain) -> Result<Said, Failure> {
    let deps = round.deps;
    let agency = registered(round, domain).await?;
    if !matches!(agency.state, SubscriptionState::Parked { .. }) {
        return Err(Failure::refused(format!("{domain} is {}, not PARKED", agency.state_name())));
    }
    audit::note(round, "RESUME_AGENCY", domain.as_str()).await?;
    let resume = |agency: Subscription| agency.resumed(deps.clock.now()).map(Some);
    match deps.store.update(&SubscriptionId::of_domain(domain), resume).await? {
        Updated::Done { after, .. } => Ok(Said::once(described(&after))),
        Updated::Refused(_) => Err(Failure::refused(format!("{domain} is not PARKED any more"))),
        Updated::Unchanged(_) | Updated::Missing => Err(not_registered(domain)),
    }
}

/// Removes an agency, which gets no more events.
pub(crate) async fn remove(round: &Round<'_>, domain: &AgencyDomain) -> Result<Said, Failure> {
    audit::note(round, "REMOVE_AGENCY", domain.as_str()).await?;
    round.deps.store.remove_subscription(SubscriptionId::of_domain(domain)).await?;
    Ok(Said::once(format!("{domain} is notified of nothing more\n")))
}

/// The subscription with a new challenge, which its endpoint has to echo.
async fn challenged(round: &Round<'_>, domain: &AgencyDomain, endpoint: &str) -> Result<Stored<Subscription>, Failure> {
    let deps = round.deps;
    let challenge = format!("{:032x}{:032x}", deps.entropy.next_u128(), deps.entropy.next_u128());
    let again = |agency: Subscription| {
        Ok::<_, ()>(Some(agency.registered_again(endpoint.to_owned(), challenge.clone(), deps.clock.now())))
    };
    if let Updated::Done { after, .. } = deps.store.update(&SubscriptionId::of_domain(domain), again).await? {
        return Ok(after);
    }
    let new = Subscription::registered(domain.clone(), endpoint.to_owned(), challenge.clone(), deps.clock.now());
    match deps.store.create(new).await? {
        Written::Done(created) => Ok(created),
        Written::LostRace => Err(Failure::refused("somebody registered it at the same moment; try again")),
    }
}

/// The subscription after its endpoint has answered the challenge, or as it is when that takes too long.
async fn answered(round: &Round<'_>, domain: &AgencyDomain) -> Result<Stored<Subscription>, Failure> {
    for _ in 0..LOOKS {
        let agency = registered(round, domain).await?;
        if !matches!(agency.state, SubscriptionState::Pending { failure: None, .. }) {
            return Ok(agency);
        }
        tokio::time::sleep(SECOND).await;
    }
    registered(round, domain).await
}

async fn registered(round: &Round<'_>, domain: &AgencyDomain) -> Result<Stored<Subscription>, Failure> {
    let found = round.deps.store.get::<Subscription>(&SubscriptionId::of_domain(domain)).await?;
    found.ok_or_else(|| not_registered(domain))
}

fn not_registered(domain: &AgencyDomain) -> Failure {
    Failure::refused(format!("{domain} is not registered"))
}

async fn secret(round: &Round<'_>, agency: &Subscription) -> Result<String, Failure> {
    let keys = round.deps.agency_secrets.keys().await?;
    Ok(keys.agency_secret_text(&agency.domain, agency.generation))
}

fn described(agency: &Subscription) -> String {
    let Subscription { domain, failures, generation, endpoint, .. } = agency;
    let state = agency.state_name();
    let mut text = format!("{domain}  {state}  failures {failures}  secret {generation}  {endpoint}\n");
    if let SubscriptionState::Pending { failure, .. } = &agency.state {
        let why = failure.as_deref().unwrap_or("not asked yet");
        text.push_str(&format!("  its endpoint has not echoed the challenge: {why}; fix it and register it again\n"));
    }
    text
}
