//! Boots `dispatch-batch`.

use boot::{Aws, Env, Rules, Secrets};
use dispatch_batch::Deps;
use domain::Clock;
use queue::{QueueUrls, Queues};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let urls = QueueUrls {
        dispatch: Some(env.required("DISPATCH_QUEUE_URL")?),
        provision: Some(env.required("PROVISION_QUEUE_URL")?),
        mail: Some(env.required("MAIL_QUEUE_URL")?),
        ..QueueUrls::default()
    };
    let deps = Deps {
        queues: Queues::sqs(aws.sqs(), urls),
        rules: Rules::stored(store.clone(), Clock::System),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        terms: boot::terms(&env)?,
        clock: Clock::System,
        store,
    };
    boot::run_sqs(|message, deadline| dispatch_batch::handle(&deps, message, deadline)).await
}
