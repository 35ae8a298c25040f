//! Boots `accept-invitation`.

use std::sync::Arc;

use accept_invitation::Deps;
use boot::{Aws, Env};
use domain::{Clock, Entropy};
use queue::{QueueUrls, Queues};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let urls = QueueUrls { provision: Some(env.required("PROVISION_QUEUE_URL")?), ..QueueUrls::default() };
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        queues: Queues::sqs(aws.sqs(), urls),
        clock: Clock::System,
        entropy: Entropy::System,
    };
    boot::run_http(accept_invitation::router(Arc::new(deps))).await
}
