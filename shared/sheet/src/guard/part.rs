//! One part of the package: inflated once, counted, checked, and rewritten by its visitor.

use std::io::{self, Read};

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::scan::{Scanner, Tail, Visitor};
use crate::{FileError, Limits};

/// The compressed bytes of a part, and what the directory of the archive says about it.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) data: &'a [u8],
    pub(super) method: Method,
    /// Bytes after inflating, as the directory says. This is an upper bound, checked while inflating.
    pub(super) size: u64,
    pub(super) crc: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// Bytes that are inflated at a time.
const CHUNK: usize = 64 << 10;

/// A part while the guard reads it: a reader gets what the visitor wrote, never a byte of the upload itself.
pub(super) struct PartReader<'a, V> {
    source: Source<'a>,
    scanner: Scanner,
    visitor: V,
    window: Vec<u8>,
    /// Bytes at the start of the window that were already scanned.
    scanned: usize,
    /// What the visitor wrote, and how much of it was read.
    out: Vec<u8>,
    read: usize,
    tail: Tail,
    verdict: Option<FileError>,
}

impl<'a, V: Visitor> PartReader<'a, V> {
    pub(super) fn new(part: Part<'a>, limits: &Limits, visitor: V) -> Self {
        Self {
            source: Source::new(part),
            scanner: Scanner::new(limits),
            visitor,
            window: Vec::new(),
            scanned: 0,
            out: Vec::new(),
            read: 0,
            tail: Tail::More,
            verdict: None,
        }
    }

    pub(super) fn visitor(&mut self) -> &mut V {
        &mut self.visitor
    }

    /// The fault for which the guard stopped the read, if it did.
    pub(super) fn verdict(&self) -> Option<&FileError> {
        self.verdict.as_ref()
    }

    /// Checks the rest of the part up to its checksum, without writing it.
    pub(super) fn finish(&mut self) -> Result<(), FileError> {
        while self.tail == Tail::More {
            self.advance()?;
        }
        Ok(())
    }

    /// Inflates and checks the next chunk. Output that was not read before is dropped.
    fn advance(&mut self) -> Result<(), FileError> {
        if let Some(verdict) = &self.verdict {
            return Err(verdict.clone());
        }
        self.out.clear();
        self.read = 0;
        let advanced = self.try_advance();
        if let Err(verdict) = &advanced {
            self.verdict = Some(verdict.clone());
            self.out.clear();
        }
        advanced
    }

    fn try_advance(&mut self) -> Result<(), FileError> {
        self.window.drain(..self.scanned);
        let kept = self.window.len();
        self.window.resize(kept + CHUNK, 0);
        let filled = self.source.fill(&mut self.window[kept..])?;
        self.window.truncate(kept + filled);
        self.tail = if filled < CHUNK { Tail::Last } else { Tail::More };
        self.scanned = self.scanner.scan(&self.window, self.tail, &mut self.visitor, &mut self.out)?;
        Ok(())
    }
}

impl<V: Visitor> Read for PartReader<'_, V> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.out.len() && self.tail == Tail::More {
            self.advance().map_err(io::Error::other)?;
        }
        let length = (&self.out[self.read..]).read(buf)?;
        self.read += length;
        Ok(length)
    }
}

/// Reads a whole part, and returns its visitor.
pub(super) fn walk<V: Visitor>(part: Part<'_>, limits: &Limits, visitor: V) -> Result<V, FileError> {
    let mut reader = PartReader::new(part, limits, visitor);
    reader.finish()?;
    Ok(reader.visitor)
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
