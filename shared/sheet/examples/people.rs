//! Reads many files and prints who is on each: one line of JSON in, one line out.
//!
//! In: `{"file": "list.xlsx", "answers": {}}`, with what its officer said about it.
//!
//! Out: `outcome`, which is `READ` or the code of the first question or of the refusal; `rows`, each with `texts` and
//! `faults` by field; and `remarks`.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::{collections::BTreeMap, error::Error, io};

use domain::{Field, batch::Answers};
use serde::{Deserialize, Serialize};
use sheet::{Limits, Reading, SheetRow};

#[derive(Deserialize)]
struct Wanted {
    file: String,
    #[serde(default)]
    answers: Answers,
}

#[derive(Default, Serialize)]
struct Found {
    outcome: String,
    detail: String,
    rows: Vec<Row>,
    remarks: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    row: u32,
    texts: BTreeMap<&'static str, String>,
    faults: BTreeMap<&'static str, &'static str>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let wanted: Wanted = serde_json::from_str(&line?)?;
        let found = found(&std::fs::read(&wanted.file)?, &wanted.answers);
        println!("{}", serde_json::to_string(&found)?);
    }
    Ok(())
}

fn found(bytes: &[u8], answers: &Answers) -> Found {
    match sheet::read(bytes, &Limits::default(), answers) {
        Ok(Reading::Read(sheet)) => Found {
            outcome: "READ".to_owned(),
            rows: sheet.rows.iter().map(|read| row(&read)).collect(),
            remarks: sheet.remarks.iter().map(|remark| format!("{remark:?}")).collect(),
            ..Found::default()
        },
        Ok(Reading::Asked(questions)) => match questions.reasons.into_iter().next() {
            Some(reason) => Found { outcome: reason.code, detail: reason.detail, ..Found::default() },
            None => Found::default(),
        },
        Err(error) => Found { outcome: error.code().to_owned(), detail: error.detail(), ..Found::default() },
    }
}

fn row(row: &SheetRow) -> Row {
    let text = |field: Field| {
        let text = row.raw.form.get(field);
        (!text.is_empty()).then(|| (field.name(), text.to_owned()))
    };
    let faults = row.raw.cell_faults.iter().map(|fault| (fault.field.name(), fault.fault.code())).collect();
    Row { row: row.sheet_row, texts: Field::ALL.into_iter().filter_map(text).collect(), faults }
}
