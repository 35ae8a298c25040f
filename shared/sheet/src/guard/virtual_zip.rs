//! A zip archive that exists only while it is read. Its headers are written here, and its entries are not compressed.
//! Each entry has bytes, or a stream that is read once from front to back.

use std::{
    cell::RefCell,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

/// Reads like the bytes of the archive.
pub(super) struct VirtualZip<'a> {
    sections: Vec<Section<'a>>,
    length: u64,
    position: u64,
}

struct Section<'a> {
    start: u64,
    length: u64,
    body: Body<'a>,
}

enum Body<'a> {
    Bytes(Vec<u8>),
    Zeros,
    Stream { stream: Rc<RefCell<dyn Read + 'a>>, taken: u64 },
}

/// Writes the archive, entry after entry.
#[derive(Default)]
pub(super) struct VirtualZipWriter<'a> {
    sections: Vec<Section<'a>>,
    directory: Vec<u8>,
    entries: u16,
    length: u64,
}

impl<'a> VirtualZipWriter<'a> {
    /// Adds an entry with these bytes.
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.header(name, crc32fast::hash(&bytes), bytes.len() as u64);
        self.section(bytes.len() as u64, Body::Bytes(bytes));
    }

    /// Adds an entry of `length` bytes: those of `stream`, and spaces after its end.
    pub(super) fn add_stream(&mut self, name: &str, length: u64, stream: Rc<RefCell<dyn Read + 'a>>) {
        // The checksum is unknown, and is not checked: the XML ends before the spaces.
        self.header(name, 0, length);
        self.section(length, Body::Stream { stream, taken: 0 });
    }

    /// Adds a gap before or after the streams.
    ///
    /// Readers read the first and last bytes of an archive in blocks, to recognise it and to find its directory. A
    /// stream can be read only once, so it must be more than a block away from both ends.
    pub(super) fn gap(&mut self) {
        const GAP: u64 = 128 << 10;
        self.section(GAP, Body::Zeros);
    }

    /// Ends the archive with its directory.
    pub(super) fn finish(mut self) -> VirtualZip<'a> {
        let mut end = std::mem::take(&mut self.directory);
        let directory_bytes = narrow(end.len() as u64);
        let directory_start = narrow(self.length);
        end.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        end.extend_from_slice(&self.entries.to_le_bytes());
        end.extend_from_slice(&self.entries.to_le_bytes());
        end.extend_from_slice(&directory_bytes.to_le_bytes());
        end.extend_from_slice(&directory_start.to_le_bytes());
        end.extend_from_slice(&[0, 0]);
        self.section(end.len() as u64, Body::Bytes(end));
        VirtualZip { sections: self.sections, length: self.length, position: 0 }
    }

    fn header(&mut self, name: &str, crc: u32, size: u64) {
        let offset = narrow(self.length);
        let size = narrow(size).to_le_bytes();
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        // Version 2.0, no flags, stored, 1 January 1980.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend_from_slice(&crc.to_le_bytes());
        common.extend_from_slice(&size);
        common.extend_from_slice(&size);
        common.extend_from_slice(&name_length);
        common.extend_from_slice(&[0, 0]);

        let mut local = b"PK\x03\x04".to_vec();
        local.extend_from_slice(&common);
        local.extend_from_slice(name.as_bytes());
        self.section(local.len() as u64, Body::Bytes(local));

        self.directory.extend_from_slice(b"PK\x01\x02\x14\0");
        self.directory.extend_from_slice(&common);
        // No comment, first disk, no attributes.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.entries += 1;
    }

    fn section(&mut self, length: u64, body: Body<'a>) {
        self.sections.push(Section { start: self.length, length, body });
        self.length += length;
    }
}

/// The limits of the guard keep every archive far below the 4 GiB that these fields can hold.
fn narrow(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

impl Read for VirtualZip<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let position = self.position;
        let at = self.sections.partition_point(|section| section.start + section.length <= position);
        let Some(section) = self.sections.get_mut(at) else {
            return Ok(0);
        };
        let offset = position - section.start;
        let read = match &mut section.body {
            Body::Bytes(bytes) => {
                let offset = usize::try_from(offset).map_err(io::Error::other)?;
                bytes.get(offset..).unwrap_or_default().read(buf)?
            }
            Body::Zeros => {
                let most = usize::try_from(section.length - offset).unwrap_or(usize::MAX).min(buf.len());
                buf[..most].fill(0);
                most
            }
            Body::Stream { stream, taken } => {
                if *taken != offset {
                    return Err(io::Error::other("a stream is read once, from front to back"));
                }
                let most = usize::try_from(section.length - offset).unwrap_or(usize::MAX).min(buf.len());
                let mut read = stream.borrow_mut().read(&mut buf[..most])?;
                if read == 0 {
                    buf[..most].fill(b' ');
                    read = most;
                }
                *taken += read as u64;
                read
            }
        };
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for VirtualZip<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
