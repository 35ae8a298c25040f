//! Boots `watch-invites`.

use watch_invites::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let deps = Deps::new(&boot::start())?;
    // Boxed, because the compiler computes the layout of a future only so deep.
    boot::run_event(|event, _| Box::pin(watch_invites::handle(&deps, event))).await
}
