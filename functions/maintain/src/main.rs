//! Starts `maintain` as a Lambda function.

use maintain::Deps;
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    // Boxed, because the compiler computes the layout of nested futures only to a limited depth.
    boot::run_event(|_: IgnoredAny, deadline| Box::pin(maintain::handle(&deps, deadline))).await
}
