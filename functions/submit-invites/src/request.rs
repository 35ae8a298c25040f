//! The body of a new invite.

use domain::{Field, fields::Form, invite::Kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Problem,
    fields::{Beside, FieldJson, WithFields, refuse_foreign},
};

/// The fields of the body, with the rest of it in `NewInvite`.
pub type InviteRequest = WithFields<NewInvite>;

/// A new invite as it is typed; an absent field is an empty one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InviteRequest)]
pub struct NewInvite {
    /// By mail, or with an account.
    #[schema(value_type = web::invite::Kind)]
    pub kind: Kind,
}

impl Beside for NewInvite {
    const JSON: FieldJson = FieldJson::NullableWithFlag;

    fn has(_: Field) -> bool {
        true
    }
}

/// The form of a request, with every field that its kind has.
///
/// # Errors
///
/// [`Problem`] that names the fields of an account in an invitation by mail: the invitee fills them in when accepting.
pub(crate) fn into_form(request: InviteRequest) -> Result<(Kind, Form), Problem> {
    let kind = request.rest.kind;
    refuse_foreign(kind, [(String::new(), &request)])?;
    Ok((kind, request.form()))
}
