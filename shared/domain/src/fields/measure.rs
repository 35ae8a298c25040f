//! The numbers that say how wrong a text is.

use serde::{Deserialize, Serialize};

/// The numbers of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Characters: how many are allowed, and how many there are.
    Length { limit: u16, count: u32 },
    /// Country codes: the one at the start of the number, and the one in the column.
    Codes { number: u16, column: u16 },
}

impl Measure {
    /// So many characters where `limit` are allowed.
    pub(super) fn length(limit: usize, count: usize) -> Self {
        Self::Length {
            limit: u16::try_from(limit).unwrap_or(u16::MAX),
            count: u32::try_from(count).unwrap_or(u32::MAX),
        }
    }
}
