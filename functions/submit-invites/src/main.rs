//! Starts `submit-invites` as a Lambda function.

use submit_invites::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(submit_invites::router(deps)).await
}
