//! Deletes the account of a revoked invite, unless its holder has signed in.
//!
//! The directory deletes whatever it is told to, so the account is disabled first: after that nobody signs in, and what
//! the directory then says about its holder stays true. Each call is harmless to repeat, so a worker that finds a lost
//! answer begins again.

use directory::{AccountChange, AccountHistory, DirectoryError, SignedIn};
use domain::{
    InviteId, Timestamp,
    invite::{Account, Conflict, Invite, InviteState},
};
use store::{StoreError, Stored, Written};

use crate::{
    Deps, Next, pause,
    record::{Answer, record},
    report_unknown,
};

/// What became of an account that was to be deleted.
enum Deletion {
    /// There is no account of this invite any more.
    Deleted,
    /// Its holder has signed in, so it stays.
    Kept,
    /// The directory did not delete it, and can be asked again at `retry_at`.
    NotNow { retry_at: Timestamp },
}

impl Answer for Deletion {
    type Claim = InviteState;

    fn claim(invite: &Invite) -> InviteState {
        invite.state.clone()
    }

    fn noted(&self, invite: Invite, now: Timestamp) -> Result<Invite, Conflict> {
        match self {
            Self::Deleted => invite.account_deleted(now),
            Self::Kept => invite.account_kept(now),
            Self::NotNow { retry_at } => invite.deletion_put_off(*retry_at, now),
        }
    }
}

/// Deletes the account of an invite, and records what became of it.
pub(crate) async fn of_invite(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, StoreError> {
    let Ok(claimed) = invite.to_value().claim_deletion(deps.clock.now()) else {
        return Ok(Next::Rest);
    };
    let Written::Done(claimed) = deps.store.write(invite.becomes(claimed)).await? else {
        return Ok(Next::Reload);
    };
    let InviteState::Revoking { account, attempt, .. } = &claimed.state else {
        return Ok(Next::Rest);
    };
    let deleted = match delete_unused(deps, account, claimed.id, *attempt).await {
        Ok(deleted) => deleted,
        Err(DirectoryError::Unknown) => {
            report_unknown(&claimed);
            return Ok(Next::Rest);
        }
        Err(error) => Deletion::NotNow { retry_at: deps.clock.now() + pause(deps, &error) },
    };
    match deleted {
        Deletion::Deleted => tracing::info!("account deleted"),
        Deletion::Kept => tracing::info!("account kept, because its holder has signed in"),
        Deletion::NotNow { .. } => {}
    }
    let recorded = record(deps, claimed, &deleted, deadline).await?;
    Ok(recorded.map_or(Next::Reload, |invite| Next::Written(Box::new(invite))))
}

async fn delete_unused(
    deps: &Deps,
    account: &Account,
    invite: InviteId,
    attempt: u32,
) -> Result<Deletion, DirectoryError> {
    let ours = async || {
        let history = deps.accounts.history(account).await?;
        // An account of the same name that was created for somebody else is not to be touched.
        Ok::<_, DirectoryError>(history.filter(|history| history.invite == Some(invite)))
    };
    match ours().await? {
        None => return Ok(Deletion::Deleted),
        Some(AccountHistory { sign_in: SignedIn::Once, .. }) => {
            // An earlier attempt may have disabled it. The first one has not, so it was disabled on purpose, if it is.
            if attempt > 1 {
                deps.accounts.change(account, AccountChange::Enable).await?;
            }
            return Ok(Deletion::Kept);
        }
        Some(AccountHistory { sign_in: SignedIn::Never, .. }) => {}
    }
    deps.accounts.change(account, AccountChange::Disable).await?;
    match ours().await? {
        None => Ok(Deletion::Deleted),
        Some(AccountHistory { sign_in: SignedIn::Once, .. }) => {
            deps.accounts.change(account, AccountChange::Enable).await?;
            Ok(Deletion::Kept)
        }
        Some(AccountHistory { sign_in: SignedIn::Never, .. }) => {
            deps.accounts.change(account, AccountChange::Delete).await?;
            Ok(Deletion::Deleted)
        }
    }
}
