//! A SEED licence that a signed-in officer asks for, for an account that was not created by an invite.
//!
//! An account that was created by an invite has its licence there. The id of a request is computed from the account, so
//! asking twice is one request.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    OfficerId, SeedRequestId, Timestamp, TraceId,
    id::OfDigest as _,
    invite::{Account, AccountStatus, Conflict, KEEPING_LOOK, WAKE_AFTER},
    licence::{Device, LicenceFault, SeedState, SeedStep},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRequest {
    pub id: SeedRequestId,
    pub officer: OfficerId,
    pub account: Account,
    pub seed: SeedState,
    /// The device. `None`: the device side has reported none yet.
    #[serde(default)]
    pub device: Option<Device>,
    /// When the officer first asked.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When the sweeper checks the request, where that does not follow from its state. Any change sets it to `None`.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
    /// The trace of the latest request to the API.
    pub trace: TraceId,
}

impl SeedRequestId {
    /// The id of an account's request. It is computed from the account's name without case, so each account has one.
    #[must_use]
    pub fn of_account(account: &Account) -> Self {
        let digest = Sha256::digest(account.directory_id.to_lowercase());
        Self::of_digest(digest)
    }
}

impl SeedRequest {
    #[must_use]
    pub fn new(officer: OfficerId, account: Account, now: Timestamp, trace: TraceId) -> Self {
        Self {
            id: SeedRequestId::of_account(&account),
            officer,
            account,
            seed: SeedState::Pending,
            device: None,
            created_at: now,
            updated_at: now,
            postponed_until: None,
            trace,
        }
    }

    /// The holder asks again. `None`: nothing changes.
    #[must_use]
    pub fn requested(self, now: Timestamp, trace: TraceId) -> Option<Self> {
        let seed = self.seed.requested()?;
        Some(Self { trace, ..self.with(seed, now) })
    }

    /// Records that the licence is assigned.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to assign it.
    pub fn assigned(self, now: Timestamp) -> Result<Self, Conflict> {
        self.expect(SeedStep::Assign, "licensed", now)?;
        let seed = SeedState::assigned(self.device.as_ref());
        Ok(self.with(seed, now))
    }

    /// Records that the licence system refuses the licence.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to assign it.
    pub fn refused(self, fault: LicenceFault, now: Timestamp) -> Result<Self, Conflict> {
        self.expect(SeedStep::Assign, "refused a licence", now)?;
        Ok(self.with(SeedState::refused(fault, now), now))
    }

    /// Records that the licence was withdrawn.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to withdraw it.
    pub fn withdrawn(self, now: Timestamp) -> Result<Self, Conflict> {
        self.expect(SeedStep::Withdraw, "withdrawn", now)?;
        Ok(self.with(SeedState::Withdrawn, now))
    }

    /// Records that the directory still has a licence that was withdrawn; it has to be withdrawn again. `None`: no
    /// licence was withdrawn.
    #[must_use]
    pub fn licence_found(self, now: Timestamp) -> Option<Self> {
        let seed = self.seed.still_assigned();
        (seed != self.seed).then(|| self.with(seed, now))
    }

    /// Records the account's status in the directory. `None`: nothing changes.
    #[must_use]
    pub fn account_seen(self, status: AccountStatus, now: Timestamp) -> Option<Self> {
        let seed = match status {
            AccountStatus::Pending | AccountStatus::SignedIn => self.seed.account_enabled(),
            AccountStatus::Disabled => self.seed.account_disabled(),
            // A licence ends with its account. The holder of a new account with the same name has to ask again.
            AccountStatus::Gone => SeedState::NotRequired,
        };
        (seed != self.seed).then(|| self.with(seed, now))
    }

    /// Records what the device side reports. `None`: the report is not newer than the last one.
    #[must_use]
    pub fn device_told(self, device: Device, now: Timestamp) -> Option<Self> {
        if !device.follows(self.device.as_ref()) {
            return None;
        }
        let seed = self.seed.with_device(Some(&device));
        Some(Self { device: Some(device), ..self.with(seed, now) })
    }

