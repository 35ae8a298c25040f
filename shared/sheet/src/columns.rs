//! The columns of a worksheet, with some of their texts.

use domain::{
    batch::{AskedColumn, Column, Held, MAX_SAMPLE, MAX_SAMPLES},
    fields::text::trim,
};

/// One column of a worksheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetColumn {
    title: String,
    pub(crate) holds: Holds,
    /// How many rows with a person have content here.
    pub(crate) cells: u32,
    /// Whether each of them is a number of few digits.
    is_numbers: bool,
    samples: Vec<String>,
}

/// What a column of a worksheet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Held(Held),
    /// The same as an earlier column.
    Twice(Held),
    /// Whole names, which other columns hold in two parts.
    Repeats,
    /// The officer says that it is left out.
    LeftOut,
    /// What our own workbooks add.
    Ours,
    /// A number for each row, going by its title.
    Counter,
    /// The column is hidden. Its title may be known.
    Hidden(Option<Held>),
    /// A title that is not known.
    Unknown,
    Untitled,
}

/// Digits that a number of a row has at most.
const COUNTER_DIGITS: usize = 6;

impl SheetColumn {
    pub(crate) fn new(title: String, holds: Holds) -> Self {
        Self { title, holds, cells: 0, is_numbers: true, samples: Vec::new() }
    }

    pub(crate) fn has_title(&self, text: &str) -> bool {
        self.title == text
    }

    /// Whether it has a visible title.
    pub(crate) fn is_titled(&self) -> bool {
        !matches!(self.holds, Holds::Hidden(_) | Holds::Untitled)
    }

    /// Counts a cell with content in the row of a person. The text is kept as a sample if there are few.
    pub(crate) fn note(&mut self, text: &str) {
        let text = trim(text);
        if text.is_empty() {
            return;
        }
        self.cells += 1;
        self.is_numbers &=
            text.len() <= COUNTER_DIGITS && text.trim_end_matches('.').bytes().all(|c| c.is_ascii_digit());
        self.sample(text);
    }

    /// Keeps a text as a sample if there are few.
    pub(crate) fn sample(&mut self, text: &str) {
        // Most columns have few different texts in thousands of cells, which are not to be trimmed each time.
        if self.samples.len() == MAX_SAMPLES || self.samples.iter().any(|sample| sample == text) {
            return;
        }
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let sample: String = trim(text).chars().map(shown).take(MAX_SAMPLE).collect();
        if !sample.is_empty() && !self.samples.contains(&sample) {
            self.samples.push(sample);
        }
    }

    /// Whether it holds something that nobody claims, in a list of this many rows. An untitled column may hold stray
    /// remarks, so it is asked about if half of the rows have something there.
    pub(crate) fn is_open(&self, rows: usize) -> bool {
        match self.holds {
            Holds::Unknown | Holds::Twice(_) => self.cells > 0,
            Holds::Counter => self.cells > 0 && !self.is_numbers,
            Holds::Untitled => {
                !self.is_numbers && usize::try_from(self.cells).is_ok_and(|cells| cells > 0 && cells * 2 >= rows)
            }
            Holds::Held(_) | Holds::Repeats | Holds::LeftOut | Holds::Ours | Holds::Hidden(_) => false,
        }
    }

    /// The column as its officer is asked about it. `None`: there is nothing to ask.
    pub(crate) fn asked(&self, column: u32, rows: usize) -> Option<AskedColumn> {
        let held = match self.holds {
            Holds::Held(held) => Some(held),
            Holds::Twice(_) | Holds::Unknown | Holds::LeftOut | Holds::Repeats => None,
            Holds::Counter | Holds::Untitled if self.is_open(rows) => None,
            Holds::Counter | Holds::Untitled | Holds::Ours | Holds::Hidden(_) => return None,
        };
        let title = if self.title.is_empty() { letter_of(column) } else { self.title.clone() };
        let column = Column { number: column + 1, title, held };
        Some(AskedColumn { column, samples: self.samples.clone() })
    }
}

/// `Column A` for the column at index 0, `Column AB` for that at 27.
pub(crate) fn letter_of(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    format!("Column {}", letters.iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use domain::Field;

    use super::*;

    fn noted(holds: Holds, texts: &[&str]) -> SheetColumn {
        let mut column = SheetColumn::new("Desk".into(), holds);
        texts.iter().for_each(|text| column.note(text));
        column
    }

    #[test]
    fn columns_have_letters() {
        let letters: Vec<String> = [0, 25, 26, 27, 51, 52, 701, 702].into_iter().map(letter_of).collect();
        let expected = ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"].map(|letter| format!("Column {letter}"));
        assert_eq!(letters, expected);
    }

    #[test]
    fn a_column_is_open_if_it_has_content_that_nobody_claims() {
        let email = Held::Field(Field::Email);
        for (holds, texts, is_open) in [
            (Holds::Unknown, &["5a"][..], true),
            (Holds::Unknown, &["1", "2"], true),
            (Holds::Unknown, &[" ", "\u{a0}"], false),
            (Holds::Twice(email), &["ada@example-agency.gov.sg"], true),
            (Holds::Twice(email), &[], false),
            (Holds::Counter, &["1", "2.", "300000"], false),
            (Holds::Counter, &["1", "2a"], true),
            (Holds::Counter, &["91234567"], true),
            (Holds::Untitled, &["a", "b"], true),
            (Holds::Untitled, &["a"], false),
            (Holds::Untitled, &["1", "2", "3"], false),
            (Holds::Held(email), &["a"], false),
            (Holds::Repeats, &["a"], false),
            (Holds::LeftOut, &["a"], false),
            (Holds::Ours, &["a"], false),
            (Holds::Hidden(Some(email)), &["a"], false),
        ] {
            assert_eq!(noted(holds, texts).is_open(3), is_open, "{holds:?} {texts:?}");
        }
    }

    #[test]
    fn few_different_texts_are_shown_and_no_long_one() {
        let long = "x".repeat(MAX_SAMPLE + 1);
        let column = noted(Holds::Unknown, &["a", "a", " ", "b\nc", &long, "d"]);
        let asked = column.asked(3, 6).unwrap();
        assert_eq!((asked.column.number, asked.column.title.as_str()), (4, "Desk"));
        assert_eq!(asked.samples, ["a", "b c", &long[1..]]);
        let untitled = SheetColumn { title: String::new(), ..noted(Holds::Untitled, &["a"]) };
        assert_eq!(untitled.asked(1, 1).unwrap().column.title, "Column B");
        assert_eq!(untitled.asked(1, 9), None);
    }
}
