//! Boots `track-devices`.

use std::sync::Arc;

use boot::{Aws, Env, SigningSecrets};
use domain::{Clock, Entropy};
use store::Store;
use track_devices::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let secret_id = env.required("DEVICE_SECRET_ID")?;
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        secrets: SigningSecrets::stored(aws.secrets_manager(), secret_id, Clock::System),
        clock: Clock::System,
        entropy: Entropy::System,
    };
    boot::run_http(track_devices::router(Arc::new(deps))).await
}
