#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;

use domain::{
    Clock, InviteId, OfficerId, Timestamp,
    bulk_action::{BulkAction, BulkActionState, Change, Outcome, Part, Refusal, Verb},
    invite::{Act, Invite, NextStep},
    usage::{CapReached, SingleCaps, Usage},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use queue::{QueueName, Queues, Wake};
use store::{MAX_UPDATE_ROUNDS, Refused, Store, StoreError, Stored, Transaction, Written};

/// How many invites of a part are revoked at a time.
const IN_FLIGHT: usize = 8;

/// How many are mailed again at a time: each is written together with the one item that counts its officer's requests.
const COUNTED_IN_FLIGHT: usize = 1;

/// Changes invites on behalf of their officers.
#[derive(Clone, Debug)]
pub struct Actions {
    store: Store,
    queues: Queues,
    caps: SingleCaps,
    clock: Clock,
}

/// Which share of an officer a change counts towards.
#[derive(Clone, Copy, Debug)]
enum Counting {
    OneByOne,
    OneOfMany,
}

/// An invite after it was changed, or when it was so already.
#[derive(Clone, Debug)]
pub struct Changed {
    pub invite: Invite,
    wake: Option<QueueName>,
}

impl Actions {
    /// Changes invites in `store` within the `caps` of their officers, and wakes the provisioning and mail workers by
    /// `queues`.
    #[must_use]
    pub fn new(store: Store, queues: Queues, caps: SingleCaps, clock: Clock) -> Self {
        Self { store, queues, caps, clock }
    }

    /// Does one thing with one invite of `officer`, and wakes the worker that is next. A resend or amendment counts
    /// towards the caps.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; the invite may have been changed, and asking again tells. Inside is why the invite
    /// stays as it is.
    pub async fn one(
        &self,
        verb: &Verb,
        officer: &OfficerId,
        id: InviteId,
        act: &Act,
    ) -> Result<Result<Invite, Refusal>, StoreError> {
        let changed = match self.change(verb, officer, id, act, Counting::OneByOne).await? {
            Ok(changed) => changed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(queue) = changed.wake {
            self.queues.wake(queue, officer, &[Wake::Invite { id }]).await;
        }
        Ok(Ok(changed.invite))
    }

    /// Goes on with an action until it is done, or no further part may be begun because `until` has come.
    ///
    /// # Errors
    ///
    /// When the table cannot answer. What was done is kept or found again.
    pub async fn run(
        &self,
        mut action: Stored<BulkAction>,
        until: Timestamp,
    ) -> Result<Stored<BulkAction>, StoreError> {
        while matches!(action.state, BulkActionState::Running { .. }) && self.clock.now() < until {
            action = self.step(action).await?;
        }
        Ok(action)
    }

    /// Does the next part of an action and records it.
    ///
    /// # Errors
    ///
    /// As [`Actions::run`].
    pub async fn step(&self, action: Stored<BulkAction>) -> Result<Stored<BulkAction>, StoreError> {
        let BulkActionState::Running { part: number } = action.state else {
            return Ok(action);
        };
        let lost = || StoreError::Corrupt { entity: "part", problem: "it is gone before its action".to_owned() };
        let part = self.store.get::<Part>(&(action.id, number)).await?.ok_or_else(lost)?;
        let ids: Vec<InviteId> = part.entries.iter().map(|entry| entry.invite).collect();
        let asked = &action;
        let changes: Vec<_> = stream::iter(ids)
            .map(|id| async move {
                let act = Act { at: self.clock.now(), trace: asked.trace.clone(), action: Some(asked.id) };
                Ok::<_, StoreError>((
                    id,
                    self.change(&asked.verb, &asked.officer.id, id, &act, Counting::OneOfMany).await?,
                ))
            })
            .buffered(in_flight(&asked.verb))
            .try_collect()
            .await?;
        let mut wakes: BTreeMap<QueueName, Vec<Wake>> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(changes.len());
        for (id, change) in changes {
            if let Ok(Changed { wake: Some(queue), .. }) = &change {
                wakes.entry(*queue).or_default().push(Wake::Invite { id });
            }
            outcomes.push(change.map_or_else(|why| Outcome::Skipped { why }, |_| Outcome::Done));
        }
        for (queue, wakes) in wakes {
            self.queues.wake(queue, &action.officer.id, &wakes).await;
        }
        let decided = part.becomes(part.to_value().decided(outcomes));
        let Ok(next) = action.to_value().advanced(&decided, self.clock.now()) else {
            return Ok(action);
        };
        match self.store.write_both(action.becomes(next), decided).await? {
            Written::Done(next) => Ok(next),
            // Another worker goes on with it: theirs is the truth.
            Written::LostRace => Ok(self.store.get::<BulkAction>(&action.id).await?.unwrap_or(action)),
        }
    }

    async fn change(
        &self,
        verb: &Verb,
        officer: &OfficerId,
        id: InviteId,
        act: &Act,
        counting: Counting,
    ) -> Result<Result<Changed, Refusal>, StoreError> {
        for _ in 0..MAX_UPDATE_ROUNDS {
            let own = self.store.get::<Invite>(&id).await?.filter(|invite| invite.officer.id == *officer);
            let Some(read) = own else {
                return Ok(Err(Refusal::NotFound));
            };
            if act.action.is_some_and(|action| read.was_changed_by(action)) {
                return Ok(Ok(Changed { invite: read.into_value(), wake: None }));
            }
            let change = match verb {
                Verb::Revoke => Change::revoke(&read, act),
                Verb::Resend => {
                    let mailbox = self.store.find_mailbox(&read.address_key).await?;
                    Change::resend(&read, &mailbox, act)
                }
                Verb::Amend(correction) => Change::correct(&read, correction, act),
            };
            let next = match change {
                Ok(Change::Next(next)) => *next,
                Ok(Change::Already) => return Ok(Ok(Changed { invite: read.into_value(), wake: None })),
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut transaction = Transaction::default();
            let changed = match verb {
                Verb::Revoke => transaction.write(read.becomes(next), Refused::LostRace)?,
                Verb::Resend | Verb::Amend(_) => {
                    match self.counted(officer, counting, act.at).await? {
                        Ok(usage) => transaction.write(usage, Refused::UsageMoved)?,
                        Err(cap) => return Ok(Err(Refusal::CapReached { cap })),
                    };
                    transaction.revive(&read, next)?
                }
            };
            match transaction.commit(&self.store).await?.first() {
                None => {
                    let invite = changed.into_value();
                    return Ok(Ok(Changed { wake: waker(&invite, act.at), invite }));
                }
                Some(Refused::LostRace | Refused::UsageMoved | Refused::KeyUsed) => {}
                Some(Refused::AddressTaken) => {
                    let is_others = self.store.is_invited_by_another(&changed.address_key, officer).await?;
                    return Ok(Err(if is_others { Refusal::InvitedByAnother } else { Refusal::AlreadyInvited }));
                }
                Some(Refused::UsernameTaken) => return Ok(Err(Refusal::UsernameTaken)),
            }
        }
        Ok(Err(Refusal::LostRace))
    }

    /// The officer's usage with one mail more.
    async fn counted(
        &self,
        officer: &OfficerId,
        counting: Counting,
        now: Timestamp,
    ) -> Result<Result<store::Change<Usage>, CapReached>, StoreError> {
        let usage = self.store.find_usage(officer).await?;
        let counted = match counting {
            Counting::OneByOne => usage.to_value().one(&self.caps, now),
            Counting::OneOfMany => usage.to_value().one_of_many(&self.caps, now),
        };
        Ok(counted.map(|next| usage.becomes(next)))
    }

    /// Wakes the worker that is next for an invite that was just written.
    pub async fn wake_for(&self, invite: &Invite, now: Timestamp) {
        if let Some(queue) = waker(invite, now) {
            self.queues.wake(queue, &invite.officer.id, &[Wake::Invite { id: invite.id }]).await;
        }
    }
}

fn in_flight(verb: &Verb) -> usize {
    match verb {
        Verb::Revoke => IN_FLIGHT,
        Verb::Resend | Verb::Amend(_) => COUNTED_IN_FLIGHT,
    }
}

/// The queue of the worker that has to act on an invite now.
fn waker(invite: &Invite, now: Timestamp) -> Option<QueueName> {
    if invite.next_step(now) != NextStep::Nothing {
        Some(QueueName::Provision)
    } else {
        invite.mail_is_due().then_some(QueueName::Mail)
    }
}
