//! What became of an officer's invites.
//!
//! - **trigger**: API Gateway: `GET /api/me`, `/api/domains/{domain}`, `/api/invites`, `/api/invites/{id}`,
//!   `/api/invites/export.xlsx`, `/api/invites/actions/{id}`
//! - **effect**: none but one: that a holder has signed in, or that an account is disabled, enabled or gone, is
//!   recorded when it is seen, and the worker of its licence is woken
//! - **needs**: the table, the keys' secret, the provision queue, reading accounts in the directory
//!
//! An officer sees their own invites; those of others are not found.

mod actions;
mod domains;
mod filter;
mod list;
mod list_cache;
mod look;
mod me;

use std::sync::Arc;

use axum::Router;
use boot::{Rules, Secrets, Stack};
use directory::{Accounts, ActiveAccounts};
use domain::{
    Clock, DomainRules, Entropy, OfficerId,
    invite::Account,
    usage::{BatchCap, SingleCaps},
};
use queue::{Destination, QueueName, Queues};
use store::{Store, StoreError};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Officers, OtherClients, Problem};

pub use domains::DomainBody;
pub use filter::{ExportQuery, ListQuery, SortOrder};
pub use list::ListBody;
pub use list_cache::{InvitePage, ListCache};
pub use look::Looks;
pub use me::{LimitsBody, MeBody};

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// What is remembered of officers' lists.
    pub lists: ListCache,
    pub accounts: Arc<dyn Accounts>,
    /// Where the provisioning worker is woken.
    pub queues: Queues,
    pub rules: Rules,
    pub active: ActiveAccounts,
    /// App clients whose tokens are taken beside the portal's.
    pub other_clients: OtherClients,
    pub secrets: Secrets,
    /// When accounts were last looked at.
    pub looks: Looks,
    /// What an officer may ask for one by one.
    pub caps: SingleCaps,
    /// How many people an officer may hand on in batches.
    pub batch_cap: BatchCap,
    pub clock: Clock,
    pub entropy: Entropy,
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
            lists: ListCache::default(),
            accounts: stack.accounts()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Provision)])?,
            rules: stack.rules()?,
            active: stack.active_accounts()?,
            other_clients: OtherClients::parse(&stack.env().optional("OTHER_CLIENT_IDS").unwrap_or_default()),
            secrets: stack.secrets()?,
            looks: Looks::default(),
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
