//! The rows of a workbook, kept in few bytes.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Fault, Field, FieldFault, batch::RawRow};

use crate::{
    FileError,
    texts::{Slot, Texts},
};

/// One row of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The number that Excel shows beside the row.
    pub sheet_row: u32,
    /// The texts, and the faults of cells whose text cannot be trusted.
    pub raw: RawRow,
}

/// The rows of a sheet, in its order. A row takes its texts and 44 bytes more; it becomes a [`SheetRow`] as it is taken
/// out, so a long list is never in memory as many small texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rows {
    texts: Texts,
    packed: Vec<Packed>,
    /// The faults of cells, by the index of the row.
    faults: BTreeMap<usize, Vec<FieldFault>>,
}

/// A row: its texts are in one slot, in the order of the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Packed {
    sheet_row: u32,
    slot: Slot,
    /// Bytes of the text of each field.
    lengths: [u16; Field::ALL.len()],
    guessed: Guessed,
}

/// The fields of a row whose text is a guess.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Guessed {
    #[default]
    Nothing,
    FirstName,
    BothNames,
}

impl Guessed {
    fn fields(self) -> &'static [Field] {
        match self {
            Self::Nothing => &[],
            Self::FirstName => &[Field::FirstName],
            Self::BothNames => &[Field::FirstName, Field::LastName],
        }
    }
}

impl Rows {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The row at `index`, from zero. `None`: there are fewer rows.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<SheetRow> {
        let packed = self.packed.get(index)?;
        let mut rest = self.texts.get(packed.slot);
        let faults = self.faults.get(&index).map_or(&[][..], Vec::as_slice);
        let mut raw = RawRow::default();
        for (field, length) in Field::ALL.into_iter().zip(packed.lengths) {
            let (text, behind) = rest.split_at_checked(usize::from(length)).unwrap_or_default();
            rest = behind;
            // What is under a merge is not seen, so it is no text of the row.
            if !text.is_empty() && !faults.contains(&Fault::CellMerged.at(field)) {
                raw.set(field, text.to_owned());
            }
        }
        raw.cell_faults.extend_from_slice(faults);
        raw.guessed.extend(packed.guessed.fields());
        Some(SheetRow { sheet_row: packed.sheet_row, raw })
    }

    /// Every row, one after another.
    #[must_use]
    pub fn iter(&self) -> RowsIter<'_> {
        RowsIter { rows: self, next: 0 }
    }

    /// Adds a row with a text for each field, of at most 65,535 bytes each.
    pub(crate) fn push(
        &mut self,
        sheet_row: u32,
        texts: [&str; Field::ALL.len()],
        faults: Vec<FieldFault>,
        guessed: Guessed,
    ) -> Result<(), FileError> {
        let lengths = texts.map(|text| u16::try_from(text.len()).unwrap_or(u16::MAX));
        let slot = self.texts.push(&texts.concat())?;
        if !faults.is_empty() {
            self.faults.insert(self.packed.len(), faults);
        }
        self.packed.push(Packed { sheet_row, slot, lengths, guessed });
        Ok(())
    }

    /// Removes the rows at these indices. Their texts stay in memory.
    pub(crate) fn remove(&mut self, removed: &BTreeSet<usize>) {
        let mut index = 0;
        self.packed.retain(|_| {
            index += 1;
            !removed.contains(&(index - 1))
        });
        let faults = std::mem::take(&mut self.faults);
        let kept = faults.into_iter().filter(|(index, _)| !removed.contains(index));
        self.faults = kept.map(|(index, faults)| (index - removed.range(..index).count(), faults)).collect();
    }

    /// The faults of the row at `index` so far.
    pub(crate) fn faults(&self, index: usize) -> &[FieldFault] {
        self.faults.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The indices of the rows from `first` to `last`, which are row numbers from one.
    pub(crate) fn between(&self, first: u32, last: u32) -> std::ops::Range<usize> {
        let start = self.packed.partition_point(|row| row.sheet_row < first);
        let end = self.packed.partition_point(|row| row.sheet_row <= last);
        start..end.max(start)
    }

    /// The number that Excel shows beside the row at `index`.
    pub(crate) fn number(&self, index: usize) -> Option<u32> {
        self.packed.get(index).map(|row| row.sheet_row)
    }

    /// The text of a field of the row at `index`.
    pub(crate) fn text(&self, index: usize, field: Field) -> &str {
        let Some(packed) = self.packed.get(index) else { return "" };
        let before = Field::ALL.into_iter().zip(packed.lengths).take_while(|(other, _)| *other != field);
        let start = before.map(|(_, length)| usize::from(length)).sum::<usize>();
        let length = Field::ALL.into_iter().zip(packed.lengths).find(|(other, _)| *other == field);
        let end = start + length.map_or(0, |(_, length)| usize::from(length));
        self.texts.get(packed.slot).get(start..end).unwrap_or_default()
    }

    /// Adds a fault to the row at `index`, once.
    pub(crate) fn add_fault(&mut self, index: usize, fault: FieldFault) {
        let faults = self.faults.entry(index).or_default();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The rows of [`Rows::iter`], in their order.
#[derive(Clone, Debug)]
pub struct RowsIter<'a> {
    rows: &'a Rows,
    next: usize,
}

impl Iterator for RowsIter<'_> {
    type Item = SheetRow;

    fn next(&mut self) -> Option<SheetRow> {
        let row = self.rows.get(self.next)?;
        self.next += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rows.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for RowsIter<'_> {}

impl<'a> IntoIterator for &'a Rows {
    type Item = SheetRow;
    type IntoIter = RowsIter<'a>;

    fn into_iter(self) -> RowsIter<'a> {
        self.iter()
    }
}

/// Rows that are taken out of [`Rows`], whose memory is freed on the way.
#[derive(Debug)]
pub struct IntoRows {
    rows: Rows,
    next: usize,
}

impl Iterator for IntoRows {
    type Item = SheetRow;

    fn next(&mut self) -> Option<SheetRow> {
        let row = self.rows.get(self.next)?;
        self.next += 1;
        if let Some(packed) = self.rows.packed.get(self.next) {
            self.rows.texts.free_before(packed.slot);
        }
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rows.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for IntoRows {}

impl IntoIterator for Rows {
    type Item = SheetRow;
    type IntoIter = IntoRows;

    fn into_iter(self) -> IntoRows {
        IntoRows { rows: self, next: 0 }
    }
}
