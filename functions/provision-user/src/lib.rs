//! Creates the account of an invite, assigns and withdraws SEED licences, and has first passwords mailed.
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
//! - **assign a licence, withdraw it**: AdminGetUser and AdminAddUserToGroup, or AdminRemoveUserFromGroup, PutItem
//! - **first password**: two GetItem (mail switch, mailbox), TransactWriteItems (claim and mailbox), AdminCreateUser,
//!   PutItem; if nothing was mailed, GetItem (mailbox) and TransactWriteItems instead of the last
//!
//! An account is claimed before it is created. If the answer or this process is lost, the claim stays until its lease
//! ends. The next worker then finds the account by the id of its invite, and adopts it.

mod licence;

use std::{sync::Arc, time::Duration};

use boot::{Disposition, RECORD_PAUSES, Stack, leaves_time};
use directory::{AccountToCreate, Accounts, CreateOutcome, DirectoryError, Elsewhere, FirstPasswordOutcome, Licences};
use domain::{
    Clock, Entropy, InviteId, Timestamp,
    invite::{Account, Conflict, Failure, FirstPassword, Invite, InviteState, NextStep, WAKE_AFTER},
    licence::SeedState,
    mail::Closed,
};
use queue::{Destination, QueueName, Queues, Wake};
use store::{Change, Store, StoreError, Stored, Written, settings::MailSwitch};
use tracing::Instrument as _;

/// Steps of one message at most, lost races included: an invite has four, and each may be lost once.
const ROUNDS: usize = 8;

/// The time that must be left to claim an account: a turn, a create and its record that all take as long as they may.
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
    if step == NextStep::Provision && now + TIME_TO_CREATE > deadline {
        return Ok(Next::OutOfTime);
    }
    // While no mail is sent the directory is not asked, because its answer would be too old when mail is sent again.
    if invite.asks_again(now) && is_check(step) && deps.store.mail_switch(now).await? != MailSwitch::Running {
        return Ok(Next::Rest);
    }
    match step {
        NextStep::CheckAddress => check_address(deps, invite).await,
        NextStep::CheckAccount => check_account(deps, invite).await,
        NextStep::Provision => provision(deps, invite).await,
        // The holder waits for the password in front of a page. A licence that cannot be assigned must not delay it.
        NextStep::AssignSeed if awaits_first_password(&invite) => send_first_password(deps, invite, deadline).await,
        NextStep::AssignSeed | NextStep::WithdrawSeed => licence::of_invite(deps, invite, step).await,
        NextStep::SendFirstPassword => send_first_password(deps, invite, deadline).await,
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

async fn provision(deps: &Deps, invite: Stored<Invite>) -> Result<Next, StoreError> {
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
    let created = deps.accounts.create(&wanted).await;
    // An earlier claim may have created the account with the same details that are refused now.
    let created = match created {
        Ok(CreateOutcome::DetailsRefused) if was_claimed_before(&claimed.state) => deps
            .accounts
            .find_created(&wanted)
            .await
            .map(|found| found.map_or(CreateOutcome::DetailsRefused, CreateOutcome::AlreadyOurs)),
        created => created,
    };
    let seed = match &created {
        Ok(CreateOutcome::Created(account) | CreateOutcome::AlreadyOurs(account)) => {
            seed_of_new_account(deps, &claimed, account).await
        }
        _ => claimed.seed,
    };
    let (now, made) = (deps.clock.now(), claimed.to_value());
    let next = match created {
        Ok(CreateOutcome::Created(account) | CreateOutcome::AlreadyOurs(account)) => {
            tracing::info!("account made");
            made.account_created(account, seed, now)
        }
        Ok(CreateOutcome::EmailTaken) => made.fail(Failure::AccountExists, now),
        Ok(CreateOutcome::UsernameTaken) => made.fail(Failure::UsernameTaken, now),
        Ok(CreateOutcome::DetailsRefused) => made.fail(Failure::DetailsRefused, now),
        Err(DirectoryError::Unknown) => {
            report_unknown(&claimed);
            return Ok(Next::Rest);
        }
        Err(error) => {
            let retry_at = now + pause(deps, &error);
            return settle(deps, &claimed, made.give_back(retry_at, now)).await;
        }
    };
    let Ok(next) = next else {
        return Ok(Next::Rest);
    };
    let written = deps.store.record_account(claimed.becomes(next)).await?;
    match wake_mail(deps, written).await {
        // A licence that could not be assigned now is tried again later, not at once.
        Next::Written(_) => Ok(Next::Rest),
        next => Ok(next),
    }
}

async fn listed_elsewhere(deps: &Deps, invite: &Invite) -> Result<Elsewhere, StoreError> {
    let is_held = deps.store.is_held(&invite.address_key, deps.clock.now()).await?;
    Ok(if is_held { Elsewhere::Listed } else { Elsewhere::NotListed })
}

/// Assigns the licence with the account where possible, so that both are one write. Otherwise it stays pending.
async fn seed_of_new_account(deps: &Deps, invite: &Invite, account: &Account) -> SeedState {
    if invite.seed == SeedState::Pending { licence::of_new_account(deps, account).await } else { invite.seed }
}

/// Has the directory mail a first password. As for every mail, the emergency stop, the bound of the mailbox and its
/// suppression prevent it.
async fn send_first_password(deps: &Deps, invite: Stored<Invite>, deadline: Timestamp) -> Result<Next, StoreError> {
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

/// Writes a change, and wakes the mail worker if a mail is due.
async fn write(deps: &Deps, change: Change<Invite>) -> Result<Next, StoreError> {
    let written = deps.store.write(change).await?;
    Ok(wake_mail(deps, written).await)
}

/// Wakes the mail worker, if a change was written that makes a mail due.
async fn wake_mail(deps: &Deps, written: Written<Stored<Invite>>) -> Next {
    let Written::Done(next) = written else {
        return Next::Reload;
    };
    if next.mail_is_due() {
        let wake = [Wake::Invite { id: next.id }];
        deps.queues.wake(QueueName::Mail, &next.officer.id, &wake).await;
    }
    Next::Written(Box::new(next))
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
        InviteState::Provisioning { attempt, .. } if attempt >= ATTEMPTS_TO_REPORT => {
            tracing::error!(attempt, "the directory's answer is lost again and again");
        }
        _ => report(&DirectoryError::Unknown),
    }
}

/// Whether an earlier worker claimed the account and did not record the outcome.
fn was_claimed_before(claimed: &InviteState) -> bool {
    matches!(claimed, InviteState::Provisioning { attempt, .. } if *attempt > 1)
}

fn awaits_first_password(invite: &Invite) -> bool {
    matches!(invite.state, InviteState::AccountCreated { .. })
        && matches!(invite.first_password, FirstPassword::Requested { .. })
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

    #[test]
    fn only_an_earlier_claim_may_have_created_an_account() {
        let lease_until = Timestamp::from_unix_ms(0);
        for (attempt, was_claimed) in [(1, false), (2, true), (3, true)] {
            let claimed = InviteState::Provisioning { lease_until, attempt };
            assert_eq!(was_claimed_before(&claimed), was_claimed, "{attempt}");
        }
    }
}
