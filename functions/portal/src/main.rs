//! Starts `portal` as a Lambda function.

use portal::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(portal::router(deps)).await
}
