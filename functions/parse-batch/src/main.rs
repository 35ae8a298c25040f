//! Starts `parse-batch` as a Lambda function.

use parse_batch::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    // Boxed, because the compiler computes the layout of nested futures only to a limited depth.
    boot::run_sqs(|announcement, deadline| Box::pin(parse_batch::handle(&deps, announcement, deadline))).await
}
