//! Starts `manage-batches` as a Lambda function.

use manage_batches::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(manage_batches::router(deps)).await
}
