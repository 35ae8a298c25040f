//! The fields of an invite, with everything about each field in one place.
//!
//! The form, the request bodies, the template, the titles of workbooks, the paste box, the export, the portal's rules
//! and the API's description are generated from this table or tested against it. How to add a field:
//! `docs/ARCHITECTURE.md`.

use serde::{Deserialize, Serialize};

/// Everything that is known about one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The JSON name, for example `firstName`.
    pub name: &'static str,
    /// The column's title in TechBiz's template, for example `First Name`.
    pub title: &'static str,
    /// The label in the portal's forms.
    pub label: &'static str,
    /// Titles that workbooks use for it, in lower case and without spaces, marks or remarks in brackets.
    pub aliases: &'static [&'static str],
    /// Characters at most. `None`: its type sets other bounds.
    pub max: Option<u16>,
    /// The people who have to fill it in.
    pub required: Required,
    /// The kind of request that asks for it.
    pub part: Part,
    /// Where it can be changed for many people at once.
    pub alike: Alike,
    /// The width of its column in a workbook, in characters.
    pub width: u8,
    /// What the template shows beside its cells, in at most 255 characters.
    pub hint: &'static str,
    /// Its values in the template's two examples.
    pub examples: Examples,
}

/// The values of a field in the template's two examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples {
    pub officer: &'static str,
    pub vendor: &'static str,
}

/// The people who have to fill in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    Always,
    /// Vendors have to, and public officers have none.
    Vendors,
    /// Everybody has to fill in one of the fields with this mark, or several.
    OneOfThem,
    /// No one: a blank has a meaning of its own, or none.
    Never,
}

/// The kind of request that asks for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Every invite: its officer fills it in.
    Invite,
    /// An account created on behalf of a person: its officer fills it in.
    Account,
    /// Every account: its officer fills it in, or the invitee when accepting.
    Profile,
}

