//! Creates the account of an invite, assigns and withdraws SEED licences, has first passwords mailed, and deletes the
//! unused account of a revoked invite.
//!
//! - **trigger**: the provision queue; a message holds the id of an invite, or of an account's own request for SEED
//! - **does**: the steps of [`Invite::next_step`], one after another, until there is nothing to do
//! - **again**: a repeated message finds no step to do
//! - **crash**: the claim ends with its lease, and the next worker continues
//! - **table out**: the message is delivered again
//! - **directory out**: the invite is due later, and the sweeper wakes this function
//! - **needs**: the table, the directory, the mail queue
//!
//! Requests of a step, after one GetItem per message:
//!
//! - **check an address**: two ListUsers, PutItem, SendMessage; when the mail has waited, GetItem (mail switch) before
//! - **check an account**: AdminGetUser, PutItem, SendMessage; when the mail has waited, GetItem (mail switch) before
//! - **create an account**: GetItem (whether another system's account has the address), PutItem, AdminCreateUser, with
//!   SEED AdminGetUser and AdminAddUserToGroup, TransactWriteItems (invite and the account's owner), SendMessage. Two
//!   ListUsers before AdminCreateUser for an address with a plus-tag or with such an account
//! - **delete an account**: PutItem (claim), AdminGetUser, AdminDisableUser, AdminGetUser, AdminDeleteUser, PutItem; if
//!   its holder has signed in, AdminEnableUser or nothing in place of the deletion
//! - **assign a licence, withdraw it**: AdminGetUser and AdminAddUserToGroup, or AdminRemoveUserFromGroup, PutItem
//! - **first password**: two GetItem (mail switch, mailbox), TransactWriteItems (claim and mailbox), AdminCreateUser,
//!   PutItem; if nothing was mailed, GetItem (mailbox) and TransactWriteItems instead of the last
//!
//! What the directory answers to a claim is recorded over the claim, whatever else of the invite has changed meanwhile:
//! then with another GetItem and the last write again.

mod creation;
mod deletion;
mod first_password;
mod licence;
mod record;

use std::{sync::Arc, time::Duration};

use boot::{Disposition, Stack};
use directory::{Accounts, DirectoryError, Licences};
use domain::{
    Clock, Entropy, InviteId, Timestamp,
    invite::{Failure, Invite, InviteState, NextStep},
};
use queue::{Destination, QueueName, Queues, Wake};
use store::{Change, Store, StoreError, Stored, Written, settings::MailSwitch};
use tracing::Instrument as _;

/// Steps of one message at most, lost races included: an invite has four, and each may be lost once.
const ROUNDS: usize = 8;

/// The time that must be left to claim an account, to create or delete it: a turn, a call and its record that all take
/// as long as they may.
const TIME_TO_CREATE: Duration = Duration::from_secs(24);

/// The pause before the next attempt while the directory cannot be reached.
const UNREACHABLE_PAUSE: Duration = Duration::from_secs(30);

/// The pause before the next attempt while the directory refuses the service: an operator has to fix that first.
const MISCONFIGURED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The longest pause that chance adds after the directory has refused a request for its quota, so that those who were
/// refused together do not come back together.
const SPREAD: Duration = Duration::from_secs(30);

/// Lost answers in a row after which an operator should check, while the attempts continue.
const ATTEMPTS_TO_REPORT: u32 = 10;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub accounts: Arc<dyn Accounts>,
    pub licences: Arc<dyn Licences>,
    /// The queue that wakes `send-mail`.
    pub queues: Queues,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self {
            store: stack.store()?,
            accounts: stack.accounts()?,
            licences: stack.licences()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Mail)])?,
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

/// What follows after a step.
enum Next {
    /// The invite was written in this form; there may be another step.
    Written(Box<Stored<Invite>>),
    /// Another writer was faster: read the invite again.
    Reload,
    /// Nothing more can be done now.
    Rest,
    /// Too little time is left for the next step.
    OutOfTime,
}

/// Does the steps of one invite or of one request for SEED.
pub async fn handle(deps: &Deps, wake: Wake, deadline: Timestamp) -> Disposition {
    let worked = match wake {
        Wake::Invite { id } => work(deps, id, deadline).await,
        Wake::Resume { id } => match resume(deps, id).await {
            Ok(()) => work(deps, id, deadline).await,
            Err(error) => Err(error),
        },
        Wake::SeedRequest { id } => licence::work(deps, id).await,
        _ => return Disposition::Discard("message is not about an invite"),
    };
    worked.unwrap_or_else(Disposition::retry)
}

/// Resumes an invite that needs attention. Any other invite stays as it is.
async fn resume(deps: &Deps, id: InviteId) -> Result<(), StoreError> {
    deps.store.update(&id, |invite: Invite| invite.resume(deps.clock.now()).map(Some)).await?;
    Ok(())
}

async fn work(deps: &Deps, id: InviteId, deadline: Timestamp) -> Result<Disposition, StoreError> {
    let mut known = None;
    for _ in 0..ROUNDS {
        let found = match known.take() {
            Some(invite) => Some(invite),
            None => deps.store.get::<Invite>(&id).await?,
        };
        let Some(invite) = found else {
            return Ok(Disposition::Discard("no such invite"));
        };
        let span = tracing::info_span!("invite", invite_id = %id, trace_id = %invite.trace);
        match step(deps, invite, deadline).instrument(span).await? {
            Next::Written(invite) => known = Some(*invite),
            Next::Reload => {}
            Next::Rest => return Ok(Disposition::Done),
            Next::OutOfTime => return Ok(Disposition::retry("no time left for the next step")),
        }
    }
    // Other writers changed the invite in each round, so they are working on it. If a step is left, the sweeper finds
    // it.
    Ok(Disposition::Done)
}

