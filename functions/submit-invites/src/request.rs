//! The body of a new invite.

use domain::{
    Field,
    fields::{Form, Part},
};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Problem, ProblemItem, Slug,
    fields::{Beside, FieldJson, WithFields},
};

/// The fields of the body, with the rest of it in `NewInvite`.
pub type InviteRequest = WithFields<NewInvite>;

/// A new invite as it is typed; an absent field is an empty one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InviteRequest)]
pub struct NewInvite {
    /// By mail, or with an account.
    pub kind: Kind,
}

impl Beside for NewInvite {
    const JSON: FieldJson = FieldJson::NullableWithFlag;

    fn has(_: Field) -> bool {
        true
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// By a mail, whose reader says who they are. For public officers.
    Email,
    /// With an account made on the person's behalf.
    Account,
}

impl Kind {
    /// The kind's name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Account => "account",
        }
    }
}

/// The form of a request, with every field that its kind has.
///
/// # Errors
///
/// [`Problem`] that names the fields of an account in an invitation by mail: the invitee fills them in when accepting.
pub(crate) fn into_form(request: InviteRequest) -> Result<(Kind, Form), Problem> {
    let kind = request.rest.kind;
    let is_foreign = |(field, text): &(&Field, &String)| {
        kind == Kind::Email && field.spec().part != Part::Invite && !text.is_empty()
    };
    let foreign: Vec<ProblemItem> = request
        .texts
        .iter()
        .filter(is_foreign)
        .map(|(field, _)| {
            ProblemItem::new(format!("/{}", field.name()), "unknown-field", "An email invitation does not have this.")
        })
        .collect();
    if foreign.is_empty() { Ok((kind, request.form())) } else { Err(Problem::new(Slug::BadRequest).items(foreign)) }
}
