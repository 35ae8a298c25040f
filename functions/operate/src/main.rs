//! Starts `operate` as a Lambda function.

use operate::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_request(async |request, deadline| operate::handle(&deps, &request, deadline).await).await
}
