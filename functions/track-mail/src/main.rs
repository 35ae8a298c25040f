//! Boots `track-mail`.

use boot::{Aws, Env, Error};
use domain::Clock;
use store::Store;
use track_mail::{Deps, Noted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let store = Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?);
    let deps = Deps { store, clock: Clock::System, noted: Noted::default() };
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_event(|event, _| Box::pin(track_mail::handle(&deps, event))).await
}
