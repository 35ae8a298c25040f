//! Has the directory mail a first password, and records what became of it.

use boot::{RECORD_PAUSES, leaves_time};
use directory::{DirectoryError, FirstPasswordOutcome};
use domain::{
    InviteId, Timestamp,
    invite::{Conflict, FirstPassword, Invite, InviteState, WAKE_AFTER},
    mail::Closed,
};
use store::{StoreError, Stored, Written, settings::MailSwitch};

use crate::{Deps, Next, pause, report, settle};

/// Whether its holder has asked for a first password that is not sent yet.
pub(crate) fn is_awaited(invite: &Invite) -> bool {
    matches!(invite.state, InviteState::AccountCreated { .. })
        && matches!(invite.first_password, FirstPassword::Requested { .. })
}

/// Has the directory mail a first password. As for every mail, the emergency stop, the bound of the mailbox and its
/// suppression prevent it.
pub(crate) async fn send(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, StoreError> {
    let now = deps.clock.now();
    let put_off = |until| Ok::<_, StoreError>(invite.to_value().postponed(until));
    let waits_until = match deps.store.mail_switch(now).await? {
        MailSwitch::Running => None,
        MailSwitch::Paused { until } => Some(until),
        MailSwitch::Stopped => Some(now + WAKE_AFTER),
    };
    if let Some(until) = waits_until {
        tracing::warn!(%until, "no mail is sent now; the first password waits");
        return settle(deps, &invite, put_off(until)).await;
    }
    let mailbox = deps.store.find_mailbox(&invite.address_key).await?;
    let mailbox = match mailbox.to_value().admit(invite.id, now) {
        Ok(admitted) => mailbox.becomes(admitted),
        Err(Closed::Full(until)) => {
            tracing::warn!(%until, "the mailbox was sent its share; the first password waits");
            return settle(deps, &invite, put_off(until)).await;
        }
        Err(Closed::Suppressed(reason)) => {
            tracing::warn!(reason = reason.name(), "the mailbox is sent nothing, and no first password");
            return settle(deps, &invite, invite.to_value().first_password_withheld(now)).await;
        }
    };
    let Ok(claimed) = invite.to_value().claim_first_password(now) else {
        return Ok(Next::Rest);
    };
    let Written::Done(claimed) = deps.store.write_both(invite.becomes(claimed), mailbox).await? else {
        return Ok(Next::Reload);
    };
    let Some(account) = claimed.account() else {
        return Ok(Next::Rest);
    };
    let answer = match deps.accounts.mail_first_password(account).await {
        Ok(FirstPasswordOutcome::Mailed) => Answer::Mailed,
        Ok(FirstPasswordOutcome::NotPending) => Answer::NotPending,
        Ok(FirstPasswordOutcome::AccountGone) => Answer::AccountGone,
        Err(DirectoryError::Unknown) => {
            report(&DirectoryError::Unknown);
            Answer::Lost
        }
        Err(error) => Answer::NotMailed { retry_at: deps.clock.now() + pause(deps, &error) },
    };
    record(deps, claimed, &answer, deadline).await?;
    Ok(Next::Rest)
}

/// What the directory answered about a first password.
enum Answer {
    Mailed,
    /// It has mailed none. It can be asked again at `retry_at`.
    NotMailed {
        retry_at: Timestamp,
    },
    /// It has mailed none: the holder has a password by now, which the next check of the account records.
    NotPending,
    /// It has mailed none: the account does not exist.
    AccountGone,
    /// It is unknown. Another password would void one that may be in the mail; the holder can ask for one in a minute.
    Lost,
}

impl Answer {
    /// The invite, whose first password is claimed, with this answer.
    fn noted(&self, invite: Invite, now: Timestamp) -> Result<Invite, Conflict> {
        match self {
            Self::Mailed => invite.first_password_sent(now),
            Self::NotMailed { retry_at } => invite.first_password_not_sent(*retry_at, now),
            Self::NotPending | Self::Lost => invite.first_password_unknown(now),
            Self::AccountGone => invite.account_gone(now),
        }
    }

    /// Whether a mail may have been sent to its mailbox, so that it counts there.
    fn may_have_been_mailed(&self) -> bool {
        matches!(self, Self::Mailed | Self::Lost)
    }
}

/// Records the directory's answer over the claim that it belongs to, although other parts of the invite may have
/// changed. It tries again while the table is out and time is left. An outcome that is not recorded becomes unknown,
/// and the holder has to ask again.
async fn record(deps: &Deps, claimed: Stored<Invite>, answer: &Answer, deadline: Timestamp) -> Result<(), StoreError> {
    let (id, claim) = (claimed.id, claimed.first_password);
    let mut known = Some(claimed);
    for pause in RECORD_PAUSES {
        match try_record(deps, id, claim, known.take(), answer).await {
            Ok(Written::Done(())) => return Ok(()),
            Ok(Written::LostRace) => {}
            Err(error) if !leaves_time(pause, deps.clock.now(), deadline) => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
    }
    if let Written::LostRace = try_record(deps, id, claim, None, answer).await? {
        tracing::error!("others kept changing the invite; what became of its first password is not recorded");
    }
    Ok(())
}

/// One attempt to record, over the known invite, or over the invite as it is now. If no mail was sent, the same write
/// subtracts it from the mailbox.
async fn try_record(
    deps: &Deps,
    id: InviteId,
    claim: FirstPassword,
    known: Option<Stored<Invite>>,
    answer: &Answer,
) -> Result<Written, StoreError> {
    let found = match known {
        Some(invite) => Some(invite),
        None => deps.store.get::<Invite>(&id).await?,
    };
    // Without this claim, the outcome is recorded already or no longer needed.
    let Some(invite) = found.filter(|invite| invite.first_password == claim) else {
        return Ok(Written::Done(()));
    };
    let now = deps.clock.now();
    let Ok(next) = answer.noted(invite.to_value(), now) else {
        return Ok(Written::Done(()));
    };
    let change = invite.becomes(next);
    if !answer.may_have_been_mailed() {
        let mailbox = deps.store.find_mailbox(&change.address_key).await?;
        if let Some(room) = mailbox.to_value().give_back(id, now) {
            return Ok(deps.store.write_both(change, mailbox.becomes(room)).await?.without_value());
        }
    }
    Ok(deps.store.write(change).await?.without_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_counts_in_its_mailbox_unless_it_is_known_not_to_be_mailed() {
        let retry_at = Timestamp::from_unix_ms(0);
        for (answer, counts) in [
            (Answer::Mailed, true),
            (Answer::Lost, true),
            (Answer::NotMailed { retry_at }, false),
            (Answer::NotPending, false),
            (Answer::AccountGone, false),
        ] {
            assert_eq!(answer.may_have_been_mailed(), counts);
        }
    }
}
