//! The directory of a zip archive, read to the last byte of the file.
//!
//! Readers of archives differ in what they forgive: a gap, a wrong size, bytes between two entries, a local header that
//! contradicts the directory. Each of these leaves room for a second archive that another program shows. So every byte
//! of the file must belong to one entry, to the directory or to the end records, and both headers of an entry agree.
//!
//! The layout is that of PKWARE's APPNOTE 6.3.10: sections 4.3.7 (local header) to 4.3.16 (end record), and 4.5.3 for
//! the sizes of zip64.

use std::collections::HashSet;

use super::part::{Method, Part};
use crate::{FileError, Limits};

/// One entry, as the directory and its local header describe it alike.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) part: Part<'a>,
}

pub(super) const END_RECORD: &[u8] = b"PK\x05\x06";
pub(super) const END_RECORD_BYTES: usize = 22;
pub(super) const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const LOCAL_HEADER_BYTES: usize = 30;
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const CENTRAL_HEADER_BYTES: usize = 46;
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
const ZIP64_LOCATOR_BYTES: usize = 20;
const ZIP64_RECORD: &[u8] = b"PK\x06\x06";
const ZIP64_RECORD_BYTES: usize = 56;
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// The value of a 32-bit field whose number is in the zip64 field instead.
const IN_ZIP64: u64 = 0xFFFF_FFFF;
const ZIP64_FIELD: u16 = 0x0001;
/// A field of Info-ZIP with another name for the entry.
const OTHER_NAME_FIELD: u16 = 0x7075;

/// Bits of the flags: encrypted, strongly encrypted, headers masked.
const IS_ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// Checksum and sizes follow the data, because the writer did not know them before.
const HAS_DESCRIPTOR: u16 = 1 << 3;
/// How hard the writer compressed, which no reader needs.
const COMPRESSION_LEVEL: u16 = 1 << 1 | 1 << 2;
/// The name is in UTF-8 rather than in code page 437.
const IS_UTF8: u16 = 1 << 11;

/// The entries of the archive, in the order of the directory.
///
/// # Errors
///
/// [`FileError::Corrupt`] when a byte of the file is unaccounted for or two headers contradict each other, and the
/// fault of a limit when the entries are too many or too large.
pub(super) fn entries<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Vec<Entry<'a>>, FileError> {
    let directory = Directory::find(bytes)?;
    if directory.entries > limits.entries as u64 {
        return Err(FileError::TooManyParts);
    }
    let mut at = directory.start;
    let mut headers = Vec::new();
    let mut total = 0_u64;
    for _ in 0..directory.entries {
        let header = Header::read(bytes, at)?;
        total = total.saturating_add(header.size);
        if header.size > limits.entry_bytes || total > limits.total_bytes {
            return Err(FileError::TooLarge);
        }
        at += header.length;
        headers.push(header);
    }
    if at != directory.end {
        return Err(FileError::Corrupt);
    }
    let names: HashSet<&[u8]> = headers.iter().map(|header| header.name).collect();
    if names.len() < headers.len() {
        return Err(FileError::Corrupt);
    }
    let spans = headers.iter().map(|header| header.data(bytes)).collect::<Result<Vec<_>, _>>()?;
    adjoin(bytes, &headers, &spans, directory.start)?;
    let entry = |(header, span): (&Header<'a>, &Span<'a>)| Entry {
        name: header.name,
        part: Part { data: span.data, method: header.method, size: header.size, crc: header.crc },
    };
    Ok(headers.iter().zip(&spans).map(entry).collect())
}

/// Where the directory is, and how many entries it has.
struct Directory {
    start: usize,
    end: usize,
    entries: u64,
}

impl Directory {
    /// Reads the end record, which is the last of the file, and the zip64 records before it if there are any.
    fn find(bytes: &[u8]) -> Result<Self, FileError> {
        let end = bytes.len().checked_sub(END_RECORD_BYTES).ok_or(FileError::Corrupt)?;
        let record = Fields::at(bytes, end, END_RECORD_BYTES, END_RECORD)?;
        let is_split = record.u32(4) != 0 || record.u16(8) != record.u16(10);
        let plain = Found { entries: u64::from(record.u16(10)), size: record.u32(12), offset: record.u32(16) };
        let (found, end) = match Self::zip64(bytes, end, &plain)? {
            Some(found) => found,
            None => (plain, end),
        };
        let (start, size) = (narrow(found.offset)?, narrow(found.size)?);
        if is_split || start.checked_add(size) != Some(end) {
            return Err(FileError::Corrupt);
        }
        Ok(Self { start, end, entries: found.entries })
    }

