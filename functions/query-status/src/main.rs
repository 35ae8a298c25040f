//! Boots `query-status`.

use std::sync::Arc;

use boot::{Aws, Env, Rules, Secrets};
use directory::{ActiveAccounts, Directory, UserPool};
use domain::{Clock, Entropy};
use query_status::{Deps, Looks};
use queue::{QueueUrls, Queues};
use store::Store;
use web::OtherClients;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let urls = QueueUrls { provision: Some(env.required("PROVISION_QUEUE_URL")?), ..QueueUrls::default() };
    let directory = Directory::cognito(&aws.cognito(), pool);
    let deps = Deps {
        queues: Queues::sqs(aws.sqs(), urls),
        active: ActiveAccounts::new(directory.clone(), Clock::System),
        other_clients: OtherClients::parse(&env.optional("OTHER_CLIENT_IDS").unwrap_or_default()),
        directory,
        rules: Rules::stored(store.clone(), Clock::System),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        looks: Looks::default(),
        caps: boot::single_caps(&env)?,
        batch_cap: boot::batch_cap(&env)?,
        clock: Clock::System,
        entropy: Entropy::System,
        store,
    };
    boot::run_http(query_status::router(Arc::new(deps))).await
}
