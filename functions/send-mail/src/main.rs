//! Starts `send-mail` as a Lambda function.

use send_mail::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_sqs(|wake, deadline| send_mail::handle(&deps, wake, deadline)).await
}
