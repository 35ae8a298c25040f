//! The resources that reading one workbook may use.

/// Bounds that are checked before anything of a workbook is used.
///
/// The defaults are far above honest files: a filled-in template of 10,000 rows is an upload of 1 MiB, and of 6 MiB
/// from a program that does not compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the upload at most.
    pub upload_bytes: usize,
    /// Entries in the zip archive.
    pub entries: usize,
    /// Declared, and so inflated, bytes of one entry.
    pub entry_bytes: u64,
    /// Declared bytes of all entries together.
    pub total_bytes: u64,
    /// How many times larger than its compressed form an entry may be, above [`Limits::ratio_free_bytes`].
    pub ratio: u64,
    /// Bytes of an entry up to which any ratio is allowed, because short repetitive parts compress well.
    pub ratio_free_bytes: u64,
    /// Rows with content under the header.
    pub rows: usize,
    pub columns: u32,
    /// Cells with or without a value, so that formatting alone cannot keep the reader busy.
    pub cells: usize,
    /// Entries of the shared string table.
    pub strings: usize,
    /// Bytes of text in the shared string table, which is in memory as a whole.
    pub string_bytes: usize,
    /// Bytes of text in all rows together, because many cells may have the same shared string.
    pub text_bytes: usize,
    /// Bytes of the names, ids and targets that are kept of one part, such as the links of a worksheet.
    pub kept_bytes: usize,
    /// Characters in one cell: Excel's own limit.
    pub cell_chars: usize,
    pub depth: usize,
    pub attributes: usize,
    /// Bytes of one tag, comment or processing instruction.
    pub tag_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 10 << 20,
            entries: 256,
            entry_bytes: 32 << 20,
            total_bytes: 64 << 20,
            ratio: 100,
            ratio_free_bytes: 100 << 10,
            rows: domain::batch::MAX_ROWS,
            columns: 64,
            cells: 1_000_000,
            strings: 200_000,
            string_bytes: 16 << 20,
            text_bytes: 8 << 20,
            kept_bytes: 4 << 20,
            cell_chars: 32_767,
            depth: 32,
            attributes: 64,
            tag_bytes: 64 << 10,
        }
    }
}

impl Limits {
    /// Bytes of the XML text of one cell at most.
    ///
    /// In what spreadsheet programs write, a character has at most six bytes, for example `&quot;`.
    pub(crate) fn cell_bytes(&self) -> usize {
        self.cell_chars.saturating_mul(6)
    }
}
