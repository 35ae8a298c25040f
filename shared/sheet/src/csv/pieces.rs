//! The text of a file, in pieces, so that it is never held whole.

use encoding_rs::{Decoder, DecoderResult, Encoding};

use crate::FileError;

/// Bytes of a piece at most, in UTF-8.
pub(super) const PIECE_BYTES: usize = 64 << 10;

/// A part of a text.
#[derive(Clone, Copy, Default)]
pub(super) struct Piece<'p> {
    pub(super) text: &'p str,
    pub(super) is_last: bool,
}

/// Decodes bytes strictly: nothing is replaced.
pub(super) struct Pieces<'a> {
    decoder: Decoder,
    rest: &'a [u8],
    buffer: String,
    is_done: bool,
}

impl<'a> Pieces<'a> {
    /// Reads `bytes`, which have no byte order mark.
    pub(super) fn new(bytes: &'a [u8], encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { decoder, rest: bytes, buffer: "\0".repeat(PIECE_BYTES), is_done: false }
    }

    /// The next piece. `None`: the text has ended.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when the bytes are no letters of the encoding, and [`FileError::NotXlsx`] for the
    /// character zero, which no text has.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, FileError> {
        if self.is_done {
            return Ok(None);
        }
        let (result, read, written) =
            self.decoder.decode_to_str_without_replacement(self.rest, self.buffer.as_mut_str(), true);
        match result {
            DecoderResult::InputEmpty => self.is_done = true,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return Err(FileError::Corrupt),
        }
        self.rest = self.rest.get(read..).unwrap_or_default();
        let text = self.buffer.get(..written).unwrap_or_default();
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(FileError::NotXlsx);
        }
        Ok(Some(Piece { text, is_last: self.is_done }))
    }
}
