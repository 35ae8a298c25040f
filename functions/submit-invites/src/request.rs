//! The body of a new invite.

use domain::{Field, fields::Form};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Problem, ProblemItem, Slug};

/// A new invite as it is typed; an absent field is an empty one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InviteRequest {
    /// By mail, or with an account.
    pub kind: Kind,
    /// The invitee's email address.
    #[schema(example = "tan@agency.gov.sg")]
    pub email: Option<String>,
    /// TechPass username, for vendors.
    pub username: Option<String>,
    /// First name; with an account.
    pub first_name: Option<String>,
    /// Last name; with an account.
    pub last_name: Option<String>,
    /// Country code of the contact number; with an account.
    pub country_code: Option<String>,
    /// Contact number; with an account.
    pub contact_number: Option<String>,
    /// Organisation; with an account.
    pub organisation: Option<String>,
    /// Department, optional; with an account.
    pub department: Option<String>,
    /// Whether onboarding to SEED is required.
    pub seed: Option<SeedAnswer>,
    /// Why the account is needed.
    #[schema(example = "New team member")]
    pub reason: Option<String>,
}

/// How to invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// By a mail, whose reader says who they are. For public officers.
    Email,
    /// With an account made on the person's behalf.
    Account,
}

/// Yes or no, as a program says it or as a person types it.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SeedAnswer {
    /// As a program says it.
    Flag(bool),
    /// As a person types it.
    Text(String),
}

impl Kind {
    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Account => "account",
        }
    }
}

impl InviteRequest {
    /// The fields that only an account has.
    const OF_ACCOUNT: [Field; 7] = [
        Field::Username,
        Field::FirstName,
        Field::LastName,
        Field::CountryCode,
        Field::ContactNumber,
        Field::Organisation,
        Field::Department,
    ];

    /// The form, with every field that the kind has.
    ///
    /// # Errors
    ///
    /// A problem that names the fields of an account in an invitation by mail: there the invitee fills them in.
    pub fn into_form(self) -> Result<(Kind, Form), Problem> {
        let mut form = Form::default();
        let texts = [
            (Field::Email, self.email),
            (Field::Username, self.username),
            (Field::FirstName, self.first_name),
            (Field::LastName, self.last_name),
            (Field::CountryCode, self.country_code),
            (Field::ContactNumber, self.contact_number),
            (Field::Organisation, self.organisation),
            (Field::Department, self.department),
            (Field::Seed, self.seed.map(SeedAnswer::into_text)),
            (Field::Reason, self.reason),
        ];
        let mut unknown = Vec::new();
        for (field, text) in texts {
            let Some(text) = text else { continue };
            if self.kind == Kind::Email && Self::OF_ACCOUNT.contains(&field) && !text.is_empty() {
                let pointer = format!("/{}", field.name());
                unknown.push(ProblemItem::new(pointer, "unknown-field", "An email invitation does not have this."));
            }
            form.set(field, text);
        }
        if unknown.is_empty() { Ok((self.kind, form)) } else { Err(Problem::new(Slug::BadRequest).items(unknown)) }
    }
}

impl SeedAnswer {
    fn into_text(self) -> String {
        match self {
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::Text(text) => text,
        }
    }
}

impl std::fmt::Debug for InviteRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InviteRequest").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SeedAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeedAnswer")
    }
}
