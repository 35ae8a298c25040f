//! Invites one person; resends, revokes, amends and hands over invites; asks for SEED for the officer's own account.
//!
//! - **trigger**: API Gateway, for signed-in officers: `POST` of new invites, of their changes and of requests for SEED
//! - **does**: writes one invite with its locks and the saved answer in one transaction, and wakes its worker
//! - **again**: the same `Idempotency-Key` gets the same answer; a change that is done is not done again
//! - **crash**: a change is written whole or not at all, and the sweeper repeats a lost wake-up call
//! - **needs**: the table, the secret of the keys, the provision, mail and actions queues, accounts in the directory

mod change;
mod many;
mod request;
mod seed;

use std::{sync::Arc, time::Duration};

use actions::Actions;
use axum::{Router, extract::State, http::StatusCode, response::Response};
use boot::{Rules, Secrets, Stack};
use directory::{ActiveAccounts, SignIn};
use domain::{
    Clock, DomainRules, Entropy, Fault, InviteId, Officer, OfficerId,
    batch::Duplicate,
    invite::{Account, Creation, Invite, InviteState, Kind, Origin},
    keys::AddressKey,
    terms::Terms,
    usage::SingleCaps,
};
use looks::{Looks, Reason};
use queue::{Destination, QueueName, Queues};
use store::{CreateOutcome, KeyUse, KeyedRequest, SavedAnswer, Store, StoreError};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Asked, Keyed, Officers, OtherClients, Problem, SavedAnswers, SignedIn, Slug, Trace, invite::InviteBody};

pub use request::InviteRequest;
use request::into_form;
pub use seed::SeedRequestBody;

/// How often a request tries again because of other requests of the same officer, and the longest pause in
/// milliseconds. An officer who sends fifty requests at once is answered within the ten seconds of the function.
const TRIES: u32 = 60;
const LONGEST_PAUSE_MS: u128 = 100;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// Resends, revokes and amends invites.
    pub actions: Actions,
    pub rules: Rules,
    pub active: ActiveAccounts,
    /// Finds the colleague who is handed an officer's invites.
    pub sign_in: Arc<dyn SignIn>,
    /// Checks the accounts of people who seem to be invited already.
    pub looks: Looks,
    /// App clients whose tokens are accepted beside the portal's.
    pub other_clients: OtherClients,
    pub secrets: Secrets,
    /// The page where vendors raise a service request.
    pub service_request_url: String,
    /// How long invitations can be accepted.
    pub terms: Terms,
    /// How many single requests an officer may make.
    pub caps: SingleCaps,
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
        let used = [QueueName::Provision, QueueName::Mail, QueueName::Actions].map(Destination::Queue);
        let (store, queues, env) = (stack.store()?, stack.queues(&used)?, stack.env());
        let caps = boot::single_caps(env)?;
        Ok(Self {
            looks: Looks::new(store.clone(), stack.accounts()?, stack.clock()).waking(queues.clone()),
            actions: Actions::new(store.clone(), queues.clone(), caps, stack.clock()),
            queues,
            rules: stack.rules()?,
            active: stack.active_accounts()?,
            sign_in: stack.sign_in()?,
            other_clients: OtherClients::parse(&env.optional("OTHER_CLIENT_IDS").unwrap_or_default()),
            secrets: stack.secrets()?,
            service_request_url: env.required("SERVICE_REQUEST_URL")?,
            terms: boot::terms(env)?,
            caps,
            clock: stack.clock(),
            entropy: stack.entropy(),
            store,
        })
    }
}

impl Officers for Deps {
    async fn officer_rules(&self) -> Result<Arc<DomainRules>, StoreError> {
        self.rules.current().await
    }

    fn other_clients(&self) -> &OtherClients {
        &self.other_clients
    }

    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, Problem> {
        self.active.has(account, id).await.map_err(Problem::directory_out)
    }
}

impl SavedAnswers for Deps {
    async fn key_use(&self, request: &KeyedRequest) -> Result<KeyUse, StoreError> {
        self.store.key_use(request, self.clock.now()).await
    }
}

/// Attempts at a write that conflicts with other requests of the same officer.
struct Tries {
    left: u32,
    entropy: Entropy,
}

impl Tries {
    /// Waits for a random pause, so that the requests do not conflict again.
    async fn next(&mut self) -> Result<(), Problem> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Problem::new(Slug::LostRace))?;
        let pause = u64::try_from(self.entropy.next_u128() % LONGEST_PAUSE_MS).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Ok(())
    }
}

