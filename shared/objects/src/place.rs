//! Whose workbook an object is.

use domain::{BatchId, OfficerId};

/// Whose workbook an object is, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of a batch that the portal made.
    Upload(BatchId),
    /// Of an officer, put there by another system.
    Drop(OfficerId),
}

impl Place {
    /// Where an object of this key belongs; `None` for other prefixes and other forms.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        match key.split_once('/')? {
            ("uploads", id) => BatchId::parse(id).map(Self::Upload),
            ("drops", rest) => {
                let (officer, name) = rest.split_once('/')?;
                (!name.contains('/') && name.to_ascii_lowercase().ends_with(".xlsx")).then_some(())?;
                OfficerId::parse(officer).map(Self::Drop)
            }
            _ => None,
        }
    }
}
