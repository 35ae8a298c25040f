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

/// Invites of a part that are revoked or handed over at the same time.
const IN_FLIGHT: usize = 8;

/// Invites of a part that are sent again at the same time: each is written together with the one record that counts the
/// requests of its officer.
const COUNTED_IN_FLIGHT: usize = 1;

/// Changes invites on behalf of their officers.
#[derive(Clone, Debug)]
pub struct Actions {
    store: Store,
    queues: Queues,
    caps: SingleCaps,
    clock: Clock,
}

/// The share that a change counts towards.
#[derive(Clone, Copy, Debug)]
enum Counting {
    OneByOne,
    OneOfMany,
}

/// An invite after it was changed, or one that needed no change.
#[derive(Clone, Debug)]
pub struct Changed {
    pub invite: Invite,
    wake: Option<QueueName>,
}

impl Actions {
    /// Changes invites in `store` within the `caps` of their officers, and wakes the provisioning and mail workers with
    /// `queues`.
    #[must_use]
    pub fn new(store: Store, queues: Queues, caps: SingleCaps, clock: Clock) -> Self {
        Self { store, queues, caps, clock }
    }

    /// Changes one invite of `officer`, and wakes the worker of its next step. A resend or an amendment counts towards
    /// the caps.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. The invite may have been changed: a repeated call finds out. The
    /// inner error is the reason why the invite is not changed.
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

    /// Continues an action until it is done, or until `until`, after which no further part is begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Finished changes stay.
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

    /// Does the next part of an action, and records it.
    ///
    /// # Errors
    ///
    /// Like [`Actions::run`].
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
            Written::Done(next) => {
                if next.mail_is_due().is_some() {
                    self.queues.wake(QueueName::Mail, &next.officer.id, &[Wake::BulkAction { id: next.id }]).await;
                }
                Ok(next)
            }
            // Another worker continues the action, and its record counts.
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
            let Some(read) = self.store.get::<Invite>(&id).await? else {
                return Ok(Err(Refusal::NotFound));
            };
            // An invite that this action has handed over is another officer's by now.
            if act.action.is_some_and(|action| read.was_changed_by(action)) {
                return Ok(Ok(Changed { invite: read.into_value(), wake: None }));
            }
            if read.officer.id != *officer {
                return Ok(Err(Refusal::NotFound));
            }
            let change = match verb {
                Verb::Revoke => Change::revoke(&read, act),
                Verb::Resend => {
                    let mailbox = self.store.find_mailbox(&read.address_key).await?;
                    Change::resend(&read, &mailbox, act)
                }
                Verb::Amend(correction) => Change::correct(&read, correction, act),
                Verb::HandOver { to, by } => Change::hand_over(&read, to, *by, act),
            };
            let next = match change {
                Ok(Change::Next(next)) => *next,
                Ok(Change::Already) => return Ok(Ok(Changed { invite: read.into_value(), wake: None })),
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut transaction = Transaction::default();
            let changed = match verb {
                Verb::Revoke => transaction.write(read.becomes(next), Refused::LostRace)?,
                Verb::HandOver { .. } => transaction.hand_over(&read, next)?,
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

    /// The officer's usage after one more mail.
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

    /// Wakes the worker of the next step of an invite that was just written.
    pub async fn wake_for(&self, invite: &Invite, now: Timestamp) {
        if let Some(queue) = waker(invite, now) {
            self.queues.wake(queue, &invite.officer.id, &[Wake::Invite { id: invite.id }]).await;
        }
    }
}

fn in_flight(verb: &Verb) -> usize {
    match verb {
        Verb::Revoke | Verb::HandOver { .. } => IN_FLIGHT,
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
