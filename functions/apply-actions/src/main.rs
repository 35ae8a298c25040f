//! Boots `apply-actions`.

use actions::Actions;
use apply_actions::Deps;
use boot::{Aws, Env};
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
        provision: Some(env.required("PROVISION_QUEUE_URL")?),
        mail: Some(env.required("MAIL_QUEUE_URL")?),
        actions: Some(env.required("ACTIONS_QUEUE_URL")?),
        ..QueueUrls::default()
    };
    let queues = Queues::sqs(aws.sqs(), urls);
    let actions = Actions::new(store.clone(), queues.clone(), boot::single_caps(&env)?, Clock::System);
    let deps = Deps { actions, store, queues };
    boot::run_sqs(|message, deadline| apply_actions::handle(&deps, message, deadline)).await
}
