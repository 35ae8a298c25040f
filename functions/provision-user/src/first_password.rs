//! Has the directory mail a first password, and records what became of it.

use directory::{DirectoryError, FirstPasswordOutcome};
use domain::{
    Timestamp,
    invite::{Conflict, FirstPassword, Invite, InviteState, WAKE_AFTER},
    mail::Closed,
};
use store::{Change, Store, StoreError, Stored, Written, settings::MailSwitch};

use crate::{
    Deps, Next, pause,
    record::{Answer, record},
    report, settle,
};

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
        Ok(FirstPasswordOutcome::Mailed) => Mailing::Mailed,
        Ok(FirstPasswordOutcome::NotPending) => Mailing::NotPending,
        Ok(FirstPasswordOutcome::AccountGone) => Mailing::AccountGone,
        Err(DirectoryError::Unknown) => {
            report(&DirectoryError::Unknown);
            Mailing::Lost
        }
        Err(error) => Mailing::NotMailed { retry_at: deps.clock.now() + pause(deps, &error) },
    };
    // An answer that is not recorded becomes unknown, and the holder has to ask again.
    record(deps, claimed, &answer, deadline).await?;
    Ok(Next::Rest)
}

/// What the directory answered about a first password.
enum Mailing {
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

impl Answer for Mailing {
    type Claim = FirstPassword;

    fn claim(invite: &Invite) -> FirstPassword {
        invite.first_password
    }

    fn noted(&self, invite: Invite, now: Timestamp) -> Result<Invite, Conflict> {
        match self {
            Self::Mailed => invite.first_password_sent(now),
            Self::NotMailed { retry_at } => invite.first_password_not_sent(*retry_at, now),
            Self::NotPending | Self::Lost => invite.first_password_unknown(now),
            Self::AccountGone => invite.account_gone(now),
        }
    }

    /// If no mail was sent, the same write subtracts it from the mailbox.
    async fn write(&self, store: &Store, change: Change<Invite>) -> Result<Written<Stored<Invite>>, StoreError> {
        if !self.may_have_been_mailed() {
            let mailbox = store.find_mailbox(&change.address_key).await?;
            if let Some(room) = mailbox.to_value().give_back(change.id, change.updated_at) {
                return store.write_both(change, mailbox.becomes(room)).await;
            }
        }
        store.write(change).await
    }
}

impl Mailing {
    /// Whether a mail may have been sent to its mailbox, so that it counts there.
    fn may_have_been_mailed(&self) -> bool {
        matches!(self, Self::Mailed | Self::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_counts_in_its_mailbox_unless_it_is_known_not_to_be_mailed() {
        let retry_at = Timestamp::from_unix_ms(0);
        for (answer, counts) in [
            (Mailing::Mailed, true),
            (Mailing::Lost, true),
            (Mailing::NotMailed { retry_at }, false),
            (Mailing::NotPending, false),
            (Mailing::AccountGone, false),
        ] {
            assert_eq!(answer.may_have_been_mailed(), counts);
        }
    }
}
