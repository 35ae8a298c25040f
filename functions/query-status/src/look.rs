//! How accounts stand by now: only the directory knows whether holders signed in, and whether accounts were disabled or
//! deleted, so it is asked when the officer looks.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    InviteId, Timestamp,
    invite::{Invite, InviteState, NextStep},
};
use futures::{StreamExt as _, stream};
use queue::{QueueName, Wake};
use store::{Stored, Written};

use crate::Deps;

/// How long what was seen counts as fresh.
const FRESH: Duration = Duration::from_secs(60);

/// Accounts asked about for one request, and how many of them at a time: a user pool takes 120 reads a second.
const PER_REQUEST: usize = 25;
const IN_FLIGHT: usize = 10;

/// What a request spends on it; the rest of the answer is not kept waiting longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Looks remembered at most; then all are forgotten, which costs a look each.
const REMEMBERED: usize = 10_000;

/// When each account was last looked at by this process.
///
/// Kept in memory and not in the table: a look that finds nothing new would cost a write.
#[derive(Debug, Default)]
pub struct Looks(Mutex<HashMap<InviteId, Timestamp>>);

impl Looks {
    /// Whether to look now; if so, this is the look.
    fn is_due(&self, id: InviteId, now: Timestamp) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.get(&id).is_some_and(|at| now < *at + FRESH) {
            return false;
        }
        if looks.len() >= REMEMBERED {
            looks.clear();
        }
        looks.insert(id, now);
        true
    }
}

impl Deps {
    /// Brings the invites that have accounts up to date, as far as time and the directory allow: those that wait for
    /// their first sign-in before the others.
    pub(crate) async fn look_again(&self, mut invites: Vec<Stored<Invite>>) -> Vec<Stored<Invite>> {
        let now = self.clock.now();
        let mut waiting: Vec<(usize, &Stored<Invite>)> =
            invites.iter().enumerate().filter(|(_, invite)| invite.account().is_some()).collect();
        waiting.sort_by_key(|(_, invite)| !matches!(invite.state, InviteState::AccountCreated { .. }));
        let due: Vec<(usize, Stored<Invite>)> = waiting
            .into_iter()
            .filter(|(_, invite)| now >= invite.updated_at + FRESH && self.looks.is_due(invite.id, now))
            .take(PER_REQUEST)
            .map(|(place, invite)| (place, invite.clone()))
            .collect();
        let looks = stream::iter(due)
            .map(|(place, invite)| async move { (place, self.look(invite, now).await) })
            .buffer_unordered(IN_FLIGHT)
            .for_each(|(place, seen)| {
                if let (Some(seen), Some(invite)) = (seen, invites.get_mut(place)) {
                    *invite = seen;
                }
                std::future::ready(())
            });
        if tokio::time::timeout(PATIENCE, looks).await.is_err() {
            tracing::warn!("the directory is slow; some invites show what was last known");
        }
        invites
    }

    /// The invite as the directory has it now, if that is news and could be recorded.
    async fn look(&self, invite: Stored<Invite>, now: Timestamp) -> Option<Stored<Invite>> {
        let id = invite.id;
        let status = match self.accounts.status(invite.account()?).await {
            Ok(status) => status,
            Err(error) => {
                tracing::warn!(invite_id = %id, %error, "an account could not be looked at");
                return None;
            }
        };
        let next = invite.to_value().account_seen(status, now)?;
        match self.store.write(invite.becomes(next)).await {
            Ok(Written::Done(next)) => {
                self.wake_for(&next, now).await;
                Some(next)
            }
            // Somebody else changed it: the next look sees both.
            Ok(Written::LostRace) => None,
            Err(error) => {
                tracing::warn!(invite_id = %id, %error, "what was seen could not be recorded");
                None
            }
        }
    }

    /// Wakes the worker that withdraws a licence or assigns it again.
    async fn wake_for(&self, invite: &Invite, now: Timestamp) {
        if invite.next_step(now) == NextStep::Nothing {
            return;
        }
        let wake = [Wake::Invite { id: invite.id }];
        self.queues.wake(QueueName::Provision, &invite.officer.id, &wake).await;
    }
}
