//! Boots `provision-user`.

use boot::{Aws, Env, Error};
use directory::{Directory, UserPool};
use domain::Clock;
use provision_user::Deps;
use queue::{QueueUrls, Queues};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let pool = UserPool { id: env.required("USER_POOL_ID")?, seed_group: env.required("SEED_GROUP")? };
    let urls = QueueUrls { mail: Some(env.required("MAIL_QUEUE_URL")?), ..QueueUrls::default() };
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        directory: Directory::cognito(&aws.cognito(), pool),
        queues: Queues::sqs(aws.sqs(), urls),
        clock: Clock::System,
    };
    boot::run_sqs(|wake, deadline| provision_user::handle(&deps, wake, deadline)).await
}
