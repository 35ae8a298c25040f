//! What is true of reading any file: it needs little memory, and the same bytes are read the same.

use domain::{
    EmailAddress, Field,
    batch::{Answers, MAX_TEXT, Questions, RowRules},
    rules::DomainRules,
};
use peak_alloc::PeakAlloc;
use sheet::{FileError, Limits, Reading, Sheet};

/// Memory that reading one file takes at most.
const MOST_BYTES: usize = 48 << 20;

/// Rows that are checked as the product checks them. More of them take longer and show nothing new.
const CHECKED_ROWS: usize = 64;

/// Reads a file as the product does, answers what is asked about it, and reads it again. Returns what was read first.
pub(crate) fn read(bytes: &[u8], heap: &PeakAlloc) -> Result<Reading, FileError> {
    let answers = Answers::default();
    let first = bounded(bytes, &answers, heap);
    assert_eq!(first, sheet::read(bytes, &Limits::default(), &answers), "the same bytes are read the same");
    match &first {
        Ok(Reading::Read(sheet)) => check_rows(sheet),
        Ok(Reading::Asked(questions)) => {
            assert!(!questions.reasons.is_empty(), "an officer is told why");
            if let Ok(Reading::Read(sheet)) = bounded(bytes, &answered(questions), heap) {
                check_rows(&sheet);
            }
        }
        Err(error) => assert!(!error.detail().is_empty()),
    }
    first
}

fn bounded(bytes: &[u8], answers: &Answers, heap: &PeakAlloc) -> Result<Reading, FileError> {
    let before = heap.current_usage();
    heap.reset_peak_usage();
    let read = sheet::read(bytes, &Limits::default(), answers);
    let peak = heap.peak_usage().saturating_sub(before);
    assert!(peak <= MOST_BYTES, "{} MiB", peak >> 20);
    read
}

/// The first of what can be chosen. What no column holds is the same for everybody.
fn answered(questions: &Questions) -> Answers {
    let mut answers = Answers {
        columns: questions.columns.iter().map(|asked| asked.column.clone()).collect(),
        worksheet: questions.worksheets.first().map(|choice| choice.name.clone()),
        encoding: questions.encodings.first().map(|choice| choice.name),
        kind: questions.kinds.first().copied(),
        ..Answers::default()
    };
    for field in &questions.missing {
        answers.values.set(*field, "Example".to_owned());
    }
    answers
}

fn check_rows(sheet: &Sheet) {
    let rules = DomainRules::from_json(
        r#"{"version": 1, "domains": [
            {"domain": "example-agency.gov.sg", "match": "exact", "persona": "officer", "seed": "eligible"}]}"#,
    );
    let officer = EmailAddress::parse("officer@example-agency.gov.sg");
    let (Ok(rules), Ok(officer)) = (rules, officer) else { panic!("the rules and the address are valid") };
    let rules = RowRules { domains: &rules, officer: &officer, kind: domain::invite::Kind::Account };
    let mut last = 0;
    for (index, row) in sheet.rows.iter().enumerate() {
        assert!(row.sheet_row > last, "rows are in the order of the sheet");
        last = row.sheet_row;
        for field in Field::ALL {
            assert!(row.raw.form.get(field).chars().count() <= MAX_TEXT);
        }
        if index < CHECKED_ROWS {
            let _ = row.raw.check(&rules);
        }
    }
    sheet.remarks.iter().for_each(|remark| assert!(!remark.detail().is_empty()));
}
