//! The event that the device side sends.

use domain::{
    Timestamp,
    invite::Account,
    licence::{Device, DeviceFault, DeviceState},
};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Problem, ProblemItem, Slug};

/// Bytes of an account's name at most, as in user pools.
const MAX_ACCOUNT: usize = 128;

/// What happened to the device of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceEvent {
    /// The account, by its name in the directory; not an email address.
    #[schema(example = "po-0123456789abcdef0123456789", max_length = 128)]
    account: String,
    state: DeviceEventState,
    /// Why it failed: 1 to 64 lower-case letters, digits and hyphens. With `failed` only.
    #[schema(example = "disk-not-encrypted")]
    reason: Option<String>,
    /// When, in UTC with milliseconds. What is not later than the last that was told changes nothing.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// What happened to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceEventState {
    Enrolled,
    /// It is not enrolled any more.
    Removed,
    /// It could not be enrolled.
    Failed,
}

impl DeviceEvent {
    /// The account of the device, and what happened to the device.
    ///
    /// # Errors
    ///
    /// [`Problem`] that names the fields that are not valid.
    pub(crate) fn read(self) -> Result<(Account, Device), Problem> {
        let wrong = |pointer, code, detail| {
            Err(Problem::new(Slug::Validation).items([ProblemItem::new(pointer, code, detail)]))
        };
        if !(1..=MAX_ACCOUNT).contains(&self.account.len()) {
            return wrong("/account", "account.name", "This is no name of an account in the directory.");
        }
        let reason = self.reason.as_deref().map(DeviceFault::parse);
        let state = match (self.state, reason) {
            (DeviceEventState::Enrolled, None) => DeviceState::Enrolled,
            (DeviceEventState::Removed, None) => DeviceState::Removed,
            (DeviceEventState::Failed, Some(Some(reason))) => DeviceState::Failed { reason },
            (DeviceEventState::Failed, _) => {
                return wrong("/reason", "reason.code", "Say why, in up to 64 lower-case letters, digits and hyphens.");
            }
            (_, Some(_)) => return wrong("/reason", "reason.unwanted", "Only a failure has a reason."),
        };
        Ok((Account { directory_id: self.account }, Device { state, at: self.at }))
    }
}

impl std::fmt::Debug for DeviceEvent {
    /// Does not print the account, which may be a person's name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceEvent").field("state", &self.state).field("at", &self.at).finish_non_exhaustive()
    }
}
