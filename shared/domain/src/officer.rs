//! The officer who invites people.

use serde::{Deserialize, Serialize};

use crate::{EmailAddress, OfficerId, webhook::AgencyDomain};

/// A public officer, as named by the verified token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The officer's id, which never changes.
    pub id: OfficerId,
    pub email: EmailAddress,
}

impl Officer {
    /// Whether both are of one agency. An officer whose agency cannot be told has no colleagues.
    #[must_use]
    pub fn is_colleague_of(&self, other: &Self) -> bool {
        let agency = |officer: &Self| AgencyDomain::parse(&officer.email.domain());
        agency(self).is_some_and(|own| agency(other) == Some(own))
    }
}
