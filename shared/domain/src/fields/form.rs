//! A request as people type it, and the typed request that it is parsed into.
//!
//! The API, the workbook and the paste box use the same form, so the same rules apply everywhere.

use serde::{Deserialize, Serialize};

use crate::{
    ContactNumber, Department, EmailAddress, Fault, Field, FieldFault, Organisation, PersonName, Persona, Reason,
    SeedEligibility, SeedWish, Username,
    fields::{
        Form, FullName, Measure,
        blank::{is_blank, is_blank_name},
        text::trim,
    },
    invite::Kind,
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
    #[serde(flatten)]
    pub name: FullName,
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
            Field::FirstName => self.name.first().map(PersonName::as_str),
            Field::LastName => self.name.last().map(PersonName::as_str),
            Field::ContactNumber => Some(self.contact_number.as_str()),
            Field::Organisation => Some(self.organisation.as_str()),
            Field::Department => self.department.as_ref().map(Department::as_str),
            Field::Email | Field::Username | Field::CountryCode | Field::Seed | Field::Reason => None,
        }
    }
}

impl Field {
    /// The value that is used for a text of this field alone. An optional field may be blank; so may each name.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn read(self, text: &str) -> Result<String, Fault> {
        Ok(match self {
            Self::Email => EmailAddress::parse(text)?.into(),
            Self::Username => Username::parse(text)?.into(),
            Self::FirstName | Self::LastName if is_blank_name(text) => String::new(),
            Self::FirstName | Self::LastName => PersonName::parse(text)?.into(),
            Self::CountryCode => ContactNumber::parse_country_code(text)?.unwrap_or_default(),
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

    /// Reads the form as a request of this kind by the officer with address `officer`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the columns.
    pub fn request(&self, kind: Kind, rules: &DomainRules, officer: &EmailAddress) -> Result<Subject, Vec<FieldFault>> {
        match kind {
            Kind::Account => self.account(rules, officer),
            Kind::Email => self.email_invitation(rules, officer),
        }
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
        let reason = faults.field(Field::Reason, &self.reason, Reason::parse);
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
        let reason = faults.field(Field::Reason, &self.reason, Reason::parse);
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

    fn field<T>(&mut self, field: Field, text: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        parse(text).map_err(|fault| self.0.push(fault.at(field).measured(text))).ok()
    }

    fn invitee(&mut self, text: &str, rules: &DomainRules, officer: &EmailAddress) -> Option<Invitee> {
        let email = self.field(Field::Email, text, EmailAddress::parse)?;
        let rule = rules.invitee(&email).map_err(|fault| self.0.push(of_domain(fault, &email))).ok()?;
        if email.recipient() == officer.recipient() {
            self.push(Field::Email, Fault::EmailOwn);
        }
        Some(Invitee { email, persona: rule.persona, eligibility: rule.seed })
    }

    /// A public officer signs in with the address, so that a username of theirs is left out.
    fn holder(&mut self, text: &str, invitee: Option<&Invitee>) -> Option<Holder> {
        match invitee.map(|invitee| invitee.persona) {
            Some(Persona::Officer) => Some(Holder::Officer),
            Some(Persona::Vendor) => {
                self.field(Field::Username, text, Username::parse).map(|username| Holder::Vendor { username })
            }
            // The persona is unknown, so whether a username belongs here is unknown too. Its own faults are still
            // reported.
            None if is_blank(text) => None,
            None => {
                self.field(Field::Username, text, Username::parse);
                None
            }
        }
    }

    fn seed(&mut self, text: &str, invitee: Option<&Invitee>) -> Option<SeedWish> {
        let wish = self.field(Field::Seed, text, SeedWish::parse)?;
        let ineligible = invitee.is_some_and(|invitee| invitee.eligibility == SeedEligibility::Ineligible);
        if wish == SeedWish::Required && ineligible {
            self.push(Field::Seed, Fault::SeedIneligible);
        }
        Some(wish)
    }

    fn profile(&mut self, form: &Form) -> Option<Profile> {
        let name = FullName::parse(&form.first_name, &form.last_name).map_err(|faults| self.0.extend(faults)).ok();
        let contact_number = ContactNumber::parse_parts(&form.country_code, &form.contact_number)
            .map_err(|fault| self.0.push(fault))
            .ok();
        let organisation = self.field(Field::Organisation, &form.organisation, Organisation::parse);
        let department = self.field(Field::Department, &form.department, Department::parse_optional);
        Some(Profile {
            name: name?,
            contact_number: contact_number?,
            organisation: organisation?,
            department: department?,
        })
    }
}

/// A fault of the rules of domains, with how long the address is where that is what is wrong with it.
fn of_domain(fault: Fault, email: &EmailAddress) -> FieldFault {
    let measure = match fault {
        Fault::EmailOfficerTooLong => Some(Measure::length(DomainRules::MAX_OFFICER, email.as_str().chars().count())),
        _ => None,
    };
    FieldFault { measure, ..fault.at(Field::Email) }
}

#[cfg(test)]
mod tests;
