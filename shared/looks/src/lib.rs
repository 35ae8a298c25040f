#![doc = include_str!("../README.md")]

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use directory::Accounts;
use domain::{
    Clock, InviteId, Officer, Timestamp,
    invite::{Invite, InviteState, NextStep},
};
use futures::{StreamExt as _, stream};
use queue::{QueueName, Queues, Wake};
use store::{Store, StoreError, Stored, Written, rows::KeyedRow};

/// How long a check of an account is valid.
const FRESH: Duration = Duration::from_secs(60);

/// For how long after the last event of an invite its account is checked. A check makes the account an active user of
/// the month, which costs, so the daily list of all accounts has to do after that.
const CHECKED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Accounts that are checked for one request, and how many of them at the same time. A user pool allows 120 reads a
/// second.
const PER_REQUEST: usize = 25;
const IN_FLIGHT: usize = 10;

/// How long a request waits for these checks at most.
const PATIENCE: Duration = Duration::from_secs(3);

/// Checks in memory at most. After that all are dropped, which costs one check for each account.
const REMEMBERED: usize = 10_000;

/// Checks accounts of invites. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct Looks {
    store: Store,
    accounts: Arc<dyn Accounts>,
    /// The queue that wakes `provision-user`. `None`: the sweeper wakes it.
    queues: Option<Queues>,
    clock: Clock,
    remembered: Arc<Remembered>,
}

/// When this process last checked each account.
///
/// It is in memory and not in the table, because a check without news would cost a write.
#[derive(Debug, Default)]
struct Remembered(Mutex<HashMap<InviteId, Timestamp>>);

impl Remembered {
    /// Whether to check the account now. If so, the check counts from `now`.
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

/// Why accounts are checked now, which decides whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An officer opens a page with them. Those whose last event is long ago are left to the daily list.
    Shown,
    /// An officer is about to be told that these people are invited already.
    Invited,
}

fn awaits_sign_in(state: &InviteState) -> bool {
    matches!(state, InviteState::AccountCreated { .. })
}

impl Reason {
    /// Whether what is recorded of an account is to be checked: its last event was at `over_since`, and its invite was
    /// written at `updated_at`.
    fn is_stale(self, over_since: Option<Timestamp>, updated_at: Timestamp, now: Timestamp) -> bool {
        let is_recent = over_since.is_some_and(|since| now < since + CHECKED_FOR);
        now >= updated_at + FRESH && (is_recent || self == Self::Invited)
    }
}

impl Looks {
    /// Looks that nobody has made yet. What they find to do is left to the sweeper.
    #[must_use]
    pub fn new(store: Store, accounts: Arc<dyn Accounts>, clock: Clock) -> Self {
        Self { store, accounts, queues: None, clock, remembered: Arc::default() }
    }

    /// Wakes the worker of what they find to do, by its queue.
    #[must_use]
    pub fn waking(self, queues: Queues) -> Self {
        Self { queues: Some(queues), ..self }
    }

    /// Updates the invites with accounts, as far as time and the directory allow: 25 of them at most. Invites that wait
    /// for their first sign-in come first. An account that was checked within the last minute is not checked again.
    pub async fn again(&self, mut invites: Vec<Stored<Invite>>, reason: Reason) -> Vec<Stored<Invite>> {
        let now = self.clock.now();
        let mut waiting: Vec<(usize, &Stored<Invite>)> =
            invites.iter().enumerate().filter(|(_, invite)| invite.account().is_some()).collect();
        waiting.sort_by_key(|(_, invite)| Reverse(awaits_sign_in(&invite.state)));
        let due: Vec<(usize, Stored<Invite>)> = waiting
            .into_iter()
            .filter(|(_, invite)| reason.is_stale(invite.over_since(), invite.updated_at, now))
            .filter(|(_, invite)| self.remembered.is_due(invite.id, now))
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

    /// Marks the ready rows of people who are known, as [`Store::mark_known`] does, after a check of the accounts that
    /// their invites led to.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn mark_known(
        &self,
        store: &Store,
        rows: &mut [KeyedRow],
        officer: &Officer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        store.mark_known(rows, officer, now, async |live| self.again(live, Reason::Invited).await).await
    }

    /// The invite with its account's current status. `None`: there is no news, or it could not be recorded.
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
            // Another writer changed it: the next check sees both changes.
            Ok(Written::LostRace) => None,
            Err(error) => {
                tracing::warn!(invite_id = %id, %error, "what was seen could not be recorded");
                None
            }
        }
    }

    /// Wakes the worker that withdraws a licence, or assigns it again.
    async fn wake_for(&self, invite: &Invite, now: Timestamp) {
        if let Some(queues) = &self.queues
            && invite.next_step(now) != NextStep::Nothing
        {
            queues.wake(QueueName::Provision, &invite.officer.id, &[Wake::Invite { id: invite.id }]).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_checked_once_a_minute() {
        let (looks, entropy) = (Remembered::default(), testing::seeded(1));
        let at = |ms| Timestamp::from_unix_ms(ms);
        let [one, other] = [1, 2].map(|_| InviteId::generate(at(0), &entropy));
        for (id, ms, is_due) in [
            (one, 0, true),
            (one, 59_999, false),
            (other, 59_999, true),
            (one, 60_000, true),
            (one, 119_999, false),
            (one, 120_000, true),
        ] {
            assert_eq!(looks.is_due(id, at(ms)), is_due, "{ms}");
        }
    }

    #[test]
    fn an_account_is_checked_from_a_minute_after_its_invite_was_written_until_thirty_days_after_its_last_event() {
        const DAYS_MS: i64 = 30 * 24 * 3600 * 1000;
        let at = Timestamp::from_unix_ms;
        for (over_since, updated_at, now, expected) in [
            (Some(0), 0, 59_999, false),
            (Some(0), 0, 60_000, true),
            (Some(0), 60_000, 119_999, false),
            (Some(0), 0, DAYS_MS - 1, true),
            (Some(0), 0, DAYS_MS, false),
            (Some(0), DAYS_MS - 1, DAYS_MS, false),
            (None, 0, 60_000, false),
        ] {
            let found = Reason::Shown.is_stale(over_since.map(at), at(updated_at), at(now));
            assert_eq!(found, expected, "{over_since:?} {updated_at} {now}");
        }
        for (updated_at, now, expected) in [(0, 59_999, false), (0, 60_000, true), (0, DAYS_MS, true)] {
            let found = Reason::Invited.is_stale(Some(at(0)), at(updated_at), at(now));
            assert_eq!(found, expected, "before a refusal: {updated_at} {now}");
        }
    }

    #[test]
    fn only_a_holder_who_has_not_signed_in_awaits_it() {
        let account = domain::invite::Account { directory_id: "7".to_owned() };
        assert!(awaits_sign_in(&InviteState::AccountCreated { account: account.clone() }));
        assert!(!awaits_sign_in(&InviteState::Onboarded { account }));
    }

    #[test]
    fn all_checks_are_forgotten_when_there_are_too_many() {
        let (looks, entropy, now) = (Remembered::default(), testing::seeded(1), Timestamp::from_unix_ms(0));
        let ids: Vec<InviteId> = (0..REMEMBERED).map(|_| InviteId::generate(now, &entropy)).collect();
        assert!(ids.iter().all(|id| looks.is_due(*id, now)));
        assert!(!looks.is_due(ids[0], now), "as many as are remembered");
        assert!(looks.is_due(InviteId::generate(now, &entropy), now));
        assert!(looks.is_due(ids[0], now));
    }
}
