//! Starts `query-status` as a Lambda function.

use query_status::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(query_status::router(deps)).await
}
