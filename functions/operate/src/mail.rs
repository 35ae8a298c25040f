//! Commands for mail: the emergency stop, and suppressed mailboxes.

use domain::{EmailAddress, mail::Mailbox};
use store::Updated;

use crate::{Failure, Round, Said, audit};

/// Stops all mail within a second. Due mails stay due.
pub(crate) async fn stop(round: &Round<'_>) -> Result<Said, Failure> {
    audit::note(round, "STOP_MAIL", "mail").await?;
    round.deps.store.stop_mail().await?;
    Ok(Said::once("mail is stopped\n"))
}

/// Starts mail again, also before a pause of the service ends.
pub(crate) async fn start(round: &Round<'_>) -> Result<Said, Failure> {
    audit::note(round, "START_MAIL", "mail").await?;
    round.deps.store.start_mail().await?;
    Ok(Said::once("mail is running\n"))
}

/// Clears a mailbox that returned a mail or complained, here and in SES's own list, so that it can be mailed again.
///
/// SES is first: while the mailbox is suppressed here, the command can be repeated.
pub(crate) async fn clear_suppression(round: &Round<'_>, address: &EmailAddress) -> Result<Said, Failure> {
    let deps = round.deps;
    let key = deps.secrets.keys().await?.address(address);
    let not_suppressed = || Failure::refused("this mailbox is not suppressed");
    let mailbox = deps.store.find_mailbox(&key).await?;
    let (reason, since) = mailbox.suppressed_since().ok_or_else(not_suppressed)?;
    audit::note(round, "CLEAR_SUPPRESSION", key.as_str()).await?;
    deps.suppressions.remove(address).await?;
    let clear = |mailbox: Mailbox| mailbox.clear(round.by.to_owned(), deps.clock.now()).map(Some).ok_or(());
    match deps.store.update(&key, clear).await? {
        Updated::Done { .. } => {
            Ok(Said::once(format!("cleared: it was suppressed since {since} because it {}\n", reason.name())))
        }
        Updated::Unchanged(_) | Updated::Missing | Updated::Refused(()) => Err(not_suppressed()),
    }
}
