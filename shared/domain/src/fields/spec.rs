//! The fields of an invite, and everything that is said of each in one place.
//!
//! The form, the bodies of requests, the template, the titles of workbooks, the paste box, the export, the rules of the
//! portal and the API's description are made from this table, or a test holds them to it. How to add a field:
//! `docs/ARCHITECTURE.md`.

use serde::{Deserialize, Serialize};

/// What is said of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The JSON name, for example `firstName`.
    pub name: &'static str,
    /// The column's title in TechBiz's template, for example `First Name`.
    pub title: &'static str,
    /// What the portal's forms call it.
    pub label: &'static str,
    /// Titles that workbooks are known to have for it, in lower case and without spaces, marks or remarks in brackets.
    pub aliases: &'static [&'static str],
    /// Characters at most, where that alone bounds it. Its type says what else it may hold.
    pub max: Option<u16>,
    /// Who has to fill it in.
    pub required: Required,
    /// What it is asked for.
    pub part: Part,
    /// Where it can be changed alike for many.
    pub alike: Alike,
    /// The width of its column in a workbook, in characters.
    pub width: u8,
    /// What the template says beside a cell of it, in at most 255 characters.
    pub hint: &'static str,
    /// What the template's two examples have in it.
    pub examples: Examples,
}

/// What the template's examples have in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples {
    pub officer: &'static str,
    pub vendor: &'static str,
}

/// Who has to fill a field in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Required {
    Always,
    /// Vendors, and nobody else may.
    Vendors,
    /// Nobody: a blank means something, or nothing.
    Never,
}

/// What a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Every invite, by its officer.
    Invite,
    /// An account that is created on somebody's behalf, by its officer.
    Account,
    /// Every account, by its officer or by the invitee on accepting.
    Profile,
}

