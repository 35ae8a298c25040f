//! Whether SEED comes with the account.

use serde::{Deserialize, Serialize};

use crate::fields::{Fault, blank::is_blank, text};

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

    /// Reads yes or no in the spellings that workbooks have, and in the words in which this service says whether SEED
    /// is required and how far it is. Blank is no.
    ///
    /// # Errors
    ///
    /// [`Fault::SeedSyntax`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let key = key(text);
        match key.as_str() {
            "yes" | "y" | "true" | "t" | "1" | "\u{662f}" | "\u{2713}" | "\u{2714}" | "\u{2611}" | "\u{2705}" => {
                Ok(Self::Required)
            }
            "required" | "yes required" | "seed required" | "needed" | "yes needed" => Ok(Self::Required),
            // The states of a licence, which only somebody has who asked for it.
            "pending" | "licence pending" | "licence assigned" | "fully onboarded" | "licence error"
            | "licence withdrawn" | "withdrawing" | "withdrawn" => Ok(Self::Required),
            "no" | "n" | "false" | "f" | "0" | "\u{5426}" | "\u{2717}" | "\u{2718}" | "\u{2612}" | "\u{274c}"
            | "\u{2610}" => Ok(Self::NotRequired),
            "not required" | "no not required" | "seed not required" | "not needed" | "ineligible" => {
                Ok(Self::NotRequired)
            }
            _ if is_blank(text) => Ok(Self::NotRequired),
            _ => Err(Fault::SeedSyntax),
        }
    }
}

/// The words of an answer in lower case, with one space between them and without marks, in British spelling.
fn key(text: &str) -> String {
    /// More than the longest answer has.
    const MAX: usize = 64;
    let plain = text::plain(text::trim(text));
    let short: String = plain.chars().take(MAX).map(|c| if c == '_' || text::is_dash(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = short.split(|c: char| c.is_whitespace() || ".,;:!()'\"".contains(c)).collect();
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join(" ").replace("license", "licence")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn seed_is_no_unless_the_officer_says_so() {
        for text in [
            "Yes",
            "y",
            "TRUE",
            "1",
            "\u{662f}",
            "Yes.",
            "Required",
            "\u{2713}",
            "\u{2705}",
            "\u{2714}\u{fe0f}",
            "\u{ff39}",
        ] {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::Required), "{text}");
        }
        for text in
            ["", "No", "n", "false", "0", "-", "\u{5426}", "N/A", "nil", "Not required", "not-required", "\u{2717}"]
        {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::NotRequired), "{text}");
        }
        for text in ["maybe", "x", "yes no", "not", "yes, if possible", "10"] {
            assert_eq!(SeedWish::parse(text), Err(Fault::SeedSyntax), "{text}");
        }
        assert_eq!([SeedWish::Required, SeedWish::NotRequired].map(SeedWish::as_str), ["Yes", "No"]);
    }

    #[test]
    fn the_words_that_the_service_shows_and_exports_are_read_back() {
        use crate::invite::SeedStatus;
        for status in SeedStatus::FILTERS.into_iter().chain([SeedStatus::NoAccount]) {
            let is_no = matches!(status, SeedStatus::NotRequired | SeedStatus::Ineligible | SeedStatus::NoAccount);
            let wish = if is_no { SeedWish::NotRequired } else { SeedWish::Required };
            let name = serde_json::to_value(status).unwrap();
            for text in [status.label(), name.as_str().unwrap_or_default()] {
                let is_name = text == "no-account";
                assert!(is_name || SeedWish::parse(text) == Ok(wish), "{text}");
            }
        }
        for wish in [SeedWish::Required, SeedWish::NotRequired] {
            let stored = serde_json::to_value(wish).unwrap();
            assert_eq!(SeedWish::parse(wish.as_str()), Ok(wish));
            assert_eq!(SeedWish::parse(stored.as_str().unwrap()), Ok(wish));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = SeedWish::parse(&text);
        }
    }
}
