//! The template that officers fill in.

use domain::{Field, Timestamp};
use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, FormatAlign, Worksheet};

use super::{
    WriteError,
    text_sheet::{plain, put, put_header, workbook},
};
use crate::{
    Limits,
    example::{EXAMPLE_SHEET, examples},
};

/// The columns with their widths: `S/N`, then the fields in their order.
pub(super) fn columns() -> Vec<(&'static str, f64)> {
    let fields = Field::ALL.into_iter().map(|field| (field.title(), f64::from(field.spec().width)));
    std::iter::once(("S/N", 6.0)).chain(fields).collect()
}

const TITLE: &str = "TechPass invitations";
const BANNER: &str = "This template is required for the creation of multiple TechPass accounts. \
     Kindly fill in all the required fields before submitting. Public officers need no username; vendors do. \
     The sheet \u{201C}Example\u{201D} shows a filled row of each kind.";
/// The text of a hidden row, for support. Files are read by their titles, whatever their version.
const VERSION: &str = "Template version 1";
const VERSION_ROW: u32 = 2;
const HEADER_ROW: u32 = 3;

/// Writes the template.
///
/// The same `created` gives the same bytes, so the template can be cached and compared.
///
/// # Errors
///
/// [`WriteError`] when the workbook cannot be written, which no input causes.
pub fn template(created: Timestamp) -> Result<Vec<u8>, WriteError> {
    let mut workbook = workbook(created)?;
    let columns = columns();

    let sheet = workbook.add_worksheet().set_name("Users")?;
    sheet.write_string_with_format(0, 0, TITLE, &Format::new().set_bold().set_font_size(16))?;
    let last_column = u16::try_from(columns.len() - 1).unwrap_or(u16::MAX);
    let banner = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.merge_range(1, 0, 1, last_column, BANNER, &banner)?;
    sheet.set_row_height(1, 36)?;
    put(sheet, VERSION_ROW, 0, VERSION)?;
    sheet.set_row_hidden(VERSION_ROW)?;
    put_header(sheet, HEADER_ROW, &columns)?;
    let first_row = HEADER_ROW + 1;
    let last_row = HEADER_ROW + u32::try_from(Limits::default().rows).unwrap_or(u32::MAX);
    for (column, field) in (1_u16..).zip(Field::ALL) {
        // Without it, Excel would remove the leading zero of a number, and the plus sign of a country code.
        sheet.set_column_format(column, &plain())?;
        sheet.add_data_validation(first_row, column, last_row, column, &hint(field)?)?;
    }

    let example = workbook.add_worksheet().set_name(EXAMPLE_SHEET)?;
    put_header(example, 0, &columns)?;
    for ((row, number), texts) in (1..).zip(["1", "2"]).zip(examples()) {
        put(example, row, 0, number)?;
        put_row(example, row, &texts)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn put_row(sheet: &mut Worksheet, row: u32, texts: &[&str]) -> Result<(), WriteError> {
    for (column, text) in (1_u16..).zip(texts) {
        put(sheet, row, column, text)?;
    }
    Ok(())
}

/// The hint that Excel shows beside a selected cell, and the choices of the one column that has choices.
fn hint(field: Field) -> Result<DataValidation, WriteError> {
    let validation = match field {
        Field::Seed => DataValidation::new()
            .allow_list_strings(&["Yes", "No"])?
            .set_error_title("Yes or No")?
            .set_error_message("Choose Yes or No.")?
            .set_error_style(DataValidationErrorStyle::Stop),
        _ => DataValidation::new().allow_any_value(),
    };
    Ok(validation.set_input_title(field.title())?.set_input_message(field.spec().hint)?)
}
