//! A SEED licence in the form of the API.

use domain::{
    Timestamp,
    invite::{Invite, SeedStatus},
    licence::{Device, DeviceState, SeedState},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a SEED licence stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeedBody {
    #[schema(example = "LICENCE_ASSIGNED")]
    pub state: &'static str,
    #[schema(example = "License Assigned")]
    pub label: &'static str,
    /// Why the licence is refused, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "licence.not-set-up")]
    pub code: Option<&'static str>,
    /// What a person makes of it, where the label does not say enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    /// The device, once the device side has told of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceBody>,
}

/// What happened to a device.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceBody {
    /// What happened to it: `enrolled`, `removed` or `failed`.
    #[schema(example = "enrolled")]
    pub state: &'static str,
    /// The device side's code for a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "disk-not-encrypted")]
    pub reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl SeedBody {
    /// The licence of an invite, and its device. If the account is deleted, it does not say why a licence was refused.
    #[must_use]
    pub fn of_invite(invite: &Invite) -> Self {
        let body = Self::of(invite.seed, invite.device.as_ref());
        let code = body.code.filter(|_| invite.seed_detail().is_some());
        Self { label: invite.seed_status().label(), code, detail: invite.seed_detail(), ..body }
    }

    /// A licence and its device.
    #[must_use]
    pub fn of(seed: SeedState, device: Option<&Device>) -> Self {
        let code = match seed {
            SeedState::LicenceError { fault, .. } => Some(fault.code()),
            _ => None,
        };
        let device = device.map(|device| {
            let (state, reason) = match &device.state {
                DeviceState::Enrolled => ("enrolled", None),
                DeviceState::Removed => ("removed", None),
                DeviceState::Failed { reason } => ("failed", Some(reason.as_str().to_owned())),
            };
            DeviceBody { state, reason, at: device.at }
        });
        Self { state: seed.name(), label: SeedStatus::from(seed).label(), code, detail: seed.detail(), device }
    }
}
