//! The device that a licence is used on.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, text_form::text_form};

/// The device that a licence is used on, as the device side last reported it. A person has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    #[serde(flatten)]
    pub state: DeviceState,
    /// When it happened, by the clock of the device side. An earlier report is ignored.
    pub at: Timestamp,
}

/// What happened to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeviceState {
    Enrolled,
    /// It was removed from SEED.
    Removed,
    /// It could not be enrolled, and why.
    Failed {
        reason: DeviceFault,
    },
}

/// The device side's code for a failed enrolment: 1 to 64 lower-case letters, digits and hyphens, which is too little
/// to hold personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DeviceFault(String);

impl Device {
    /// Whether this report is newer than `known`. A report that arrives again is not.
    #[must_use]
    pub fn follows(&self, known: Option<&Self>) -> bool {
        known.is_none_or(|known| self.at > known.at)
    }

    /// The name of this report in the history.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self.state {
            DeviceState::Enrolled => "DEVICE_ENROLLED",
            DeviceState::Removed => "DEVICE_REMOVED",
            DeviceState::Failed { .. } => "DEVICE_FAILED",
        }
    }
}

impl DeviceFault {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(DeviceFault, |text| DeviceFault::parse(text).ok_or("not a device fault"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::Event;

    fn device(state: DeviceState, seconds: i64) -> Device {
        Device { state, at: Timestamp::from_unix_ms(seconds * 1000) }
    }

    #[test]
    fn a_device_is_stored_and_what_is_older_says_nothing() {
        let failed = device(DeviceState::Failed { reason: DeviceFault::parse("no-tpm").unwrap() }, 5);
        let json = serde_json::to_string(&failed).unwrap();
        assert_eq!(serde_json::from_str::<Device>(&json).unwrap(), failed);
        assert!(failed.follows(None) && failed.follows(Some(&device(DeviceState::Enrolled, 4))));
        assert!(!failed.follows(Some(&device(DeviceState::Enrolled, 5))));
        for text in ["", "Ada Tan", "a@b", &"x".repeat(65)] {
            assert_eq!(DeviceFault::parse(text), None, "{text}");
        }
        for text in ["x", "7", "-", "tpm-2-missing", &"x".repeat(64)] {
            assert_eq!(DeviceFault::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_report_is_called_the_same_as_its_entry_in_the_history() {
        let reason = DeviceFault::parse("no-tpm").unwrap();
        for (state, name) in [
            (DeviceState::Enrolled, "DEVICE_ENROLLED"),
            (DeviceState::Removed, "DEVICE_REMOVED"),
            (DeviceState::Failed { reason }, "DEVICE_FAILED"),
        ] {
            assert_eq!(serde_json::to_value(Event::from(&state)).unwrap(), name);
            assert_eq!(device(state, 1).event(), name);
        }
    }
}
