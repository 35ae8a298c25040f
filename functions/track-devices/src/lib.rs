//! Records what the device side reports about SEED devices.
//!
//! - **trigger**: API Gateway, without sign-in: `POST /api/seed-devices`, which the device side signs
//! - **does**: finds the owner of the account's licence and applies the event
//! - **again**: events may come twice, late and in any order; one that is not newer than the last changes nothing
//! - **crash**: an event is one write; without an answer the device side sends it again
//! - **needs**: the table, the secret shared with the device side
//!
//! An event of an account that this service does not know gets the same answer as any other.

mod event;

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode};
use boot::{SigningSecrets, Stack};
use domain::{
    Clock, Entropy, Timestamp,
    invite::Account,
    licence::Device,
    webhook::{SIGNATURE_WINDOW, SigningSecret},
};
use store::{AccountOwner, Store, StoreError, Written};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Problem, ProblemItem, SignedJson, Signers, Slug};

pub use event::{DeviceEvent, DeviceEventState};

/// How often an event is applied again after a lost race, before its sender has to repeat it.
const ROUNDS: usize = 8;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// The secrets that the device side signs with.
    pub secrets: SigningSecrets,
    pub clock: Clock,
    pub entropy: Entropy,
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
            secrets: stack.signing_secrets()?,
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

impl Signers for Deps {
    async fn secrets(&self) -> Result<Vec<SigningSecret>, Problem> {
        self.secrets.current().await.map_err(Problem::unavailable)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub fn router(deps: Deps) -> Router {
    let (clock, entropy) = (deps.clock.clone(), deps.entropy.clone());
    web::serve_api(routes().with_state(Arc::new(deps)), clock, entropy)
}

/// The function's part of the API's description.
#[must_use]
pub fn api() -> OpenApi {
    routes().into_openapi()
}

fn routes() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::default().routes(routes!(tell))
}

/// The device side tells what became of somebody's device.
#[utoipa::path(
    post, path = "/api/seed-devices", operation_id = "tellDevice", tag = "devices",
    params(("X-Invite-Signature" = String, Header, description = "`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of the \
        seconds, a full stop and the body.")),
    request_body = DeviceEvent,
    responses((status = 202, description = "Heard, whether or not the account is known.")),
)]
async fn tell(
    State(deps): State<Arc<Deps>>,
    SignedJson(event): SignedJson<DeviceEvent>,
) -> Result<StatusCode, Problem> {
    let (account, device) = event.read()?;
    // An event from the future would make every later event look old.
    if device.at > deps.clock.now() + SIGNATURE_WINDOW {
        let item = ProblemItem::new("/at", "at.future", "This lies more than five minutes ahead.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    match apply(&deps, &account, &device).await? {
        Written::Done(()) => Ok(StatusCode::ACCEPTED),
        Written::LostRace => Err(Problem::new(Slug::LostRace)),
    }
}

async fn apply(deps: &Deps, account: &Account, device: &Device) -> Result<Written, StoreError> {
    for _ in 0..ROUNDS {
        let Some(owner) = deps.store.find_owner(account).await? else {
            tracing::info!("a device of an account that is not known here");
            return Ok(Written::Done(()));
        };
        let now = deps.clock.now();
        let is_written = match owner {
            AccountOwner::Invite(invite) => {
                let Some(next) = invite.to_value().device_told(device.clone(), now) else {
                    return Ok(Written::Done(()));
                };
                tracing::info!(invite_id = %invite.id, event = device.event(), "device");
                deps.store.write(invite.becomes(next)).await?.is_done()
            }
            AccountOwner::Request(request) => {
                let Some(next) = request.to_value().device_told(device.clone(), now) else {
                    return Ok(Written::Done(()));
                };
                tracing::info!(seed_request_id = %request.id, event = device.event(), "device");
                deps.store.write(request.becomes(next)).await?.is_done()
            }
        };
        if is_written {
            return Ok(Written::Done(()));
        }
    }
    Ok(Written::LostRace)
}
