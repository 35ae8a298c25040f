//! A SEED licence, and the device that it is for.
//!
//! ```text
//! NOT_REQUIRED -> PENDING -> LICENCE_ASSIGNED <-> FULLY_ONBOARDED        INELIGIBLE
//!                    |  ^-> LICENCE_ERROR(fault)
//!                    |  (requested again, or retried when it is due)
//! the account is disabled: any of them -> WITHDRAWING -> WITHDRAWN; enabled again: -> PENDING
//! ```
//!
//! `PENDING` and `WITHDRAWING` are claims: they are written before the directory is called, so a worker that finds one
//! calls again, which is harmless.

mod device;
mod request;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{SeedEligibility, SeedWish, Timestamp};

pub use device::{Device, DeviceFault, DeviceState};
pub use request::SeedRequest;

/// The state of a SEED licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeedState {
    NotRequired,
    /// The domain may not have SEED.
    Ineligible,
    /// It is requested, and not assigned yet.
    Pending,
    LicenceAssigned,
    /// It is assigned, and a device is enrolled.
    FullyOnboarded,
    /// The licence system refuses it.
    LicenceError {
        #[serde(default)]
        fault: LicenceFault,
        /// When the service tries again. `None`: never, because only an amendment can help.
        #[serde(default)]
        retry_at: Option<Timestamp>,
    },
    /// The account is disabled, and the licence is to be withdrawn.
    Withdrawing,
    /// It is withdrawn while the account is disabled. It is assigned again when the account is enabled.
    Withdrawn,
}

/// Why the licence system refuses a licence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceFault {
    /// It is not set up: its group is missing, or this service has no permission to add accounts to it.
    NotSetUp,
    /// There is no licence left.
    NoneLeft,
    /// The licence system gave no reason.
    #[default]
    Refused,
}

/// The change that the directory has to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedStep {
    Assign,
    Withdraw,
    Nothing,
}

impl SeedState {
    /// The state that an invite begins with.
    #[must_use]
    pub fn wished(wish: SeedWish, eligibility: SeedEligibility) -> Self {
        match (wish, eligibility) {
            (_, SeedEligibility::Ineligible) => Self::Ineligible,
            (SeedWish::Required, SeedEligibility::Eligible) => Self::Pending,
            (SeedWish::NotRequired, SeedEligibility::Eligible) => Self::NotRequired,
        }
    }

    /// The state's name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotRequired => "NOT_REQUIRED",
            Self::Ineligible => "INELIGIBLE",
            Self::Pending => "PENDING",
            Self::LicenceAssigned => "LICENCE_ASSIGNED",
            Self::FullyOnboarded => "FULLY_ONBOARDED",
            Self::LicenceError { .. } => "LICENCE_ERROR",
            Self::Withdrawing => "WITHDRAWING",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// What the state means for the officer, where the label does not say enough.
    #[must_use]
    pub fn detail(self) -> Option<&'static str> {
        match self {
            Self::Ineligible => Some("People of this organisation may not have SEED."),
            Self::LicenceError { fault, .. } => Some(fault.detail()),
            Self::Withdrawing | Self::Withdrawn => {
                Some("The account is disabled. The licence comes back when the account is enabled again.")
            }
            Self::NotRequired | Self::Pending | Self::LicenceAssigned | Self::FullyOnboarded => None,
        }
    }

    /// The change that the directory has to make at `now`.
    #[must_use]
    pub fn step(self, now: Timestamp) -> SeedStep {
        match self {
            Self::Pending => SeedStep::Assign,
            Self::LicenceError { retry_at: Some(at), .. } if now >= at => SeedStep::Assign,
            Self::Withdrawing => SeedStep::Withdraw,
            _ => SeedStep::Nothing,
        }
    }

    /// When the service tries again. `None`: it does not.
    #[must_use]
    pub fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::LicenceError { retry_at, .. } => retry_at,
            _ => None,
        }
    }

    /// A holder who may have SEED asks for it. `None`: nothing changes, because the licence is assigned, is pending, or
    /// was withdrawn with the account.
    #[must_use]
    pub fn requested(self) -> Option<Self> {
        matches!(self, Self::NotRequired | Self::Ineligible | Self::LicenceError { .. }).then_some(Self::Pending)
    }

    /// The directory has assigned the licence. From now on an enrolled device counts.
    #[must_use]
    pub fn assigned(device: Option<&Device>) -> Self {
        Self::LicenceAssigned.with_device(device)
    }

    /// The licence system refuses the licence.
    #[must_use]
    pub fn refused(fault: LicenceFault, now: Timestamp) -> Self {
        Self::LicenceError { fault, retry_at: fault.retry_after().map(|pause| now + pause) }
    }

    #[must_use]
    pub fn account_disabled(self) -> Self {
        match self {
            Self::Pending | Self::LicenceAssigned | Self::FullyOnboarded | Self::LicenceError { .. } => {
                Self::Withdrawing
            }
            other => other,
        }
    }

    /// The directory still has the licence of a disabled account, because a call that assigns it ended after the call
    /// that withdrew it. It has to be withdrawn again.
    #[must_use]
    pub fn still_assigned(self) -> Self {
        match self {
            Self::Withdrawn => Self::Withdrawing,
            other => other,
        }
    }

    /// The account was deleted, and its licence with it. Another account would need one of its own.
    #[must_use]
    pub fn account_deleted(self) -> Self {
        match self {
            Self::NotRequired | Self::Ineligible => self,
            Self::Pending
            | Self::LicenceAssigned
            | Self::FullyOnboarded
            | Self::LicenceError { .. }
            | Self::Withdrawing
            | Self::Withdrawn => Self::Pending,
        }
    }

    /// The account was enabled again, so a withdrawn licence is pending.
    #[must_use]
    pub fn account_enabled(self) -> Self {
        match self {
            Self::Withdrawing | Self::Withdrawn => Self::Pending,
            other => other,
        }
    }

    /// The state with what the device side reports about the device.
    #[must_use]
    pub fn with_device(self, device: Option<&Device>) -> Self {
        match self {
            Self::LicenceAssigned | Self::FullyOnboarded => {
                let enrolled = device.is_some_and(|device| device.state == DeviceState::Enrolled);
                if enrolled { Self::FullyOnboarded } else { Self::LicenceAssigned }
            }
            other => other,
        }
    }
}

