//! The person who invites.

use serde::{Deserialize, Serialize};

use crate::{EmailAddress, OfficerId};

/// A public officer, as the verified token names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Who they are, for good.
    pub id: OfficerId,
    pub email: EmailAddress,
}
