//! Boots `sweep`.

use boot::{Aws, Env, Error, Secrets};
use directory::{Directory, UserPool};
use domain::Clock;
use objects::Objects;
use queue::{QueueUrls, Queues};
use serde::de::IgnoredAny;
use store::Store;
use sweep::{Deps, Retention};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let urls = QueueUrls {
        dispatch: Some(env.required("DISPATCH_QUEUE_URL")?),
        provision: Some(env.required("PROVISION_QUEUE_URL")?),
        mail: Some(env.required("MAIL_QUEUE_URL")?),
        actions: Some(env.required("ACTIONS_QUEUE_URL")?),
        notices: Some(env.required("NOTICES_QUEUE_URL")?),
        parse: Some(env.required("PARSE_QUEUE_URL")?),
        provision_dead_letters: Some(env.required("PROVISION_DEAD_LETTERS_URL")?),
        mail_dead_letters: Some(env.required("MAIL_DEAD_LETTERS_URL")?),
    };
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let canary = env.optional("CANARY_ADDRESS").map(|_| boot::address(&env, "CANARY_ADDRESS")).transpose()?;
    let deps = Deps {
        directory: Directory::cognito(&aws.cognito(), pool),
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        queues: Queues::sqs(aws.sqs(), urls),
        objects: Objects::s3(aws.s3(), env.required("UPLOAD_BUCKET")?),
        retention: Retention::in_days(
            boot::days(&env, "PEOPLE_RETENTION_DAYS")?,
            boot::days(&env, "DRAFT_RETENTION_DAYS")?,
            boot::days(&env, "TOMBSTONE_RETENTION_DAYS")?,
        ),
        canary,
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        clock: Clock::System,
    };
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_event(|_: IgnoredAny, deadline| Box::pin(sweep::handle(&deps, deadline))).await
}