    /// The numbers of the zip64 record, and where it begins. `None`: there is none.
    fn zip64(bytes: &[u8], end: usize, plain: &Found) -> Result<Option<(Found, usize)>, FileError> {
        let Some(at) = end.checked_sub(ZIP64_LOCATOR_BYTES).filter(|at| bytes[*at..].starts_with(ZIP64_LOCATOR)) else {
            return Ok(None);
        };
        let locator = Fields::at(bytes, at, ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR)?;
        let start = narrow(locator.u64(8))?;
        let record = Fields::at(bytes, start, ZIP64_RECORD_BYTES, ZIP64_RECORD)?;
        let found = Found { entries: record.u64(32), size: record.u64(40), offset: record.u64(48) };
        let is_one_disk = locator.u32(4) == 0 && locator.u32(16) == 1 && record.u32(16) == 0 && record.u32(20) == 0;
        let agrees = |plain: u64, mark: u64, found: u64| plain == mark || plain == found;
        let is_whole = start.checked_add(ZIP64_RECORD_BYTES) == Some(at)
            && record.u64(4) == (ZIP64_RECORD_BYTES - 12) as u64
            && record.u64(24) == found.entries
            && agrees(plain.entries, 0xFFFF, found.entries)
            && agrees(plain.size, IN_ZIP64, found.size)
            && agrees(plain.offset, IN_ZIP64, found.offset);
        if is_one_disk && is_whole { Ok(Some((found, start))) } else { Err(FileError::Corrupt) }
    }
}

/// What an end record says about the directory.
struct Found {
    entries: u64,
    size: u64,
    offset: u64,
}

/// An entry as the directory describes it.
struct Header<'a> {
    name: &'a [u8],
    flags: u16,
    method: Method,
    crc: u32,
    packed: u64,
    size: u64,
    /// Where the local header begins.
    offset: usize,
    /// Bytes of this header in the directory.
    length: usize,
}

/// The bytes of an entry before those of the next.
struct Span<'a> {
    start: usize,
    data: &'a [u8],
    end: usize,
    /// Whether the local header has the checksum and the sizes of the directory.
    is_told: bool,
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8], at: usize) -> Result<Self, FileError> {
        let fields = Fields::at(bytes, at, CENTRAL_HEADER_BYTES, CENTRAL_HEADER)?;
        let flags = fields.u16(8);
        if flags & IS_ENCRYPTED != 0 {
            return Err(FileError::Encrypted);
        }
        let (name_bytes, extra_bytes) = (usize::from(fields.u16(28)), usize::from(fields.u16(30)));
        let name = slice(bytes, at + CENTRAL_HEADER_BYTES, name_bytes)?;
        let extra = Extra::read(slice(bytes, at + CENTRAL_HEADER_BYTES + name_bytes, extra_bytes)?)?;
        let (mut packed, mut size, mut offset) = (fields.u32(20), fields.u32(24), fields.u32(42));
        extra.fill(&mut [&mut size, &mut packed, &mut offset])?;
        // A link of Unix, and an entry on another disk.
        let is_link = fields.u32(38) >> 28 == 0xA;
        if is_link || fields.u16(34) != 0 {
            return Err(FileError::Corrupt);
        }
        let length = CENTRAL_HEADER_BYTES + name_bytes + extra_bytes + usize::from(fields.u16(32));
        let (method, offset) = (method(fields.u16(10))?, narrow(offset)?);
        Ok(Self { name, flags, method, crc: fields.crc(16), packed, size, offset, length })
    }

    /// Finds the data behind the local header, which must say the same as the directory.
    fn data(&self, bytes: &'a [u8]) -> Result<Span<'a>, FileError> {
        let fields = Fields::at(bytes, self.offset, LOCAL_HEADER_BYTES, LOCAL_HEADER)?;
        let (name_bytes, extra_bytes) = (usize::from(fields.u16(26)), usize::from(fields.u16(28)));
        let name_start = self.offset + LOCAL_HEADER_BYTES;
        let extra = Extra::read(slice(bytes, name_start + name_bytes, extra_bytes)?)?;
        let (mut packed, mut size) = (fields.u32(18), fields.u32(22));
        extra.fill_local(&mut [&mut size, &mut packed])?;
        let ignored = if self.name.is_ascii() { COMPRESSION_LEVEL | IS_UTF8 } else { COMPRESSION_LEVEL };
        let is_same = slice(bytes, name_start, name_bytes)? == self.name
            && (fields.u16(6) ^ self.flags) & !ignored == 0
            && method(fields.u16(8))? == self.method;
        let is_told = fields.crc(14) == self.crc && packed == self.packed && size == self.size;
        if !is_same || !(is_told || self.has_descriptor()) {
            return Err(FileError::Corrupt);
        }
        let start = name_start + name_bytes + extra_bytes;
        let data = slice(bytes, start, narrow(self.packed)?)?;
        Ok(Span { start: self.offset, data, end: start + data.len(), is_told })
    }

    fn has_descriptor(&self) -> bool {
        self.flags & HAS_DESCRIPTOR != 0
    }

    /// Whether `bytes` are the descriptor of this entry: the checksum and both sizes, with or without a signature.
    fn describes(&self, bytes: &[u8]) -> bool {
        let plain = bytes.strip_prefix(DESCRIPTOR).filter(|plain| matches!(plain.len(), 12 | 20)).unwrap_or(bytes);
        let fields = Fields(plain);
        let sizes = match plain.len() {
            12 => (fields.u32(4), fields.u32(8)),
            20 => (fields.u64(4), fields.u64(12)),
            _ => return false,
        };
        fields.crc(0) == self.crc && sizes == (self.packed, self.size)
    }
}