/// Where a field can be changed alike for many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alike {
    /// Nowhere: it is each person's own.
    Nowhere,
    /// In rows of a batch.
    Rows,
    /// In rows of a batch and in invites.
    Everywhere,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $slot:ident { $($spec:tt)* })*) => {
        /// A field of an invite. The order is that of the workbook's columns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Field {
            $($(#[$doc])* $field,)*
        }

        impl Field {
            /// Every field, in the order of the workbook's columns.
            pub const ALL: [Self; [$(Self::$field),*].len()] = [$(Self::$field),*];

            /// What is said of it.
            #[must_use]
            pub const fn spec(self) -> &'static FieldSpec {
                match self {
                    $(Self::$field => &FieldSpec { $($spec)* },)*
                }
            }
        }

        /// The text of every field, exactly as it was typed. An absent field is an empty one.
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub struct Form {
            $($(#[$doc])* pub $slot: String,)*
        }

        impl Form {
            /// The text of one field.
            #[must_use]
            pub fn get(&self, field: Field) -> &str {
                match field {
                    $(Field::$field => &self.$slot,)*
                }
            }

            pub(super) fn slot(&mut self, field: Field) -> &mut String {
                match field {
                    $(Field::$field => &mut self.$slot,)*
                }
            }
        }
    };
}

fields! {
    Email email {
        name: "email",
        title: "Email",
        label: "Email address",
        aliases: &["email", "emailaddress", "workemail", "officialemail", "organisationemail"],
        max: None,
        required: Required::Always,
        part: Part::Invite,
        alike: Alike::Nowhere,
        width: 34,
        hint: "Required. One organisation email address, such as name@agency.gov.sg.",
        examples: Examples { officer: "tan_ah_kow@example.gov.sg", vendor: "siti@vendor.example.com" },
    }
    /// The TechPass username, for vendors.
    Username username {
        name: "username",
        title: "Username",
        label: "TechPass username",
        aliases: &["username", "techpassusername", "techpassuser"],
        max: Some(64),
        required: Required::Vendors,
        part: Part::Account,
        alike: Alike::Nowhere,
        width: 26,
        hint: "Vendors only. Letters, digits, hyphen, underscore and single periods.",
        examples: Examples { officer: "", vendor: "siti.binte.ahmad" },
    }
    FirstName first_name {
        name: "firstName",
        title: "First Name",
        label: "First name",
        aliases: &["firstname", "givenname"],
        max: Some(64),
        required: Required::Always,
        part: Part::Profile,
        alike: Alike::Nowhere,
        width: 20,
        hint: "Required. As in official documents, at most 64 characters.",
        examples: Examples { officer: "Ah Kow", vendor: "Siti" },
    }
    LastName last_name {
        name: "lastName",
        title: "Last Name",
        label: "Last name",
        aliases: &["lastname", "familyname", "surname"],
        max: Some(64),
        required: Required::Always,
        part: Part::Profile,
        alike: Alike::Nowhere,
        width: 20,
        hint: "Required. As in official documents, at most 64 characters.",
        examples: Examples { officer: "Tan", vendor: "Binte Ahmad" },
    }
    /// Country code of the contact number; a blank is Singapore's.
    CountryCode country_code {
        name: "countryCode",
        title: "Country Code",
        label: "Country code",
        aliases: &["countrycode", "countrycallingcode"],
        max: None,
        required: Required::Never,
        part: Part::Profile,
        alike: Alike::Rows,
        width: 10,
        hint: "Digits only. Singapore is 65, which is also what an empty cell means.",
        examples: Examples { officer: "65", vendor: "65" },
    }
    /// Contact number without its country code.
    ContactNumber contact_number {
        name: "contactNumber",
        title: "Contact Number",
        label: "Contact number",
        aliases: &["contactnumber", "contactno", "mobilenumber", "mobileno", "mobile", "phonenumber", "phone"],
        max: None,
        required: Required::Always,
        part: Part::Profile,
        alike: Alike::Nowhere,
        width: 18,
        hint: "Required. Digits only, without the country code.",
        examples: Examples { officer: "91234567", vendor: "81234567" },
    }
    Organisation organisation {
        name: "organisation",
        title: "Organisation",
        label: "Organisation",
        aliases: &["organisation", "organization", "organisationname", "agency", "company"],
        max: Some(64),
        required: Required::Always,
        part: Part::Profile,
        alike: Alike::Everywhere,
        width: 26,
        hint: "Required. Agency or company, at most 64 characters.",
        examples: Examples { officer: "Example Agency", vendor: "Example Vendor Pte Ltd" },
    }
    Department department {
        name: "department",
        title: "Department",
        label: "Department",
        aliases: &["department", "dept", "division"],
        max: Some(64),
        required: Required::Never,
        part: Part::Profile,
        alike: Alike::Everywhere,
        width: 26,
        hint: "Optional. At most 64 characters.",
        examples: Examples { officer: "Digital Services", vendor: "" },
    }
    /// Whether onboarding to SEED is required: yes or no; a blank is no.
    Seed seed {
        name: "seed",
        title: "Onboarding to SEED required?",
        label: "Is onboarding to SEED required?",
        aliases: &["onboardingtoseedrequired", "onboardtoseed", "seedonboarding", "seedrequired", "seed"],
        max: None,
        required: Required::Never,
        part: Part::Invite,
        alike: Alike::Rows,
        width: 18,
        hint: "Yes or No. Needed only to reach services from devices on the Internet.",
        examples: Examples { officer: "Yes", vendor: "No" },
    }
    /// Why the account is needed.
    Reason reason {
        name: "reason",
        title: "Reason for creation",
        label: "Reason",
        aliases: &["reasonforcreation", "reasonforinvitation", "reasonforinvite", "reason", "justification"],
        max: Some(255),
        required: Required::Always,
        part: Part::Invite,
        alike: Alike::Everywhere,
        width: 44,
        hint: "Required. Why the account is needed, at most 255 characters.",
        examples: Examples {
            officer: "Joins the payments team on 1 June",
            vendor: "Maintains the payments gateway until March",
        },
    }
}

impl Field {
    /// The JSON name, for example `firstName`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The column title in TechBiz's template, for example `First Name`.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.spec().title
    }

    /// The field of this JSON name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The field that a column's title names: without case, spaces, marks and remarks in brackets.
    #[must_use]
    pub fn of_title(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.spec().aliases.contains(&key))
    }

    /// The largest number of characters of a field that has one.
    ///
    /// # Panics
    ///
    /// When it has none, at compile time where this is a constant.
    #[must_use]
    pub const fn max(self) -> usize {
        match self.spec().max {
            Some(max) => max as usize,
            None => panic!("its type alone bounds it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_alike_in_the_table_and_in_json() {
        for field in Field::ALL {
            assert_eq!(serde_json::to_value(field).unwrap(), field.name());
            assert_eq!(Field::parse(field.name()), Some(field));
        }
        let form = serde_json::to_value(Form::default()).unwrap();
        let named: Vec<&str> = form.as_object().unwrap().keys().map(String::as_str).collect();
        let mut names = Field::ALL.map(Field::name);
        names.sort_unstable();
        assert_eq!(named, names);
    }

    #[test]
    fn no_title_names_two_fields() {
        let aliases: Vec<&str> = Field::ALL.iter().flat_map(|field| field.spec().aliases).copied().collect();
        for alias in &aliases {
            assert_eq!(aliases.iter().filter(|other| other == &alias).count(), 1, "{alias}");
            assert!(alias.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase()), "{alias}");
        }
    }
}