impl Deps {
    /// Why an address cannot be invited: it has a live invite of this officer, or of another one. `None`: it is free by
    /// now, or its account is no longer there.
    async fn address_taken(&self, officer: &Officer, address: &AddressKey) -> Result<Option<Problem>, StoreError> {
        let found = self.store.live_invite(address).await?;
        let was_live = found.as_ref().is_some_and(|invite| invite.is_live());
        let seen = self.looks.again(found.into_iter().collect(), Reason::Invited).await.pop();
        let Some(live) = seen.filter(|invite| invite.is_live() || !was_live) else {
            return Ok(None);
        };
        let slug = if live.officer.id == officer.id { Slug::AlreadyInvited } else { Slug::InvitedByAnother };
        let is_disabled = slug == Slug::AlreadyInvited && matches!(live.state, InviteState::Disabled { .. });
        let detail = if is_disabled {
            Fault::EmailAccountDisabled.detail().to_owned()
        } else {
            Duplicate::of_invite(&live, officer).detail()
        };
        Ok(Some(Problem::new(slug).detail(detail)))
    }

    fn tries(&self) -> Tries {
        Tries { left: TRIES, entropy: self.entropy.clone() }
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
    OpenApiRouter::default()
        .routes(routes!(submit))
        .routes(routes!(change::amend))
        .routes(routes!(change::resend))
        .routes(routes!(change::revoke))
        .routes(routes!(many::act))
        .routes(routes!(seed::ask))
}

/// Invites one person: by mail, or with an account made on their behalf.
#[utoipa::path(
    post, path = "/api/invites", operation_id = "submitInvite", tag = "invites",
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
        description = "1 to 255 visible ASCII characters.")),
    request_body = InviteRequest,
    responses((
        status = 202, description = "Stored; the rest happens behind it.", body = InviteBody,
        headers(("Location" = String, description = "The invite.")),
    )),
    security(("officer" = [])),
)]
async fn submit(
    State(deps): State<Arc<Deps>>,
    Trace(trace): Trace,
    Keyed { signed_in: SignedIn { officer, rules }, asked, value }: Keyed<InviteRequest>,
) -> Result<Response, Problem> {
    let request = match asked {
        Asked::Before(answer) => return Ok(web::reply::saved(answer)),
        Asked::Now(request) => request,
    };
    let (kind, form) = into_form(value)?;
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let now = deps.clock.now();
    let id = InviteId::generate(now, &deps.entropy);
    let creation = |email| Creation {
        id,
        officer: officer.clone(),
        address_key: keys.address(email),
        terms: deps.terms,
        at: now,
        trace,
    };
    let origin = match kind {
        Kind::Email => Origin::Email,
        Kind::Account => Origin::Account,
    };
    let subject = form.request(kind, &rules, &officer.email).map_err(|faults| Problem::validation(&faults))?;
    let invite = Invite::queued(creation(&subject.email), origin, subject);
    let answer = SavedAnswer {
        status: StatusCode::ACCEPTED.as_u16(),
        // Relative to the request, so that it is correct behind any stage and any host.
        location: Some(format!("invites/{id}")),
        body: serde_json::to_string(&InviteBody::of(&invite)).map_err(Problem::internal)?,
    };
    let request = request.answered(answer.clone(), now);
    let mut tries = deps.tries();
    loop {
        let usage = deps.store.find_usage(&invite.officer.id).await?;
        let outcome = match usage.to_value().one(&deps.caps, now) {
            Ok(counted) => {
                let request = request.clone().counted(usage.becomes(counted));
                deps.store.create_invite(&invite, Some(&request)).await?
            }
            // The same request may have been done at the same moment, and have used up the share.
            Err(cap) => deps.store.answered(&request).await?.ok_or_else(|| Problem::cap_reached(&cap, now))?,
        };
        match outcome {
            CreateOutcome::Created => break,
            CreateOutcome::Replay(answer) => return Ok(web::reply::saved(answer)),
            CreateOutcome::KeyReused => return Err(Problem::new(Slug::IdempotencyKeyReused)),
            CreateOutcome::AddressTaken => match deps.address_taken(&invite.officer, &invite.address_key).await? {
                Some(problem) => return Err(problem),
                None => tries.next().await?,
            },
            CreateOutcome::UsernameTaken => return Err(Problem::new(Slug::UsernameTaken)),
            CreateOutcome::LostRace => tries.next().await?,
        }
    }
    tracing::info!(invite_id = %id, kind = kind.name(), "invite stored");
    deps.actions.wake_for(&invite, now).await;
    Ok(web::reply::saved(answer))
}
