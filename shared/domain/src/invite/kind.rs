//! The two kinds of invite, which differ in who gives the details of the person.

use serde::{Deserialize, Serialize};

use crate::{Field, fields::Part};

/// Who gives the details of the person that an officer invites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The officer does: an account is created on behalf of the person.
    #[default]
    Account,
    /// The invitee does, when accepting the invitation that is mailed to them. For public officers.
    Email,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Account, Self::Email];

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Email => "email",
        }
    }

    /// The kind with this name in the API. `None`: there is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is what was stored before there were kinds.
    pub(super) fn is_account(&self) -> bool {
        *self == Self::Account
    }

    /// Whether the officer fills in this field.
    #[must_use]
    pub fn asks_for(self, field: Field) -> bool {
        match self {
            Self::Account => true,
            Self::Email => field.spec().part == Part::Invite,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_invitation_asks_for_nothing_that_the_invitee_gives() {
        let asked: Vec<Field> = Field::ALL.into_iter().filter(|field| Kind::Email.asks_for(*field)).collect();
        assert_eq!(asked, [Field::Email, Field::Seed, Field::Reason]);
        assert!(Field::ALL.into_iter().all(|field| Kind::Account.asks_for(field)));
    }

    #[test]
    fn each_kind_is_found_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(Kind::parse("batch"), None);
    }
}
