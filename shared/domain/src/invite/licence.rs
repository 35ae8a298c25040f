//! The SEED licence of an invite, and the device of its holder.

use super::{
    Conflict, Invite,
    history::{Act, Actor, Event},
    schedule::NextStep,
    state::InviteState,
};
use crate::{
    Timestamp,
    licence::{Device, LicenceFault, SeedState},
};

impl Invite {
    /// Records that the account now has its SEED licence.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to assign a licence.
    pub fn seed_assigned(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::AssignSeed => {
                let seed = SeedState::assigned(self.device.as_ref());
                Ok(self.with_seed(seed, Event::LicenceAssigned, now))
            }
            _ => Err(self.conflict("licensed")),
        }
    }

    /// Records that the licence system refuses the licence.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to assign a licence.
    pub fn seed_refused(self, fault: LicenceFault, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::AssignSeed => Ok(self.with_seed(SeedState::refused(fault, now), Event::LicenceError, now)),
            _ => Err(self.conflict("refused a licence")),
        }
    }

    /// Records that the licence of a disabled account was withdrawn.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is to withdraw a licence.
    pub fn seed_withdrawn(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::WithdrawSeed => Ok(self.with_seed(SeedState::Withdrawn, Event::LicenceWithdrawn, now)),
            _ => Err(self.conflict("withdrawn")),
        }
    }

    /// Records that the directory still has a licence that was withdrawn; it has to be withdrawn again. `None`: no
    /// licence was withdrawn.
    #[must_use]
    pub fn licence_found(self, now: Timestamp) -> Option<Self> {
        let seed = self.seed.still_assigned();
        (seed != self.seed).then(|| self.with_seed(seed, Event::LicenceFound, now))
    }

    /// The holder asks for SEED. `None`: the request changes nothing.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless there is an account that is not disabled.
    pub fn request_seed(self, act: &Act) -> Result<Option<Self>, Conflict> {
        if !matches!(self.unpaused(), InviteState::AccountCreated { .. } | InviteState::Onboarded { .. }) {
            return Err(self.conflict("licensed"));
        }
        let Some(seed) = self.seed.requested() else { return Ok(None) };
        Ok(Some(Self { seed, ..self.apply(Event::SeedRequested, Actor::Invitee, act) }))
    }

    /// Records what the device side reports about the holder's device. `None`: the report is not newer than the last
    /// one.
    #[must_use]
    pub fn device_told(self, device: Device, now: Timestamp) -> Option<Self> {
        if !device.follows(self.device.as_ref()) {
            return None;
        }
        let seed = self.seed.with_device(Some(&device));
        let event = Event::from(&device.state);
        Some(Self { device: Some(device), ..self }.with_seed(seed, event, now))
    }

    pub(super) fn with_seed(self, seed: SeedState, event: Event, now: Timestamp) -> Self {
        Self { seed, ..self.happened(event, now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::{
        samples::{DAY, act, at, created},
        state::AccountStatus,
    };

    #[test]
    fn a_disabled_account_loses_its_licence_and_gets_it_back_with_its_device() {
        let device = Device { state: crate::licence::DeviceState::Enrolled, at: at(3) };
        let invite = created(SeedState::LicenceAssigned).device_told(device.clone(), at(3)).unwrap();
        assert_eq!(invite.seed, SeedState::FullyOnboarded);
        assert_eq!(invite.clone().device_told(device, at(4)), None, "told twice");
        let onboarded = invite.account_seen(AccountStatus::SignedIn, at(5)).unwrap();
        let disabled = onboarded.account_seen(AccountStatus::Disabled, at(6)).unwrap();
        assert_eq!(
            (disabled.techpass_status().label(), disabled.next_step(at(6))),
            ("Disabled", NextStep::WithdrawSeed)
        );
        assert!(disabled.is_live() && disabled.next_due().is_some());
        assert!(!disabled.mail_is_due(), "nobody can use what the mail says");
        assert_eq!(disabled.clone().account_seen(AccountStatus::Disabled, at(7)), None);
        let withdrawn = disabled.seed_withdrawn(at(7)).unwrap();
        assert_eq!(
            (withdrawn.seed_status().label(), withdrawn.next_step(at(8))),
            ("Licence withdrawn", NextStep::Nothing)
        );
        assert!(withdrawn.clone().request_seed(&act(8)).is_err());
        let enabled = withdrawn.account_seen(AccountStatus::SignedIn, at(9)).unwrap();
        assert_eq!((enabled.techpass_status().label(), enabled.next_step(at(9))), ("Onboarded", NextStep::AssignSeed));
        assert_eq!(enabled.seed_assigned(at(10)).unwrap().seed, SeedState::FullyOnboarded);
    }

    #[test]
    fn a_refused_licence_says_why_and_is_due_when_it_is_tried_again() {
        let refused = created(SeedState::Pending).seed_refused(LicenceFault::NotSetUp, at(3)).unwrap();
        let mailed = refused.claim_mail(at(4)).unwrap().mail_accepted("m".into(), at(5)).unwrap();
        assert_eq!(mailed.next_due(), Some(at(303)));
        assert_eq!(mailed.next_step(at(302)), NextStep::Nothing);
        assert_eq!(mailed.next_step(at(303)), NextStep::AssignSeed);
        let asked = mailed.request_seed(&act(60)).unwrap().unwrap();
        assert_eq!((asked.seed, asked.history.last().unwrap().by), (SeedState::Pending, Actor::Invitee));
        assert_eq!(asked.request_seed(&act(61)), Ok(None), "asked for already");
    }

    #[test]
    fn nothing_is_shown_of_the_licence_of_an_account_that_is_gone() {
        let gone = created(SeedState::LicenceAssigned).account_seen(AccountStatus::Gone, at(3)).unwrap();
        assert_eq!(
            (gone.techpass_status().label(), gone.seed_status().label(), gone.next_due()),
            ("User Not Found", "-", Some(at(3 + DAY)))
        );
        let refused = SeedState::LicenceError { fault: LicenceFault::Refused, retry_at: None };
        let refused = created(refused);
        assert!(refused.seed_detail().is_some());
        assert_eq!(refused.account_seen(AccountStatus::Gone, at(3)).unwrap().seed_detail(), None);
        assert_eq!(gone.account_seen(AccountStatus::Disabled, at(4)), None);
    }

    #[test]
    fn a_withdrawn_licence_that_is_found_in_the_directory_is_withdrawn_again() {
        let disabled = created(SeedState::LicenceAssigned).account_seen(AccountStatus::Disabled, at(3)).unwrap();
        assert_eq!(disabled.clone().licence_found(at(4)), None, "it is still to be withdrawn");
        let found = disabled.seed_withdrawn(at(4)).unwrap().licence_found(at(5)).unwrap();
        assert_eq!((found.seed, found.next_step(at(5))), (SeedState::Withdrawing, NextStep::WithdrawSeed));
        assert_eq!((found.history.last().unwrap().event, found.updated_at), (Event::LicenceFound, at(5)));
    }

    #[test]
    fn a_licence_is_only_changed_by_the_step_that_is_next() {
        let disabled = created(SeedState::LicenceAssigned).account_seen(AccountStatus::Disabled, at(3)).unwrap();
        for (invite, next) in [
            (created(SeedState::NotRequired), NextStep::Nothing),
            (created(SeedState::Pending), NextStep::AssignSeed),
            (disabled, NextStep::WithdrawSeed),
        ] {
            assert_eq!(invite.next_step(at(4)), next);
            assert_eq!(invite.clone().seed_assigned(at(4)).is_ok(), next == NextStep::AssignSeed, "{next:?}");
            let refused = invite.clone().seed_refused(LicenceFault::NoneLeft, at(4));
            assert_eq!(refused.is_ok(), next == NextStep::AssignSeed, "{next:?}");
            assert_eq!(invite.seed_withdrawn(at(4)).is_ok(), next == NextStep::WithdrawSeed, "{next:?}");
        }
    }
}
