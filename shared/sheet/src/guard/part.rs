//! One part of the package: inflated once, counted, checked, and read by its visitor.

use std::io::Read;

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::{
    characters::Characters,
    scan::{Scanner, Tail, Visitor},
};
use crate::{FileError, Limits};

/// The compressed bytes of a part, and what the directory of the archive says about it.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) method: Method,
    /// Bytes after inflating, as the directory says. This is an upper bound, checked while inflating.
    pub(crate) size: u64,
    pub(crate) crc: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored,
    Deflated,
}

/// Bytes that are inflated at a time.
const CHUNK: usize = 64 << 10;

/// Reads a part through its visitor, and returns the visitor. The part is inflated in pieces, and never held whole.
///
/// # Errors
///
/// The fault that the visitor finds, and [`FileError::Corrupt`] when the bytes are not those that the directory
/// announced. Behind the point where the visitor is done nothing is read.
pub(crate) fn walk<V: Visitor>(part: Part<'_>, limits: &Limits, mut visitor: V) -> Result<V, FileError> {
    let mut source = Source::new(part);
    let mut characters = Characters::default();
    let mut scanner = Scanner::new(limits);
    let mut window = Vec::new();
    let mut tail = Tail::More;
    while tail == Tail::More && !visitor.is_done() {
        let kept = window.len();
        window.resize(kept + CHUNK, 0);
        let filled = source.fill(&mut window[kept..])?;
        window.truncate(kept + filled);
        characters.check(&window[kept..])?;
        if filled < CHUNK {
            characters.finish()?;
            tail = Tail::Last;
        }
        let scanned = scanner.scan(&window, tail, &mut visitor)?;
        window.drain(..scanned);
    }
    Ok(visitor)
}

/// The bytes of a part that has at most `most` of them.
///
/// # Errors
///
/// [`FileError::Corrupt`] when the part is longer, or its bytes are not those that the directory announced.
pub(crate) fn whole(part: Part<'_>, most: usize) -> Result<Vec<u8>, FileError> {
    let mut bytes = vec![0; most + 1];
    let filled = Source::new(part).fill(&mut bytes)?;
    bytes.truncate(filled);
    if filled > most { Err(FileError::Corrupt) } else { Ok(bytes) }
}

/// The inflated bytes, compared with the declared size and checksum.
struct Source<'a> {
    bytes: Bytes<'a>,
    left: u64,
    crc: Hasher,
    declared_crc: u32,
}

enum Bytes<'a> {
    Stored(&'a [u8]),
    Deflated(DeflateDecoder<&'a [u8]>),
}

impl<'a> Source<'a> {
    fn new(part: Part<'a>) -> Self {
        let bytes = match part.method {
            Method::Stored => Bytes::Stored(part.data),
            Method::Deflated => Bytes::Deflated(DeflateDecoder::new(part.data)),
        };
        Self { bytes, left: part.size, crc: Hasher::new(), declared_crc: part.crc }
    }

    /// Fills `buf` unless the part ends before. At the end, size and checksum are compared.
    fn fill(&mut self, buf: &mut [u8]) -> Result<usize, FileError> {
        let mut filled = 0;
        while filled < buf.len() {
            let read = match &mut self.bytes {
                Bytes::Stored(bytes) => bytes.read(&mut buf[filled..]),
                Bytes::Deflated(decoder) => decoder.read(&mut buf[filled..]),
            }
            .map_err(|_| FileError::Corrupt)?;
            if read == 0 {
                self.compare()?;
                break;
            }
            filled += read;
            self.left = self.left.checked_sub(read as u64).ok_or(FileError::Corrupt)?;
        }
        self.crc.update(&buf[..filled]);
        if filled < buf.len() && self.crc.clone().finalize() != self.declared_crc {
            return Err(FileError::Corrupt);
        }
        Ok(filled)
    }

    /// At the end no byte may be missing, and none may follow the compressed stream.
    fn compare(&self) -> Result<(), FileError> {
        let behind = match &self.bytes {
            Bytes::Stored(bytes) => bytes.len(),
            Bytes::Deflated(decoder) => decoder.get_ref().len(),
        };
        if self.left == 0 && behind == 0 { Ok(()) } else { Err(FileError::Corrupt) }
    }
}
