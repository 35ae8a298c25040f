//! The officer who invites people.

use serde::{Deserialize, Serialize};

use crate::{EmailAddress, OfficerId};

/// A public officer, as named by the verified token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The officer's id, which never changes.
    pub id: OfficerId,
    pub email: EmailAddress,
}
