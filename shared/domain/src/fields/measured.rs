//! How long a text is that is too long, by the rules of its field.

use super::{Fault, FieldFault, measure::Measure, text};
use crate::{EmailAddress, Field, Username};

impl FieldFault {
    /// The fault with how long `text` is, where that is what is wrong with it.
    #[must_use]
    pub(crate) fn measured(self, text: &str) -> Self {
        match self.fault {
            Fault::TooLong => Self { measure: length_of(self.field, text), ..self },
            _ => self,
        }
    }
}

/// How long a text of the field is that is too long. `None`: the field has no limit of its own.
fn length_of(field: Field, text: &str) -> Option<Measure> {
    let limit = usize::from(field.spec().max.unwrap_or_default());
    match field {
        Field::Email => Some(EmailAddress::measure(text)),
        Field::Username => Some(Measure::length(limit, Username::length(text))),
        _ if limit > 0 => Some(Measure::length(limit, text::length(text))),
        _ => None,
    }
}
