//! A request as people type it, and the typed request that it is parsed into.
//!
//! The API, the workbook and the paste box use the same form, so the same rules apply everywhere.

use serde::{Deserialize, Serialize};

use crate::{
    ContactNumber, Department, EmailAddress, Fault, Field, FieldFault, Organisation, PersonName, Persona, Reason,
    SeedEligibility, SeedWish, Username,
    fields::{Form, text::trim},
    rules::DomainRules,
};

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Form").finish_non_exhaustive()
    }
}

/// The person that an invite is for, and the reason: the request that a form is parsed into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub email: EmailAddress,
    pub person: Person,
    /// Whether SEED comes with the account.
    pub seed: SeedWish,
    /// Whether the domain may have SEED.
    pub eligibility: SeedEligibility,
    /// Why the account is needed.
    pub reason: Reason,
}

/// What the officer says about the invitee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// A public officer who is invited by mail, and gives the profile when accepting.
    Invitee,
    /// A person whose account is created on their behalf.
    Named {
        /// A public officer, or a vendor with the username.
        holder: Holder,
        /// The details of the account.
        profile: Profile,
    },
}

/// What the holder of the account signs in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "persona", rename_all = "lowercase")]
pub enum Holder {
    /// A public officer signs in with the email address.
    Officer,
    /// A vendor signs in with a username.
    Vendor { username: Username },
}

impl Person {
    /// How the person signs in, and the details that are known.
    #[must_use]
    pub fn parts(self) -> (Holder, Option<Profile>) {
        match self {
            Self::Invitee => (Holder::Officer, None),
            Self::Named { holder, profile } => (holder, Some(profile)),
        }
    }
}

impl Holder {
    #[must_use]
    pub fn persona(&self) -> Persona {
        match self {
            Self::Officer => Persona::Officer,
            Self::Vendor { .. } => Persona::Vendor,
        }
    }

    /// The username of a vendor; `None` of a public officer.
    #[must_use]
    pub fn username(&self) -> Option<&Username> {
        match self {
            Self::Officer => None,
            Self::Vendor { username } => Some(username),
        }
    }
}

/// The details of the holder of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub contact_number: ContactNumber,
    pub organisation: Organisation,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub department: Option<Department>,
}

impl Profile {
    /// The text of a field of the profile. `None`: the field is blank, or is not part of the profile. A contact number
    /// starts with its country code.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        match field {
            Field::FirstName => Some(self.first_name.as_str()),
            Field::LastName => Some(self.last_name.as_str()),
            Field::ContactNumber => Some(self.contact_number.as_str()),
            Field::Organisation => Some(self.organisation.as_str()),
            Field::Department => self.department.as_ref().map(Department::as_str),
            Field::Email | Field::Username | Field::CountryCode | Field::Seed | Field::Reason => None,
        }
    }
}

impl Field {
    /// The value that is used for a text of this field alone.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn read(self, text: &str) -> Result<String, Fault> {
        Ok(match self {
            Self::Email => EmailAddress::parse(text)?.into(),
            Self::Username => Username::parse(text)?.into(),
            Self::FirstName | Self::LastName => PersonName::parse(text)?.into(),
            Self::CountryCode => trim(text).to_owned(),
            Self::ContactNumber => ContactNumber::parse(text)?.into(),
            Self::Organisation => Organisation::parse(text)?.into(),
            Self::Department => Department::parse_optional(text)?.map(Into::into).unwrap_or_default(),
            Self::Seed => SeedWish::parse(text)?.as_str().to_owned(),
            Self::Reason => Reason::parse(text)?.into(),
        })
    }
}

impl Form {
    /// Replaces the text of one field.
    pub fn set(&mut self, field: Field, text: String) {
        *self.slot(field) = text;
    }

    /// Takes the text of one field, and leaves it empty.
    pub(crate) fn take(&mut self, field: Field) -> String {
        std::mem::take(self.slot(field))
    }

