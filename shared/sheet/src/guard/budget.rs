//! The bytes that may be kept of one part.

use crate::{FileError, Limits};

/// Counts what is kept: names, ids and targets, each with an allocation of its own.
pub(crate) struct Budget {
    left: usize,
}

/// What an allocation costs besides its bytes.
const PER_ITEM: usize = 64;

impl Budget {
    /// The budget of one part, which is [`Limits::kept_bytes`].
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { left: limits.kept_bytes }
    }

    /// Takes the bytes of one item.
    ///
    /// # Errors
    ///
    /// [`FileError::XmlLimit`] when the budget is used up.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), FileError> {
        self.left = self.left.checked_sub(bytes.saturating_add(PER_ITEM)).ok_or(FileError::XmlLimit)?;
        Ok(())
    }
}
