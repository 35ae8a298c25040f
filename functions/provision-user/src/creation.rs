//! Creates the account of an invite.
//!
//! It is claimed first. If the answer or this process is lost, the claim stays until its lease ends. The next worker
//! then finds the account by the id of its invite, and adopts it.

use directory::{AccountToCreate, CreateOutcome, DirectoryError, Elsewhere};
use domain::{
    Timestamp,
    invite::{Account, Conflict, Failure, Invite, InviteState},
    licence::SeedState,
};
use store::{Change, Store, StoreError, Stored, Written};

use crate::{
    Deps, Next, licence, pause,
    record::{Answer, record},
    report_unknown, wake_mail,
};

/// Creates the account of an invite, and records what became of it.
pub(crate) async fn of_invite(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, StoreError> {
    let elsewhere = listed_elsewhere(deps, &invite).await?;
    let Ok(claimed) = invite.to_value().claim(deps.clock.now()) else {
        return Ok(Next::Rest);
    };
    let Written::Done(claimed) = deps.store.write(invite.becomes(claimed)).await? else {
        return Ok(Next::Reload);
    };
    let Some(wanted) = AccountToCreate::of(&claimed, elsewhere) else {
        return Ok(Next::Rest);
    };
    let created = match create(deps, &claimed, &wanted).await {
        Ok(created) => created,
        Err(DirectoryError::Unknown) => {
            report_unknown(&claimed);
            return Ok(Next::Rest);
        }
        Err(error) => Created::NotNow { retry_at: deps.clock.now() + pause(deps, &error) },
    };
    let Some(recorded) = record(deps, claimed, &created, deadline).await? else {
        return Ok(Next::Reload);
    };
    wake_mail(deps, &recorded).await;
    // A licence that could not be assigned now is tried again later, not at once.
    Ok(Next::Rest)
}

/// What became of an account that was to be created.
enum Created {
    /// There is one, with this licence.
    Made(Account, SeedState),
    Refused(Failure),
    /// The directory did nothing, and can be asked again at `retry_at`.
    NotNow {
        retry_at: Timestamp,
    },
}

impl Answer for Created {
    type Claim = InviteState;

    fn claim(invite: &Invite) -> InviteState {
        invite.state.clone()
    }

    fn noted(&self, invite: Invite, now: Timestamp) -> Result<Invite, Conflict> {
        match self {
            Self::Made(account, seed) => invite.account_created(account.clone(), *seed, now),
            Self::Refused(failure) => invite.fail(*failure, now),
            Self::NotNow { retry_at } => invite.give_back(*retry_at, now),
        }
    }

    async fn write(&self, store: &Store, change: Change<Invite>) -> Result<Written<Stored<Invite>>, StoreError> {
        match self {
            Self::Made(..) => store.record_account(change).await,
            Self::Refused(_) | Self::NotNow { .. } => store.write(change).await,
        }
    }
}

async fn create(deps: &Deps, claimed: &Invite, wanted: &AccountToCreate<'_>) -> Result<Created, DirectoryError> {
    let account = match deps.accounts.create(wanted).await? {
        CreateOutcome::Created(account) | CreateOutcome::AlreadyOurs(account) => account,
        CreateOutcome::EmailTaken => return Ok(Created::Refused(Failure::AccountExists)),
        CreateOutcome::UsernameTaken => return Ok(Created::Refused(Failure::UsernameTaken)),
        CreateOutcome::DetailsRefused => {
            // An earlier claim may have created the account with the same details that are refused now.
            let found = match &claimed.state {
                state if was_claimed_before(state) => deps.accounts.find_created(wanted).await?,
                _ => None,
            };
            let Some(account) = found else {
                return Ok(Created::Refused(Failure::DetailsRefused));
            };
            account
        }
    };
    tracing::info!("account made");
    // The licence is assigned with the account where possible, so that both are one write. Otherwise it stays pending.
    let seed = match claimed.seed {
        SeedState::Pending => licence::of_new_account(deps, &account).await,
        seed => seed,
    };
    Ok(Created::Made(account, seed))
}

async fn listed_elsewhere(deps: &Deps, invite: &Invite) -> Result<Elsewhere, StoreError> {
    let is_held = deps.store.is_held(&invite.address_key, deps.clock.now()).await?;
    Ok(if is_held { Elsewhere::Listed } else { Elsewhere::NotListed })
}

/// Whether an earlier worker claimed the account and did not record the outcome.
fn was_claimed_before(claimed: &InviteState) -> bool {
    matches!(claimed, InviteState::Provisioning { attempt, .. } if *attempt > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_claim_may_have_created_an_account() {
        let lease_until = Timestamp::from_unix_ms(0);
        for (attempt, was_claimed) in [(1, false), (2, true), (3, true)] {
            let claimed = InviteState::Provisioning { lease_until, attempt };
            assert_eq!(was_claimed_before(&claimed), was_claimed, "{attempt}");
        }
    }
}
