//! Which letters the bytes of a file are.
//!
//! A byte order mark says it, and bytes that are UTF-8 are hardly ever anything else. Every other file could have been
//! written in several encodings, in each of which a name reads differently: its officer is asked.

use domain::batch::{Encoding, EncodingChoice, MAX_SAMPLE};
use encoding_rs::{BIG5, GB18030, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{foreign, pieces::Pieces};
use crate::{FileError, unopened::Unopened};

/// The bytes of a text behind their byte order mark, and their encoding.
pub(super) struct Decodable<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) encoding: &'static encoding_rs::Encoding,
}

/// What single bytes can be, where Singapore's files come from: Excel for Windows, Chinese of both scripts, and Excel
/// for Mac.
const OF_BYTES: [Encoding; 4] = [Encoding::Windows1252, Encoding::Gb18030, Encoding::Big5, Encoding::Macintosh];
/// What bytes with zeros among them can be.
const OF_PAIRS: [Encoding; 2] = [Encoding::Utf16Le, Encoding::Utf16Be];

impl<'a> Decodable<'a> {
    /// Finds the encoding. `answer` is what the officer says; it is used if the bytes can be so.
    pub(super) fn of(bytes: &'a [u8], answer: Option<Encoding>) -> Result<Self, Unopened> {
        for (mark, encoding) in [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)] {
            if let Some(bytes) = bytes.strip_prefix(mark) {
                return Ok(Self { bytes, encoding });
            }
        }
        let has_zeros = memchr::memchr(0, bytes).is_some();
        // Programs of DOS end a text with this character. Among pairs of bytes it is half a letter.
        let bytes = bytes.strip_suffix(b"\x1A").filter(|_| !has_zeros).unwrap_or(bytes);
        let marked = bytes.strip_prefix(b"\xEF\xBB\xBF");
        if marked.is_some() || (!has_zeros && std::str::from_utf8(bytes).is_ok()) {
            return Ok(Self { bytes: marked.unwrap_or(bytes), encoding: UTF_8 });
        }
        let choices = choices(bytes, if has_zeros { &OF_PAIRS } else { &OF_BYTES });
        if choices.is_empty() {
            return Err(FileError::NotXlsx.into());
        }
        match answer.filter(|answer| choices.iter().any(|choice| choice.name == *answer)) {
            Some(answer) => Ok(Self { bytes, encoding: decoder_of(answer) }),
            None => Err(Unopened::Encodings(choices)),
        }
    }
}

fn decoder_of(encoding: Encoding) -> &'static encoding_rs::Encoding {
    match encoding {
        Encoding::Windows1252 => WINDOWS_1252,
        Encoding::Gb18030 => GB18030,
        Encoding::Big5 => BIG5,
        Encoding::Macintosh => MACINTOSH,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
    }
}

/// Those of the encodings in which the bytes are a text.
fn choices(bytes: &[u8], encodings: &[Encoding]) -> Vec<EncodingChoice> {
    let read = |name: &Encoding| Some(EncodingChoice { name: *name, sample: sample(bytes, *name)? });
    encodings.iter().filter_map(read).collect()
}

/// A text of the file in this encoding: the first one with a letter that is not ASCII, or else the one that says most.
/// `None`: the bytes are no text in this encoding.
fn sample(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let mut pieces = Pieces::new(bytes, decoder_of(encoding));
    let mut best = (Telling::Nothing, String::new());
    let mut has_address = false;
    let mut is_first = true;
    while let Some(piece) = pieces.next().ok()? {
        let is_foreign = std::mem::take(&mut is_first) && foreign::is_foreign(piece.text);
        if is_foreign || piece.text.chars().any(is_of_no_text) {
            return None;
        }
        has_address |= piece.text.contains('@');
        for text in piece.text.split([',', ';', '\t', '|', '"', '\r', '\n']).map(str::trim) {
            if best.0 == Telling::Letter {
                break;
            }
            let telling = Telling::of(text);
            if telling > best.0 {
                best = (telling, around_letter(text));
            }
        }
    }
    // Half of all bytes can be pairs as well. The wrong half makes an at sign another letter.
    let is_likely = has_address || !OF_PAIRS.contains(&encoding);
    is_likely.then_some(best.1).filter(|sample| !sample.is_empty())
}

/// How much a text says about its encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Telling {
    Nothing,
    Ascii,
    /// A character that is not ASCII, such as a typographic apostrophe.
    Character,
    Letter,
}

impl Telling {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        if text.is_ascii() {
            return Self::Ascii;
        }
        if text.chars().any(is_letter) { Self::Letter } else { Self::Character }
    }
}

/// A letter that encodings differ in.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic()
}

/// At most [`MAX_SAMPLE`] characters of a text, with the first character that is not ASCII among them.
fn around_letter(text: &str) -> String {
    let place = text.chars().position(is_letter).or_else(|| text.chars().position(|c| !c.is_ascii()));
    let before = place.unwrap_or(0).saturating_sub(MAX_SAMPLE / 2);
    let cut = if text.chars().count() > MAX_SAMPLE { before } else { 0 };
    text.chars().skip(cut).filter(|c| !c.is_control()).take(MAX_SAMPLE).collect()
}

/// Control characters that no program writes into a text, which come from reading another encoding or a binary file.
fn is_of_no_text(c: char) -> bool {
    const VERTICAL_TAB: char = '\u{B}';
    const NEW_PAGE: char = '\u{C}';
    let is_layout = matches!(c, '\t' | '\n' | '\r' | VERTICAL_TAB | NEW_PAGE);
    (c.is_control() && !is_layout) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_have_the_names_of_the_standard() {
        for encoding in Encoding::ALL {
            assert_eq!(decoder_of(encoding).name(), encoding.name());
        }
    }

    #[test]
    fn a_sample_has_the_letter_wherever_it_is() {
        let long = format!("{}\u{e9}{}", "x".repeat(500), "y".repeat(500));
        let sample = around_letter(&long);
        assert_eq!(sample.chars().count(), MAX_SAMPLE);
        assert!(sample.contains('\u{e9}'));
        assert_eq!(around_letter("N\u{fa}\u{f1}ez"), "N\u{fa}\u{f1}ez");
        let last = format!("{}\u{e9}", "x".repeat(500));
        assert!(around_letter(&last).ends_with('\u{e9}'));
    }
}
