//! Boots `manage-batches`.

use std::sync::Arc;

use boot::{Aws, Env, Rules, Secrets};
use directory::{ActiveAccounts, Directory, UserPool};
use domain::{Clock, Entropy};
use manage_batches::{Deps, Uploads};
use queue::{QueueUrls, Queues};
use store::Store;
use web::OtherClients;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let urls = QueueUrls { dispatch: Some(env.required("DISPATCH_QUEUE_URL")?), ..QueueUrls::default() };
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let directory = Directory::cognito(&aws.cognito(), pool);
    let deps = Deps {
        queues: Queues::sqs(aws.sqs(), urls),
        uploads: Uploads {
            bucket: env.required("UPLOAD_BUCKET")?,
            region: aws.region().to_owned(),
            endpoint_url: aws.endpoint_url().map(str::to_owned),
            credentials: aws.credentials().clone(),
            max_bytes: sheet::Limits::default().upload_bytes,
        },
        rules: Rules::stored(store.clone(), Clock::System),
        active: ActiveAccounts::new(directory, Clock::System),
        other_clients: OtherClients::parse(&env.optional("OTHER_CLIENT_IDS").unwrap_or_default()),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        cap: boot::batch_cap(&env)?,
        clock: Clock::System,
        entropy: Entropy::System,
        store,
    };
    boot::run_http(manage_batches::router(Arc::new(deps))).await
}
