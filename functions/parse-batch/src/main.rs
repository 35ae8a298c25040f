//! Boots `parse-batch`.

use parse_batch::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_sqs(|announcement, _| Box::pin(parse_batch::handle(&deps, announcement))).await
}
