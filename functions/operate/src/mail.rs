//! Commands for mail: the emergency stop, and suppressed mailboxes.

use domain::{EmailAddress, mail::Mailbox};
use store::{Updated, settings::MailSwitch};

use crate::{Failure, Round, Said, audit};

/// Stops all mail within a second, or starts it again. Due mails stay due.
pub(crate) async fn switch(round: &Round<'_>, switch: MailSwitch) -> Result<Said, Failure> {
    let action = match switch {
        MailSwitch::Stopped => "STOP_MAIL",
        MailSwitch::Running => "START_MAIL",
    };
    audit::note(round, action, "mail").await?;
    round.deps.store.set_mail_switch(switch).await?;
    Ok(Said::once(match switch {
        MailSwitch::Stopped => "mail is stopped\n",
        MailSwitch::Running => "mail is running\n",
    }))
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
