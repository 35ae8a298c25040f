//! Starts `provision-user` as a Lambda function.

use provision_user::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_sqs(|wake, deadline| provision_user::handle(&deps, wake, deadline)).await
}
