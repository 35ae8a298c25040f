//! Starts `track-devices` as a Lambda function.

use track_devices::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    boot::run_http(track_devices::router(deps)).await
}
