//! How the bytes of a text file are letters, where the file does not say it.

use serde::{Deserialize, Serialize};

/// Encodings that one officer is asked to choose from, at most.
pub const MAX_ENCODINGS: usize = 4;

/// Characters of a sample at most.
pub const MAX_SAMPLE: usize = 60;

/// The encoding of a text file, by its name in the Encoding Standard of <https://encoding.spec.whatwg.org>.
///
/// UTF-8 is not among them: bytes that are UTF-8 are never asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// Western letters, as Excel for Windows saves CSV files.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// Simplified Chinese, and every other character of Unicode.
    #[serde(rename = "gb18030")]
    Gb18030,
    /// Traditional Chinese, as Taiwan and Hong Kong write.
    #[serde(rename = "Big5")]
    Big5,
    /// Western letters, as Excel for Mac saves CSV files.
    #[serde(rename = "macintosh")]
    Macintosh,
    /// UTF-16 with the low byte first, without its byte order mark.
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// UTF-16 with the high byte first, without its byte order mark.
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
}

impl Encoding {
    pub const ALL: [Self; 6] =
        [Self::Windows1252, Self::Gb18030, Self::Big5, Self::Macintosh, Self::Utf16Le, Self::Utf16Be];

    /// The encoding with this name. `None`: it is none that is asked about.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }

    /// Its name in the Encoding Standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows1252 => "windows-1252",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "Big5",
            Self::Macintosh => "macintosh",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }
}

/// An encoding that a file can have, with one of its texts read so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodingChoice {
    pub name: Encoding,
    /// At most [`MAX_SAMPLE`] characters, by which an officer sees whether the encoding is right.
    pub sample: String,
}

impl std::fmt::Debug for EncodingChoice {
    /// Does not print the sample, which is mostly a person's name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncodingChoice").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_stored_by_its_name() {
        for encoding in Encoding::ALL {
            let json = serde_json::to_string(&encoding).unwrap();
            assert_eq!(json, format!("\"{}\"", encoding.name()));
            assert_eq!(serde_json::from_str::<Encoding>(&json).unwrap(), encoding);
            assert_eq!(Encoding::parse(encoding.name()), Some(encoding));
        }
        for other in ["utf-8", "UTF-8", "Windows1252", "latin1", ""] {
            assert!(serde_json::from_str::<Encoding>(&format!("\"{other}\"")).is_err(), "{other}");
        }
    }

    #[test]
    fn a_choice_does_not_print_its_sample() {
        let choice = EncodingChoice { name: Encoding::Big5, sample: "Zorkmund".to_owned() };
        assert_eq!(format!("{choice:?}"), "EncodingChoice { name: Big5, .. }");
        assert_eq!(serde_json::to_string(&choice).unwrap(), r#"{"name":"Big5","sample":"Zorkmund"}"#);
    }
}
