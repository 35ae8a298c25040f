//! Boots `watch-invites`.

use boot::{Aws, Env};
use domain::Clock;
use queue::{QueueUrls, Queues};
use store::Store;
use watch_invites::{Deps, Listeners};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let urls = QueueUrls { notices: Some(env.required("NOTICES_QUEUE_URL")?), ..QueueUrls::default() };
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        queues: Queues::sqs(aws.sqs(), urls),
        listeners: Listeners::default(),
        clock: Clock::System,
    };
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_event(|event, _| Box::pin(watch_invites::handle(&deps, event))).await
}
