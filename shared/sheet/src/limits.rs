//! What a workbook may ask of us.

/// Bounds that hold before anything of a workbook is believed.
///
/// The defaults leave honest files far behind: a filled template of 10,000 rows is a 1 MiB upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes the upload may have.
    pub upload_bytes: usize,
    /// Entries in the zip archive.
    pub entries: usize,
    /// Declared, and thereby inflated, bytes of one entry.
    pub entry_bytes: u64,
    /// Declared bytes of all entries together.
    pub total_bytes: u64,
    /// How many times larger than its compressed form an inflated entry may be, past [`Limits::ratio_free_bytes`].
    pub ratio: u64,
    /// Entries up to this size may have any ratio: short repetitive parts compress well.
    pub ratio_free_bytes: u64,
    /// Rows with content under the header.
    pub rows: usize,
    pub columns: u32,
    /// Cells with or without a value, so that formatting alone cannot keep the reader busy.
    pub cells: usize,
    /// Entries of the shared string table.
    pub strings: usize,
    /// Bytes of text in the shared string table, which is held in memory whole.
    pub string_bytes: usize,
    /// Bytes of text in all rows together: one shared string may be shown by many cells.
    pub text_bytes: usize,
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
            upload_bytes: 5 << 20,
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
            cell_chars: 32_767,
            depth: 32,
            attributes: 64,
            tag_bytes: 64 << 10,
        }
    }
}

impl Limits {
    /// Bytes that the XML text of one cell may take.
    ///
    /// A character takes at most six bytes in what writers produce, for example `&quot;`.
    pub(crate) fn cell_bytes(&self) -> usize {
        self.cell_chars.saturating_mul(6)
    }
}
