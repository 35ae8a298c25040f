//! Boots `parse-batch`.

use boot::{Aws, Env, Rules, Secrets};
use directory::{Directory, UserPool};
use domain::{Clock, Entropy};
use objects::Objects;
use parse_batch::Deps;
use queue::{QueueUrls, Queues};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let urls = QueueUrls { dispatch: Some(env.required("DISPATCH_QUEUE_URL")?), ..QueueUrls::default() };
    let deps = Deps {
        objects: Objects::s3(aws.s3(), env.required("UPLOAD_BUCKET")?),
        queues: Queues::sqs(aws.sqs(), urls),
        directory: Directory::cognito(&aws.cognito(), pool),
        rules: Rules::stored(store.clone(), Clock::System),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        limits: sheet::Limits::default(),
        cap: boot::batch_cap(&env)?,
        clock: Clock::System,
        entropy: Entropy::System,
        store,
    };
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_sqs(|announcement, _| Box::pin(parse_batch::handle(&deps, announcement))).await
}