    /// When the sweeper has to check the request: a worker was woken and the call was lost, or its retention may be
    /// over.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        let now = self.updated_at;
        match (self.postponed_until, self.seed.step(now)) {
            (Some(until), _) => until,
            (None, SeedStep::Nothing) => self.seed.retry_at().unwrap_or(now + KEEPING_LOOK),
            (None, SeedStep::Assign | SeedStep::Withdraw) => now + WAKE_AFTER,
        }
    }

    /// Has the sweeper check it at `until`, whatever its state. Any change before that cancels this; nothing else
    /// changes.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }

    /// From when its retention counts: its last change or, while a licence is still to be assigned or withdrawn, its
    /// creation. The holder's data is kept for a set time after this.
    #[must_use]
    pub fn over_since(&self, now: Timestamp) -> Timestamp {
        let is_open = self.seed.step(now) != SeedStep::Nothing || self.seed.retry_at().is_some();
        if is_open { self.created_at } else { self.updated_at }
    }

    fn with(self, seed: SeedState, now: Timestamp) -> Self {
        Self { seed, updated_at: now, postponed_until: None, ..self }
    }

    fn expect(&self, step: SeedStep, event: &'static str, now: Timestamp) -> Result<(), Conflict> {
        if self.seed.step(now) == step { Ok(()) } else { Err(Conflict::new(self.seed.name(), event)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entropy, licence::DeviceState};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    fn trace(seed: u64) -> TraceId {
        TraceId::generate(at(0), &Entropy::seeded(seed))
    }

    fn request() -> SeedRequest {
        let account = Account { directory_id: "Officer.Example".to_owned() };
        SeedRequest::new(OfficerId::parse("officer-1").unwrap(), account, at(0), trace(1))
    }

    #[test]
    fn asking_twice_is_one_request() {
        let other = Account { directory_id: "officer.example".to_owned() };
        assert_eq!(SeedRequestId::of_account(&other), request().id, "a directory does not tell cases apart");
        assert_eq!(request().requested(at(1), trace(2)), None);
        let assigned = request().assigned(at(1)).unwrap();
        assert_eq!((assigned.next_due(), assigned.over_since(at(2))), (at(1) + KEEPING_LOOK, at(1)));
        assert_eq!(assigned.clone().requested(at(2), trace(2)), None);
        assert!(assigned.assigned(at(3)).is_err());
    }

    #[test]
    fn a_refusal_is_tried_again_at_its_time_or_when_asked() {
        let refused = request().refused(LicenceFault::NotSetUp, at(0)).unwrap();
        assert_eq!(refused.next_due(), at(300));
        assert!(refused.clone().assigned(at(1)).is_err(), "not before its time");
        assert_eq!(refused.clone().assigned(at(300)).unwrap().seed, SeedState::LicenceAssigned);
        let again = refused.requested(at(5), trace(2)).unwrap();
        assert_eq!((again.seed, again.trace), (SeedState::Pending, trace(2)));
    }

    #[test]
    fn it_follows_the_account_and_the_device() {
        let device = Device { state: DeviceState::Enrolled, at: at(2) };
        let full = request().assigned(at(1)).unwrap().device_told(device.clone(), at(2)).unwrap();
        assert_eq!(full.seed, SeedState::FullyOnboarded);
        assert_eq!(full.clone().device_told(device, at(3)), None);
        assert_eq!(full.clone().account_seen(AccountStatus::SignedIn, at(3)), None);
        let disabled = full.account_seen(AccountStatus::Disabled, at(4)).unwrap();
        assert_eq!(disabled.next_due(), at(4) + WAKE_AFTER);
        let withdrawn = disabled.withdrawn(at(5)).unwrap();
        assert_eq!((withdrawn.seed, withdrawn.next_due()), (SeedState::Withdrawn, at(5) + KEEPING_LOOK));
        let back = withdrawn.account_seen(AccountStatus::SignedIn, at(6)).unwrap().assigned(at(7)).unwrap();
        assert_eq!(back.seed, SeedState::FullyOnboarded);
        assert_eq!(back.account_seen(AccountStatus::Gone, at(8)).unwrap().seed, SeedState::NotRequired);
    }

    #[test]
    fn a_licence_that_was_withdrawn_is_withdrawn_again_when_it_is_found() {
        let disabled = request().account_seen(AccountStatus::Disabled, at(1)).unwrap();
        assert_eq!(disabled.clone().licence_found(at(2)), None, "it is still to be withdrawn");
        let found = disabled.clone().withdrawn(at(2)).unwrap().licence_found(at(3)).unwrap();
        assert_eq!(found, SeedRequest { updated_at: at(3), ..disabled.clone() });
        for (state, expected) in [(AccountStatus::Pending, Some(SeedState::Pending)), (AccountStatus::Disabled, None)] {
            let seen = disabled.clone().account_seen(state, at(2)).map(|seen| seen.seed);
            assert_eq!(seen, expected, "{state:?}");
        }
    }

    #[test]
    fn only_the_step_that_is_next_is_recorded() {
        let refused = |request: SeedRequest| request.refused(LicenceFault::NoneLeft, at(9));
        let withdrawing = request().account_seen(AccountStatus::Disabled, at(1)).unwrap();
        for conflict in [withdrawing.clone().assigned(at(9)), refused(withdrawing)] {
            assert!(conflict.unwrap_err().to_string().starts_with("what is WITHDRAWING cannot be "));
        }
        assert_eq!(request().withdrawn(at(9)).unwrap_err().to_string(), "what is PENDING cannot be withdrawn");
    }

    #[test]
    fn a_postponed_request_is_checked_then_unless_it_changes_before() {
        let postponed = request().postponed(at(999));
        assert_eq!(postponed.next_due(), at(999));
        assert_eq!(postponed.assigned(at(1)), request().assigned(at(1)));
    }

    #[test]
    fn data_is_kept_from_the_last_change_or_from_the_creation_while_work_is_open() {
        let device = Device { state: DeviceState::Enrolled, at: at(1) };
        let refused = |fault| request().refused(fault, at(5)).unwrap();
        let withdrawing = request().account_seen(AccountStatus::Disabled, at(5)).unwrap();
        for (request, since) in [
            (request().device_told(device, at(5)).unwrap(), at(0)),
            (request().assigned(at(5)).unwrap(), at(5)),
            (refused(LicenceFault::NoneLeft), at(0)),
            (refused(LicenceFault::Refused), at(5)),
            (withdrawing.clone(), at(0)),
            (withdrawing.withdrawn(at(6)).unwrap(), at(6)),
        ] {
            assert_eq!(request.over_since(at(7)), since, "{:?}", request.seed);
        }
    }
}
