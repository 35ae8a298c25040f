//! The fields of an invite, and what is true of each.

use serde::{Deserialize, Serialize};

/// A field of an invite, named as the API names it and as the workbook titles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// The invitee's email address.
    Email,
    /// The TechPass username, for vendors.
    Username,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Country code of the contact number.
    CountryCode,
    /// Contact number without its country code.
    ContactNumber,
    /// Organisation.
    Organisation,
    /// Department, optional.
    Department,
    /// Whether onboarding to SEED is required.
    Seed,
    /// Why the account is needed.
    Reason,
}

impl Field {
    /// Every field, in the order of the workbook's columns.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Username,
        Self::FirstName,
        Self::LastName,
        Self::CountryCode,
        Self::ContactNumber,
        Self::Organisation,
        Self::Department,
        Self::Seed,
        Self::Reason,
    ];

    /// The JSON name, for example `firstName`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::CountryCode => "countryCode",
            Self::ContactNumber => "contactNumber",
            Self::Organisation => "organisation",
            Self::Department => "department",
            Self::Seed => "seed",
            Self::Reason => "reason",
        }
    }

    /// The column title in TechBiz's template, for example `First Name`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Username => "Username",
            Self::FirstName => "First Name",
            Self::LastName => "Last Name",
            Self::CountryCode => "Country Code",
            Self::ContactNumber => "Contact Number",
            Self::Organisation => "Organisation",
            Self::Department => "Department",
            Self::Seed => "Onboarding to SEED required?",
            Self::Reason => "Reason for creation",
        }
    }
}
