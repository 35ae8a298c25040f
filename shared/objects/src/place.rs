//! The batch or the officer that a stored workbook belongs to.

use domain::{BatchId, OfficerId};

/// The batch or the officer that a stored workbook belongs to, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A batch that the portal created.
    Upload(BatchId),
    /// An officer; another system stored the workbook for them.
    Drop(OfficerId),
}

impl Place {
    /// Reads a key. `None`: it has another prefix or another form.
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
