//! Boots `submit-invites`.

use std::sync::Arc;

use actions::Actions;
use boot::{Aws, Env, Rules, Secrets};
use directory::{ActiveAccounts, Directory, UserPool};
use domain::{Clock, Entropy};
use queue::{QueueUrls, Queues};
use store::Store;
use submit_invites::Deps;
use web::OtherClients;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let urls = QueueUrls {
        provision: Some(env.required("PROVISION_QUEUE_URL")?),
        mail: Some(env.required("MAIL_QUEUE_URL")?),
        actions: Some(env.required("ACTIONS_QUEUE_URL")?),
        ..QueueUrls::default()
    };
    let queues = Queues::sqs(aws.sqs(), urls);
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let directory = Directory::cognito(&aws.cognito(), pool);
    let caps = boot::single_caps(&env)?;
    let deps = Deps {
        actions: Actions::new(store.clone(), queues.clone(), caps, Clock::System),
        queues,
        rules: Rules::stored(store.clone(), Clock::System),
        active: ActiveAccounts::new(directory, Clock::System),
        other_clients: OtherClients::parse(&env.optional("OTHER_CLIENT_IDS").unwrap_or_default()),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        service_request_url: env.required("SERVICE_REQUEST_URL")?,
        terms: boot::terms(&env)?,
        caps,
        clock: Clock::System,
        entropy: Entropy::System,
        store,
    };
    boot::run_http(submit_invites::router(Arc::new(deps))).await
}
