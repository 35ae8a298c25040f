//! Starts `dispatch-batch` as a Lambda function.

use dispatch_batch::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_sqs(|message, deadline| dispatch_batch::handle(&deps, message, deadline)).await
}
