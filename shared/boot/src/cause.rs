//! An error and its causes, on one line.

use std::{error::Error, fmt};

/// Displays an error with its sources: `store is unavailable: dispatch failure: connection refused`.
///
/// It uses only `Display`, because `Debug` of an SDK error prints the request, and with it addresses.
pub(crate) struct WithCauses<'a>(pub(crate) &'a (dyn Error + 'a));

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
