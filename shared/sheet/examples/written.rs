//! Writes workbooks with `rust_xlsxwriter`, as lines of JSON describe them: see `tests/corpus/book.py`.
//!
//! A line with a `template` alone is answered with the template that officers fill in.

use std::{error::Error, fs, io};

use domain::Timestamp;
use rust_xlsxwriter::{
    Chart, DataValidation, ExcelDateTime, Format, Formula, Note, Table, TableColumn, Url, Workbook, Worksheet,
};
use serde::Deserialize;

type Outcome = Result<(), Box<dyn Error>>;
/// A row, a column, and what is there. Both count from 1, as do those of every area.
type Place = (u32, u16, Cell);
/// First row, first column, last row, last column.
type Area = (u32, u16, u32, u16);

#[derive(Deserialize)]
#[serde(untagged)]
enum Wanted {
    Book { path: String, sheets: Vec<Sheet>, decorations: Vec<String> },
    Template { template: String },
}

#[derive(Deserialize)]
struct Sheet {
    name: String,
    cells: Vec<Place>,
    is_hidden: bool,
    merges: Vec<Area>,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<u16>,
    table: Option<Area>,
    has_chart: bool,
    header: Option<(u32, u16, u16)>,
    last_row: u32,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Cell {
    Text { value: String, link: Option<String> },
    Rich { runs: Vec<String> },
    Number { value: f64, format: Option<String> },
    Boolean { value: bool },
    Date { value: String, format: Option<String> },
    Formula { value: String, result: serde_json::Value },
    Blank { format: Option<String> },
}

fn main() -> Outcome {
    for line in io::stdin().lines() {
        match serde_json::from_str(&line?)? {
            Wanted::Template { template } => fs::write(template, sheet::template(Timestamp::from_unix_ms(0))?)?,
            Wanted::Book { path, sheets, decorations } => {
                let mut workbook = Workbook::new();
                for sheet in &sheets {
                    write(workbook.add_worksheet(), sheet, &decorations)?;
                }
                workbook.save(path)?;
            }
        }
    }
    Ok(())
}

fn write(written: &mut Worksheet, sheet: &Sheet, decorations: &[String]) -> Outcome {
    written.set_name(&sheet.name)?;
    // A merge writes its cells, so the values come behind it.
    for (first_row, first, last_row, last) in &sheet.merges {
        written.merge_range(first_row - 1, first - 1, last_row - 1, last - 1, "", &Format::new())?;
    }
    for (row, column, cell) in &sheet.cells {
        put(written, row - 1, column - 1, cell)?;
    }
    for row in &sheet.hidden_rows {
        written.set_row_hidden(row - 1)?;
    }
    for column in &sheet.hidden_columns {
        written.set_column_hidden(column - 1)?;
    }
    written.set_hidden(sheet.is_hidden);
    if let Some((first_row, first, last_row, last)) = sheet.table {
        let title = |column: &u16| {
            sheet.cells.iter().find_map(|(row, at, cell)| match cell {
                Cell::Text { value, .. } if (row, at) == (&first_row, column) => Some(value.as_str()),
                _ => None,
            })
        };
        let columns: Vec<TableColumn> =
            (first..=last).map(|column| TableColumn::new().set_header(title(&column).unwrap_or_default())).collect();
        written.add_table(first_row - 1, first - 1, last_row - 1, last - 1, &Table::new().set_columns(&columns))?;
    }
    if sheet.has_chart {
        let mut chart = Chart::new_column();
        chart.add_series().set_values((sheet.name.as_str(), 1, 0, sheet.last_row - 1, 0));
        written.insert_chart(2, 14, &chart)?;
    }
    decorate(written, sheet, decorations)
}

fn put(written: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Outcome {
    let shown =
        |code: &Option<String>| code.as_ref().map_or_else(Format::new, |code| Format::new().set_num_format(code));
    match cell {
        Cell::Text { value, link: Some(link) } => {
            written.write_url(row, column, Url::new(link).set_text(value))?;
        }
        Cell::Text { value, link: None } => {
            written.write_string(row, column, value)?;
        }
        Cell::Rich { runs } => {
            let formats = [Format::new(), Format::new().set_bold()];
            let pieces: Vec<(&Format, &str)> = formats.iter().cycle().zip(runs.iter().map(String::as_str)).collect();
            written.write_rich_string(row, column, &pieces)?;
        }
        Cell::Number { value, format } => {
            written.write_number_with_format(row, column, *value, &shown(format))?;
        }
        Cell::Boolean { value } => {
            written.write_boolean(row, column, *value)?;
        }
        Cell::Date { value, format } => {
            written.write_datetime_with_format(row, column, ExcelDateTime::parse_from_str(value)?, &shown(format))?;
        }
        Cell::Formula { value, result } => {
            let result = result.as_str().map_or_else(|| result.to_string(), str::to_owned);
            written.write_formula(row, column, Formula::new(format!("={value}")).set_result(result))?;
        }
        Cell::Blank { format } => {
            written.write_blank(row, column, &shown(format))?;
        }
    }
    Ok(())
}

/// What changes no value. A decoration that is not among these is left to other writers.
fn decorate(written: &mut Worksheet, sheet: &Sheet, decorations: &[String]) -> Outcome {
    let Some((row, first, last)) = sheet.header.map(|(row, first, last)| (row - 1, first - 1, last - 1)) else {
        return Ok(());
    };
    let bottom = sheet.last_row.max(row + 2) - 1;
    for decoration in decorations {
        match decoration.as_str() {
            "comments" => {
                written.insert_note(row, first, &Note::new("Fill in each column."))?;
            }
            "filter" if sheet.table.is_none() => {
                written.autofilter(row, first, bottom, last)?;
            }
            "freeze" => {
                written.set_freeze_panes(row + 1, 0)?;
            }
            "validation" => {
                let choices = DataValidation::new().allow_list_strings(&["Yes", "No"])?;
                written.add_data_validation(row + 1, last, bottom, last, &choices)?;
            }
            _ => {}
        }
    }
    Ok(())
}