async fn step(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, StoreError> {
    let now = deps.clock.now();
    let step = invite.next_step(now);
    if matches!(step, NextStep::Provision | NextStep::DeleteAccount) && now + TIME_TO_CREATE > deadline {
        return Ok(Next::OutOfTime);
    }
    // While no mail is sent the directory is not asked, because its answer would be too old when mail is sent again.
    if invite.asks_again(now) && is_check(step) && deps.store.mail_switch(now).await? != MailSwitch::Running {
        return Ok(Next::Rest);
    }
    match step {
        NextStep::CheckAddress => check_address(deps, invite).await,
        NextStep::CheckAccount => check_account(deps, invite).await,
        NextStep::Provision => creation::of_invite(deps, invite, deadline).await,
        NextStep::DeleteAccount => deletion::of_invite(deps, invite, deadline).await,
        // The holder waits for the password in front of a page. A licence that cannot be assigned must not delay it.
        NextStep::AssignSeed if first_password::is_awaited(&invite) => {
            first_password::send(deps, invite, deadline).await
        }
        NextStep::AssignSeed | NextStep::WithdrawSeed => licence::of_invite(deps, invite, step).await,
        NextStep::SendFirstPassword => first_password::send(deps, invite, deadline).await,
        NextStep::Nothing => Ok(Next::Rest),
    }
}

fn is_check(step: NextStep) -> bool {
    matches!(step, NextStep::CheckAddress | NextStep::CheckAccount)
}

async fn check_address(deps: &Deps, invite: Stored<Invite>) -> Result<Next, StoreError> {
    let found = deps.accounts.find_by_email(&invite.email).await;
    let now = deps.clock.now();
    let next = match found {
        Ok(None) => invite.to_value().address_is_free(now),
        Ok(Some(_)) => invite.to_value().fail(Failure::AccountExists, now),
        Err(error) => return put_off(deps, &invite, &error).await,
    };
    let Ok(next) = next else {
        return Ok(Next::Rest);
    };
    write(deps, invite.becomes(next)).await
}

/// If the holder has signed in since, or the account was disabled or deleted, there is no mail that it is ready.
async fn check_account(deps: &Deps, invite: Stored<Invite>) -> Result<Next, StoreError> {
    let Some(account) = invite.account() else {
        return Ok(Next::Rest);
    };
    let status = match deps.accounts.status(account).await {
        Ok(status) => status,
        Err(error) => return put_off(deps, &invite, &error).await,
    };
    let now = deps.clock.now();
    let next = match invite.to_value().account_seen(status, now) {
        Some(seen) => Ok(seen),
        None => invite.to_value().account_is_there(now),
    };
    let Ok(next) = next else {
        return Ok(Next::Rest);
    };
    write(deps, invite.becomes(next)).await
}

/// Writes a change, and wakes the mail worker if a mail is due.
async fn write(deps: &Deps, change: Change<Invite>) -> Result<Next, StoreError> {
    let Written::Done(next) = deps.store.write(change).await? else {
        return Ok(Next::Reload);
    };
    wake_mail(deps, &next).await;
    Ok(Next::Written(Box::new(next)))
}

/// Wakes the mail worker, if a mail of the invite is due.
async fn wake_mail(deps: &Deps, invite: &Invite) {
    if invite.mail_is_due() {
        let wake = [Wake::Invite { id: invite.id }];
        deps.queues.wake(QueueName::Mail, &invite.officer.id, &wake).await;
    }
}

/// Writes the last step of this message, if the invite still allows it.
async fn settle<E>(deps: &Deps, read: &Stored<Invite>, next: Result<Invite, E>) -> Result<Next, StoreError> {
    let Ok(next) = next else {
        return Ok(Next::Rest);
    };
    match deps.store.write(read.becomes(next)).await? {
        Written::Done(_) => Ok(Next::Rest),
        Written::LostRace => Ok(Next::Reload),
    }
}

async fn put_off(deps: &Deps, invite: &Stored<Invite>, error: &DirectoryError) -> Result<Next, StoreError> {
    let next = invite.to_value().postponed(deps.clock.now() + pause(deps, error));
    settle(deps, invite, Ok::<_, StoreError>(next)).await
}

/// The pause before the next attempt after an error, which is logged here.
fn pause(deps: &Deps, error: &DirectoryError) -> Duration {
    report(error);
    match error {
        DirectoryError::Throttled { retry_after } => *retry_after + SPREAD.mul_f64(deps.entropy.fraction()),
        DirectoryError::KnownNoEffect | DirectoryError::Unknown => UNREACHABLE_PAUSE,
        DirectoryError::Misconfigured { .. } => MISCONFIGURED_PAUSE,
    }
}

fn report(error: &DirectoryError) {
    if let DirectoryError::Misconfigured { .. } = error {
        tracing::error!(%error, "the directory has to be set up");
    } else {
        tracing::warn!(%error, "the directory did not do it");
    }
}

fn report_unknown(claimed: &Invite) {
    match claimed.state {
        InviteState::Provisioning { attempt, .. } | InviteState::Revoking { attempt, .. }
            if attempt >= ATTEMPTS_TO_REPORT =>
        {
            tracing::error!(attempt, "the directory's answer is lost again and again");
        }
        _ => report(&DirectoryError::Unknown),
    }
}
