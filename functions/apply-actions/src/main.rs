//! Starts `apply-actions` as a Lambda function.

use apply_actions::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_sqs(|message, deadline| apply_actions::handle(&deps, message, deadline)).await
}
