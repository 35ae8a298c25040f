//! Boots `notify-agencies`.

use boot::{Aws, Env, Secrets};
use domain::Clock;
use notify::{Notifier, Reach};
use notify_agencies::Deps;
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        notifier: Notifier::new(Reach::beside(aws.endpoint_url()))?,
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        clock: Clock::System,
    };
    boot::run_sqs(|message, deadline| notify_agencies::handle(&deps, message, deadline)).await
}
