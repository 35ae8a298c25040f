//! Batches in the API: create, edit, submit and reset them, and download the template and the results.
//!
//! - **trigger**: API Gateway, for signed-in officers: the routes of [`router`]
//! - **does**: writes batches and their rows, signs the form of an upload, wakes `dispatch-batch` on submit, and has
//!   `parse-batch` read a workbook again with the answers of its officer
//! - **again**: creating follows the `Idempotency-Key`; every other change follows from the state of the batch
//! - **crash**: each transaction leaves rows and counts consistent, and a repeated request finishes the rest
//! - **needs**: the table, the secret of the keys, the upload bucket, two queues, accounts in the directory
//!
//! A batch of another officer gets the same answer as one that does not exist.

mod add;
mod answers;
mod batches;
mod body;
mod edit;
mod editor;
mod plan;
mod results;
mod rows;
mod uploads;
mod warnings;

use std::sync::Arc;

use axum::Router;
use boot::{KnownAgencies, Rules, Secrets, Stack};
use directory::ActiveAccounts;
use domain::{
    BatchId, Clock, DomainRules, Entropy, Officer, OfficerId, batch::Batch, invite::Account, usage::BatchCap,
};
use looks::Looks;
use queue::{Destination, QueueName, Queues};
use store::{KeyUse, KeyedRequest, Store, StoreError, Stored};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Officers, OtherClients, Problem, SavedAnswers, Slug};

pub use uploads::Uploads;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// The dispatch queue, and the queue of announced workbooks.
    pub queues: Queues,
    pub uploads: Uploads,
    pub rules: Rules,
    /// The agencies that have accounts, to warn of others.
    pub agencies: KnownAgencies,
    pub active: ActiveAccounts,
    /// Checks the accounts of people who seem to be invited already.
    pub looks: Looks,
    /// App clients whose tokens are accepted beside the portal's.
    pub other_clients: OtherClients,
    /// The keys by which addresses are found and cursors are sealed.
    pub secrets: Secrets,
    /// How many people an officer may submit in batches a day.
    pub cap: BatchCap,
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
        let store = stack.store()?;
        Ok(Self {
            looks: Looks::new(store.clone(), stack.accounts()?, stack.clock()),
            store,
            queues: stack.queues(&[Destination::Queue(QueueName::Dispatch), Destination::Announcements])?,
            uploads: Uploads {
                bucket: stack.env().required("UPLOAD_BUCKET")?,
                access: stack.upload_access()?,
                max_bytes: sheet::Limits::default().upload_bytes,
            },
            rules: stack.rules()?,
            agencies: stack.agencies()?,
            active: stack.active_accounts()?,
            other_clients: OtherClients::parse(&stack.env().optional("OTHER_CLIENT_IDS").unwrap_or_default()),
            secrets: stack.secrets()?,
            cap: boot::batch_cap(stack.env())?,
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

impl SavedAnswers for Deps {
    async fn key_use(&self, request: &KeyedRequest) -> Result<KeyUse, StoreError> {
        self.store.key_use(request, self.clock.now()).await
    }
}

fn routes() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::new()
        .routes(routes!(results::template))
        .routes(routes!(batches::create, batches::list))
        .routes(routes!(batches::find, batches::reset))
        .routes(routes!(answers::answer))
        .routes(routes!(batches::submit))
        .routes(routes!(rows::list, add::add, edit::change_many))
        .routes(routes!(edit::change, edit::remove))
        .routes(routes!(edit::remove_many))
        .routes(routes!(results::results))
}

pub fn router(deps: Deps) -> Router {
    let (clock, entropy) = (deps.clock.clone(), deps.entropy.clone());
    web::serve_api(routes().with_state(Arc::new(deps)), clock, entropy)
}

/// The function's part of the API's description.
#[must_use]
pub fn api() -> OpenApi {
    routes().split_for_parts().1
}

async fn own_batch(deps: &Deps, officer: &Officer, id: &str) -> Result<Stored<Batch>, Problem> {
    let not_found = || Problem::new(Slug::NotFound);
    let id = BatchId::parse(id).ok_or_else(not_found)?;
    let batch = deps.store.get::<Batch>(&id).await?;
    batch.filter(|batch| batch.officer.id == officer.id).ok_or_else(not_found)
}