    /// Whether every field is empty.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        Field::ALL.iter().all(|field| trim(self.get(*field)).is_empty())
    }

    /// Reads the form as an email invitation by the officer with address `officer`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the columns.
    pub fn email_invitation(&self, rules: &DomainRules, officer: &EmailAddress) -> Result<Subject, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let invitee = faults.invitee(&self.email, rules, officer);
        if invitee.as_ref().is_some_and(|invitee| invitee.persona != Persona::Officer) {
            faults.push(Field::Email, Fault::EmailNotOfficer);
        }
        let seed = faults.seed(&self.seed, invitee.as_ref());
        let reason = faults.field(Field::Reason, Reason::parse(&self.reason));
        match (invitee, seed, reason) {
            (Some(invitee), Some(seed), Some(reason)) if faults.is_empty() => {
                let Invitee { email, eligibility, .. } = invitee;
                Ok(Subject { email, person: Person::Invitee, seed, eligibility, reason })
            }
            _ => Err(faults.sorted()),
        }
    }

    /// Reads the form as an account request by the officer with address `officer`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the columns.
    pub fn account(&self, rules: &DomainRules, officer: &EmailAddress) -> Result<Subject, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let invitee = faults.invitee(&self.email, rules, officer);
        let holder = faults.holder(&self.username, invitee.as_ref());
        let seed = faults.seed(&self.seed, invitee.as_ref());
        let reason = faults.field(Field::Reason, Reason::parse(&self.reason));
        let profile = faults.profile(self);
        match (invitee, holder, profile, seed, reason) {
            (Some(invitee), Some(holder), Some(profile), Some(seed), Some(reason)) if faults.is_empty() => {
                let Invitee { email, eligibility, .. } = invitee;
                Ok(Subject { email, person: Person::Named { holder, profile }, seed, eligibility, reason })
            }
            _ => Err(faults.sorted()),
        }
    }

    /// Reads the details of the holder, which an invitee fills in when accepting.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the columns.
    pub fn profile(&self) -> Result<Profile, Vec<FieldFault>> {
        let mut faults = Faults::default();
        faults.profile(self).ok_or_else(|| faults.sorted())
    }
}

/// An address, and what its domain means.
struct Invitee {
    email: EmailAddress,
    persona: Persona,
    eligibility: SeedEligibility,
}

#[derive(Default)]
struct Faults(Vec<FieldFault>);

impl Faults {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, field: Field, fault: Fault) {
        self.0.push(fault.at(field));
    }

    fn sorted(mut self) -> Vec<FieldFault> {
        self.0.sort_unstable();
        self.0
    }

    fn field<T>(&mut self, field: Field, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.push(field, fault)).ok()
    }

    fn invitee(&mut self, text: &str, rules: &DomainRules, officer: &EmailAddress) -> Option<Invitee> {
        let email = self.field(Field::Email, EmailAddress::parse(text))?;
        let rule = self.field(Field::Email, rules.invitee(&email))?;
        if email.recipient() == officer.recipient() {
            self.push(Field::Email, Fault::EmailOwn);
        }
        Some(Invitee { email, persona: rule.persona, eligibility: rule.seed })
    }

    fn holder(&mut self, text: &str, invitee: Option<&Invitee>) -> Option<Holder> {
        let text = trim(text);
        let is_blank = text.is_empty() || text == "-";
        match invitee.map(|invitee| invitee.persona) {
            Some(Persona::Officer) if is_blank => Some(Holder::Officer),
            Some(Persona::Officer) => {
                self.push(Field::Username, Fault::UsernameNotForOfficer);
                None
            }
            Some(Persona::Vendor) => {
                self.field(Field::Username, Username::parse(text)).map(|username| Holder::Vendor { username })
            }
            // The persona is unknown, so whether a username belongs here is unknown too. Its own faults are still
            // reported.
            None if is_blank => None,
            None => {
                self.field(Field::Username, Username::parse(text));
                None
            }
        }
    }

    fn seed(&mut self, text: &str, invitee: Option<&Invitee>) -> Option<SeedWish> {
        let wish = self.field(Field::Seed, SeedWish::parse(text))?;
        let ineligible = invitee.is_some_and(|invitee| invitee.eligibility == SeedEligibility::Ineligible);
        if wish == SeedWish::Required && ineligible {
            self.push(Field::Seed, Fault::SeedIneligible);
        }
        Some(wish)
    }

    fn profile(&mut self, form: &Form) -> Option<Profile> {
        let first_name = self.field(Field::FirstName, PersonName::parse(&form.first_name));
        let last_name = self.field(Field::LastName, PersonName::parse(&form.last_name));
        let contact_number = ContactNumber::parse_parts(&form.country_code, &form.contact_number)
            .map_err(|fault| self.0.push(fault))
            .ok();
        let organisation = self.field(Field::Organisation, Organisation::parse(&form.organisation));
        let department = self.field(Field::Department, Department::parse_optional(&form.department));
        Some(Profile {
            first_name: first_name?,
            last_name: last_name?,
            contact_number: contact_number?,
            organisation: organisation?,
            department: department?,
        })
    }
}

#[cfg(test)]
mod tests;
