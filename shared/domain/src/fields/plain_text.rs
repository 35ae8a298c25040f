//! Fields that may hold any text: the organisation, the department, the reason.

use crate::fields::{Fault, Field, text};

text_field! {
    /// The organisation, 1 to 64 characters.
    Organisation
}

impl Organisation {
    /// Reads an organisation.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        text::parse(text, Field::Organisation.max())?.map(Self).ok_or(Fault::Required)
    }
}

text_field! {
    /// The department, of 1 to 64 characters.
    Department
}

impl Department {
    /// Reads a department that is required; see [`Department::parse_optional`].
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_optional(text)?.ok_or(Fault::Required)
    }

    /// Reads a department. `None`: the text is blank.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse_optional(text: &str) -> Result<Option<Self>, Fault> {
        Ok(text::parse(text, Field::Department.max())?.map(Self))
    }
}

text_field! {
    /// Why the account is needed, 1 to 255 characters.
    Reason
}

impl Reason {
    /// Reads a reason.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        text::parse(text, Field::Reason.max())?.map(Self).ok_or(Fault::Required)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = (Organisation::parse(&text), Department::parse(&text), Reason::parse(&text));
        }
    }
}
