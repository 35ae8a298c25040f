//! The characters that XML may hold.

use memchr::memmem;

use crate::FileError;

/// Checks that a stream is UTF-8 without the characters that XML 1.0 forbids (section 2.2): control characters, and the
/// two noncharacters at the end of the first plane. Other programs refuse such a file, or read it differently.
#[derive(Default)]
pub(super) struct Characters {
    /// The first bytes of a character that the last window cut.
    cut: Vec<u8>,
}

impl Characters {
    /// Checks the next bytes of the stream.
    pub(super) fn check(&mut self, mut bytes: &[u8]) -> Result<(), FileError> {
        while !self.cut.is_empty() {
            let Some((first, rest)) = bytes.split_first() else {
                return Ok(());
            };
            self.cut.push(*first);
            bytes = rest;
            let whole = whole(&self.cut)?;
            if whole == self.cut.len() {
                allowed(&self.cut)?;
                self.cut.clear();
            }
        }
        let (whole, cut) = bytes.split_at(whole(bytes)?);
        self.cut.extend_from_slice(cut);
        allowed(whole)
    }

    /// The stream has ended, and may not end inside a character.
    pub(super) fn finish(&self) -> Result<(), FileError> {
        if self.cut.is_empty() { Ok(()) } else { Err(FileError::Corrupt) }
    }
}

/// The length of the whole characters at the start of `bytes`; behind them there may be the start of one more.
fn whole(bytes: &[u8]) -> Result<usize, FileError> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(FileError::Corrupt),
    }
}

fn allowed(text: &[u8]) -> Result<(), FileError> {
    // Without a branch, so that many bytes are compared at once.
    let has_control =
        text.iter().fold(false, |found, byte| found | (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')));
    let is_noncharacter = |at: usize| matches!(text.get(at + 2), Some(0xBE | 0xBF));
    if has_control || memmem::find_iter(text, b"\xEF\xBF").any(is_noncharacter) {
        return Err(FileError::Corrupt);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], window: usize) -> Result<(), FileError> {
        let mut characters = Characters::default();
        text.chunks(window).try_for_each(|bytes| characters.check(bytes))?;
        characters.finish()
    }

    #[test]
    fn text_is_checked_wherever_a_window_ends() {
        for window in 1..8 {
            assert_eq!(check("Ah \u{e9}\u{674e}\u{1f600}\t\r\n\u{fffd}\u{7f}".as_bytes(), window), Ok(()), "{window}");
            for bad in [
                "a\0".as_bytes(),
                b"a\x08",
                b"a\x1F",
                b"\xC3",
                b"\xED\xA0\x80",
                b"\xFF",
                "\u{fffe}".as_bytes(),
                "a\u{ffff}".as_bytes(),
            ] {
                assert_eq!(check(bad, window), Err(FileError::Corrupt), "{bad:?} {window}");
            }
        }
    }
}