/// Where a field can be changed for many people at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alike {
    /// Nowhere: no two people share it, and everybody needs one.
    Nowhere,
    /// In rows of a batch, mostly to clear it: it belongs to one person.
    Personal,
    /// In rows of a batch.
    Rows,
    /// In rows of a batch and in invites.
    Everywhere,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $slot:ident { $($spec:tt)* })*) => {
        /// A field of an invite, in the order of the workbook's columns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Field {
            $($(#[$doc])* $field,)*
        }

        impl Field {
            /// Every field, in the order of the workbook's columns.
            pub const ALL: [Self; [$(Self::$field),*].len()] = [$(Self::$field),*];

            /// The entry of this field in the table.
            #[must_use]
            pub const fn spec(self) -> &'static FieldSpec {
                match self {
                    $(Self::$field => &FieldSpec { $($spec)* },)*
                }
            }
        }

        /// The text of every field, exactly as it was typed. An absent field is an empty text.
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
        aliases: &[
            "email", "emails", "emailaddress", "emailaddresses", "emailid", "emailadd", "emailaddr", "mail",
            "mailaddress", "workemail", "workemailaddress", "workmail", "officialemail", "officialemailaddress",
            "organisationemail", "organisationemailaddress", "organizationemail", "businessemail",
            "businessemailaddress", "companyemail", "companyemailaddress", "agencyemail", "agencyemailaddress",
            "officeemail", "officeemailaddress", "corporateemail", "corporateemailaddress", "govemail", "govtemail",
            "governmentemail", "governmentemailaddress", "govsgemail", "contactemail", "useremail", "staffemail",
            "employeeemail",
        ],
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
        aliases: &[
            "username", "usernames", "techpassusername", "techpassuser", "techpassuserid", "techpassid", "loginname",
        ],
        max: Some(64),
        required: Required::Vendors,
        part: Part::Account,
        alike: Alike::Personal,
        width: 26,
        hint: "Vendors only. Letters, digits, hyphen, underscore and single periods.",
        examples: Examples { officer: "", vendor: "siti.binte.ahmad" },
    }
    FirstName first_name {
        name: "firstName",
        title: "First Name",
        label: "First name",
        aliases: &[
            "firstname", "firstnames", "givenname", "givennames", "forename", "forenames", "christianname",
            "personalname",
        ],
        max: Some(64),
        required: Required::OneOfThem,
        part: Part::Profile,
        alike: Alike::Personal,
        width: 20,
        hint: "As in official documents, at most 64 characters. One of the two names is enough.",
        examples: Examples { officer: "Ah Kow", vendor: "Siti" },
    }
    LastName last_name {
        name: "lastName",
        title: "Last Name",
        label: "Last name",
        aliases: &[
            "lastname", "lastnames", "familyname", "familynames", "surname", "surnames",
        ],
        max: Some(64),
        required: Required::OneOfThem,
        part: Part::Profile,
        alike: Alike::Personal,
        width: 20,
        hint: "As in official documents, at most 64 characters. One of the two names is enough.",
        examples: Examples { officer: "Tan", vendor: "Binte Ahmad" },
    }
    /// The country code of the contact number; blank is Singapore's.
    CountryCode country_code {
        name: "countryCode",
        title: "Country Code",
        label: "Country code",
        aliases: &[
            "countrycode", "countrycallingcode", "callingcode", "dialcode", "diallingcode", "dialingcode",
            "phonecountrycode", "phonecode", "mobilecountrycode", "country", "countryorregion", "idd", "iddcode",
        ],
        max: None,
        required: Required::Never,
        part: Part::Profile,
        alike: Alike::Rows,
        width: 10,
        hint: "Such as 65. Singapore is 65, which is also what an empty cell means.",
        examples: Examples { officer: "65", vendor: "65" },
    }
    /// The contact number without its country code.
    ContactNumber contact_number {
        name: "contactNumber",
        title: "Contact Number",
        label: "Contact number",
        aliases: &[
            "contactnumber", "contactnumbers", "contactno", "contactnos", "mobilenumber", "mobileno",
            "mobilephone", "mobilephonenumber", "mobilephoneno", "mobile", "phonenumber", "phoneno", "phone",
            "handphone", "handphonenumber", "handphoneno", "hp", "hpno", "hpnumber", "cellphone", "cellphonenumber",
            "cellnumber", "tel", "telno", "telnumber", "telephone", "telephonenumber", "telephoneno",
            "phonecontact", "contactphone", "contactphonenumber",
        ],
        max: None,
        required: Required::Always,
        part: Part::Profile,
        alike: Alike::Personal,
        width: 18,
        hint: "Required. Digits only, without the country code.",
        examples: Examples { officer: "91234567", vendor: "81234567" },
    }
    Organisation organisation {
        name: "organisation",
        title: "Organisation",
        label: "Organisation",
        aliases: &[
            "organisation", "organization", "organisationname", "organizationname", "org", "orgname", "agency",
            "agencyname", "companyname", "company", "ministry", "ministryagency", "agencyministry", "agencycompany",
            "companyagency", "organisationagency", "organisationcompany", "organisationcompanyname", "entity",
            "entityname", "employer", "employername", "vendor", "vendorname", "vendorcompany",
        ],
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
        aliases: &[
            "department", "departmentname", "dept", "deptname", "division", "divisionname", "deptdivision",
            "departmentdivision", "divisiondepartment", "branch", "section",
        ],
        max: Some(64),
        required: Required::Never,
        part: Part::Profile,
        alike: Alike::Everywhere,
        width: 26,
        hint: "Optional. At most 64 characters.",
        examples: Examples { officer: "Digital Services", vendor: "" },
    }
    /// Whether SEED is required: yes or no; blank is no.
    Seed seed {
        name: "seed",
        title: "Onboarding to SEED required?",
        label: "Is onboarding to SEED required?",
        aliases: &[
            "onboardingtoseedrequired", "onboardtoseed", "onboardingtoseed", "seedonboarding",
            "seedonboardingrequired", "seedrequired", "requireseed", "requiresseed", "requiredseed", "seed",
            "needseed", "needsseed", "seedneeded", "seedaccess", "seedaccessrequired", "needseedaccess",
            "seedlicence", "seedlicense", "seedlicencerequired", "seedlicenserequired", "needseedlicence",
            "needseedlicense", "seeddevice", "seeddevices", "enrolseed", "enrollseed", "seedenrolment",
            "seedenrollment", "isonboardingtoseedrequired",
        ],
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
        aliases: &[
            "reasonforcreation", "reasonforinvitation", "reasonforinvite", "reasonforaccess", "reasonforrequest",
            "reasonforaccount", "reasonforapplication", "reasonforonboarding", "reason", "reasons", "justification",
            "justifications", "businessjustification", "businessreason", "purpose", "purposeofaccess",
            "purposeofrequest", "purposeofaccount", "purposeofinvitation", "purposeofinvite", "usecase",

        ],
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

    /// The column's title in TechBiz's template, for example `First Name`.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.spec().title
    }

    /// The field with this JSON name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The field of a column's title. The title is in lower case, without spaces, marks and remarks in brackets.
    #[must_use]
    pub fn of_title(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.spec().aliases.contains(&key))
    }

    /// The largest number of characters.
    ///
    /// # Panics
    ///
    /// When the field has no such bound; in a constant that is a compile-time error.
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
        assert_eq!(Field::parse("first_name"), None);
        let form = serde_json::to_value(Form::default()).unwrap();
        let named: Vec<&str> = form.as_object().unwrap().keys().map(String::as_str).collect();
        let mut names = Field::ALL.map(Field::name);
        names.sort_unstable();
        assert_eq!(named, names);
    }

    #[test]
    fn the_title_of_the_template_and_every_alias_are_read() {
        for field in Field::ALL {
            let key: String = field.title().to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
            for alias in field.spec().aliases.iter().copied().chain([key.as_str()]) {
                assert_eq!(Field::of_title(alias), Some(field), "{alias}");
            }
        }
        assert_eq!([Field::of_title(""), Field::of_title("nickname")], [None; 2]);
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
