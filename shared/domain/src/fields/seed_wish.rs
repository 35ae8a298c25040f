//! Whether SEED comes with the account.

use serde::{Deserialize, Serialize};

use crate::fields::{Fault, text};

/// Whether the officer asks for SEED. The default is no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedWish {
    /// A SEED licence comes with the account.
    Required,
    #[default]
    NotRequired,
}

impl SeedWish {
    /// The spelling that the service uses: `Yes` or `No`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "Yes",
            Self::NotRequired => "No",
        }
    }

    /// Reads yes or no in the spellings that workbooks have; blank is no.
    ///
    /// # Errors
    ///
    /// [`Fault::SeedSyntax`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text::trim(text).to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "\u{662f}" => Ok(Self::Required),
            "" | "-" | "no" | "n" | "false" | "0" | "\u{5426}" => Ok(Self::NotRequired),
            _ => Err(Fault::SeedSyntax),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn seed_is_no_unless_the_officer_says_so() {
        for text in ["Yes", "y", "TRUE", "1", "\u{662f}"] {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::Required), "{text}");
        }
        for text in ["", "No", "n", "false", "0", "-", "\u{5426}"] {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::NotRequired), "{text}");
        }
        assert_eq!(SeedWish::parse("maybe"), Err(Fault::SeedSyntax));
        assert_eq!([SeedWish::Required, SeedWish::NotRequired].map(SeedWish::as_str), ["Yes", "No"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = SeedWish::parse(&text);
        }
    }
}
