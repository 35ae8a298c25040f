//! Starts `notify-agencies` as a Lambda function.

use notify_agencies::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_sqs(|message, deadline| notify_agencies::handle(&deps, message, deadline)).await
}