/// Checks that the entries follow each other without a gap, from the first byte of the file to the directory.
fn adjoin(bytes: &[u8], headers: &[Header<'_>], spans: &[Span<'_>], directory: usize) -> Result<(), FileError> {
    let mut order: Vec<_> = headers.iter().zip(spans).collect();
    order.sort_by_key(|(_, span)| span.start);
    let starts = order.iter().skip(1).map(|(_, span)| span.start).chain([directory]);
    if order.first().is_none_or(|(_, first)| first.start != 0) {
        return Err(FileError::Corrupt);
    }
    for ((header, span), next) in order.iter().zip(starts) {
        // Entries that share bytes inflate to more than the file could hold.
        let behind = bytes.get(span.end..next).ok_or(FileError::Bomb)?;
        let is_described = header.has_descriptor() && header.describes(behind);
        let needs_none = span.is_told && behind.is_empty();
        if !is_described && !needs_none {
            return Err(FileError::Corrupt);
        }
    }
    Ok(())
}

/// The extra field of a header. `zip64` has the bytes of its zip64 field.
struct Extra<'a> {
    zip64: Option<&'a [u8]>,
}

impl<'a> Extra<'a> {
    fn read(mut rest: &'a [u8]) -> Result<Self, FileError> {
        let mut zip64 = None;
        while !rest.is_empty() {
            let fields = Fields(slice(rest, 0, 4)?);
            let body = slice(rest, 4, usize::from(fields.u16(2)))?;
            match fields.u16(0) {
                ZIP64_FIELD if zip64.is_none() => zip64 = Some(body),
                ZIP64_FIELD | OTHER_NAME_FIELD => return Err(FileError::Corrupt),
                _ => {}
            }
            rest = &rest[4 + body.len()..];
        }
        Ok(Self { zip64 })
    }

    /// Puts the numbers of the zip64 field in the place of the marks. It has exactly the numbers that are marked.
    fn fill(&self, numbers: &mut [&mut u64]) -> Result<(), FileError> {
        let marked = numbers.iter_mut().filter(|number| ***number == IN_ZIP64);
        let mut rest = self.zip64.unwrap_or_default();
        for number in marked {
            **number = Fields(slice(rest, 0, 8)?).u64(0);
            rest = &rest[8..];
        }
        if rest.is_empty() { Ok(()) } else { Err(FileError::Corrupt) }
    }

    /// Like [`Extra::fill`], in a local header: its zip64 field may repeat both sizes although they are not marked.
    fn fill_local(&self, sizes: &mut [&mut u64; 2]) -> Result<(), FileError> {
        let is_marked = sizes.iter().any(|size| **size == IN_ZIP64);
        let Some(field) = self.zip64.filter(|field| !is_marked && field.len() == 16) else {
            return self.fill(sizes);
        };
        let fields = Fields(field);
        // A streaming writer does not know the sizes yet.
        let is_unknown = fields.u64(0) == 0 && fields.u64(8) == 0;
        if is_unknown || (fields.u64(0), fields.u64(8)) == (*sizes[0], *sizes[1]) {
            Ok(())
        } else {
            Err(FileError::Corrupt)
        }
    }
}

/// The fields of a record, whose length was checked.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn at(bytes: &'a [u8], at: usize, length: usize, signature: &[u8]) -> Result<Self, FileError> {
        let record = slice(bytes, at, length)?;
        if record.starts_with(signature) { Ok(Self(record)) } else { Err(FileError::Corrupt) }
    }

    fn number<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.number(at))
    }

    fn crc(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.number(at))
    }

    /// A field of 32 bits, as the number that a zip64 field may have in its place.
    fn u32(&self, at: usize) -> u64 {
        u64::from(self.crc(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.number(at))
    }
}

fn method(number: u16) -> Result<Method, FileError> {
    match number {
        0 => Ok(Method::Stored),
        8 => Ok(Method::Deflated),
        _ => Err(FileError::Corrupt),
    }
}

fn slice(bytes: &[u8], start: usize, length: usize) -> Result<&[u8], FileError> {
    start.checked_add(length).and_then(|end| bytes.get(start..end)).ok_or(FileError::Corrupt)
}

fn narrow(number: u64) -> Result<usize, FileError> {
    usize::try_from(number).map_err(|_| FileError::Corrupt)
}
