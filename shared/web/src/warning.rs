//! A warning in the form of the API.

use domain::batch::Warning;
use serde::Serialize;
use utoipa::ToSchema;

/// What is not wrong with an address, and should be looked at before it is used.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningBody {
    /// Which warning it is: `email.unknown-agency` or `email.other-address`.
    #[schema(value_type = String, example = "email.unknown-agency")]
    pub code: &'static str,
    pub detail: String,
    /// The email domain that is probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "example-agency.gov.sg")]
    pub meant: Option<String>,
}

impl From<Warning> for WarningBody {
    fn from(warning: Warning) -> Self {
        let (code, detail) = (warning.code(), warning.detail());
        let meant = match warning {
            Warning::UnknownAgency { meant } => meant,
            Warning::OtherAddress => None,
        };
        Self { code, detail, meant }
    }
}
