//! Boots `sweep`.

use boot::{Aws, Env, Error};
use domain::Clock;
use queue::{QueueUrls, Queues};
use serde::de::IgnoredAny;
use store::Store;
use sweep::Deps;

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
    };
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        queues: Queues::sqs(aws.sqs(), urls),
        clock: Clock::System,
    };
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_event(|_: IgnoredAny, deadline| Box::pin(sweep::handle(&deps, deadline))).await
}
