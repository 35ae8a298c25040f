//! What all our workbooks share: text cells, a bold header, a fixed creation date.

use domain::Timestamp;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::WriteError;

/// UTF-16 units of a cell at most: Excel's own limit.
const MOST_UNITS: usize = 32_767;

/// A workbook whose bytes depend only on its content and `created`.
pub(super) fn workbook(created: Timestamp) -> Result<Workbook, WriteError> {
    let properties = DocProperties::new()
        .set_title("TechPass invitations")
        .set_creation_datetime(&ExcelDateTime::from_timestamp(created.unix_seconds())?);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties);
    Ok(workbook)
}

/// Writes a text cell that stays text when a person edits it.
pub(super) fn put(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), WriteError> {
    sheet.write_string_with_format(row, column, cap(text), &plain())?;
    Ok(())
}

/// Writes the header: titles, widths, and panes that keep it visible.
pub(super) fn put_header(sheet: &mut Worksheet, row: u32, columns: &[(&str, f64)]) -> Result<(), WriteError> {
    let format = header();
    for (column, (title, width)) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(row, column, *title, &format)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?;
    Ok(())
}

/// Cells formatted as text, so that Excel keeps leading zeros and every digit.
pub(super) fn plain() -> Format {
    Format::new().set_num_format("@").set_align(FormatAlign::Top)
}

pub(super) fn header() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(Color::RGB(0x00E1_E6F0))
        .set_border_bottom(FormatBorder::Thin)
}

/// The part of a text that fits into a cell.
fn cap(text: &str) -> &str {
    let mut units = 0;
    for (end, character) in text.char_indices() {
        units += character.len_utf16();
        if units > MOST_UNITS {
            return &text[..end];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_capped_at_what_a_cell_holds() {
        assert_eq!(cap(&"x".repeat(40_000)).len(), 32_767);
        assert_eq!(cap(&"\u{1F600}".repeat(20_000)).chars().count(), 16_383);
        assert_eq!(cap("short"), "short");
    }
}
