//! Shows officers their invites: lists, one invite, bulk actions, the export, and the officer's own account.
//!
//! - **trigger**: API Gateway, for signed-in officers: `GET` of `/api/me`, `/api/domains/{domain}` and `/api/invites…`
//! - **does**: reads; records a first sign-in, and an account that is disabled, enabled or deleted; wakes
//!   `provision-user`
//! - **again**: a repeated request reads again
//! - **crash**: the status of an account is recorded by the next request that checks it
//! - **needs**: the table, the secret of the keys, the provision queue, accounts in the directory
//!
//! An officer sees only their own invites. Those of other officers are answered as not found.

mod actions;
mod domains;
mod filter;
mod list;
mod list_cache;
mod me;

use std::sync::Arc;

use axum::Router;
use boot::{KnownAgencies, Rules, Secrets, Stack};
use directory::ActiveAccounts;
use domain::{
    Clock, DomainRules, Entropy, OfficerId,
    invite::Account,
    usage::{BatchCap, SingleCaps},
};
use looks::Looks;
use queue::{Destination, QueueName};
use store::{Store, StoreError};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Officers, OtherClients, Problem};

pub use domains::DomainBody;
pub use filter::{ExportQuery, ListOrder, ListQuery};
pub use list::ListBody;
pub use list_cache::{InvitePage, ListCache};
pub use me::{LimitsBody, MeBody};

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// The lists of officers that this process keeps in memory.
    pub lists: ListCache,
    pub rules: Rules,
    /// The agencies that have accounts, to warn of others.
    pub agencies: KnownAgencies,
    pub active: ActiveAccounts,
    /// App clients whose tokens are accepted beside the portal's.
    pub other_clients: OtherClients,
    pub secrets: Secrets,
    /// Checks accounts in the directory.
    pub looks: Looks,
    /// How many single requests an officer may make.
    pub caps: SingleCaps,
    /// How many people an officer may submit in batches.
    pub batch_cap: BatchCap,
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
        let queues = stack.queues(&[Destination::Queue(QueueName::Provision)])?;
        let store = stack.store()?;
        Ok(Self {
            looks: Looks::new(store.clone(), stack.accounts()?, stack.clock()).waking(queues),
            store,
            lists: ListCache::default(),
            rules: stack.rules()?,
            agencies: stack.agencies()?,
            active: stack.active_accounts()?,
            other_clients: OtherClients::parse(&stack.env().optional("OTHER_CLIENT_IDS").unwrap_or_default()),
            secrets: stack.secrets()?,
            caps: boot::single_caps(stack.env())?,
            batch_cap: boot::batch_cap(stack.env())?,
            clock: stack.clock(),
            entropy: stack.entropy(),
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
        .routes(routes!(me::me))
        .routes(routes!(domains::show))
        .routes(routes!(list::list))
        .routes(routes!(list::export))
        .routes(routes!(list::show))
        .routes(routes!(actions::show))
}