impl LicenceFault {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSetUp => "licence.not-set-up",
            Self::NoneLeft => "licence.none-left",
            Self::Refused => "licence.refused",
        }
    }

    /// What happened, and what the officer can do.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::NotSetUp => {
                "SEED licences are not set up in the directory. It is tried again every five minutes; quote the Trace \
                    ID to support if it stays."
            }
            Self::NoneLeft => {
                "There is no SEED licence left. It is tried again every hour; quote the Trace ID to support if it \
                    stays."
            }
            Self::Refused => "The SEED licence was refused. Quote the Trace ID to support.",
        }
    }

    /// When to try again: by then an operator may have fixed the cause. `None`: never.
    fn retry_after(self) -> Option<Duration> {
        match self {
            Self::NotSetUp => Some(Duration::from_secs(5 * 60)),
            Self::NoneLeft => Some(Duration::from_secs(3600)),
            Self::Refused => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    fn device(state: DeviceState, seconds: i64) -> Device {
        Device { state, at: at(seconds) }
    }

    #[test]
    fn a_device_counts_only_with_a_licence_and_whichever_comes_first() {
        let enrolled = device(DeviceState::Enrolled, 1);
        assert_eq!(SeedState::Pending.with_device(Some(&enrolled)), SeedState::Pending);
        assert_eq!(SeedState::NotRequired.with_device(Some(&enrolled)), SeedState::NotRequired);
        assert_eq!(SeedState::assigned(Some(&enrolled)), SeedState::FullyOnboarded);
        assert_eq!(SeedState::assigned(None), SeedState::LicenceAssigned);
        let reason = DeviceFault::parse("disk-not-encrypted").unwrap();
        for gone in [DeviceState::Removed, DeviceState::Failed { reason }] {
            let state = SeedState::FullyOnboarded.with_device(Some(&device(gone, 2)));
            assert_eq!(state, SeedState::LicenceAssigned);
        }
    }

    #[test]
    fn a_licence_goes_and_comes_with_its_account() {
        use SeedState::{FullyOnboarded, Ineligible, LicenceAssigned, NotRequired, Pending, Withdrawing, Withdrawn};
        let error = SeedState::refused(LicenceFault::Refused, at(0));
        for (state, name, step, disabled, enabled) in [
            (NotRequired, "NOT_REQUIRED", SeedStep::Nothing, NotRequired, NotRequired),
            (Ineligible, "INELIGIBLE", SeedStep::Nothing, Ineligible, Ineligible),
            (Pending, "PENDING", SeedStep::Assign, Withdrawing, Pending),
            (LicenceAssigned, "LICENCE_ASSIGNED", SeedStep::Nothing, Withdrawing, LicenceAssigned),
            (FullyOnboarded, "FULLY_ONBOARDED", SeedStep::Nothing, Withdrawing, FullyOnboarded),
            (error, "LICENCE_ERROR", SeedStep::Nothing, Withdrawing, error),
            (Withdrawing, "WITHDRAWING", SeedStep::Withdraw, Withdrawing, Pending),
            (Withdrawn, "WITHDRAWN", SeedStep::Nothing, Withdrawn, Pending),
        ] {
            assert_eq!((state.name(), state.step(at(1))), (name, step));
            assert_eq!((state.account_disabled(), state.account_enabled()), (disabled, enabled), "{name}");
            let found = if state == Withdrawn { Withdrawing } else { state };
            assert_eq!(state.still_assigned(), found, "{name}");
            let is_explained = matches!(name, "INELIGIBLE" | "LICENCE_ERROR" | "WITHDRAWING" | "WITHDRAWN");
            assert_eq!(state.detail().is_some_and(|detail| detail.ends_with('.')), is_explained, "{name}");
            assert!(is_explained || state.detail().is_none(), "{name}");
        }
    }

    #[test]
    fn a_deleted_account_leaves_the_wish_for_a_licence_alone() {
        for (seed, left) in [
            (SeedState::NotRequired, SeedState::NotRequired),
            (SeedState::Ineligible, SeedState::Ineligible),
            (SeedState::Pending, SeedState::Pending),
            (SeedState::LicenceAssigned, SeedState::Pending),
            (SeedState::FullyOnboarded, SeedState::Pending),
            (SeedState::refused(LicenceFault::NoneLeft, at(0)), SeedState::Pending),
            (SeedState::Withdrawing, SeedState::Pending),
            (SeedState::Withdrawn, SeedState::Pending),
        ] {
            assert_eq!(seed.account_deleted(), left, "{seed:?}");
        }
    }

    #[test]
    fn a_new_invite_has_the_licence_that_was_wished_for_where_the_domain_may_have_it() {
        for (wish, eligibility, state) in [
            (SeedWish::Required, SeedEligibility::Eligible, SeedState::Pending),
            (SeedWish::NotRequired, SeedEligibility::Eligible, SeedState::NotRequired),
            (SeedWish::Required, SeedEligibility::Ineligible, SeedState::Ineligible),
            (SeedWish::NotRequired, SeedEligibility::Ineligible, SeedState::Ineligible),
        ] {
            assert_eq!(SeedState::wished(wish, eligibility), state);
        }
    }

    #[test]
    fn what_somebody_else_can_fix_is_tried_again_and_nothing_else() {
        for (fault, code, pause) in [
            (LicenceFault::NotSetUp, "licence.not-set-up", Some(300)),
            (LicenceFault::NoneLeft, "licence.none-left", Some(3600)),
            (LicenceFault::Refused, "licence.refused", None),
        ] {
            let refused = SeedState::refused(fault, at(0));
            assert_eq!((fault.code(), refused.retry_at()), (code, pause.map(at)));
            assert_eq!(refused.step(at(pause.unwrap_or(1_000_000) - 1)), SeedStep::Nothing, "{code}");
            let step = if pause.is_some() { SeedStep::Assign } else { SeedStep::Nothing };
            assert_eq!(refused.step(at(pause.unwrap_or(1_000_000))), step, "{code}");
            assert_eq!(refused.detail(), Some(fault.detail()));
        }
        let refused = SeedState::refused(LicenceFault::Refused, at(0));
        assert_eq!(refused.requested(), Some(SeedState::Pending), "who asks again is tried again");
    }

    #[test]
    fn asking_for_what_is_there_or_on_its_way_changes_nothing() {
        for state in [SeedState::Pending, SeedState::LicenceAssigned, SeedState::FullyOnboarded, SeedState::Withdrawn] {
            assert_eq!(state.requested(), None, "{state:?}");
        }
        for state in [SeedState::NotRequired, SeedState::Ineligible] {
            assert_eq!(state.requested(), Some(SeedState::Pending), "{state:?}");
        }
    }

    #[test]
    fn an_error_stored_before_it_had_a_reason_can_be_read() {
        let stored: SeedState = serde_json::from_str(r#"{"state":"LICENCE_ERROR"}"#).unwrap();
        assert_eq!(stored, SeedState::LicenceError { fault: LicenceFault::Refused, retry_at: None });
        for state in [SeedState::refused(LicenceFault::NotSetUp, at(5)), SeedState::Withdrawing] {
            let json = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<SeedState>(&json).unwrap(), state);
        }
    }
}
