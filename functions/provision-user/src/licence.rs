//! SEED licences: assigned, refused, and withdrawn with the account.
//!
//! The state is written before the directory is called, and both calls are harmless to repeat. So a worker that finds a
//! lost answer calls again.

use std::time::Duration;

use boot::Disposition;
use directory::{AssignOutcome, DirectoryError, WithdrawOutcome};
use domain::{
    SeedRequestId,
    invite::{Account, AccountStatus, Invite, NextStep},
    licence::{LicenceFault, SeedRequest, SeedState, SeedStep},
};
use store::{StoreError, Stored, Written};
use tracing::Instrument as _;

use crate::{Deps, Next, ROUNDS, pause, report, write};

/// What the directory answered to a call.
enum Answer {
    Done,
    Refused(LicenceFault),
    AccountGone,
    AccountDisabled,
    Later(Duration),
}

/// Does the steps of an account's own request.
pub(crate) async fn work(deps: &Deps, id: SeedRequestId) -> Result<Disposition, StoreError> {
    for _ in 0..ROUNDS {
        let Some(request) = deps.store.get::<SeedRequest>(&id).await? else {
            return Ok(Disposition::Discard("no such request"));
        };
        let span = tracing::info_span!("seed_request", seed_request_id = %id, trace_id = %request.trace);
        if step(deps, request).instrument(span).await? == Written::Done(()) {
            return Ok(Disposition::Done);
        }
    }
    // Other writers changed it in each round, so they are working on it.
    Ok(Disposition::Done)
}

async fn step(deps: &Deps, request: Stored<SeedRequest>) -> Result<Written, StoreError> {
    let step = request.seed.step(deps.clock.now());
    let Some(answer) = ask(deps, &request.account, step).await else {
        return Ok(Written::Done(()));
    };
    let (now, asked) = (deps.clock.now(), request.to_value());
    let next = match answer {
        Answer::Done if step == SeedStep::Assign => asked.assigned(now).map_err(drop),
        Answer::Done => asked.withdrawn(now).map_err(drop),
        Answer::Refused(fault) => asked.refused(fault, now).map_err(drop),
        Answer::Later(pause) => Ok(asked.postponed(now + pause)),
        Answer::AccountGone => asked.account_seen(AccountStatus::Gone, now).ok_or(()),
        Answer::AccountDisabled => asked.account_seen(AccountStatus::Disabled, now).ok_or(()),
    };
    match next {
        Ok(next) => Ok(deps.store.write(request.becomes(next)).await?.without_value()),
        Err(_) => Ok(Written::Done(())),
    }
}

/// Does the step for the licence of an invite.
pub(crate) async fn of_invite(deps: &Deps, invite: Stored<Invite>, step: NextStep) -> Result<Next, StoreError> {
    let seed = invite.seed.step(deps.clock.now());
    let Some(account) = invite.account() else {
        return Ok(Next::Rest);
    };
    let Some(answer) = ask(deps, account, seed).await else {
        return Ok(Next::Rest);
    };
    let (now, licensed) = (deps.clock.now(), invite.to_value());
    let next = match answer {
        Answer::Done if step == NextStep::AssignSeed => licensed.seed_assigned(now),
        Answer::Done => licensed.seed_withdrawn(now),
        Answer::Refused(fault) => licensed.seed_refused(fault, now),
        Answer::AccountGone => licensed.account_gone(now),
        // The licence is withdrawn with the account, and assigned when the account is enabled again.
        Answer::AccountDisabled => {
            let Some(next) = licensed.account_seen(AccountStatus::Disabled, now) else { return Ok(Next::Rest) };
            Ok(next)
        }
        Answer::Later(pause) => {
            return crate::settle(deps, &invite, Ok::<_, StoreError>(licensed.postponed(now + pause))).await;
        }
    };
    match next {
        Ok(next) => write(deps, invite.becomes(next)).await,
        Err(_) => Ok(Next::Rest),
    }
}

/// The licence of a new account that is not recorded yet.
pub(crate) async fn of_new_account(deps: &Deps, account: &Account) -> SeedState {
    match ask(deps, account, SeedStep::Assign).await {
        Some(Answer::Done) => SeedState::assigned(None),
        Some(Answer::Refused(fault)) => SeedState::refused(fault, deps.clock.now()),
        Some(Answer::AccountGone | Answer::AccountDisabled | Answer::Later(_)) | None => SeedState::Pending,
    }
}

async fn ask(deps: &Deps, account: &Account, step: SeedStep) -> Option<Answer> {
    let answer = match step {
        SeedStep::Nothing => return None,
        SeedStep::Assign => deps.licences.assign(account).await.map(|outcome| match outcome {
            AssignOutcome::Assigned => Answer::Done,
            AssignOutcome::Refused(fault) => Answer::Refused(fault),
            AssignOutcome::AccountGone => Answer::AccountGone,
            AssignOutcome::AccountDisabled => Answer::AccountDisabled,
        }),
        SeedStep::Withdraw => deps.licences.withdraw(account).await.map(|outcome| match outcome {
            WithdrawOutcome::Withdrawn => Answer::Done,
            WithdrawOutcome::AccountGone => Answer::AccountGone,
        }),
    };
    Some(match answer {
        Ok(Answer::Refused(fault)) => {
            tracing::error!(code = fault.code(), "a SEED licence is refused");
            Answer::Refused(fault)
        }
        Ok(answer) => answer,
        // The refusal is shown to the holder, because only an operator can fix it. A withdrawal is tried until it
        // succeeds.
        Err(error @ DirectoryError::Misconfigured { .. }) if step == SeedStep::Assign => {
            report(&error);
            Answer::Refused(LicenceFault::NotSetUp)
        }
        Err(error) => Answer::Later(pause(deps, &error)),
    })
}
