//! Starts `accept-invitation` as a Lambda function.

use accept_invitation::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(accept_invitation::router(deps)).await
}
