//! Why a file was not opened.

use domain::batch::EncodingChoice;

use crate::FileError;

/// Why a file was not opened: it cannot be used, or its officer has to be asked.
#[derive(Debug)]
pub(crate) enum Unopened {
    Refused(FileError),
    /// The letters of a text can be read in each of these ways, and its officer has not said which is right.
    Encodings(Vec<EncodingChoice>),
}

impl From<FileError> for Unopened {
    fn from(error: FileError) -> Self {
        Self::Refused(error)
    }
}
