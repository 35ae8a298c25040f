//! Fields that may hold any text: the organisation, the department, the reason.

use crate::fields::{Fault, Field, blank::is_blank, text};

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
    Department, Self::stored
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

    /// Reads a department. `None`: the text is blank, or says that there is none, as `-` and `N/A` do.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse_optional(text: &str) -> Result<Option<Self>, Fault> {
        if is_blank(text) {
            return Ok(None);
        }
        Ok(text::parse(text, Field::Department.max())?.map(Self))
    }

    /// A stored department. Earlier releases kept `N/A`.
    fn stored(text: &str) -> Result<Self, Fault> {
        text::parse(text, Field::Department.max())?.map(Self).ok_or(Fault::Required)
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

    #[test]
    fn a_text_has_a_bound_and_only_the_department_may_be_blank() {
        type Read = fn(&str) -> Result<String, Fault>;
        let fields: [(Read, usize); 3] = [
            (|text| Organisation::parse(text).map(Into::into), 64),
            (|text| Department::parse(text).map(Into::into), 64),
            (|text| Reason::parse(text).map(Into::into), 255),
        ];
        for (read, max) in fields {
            assert_eq!(read(" Cloud &\n Data "), Ok("Cloud & Data".to_owned()));
            assert_eq!(read(&"x".repeat(max)), Ok("x".repeat(max)));
            assert_eq!(read(&"x".repeat(max + 1)), Err(Fault::TooLong));
            assert_eq!(read(" \u{200b}"), Err(Fault::Required));
        }
        assert_eq!(Department::parse_optional(" \u{200b}"), Ok(None));
        assert_eq!(["-", "N/A", "nil", "."].map(Department::parse_optional), [const { Ok(None) }; 4]);
        assert_eq!(serde_json::from_value::<Department>("N/A".into()).unwrap().as_str(), "N/A");
        assert_eq!(Department::parse_optional("Data").map(|it| it.map(String::from)), Ok(Some("Data".to_owned())));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = (Organisation::parse(&text), Department::parse(&text), Reason::parse(&text));
        }
    }
}
