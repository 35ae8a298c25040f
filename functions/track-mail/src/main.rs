//! Starts `track-mail` as a Lambda function.

use track_mail::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    // Boxed, because the compiler computes the layout of nested futures only to a limited depth.
    boot::run_event(|event, _| Box::pin(track_mail::handle(&deps, event))).await
}
