//! Boots `send-mail`.

use boot::{Aws, Env, Error, Secrets};
use domain::Clock;
use mail::{Letters, Mailer, Sender};
use send_mail::{Deps, Switch};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let aws = Aws::from_env(&env)?;
    let address = boot::address(&env, "SENDER_ADDRESS")?;
    let sender = Sender { address, configuration_set: env.required("CONFIGURATION_SET")? };
    let deps = Deps {
        store: Store::dynamo(aws.dynamodb(), env.required("TABLE_NAME")?),
        mailer: Mailer::ses(&aws.ses(), &sender),
        letters: Letters::new(&env.required("PORTAL_URL")?, &boot::address(&env, "SUPPORT_ADDRESS")?),
        secrets: Secrets::stored(aws.secrets_manager(), env.required("KEYS_SECRET_ID")?),
        switch: Switch::default(),
        clock: Clock::System,
    };
    boot::run_sqs(|wake, deadline| send_mail::handle(&deps, wake, deadline)).await
}
