//! One row while it is read: its texts, what is wrong with them, and whether it names a person.

use domain::{
    Fault, Field, FieldFault,
    batch::MAX_SAMPLE,
    fields::{NameParts, text::trim},
};

use crate::{example::is_example, guard::CellValue, rows::Guessed};

/// A row of which not all cells were read.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) row: u32,
    pub(crate) is_hidden: bool,
    pub(crate) texts: [String; Field::ALL.len()],
    pub(crate) whole_name: String,
    /// Texts in columns that no field has.
    pub(crate) others: Vec<(usize, String)>,
    /// The most telling text in a column that nobody claims.
    pub(crate) stray: Stray,
    pub(crate) faults: Vec<FieldFault>,
    pub(crate) content: Content,
    /// Its first text, and how many cells have content.
    first_text: String,
    cells: u32,
}

/// What a text in a column that nobody claims can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stray {
    #[default]
    Nothing,
    /// A text, such as that of a note.
    Text,
    /// An address, so somebody may be meant.
    Address,
}

impl Stray {
    pub(crate) fn of(text: &str) -> Self {
        let is_number = trim(text).chars().all(|c| c.is_ascii_digit() || c == '.');
        if text.contains('@') {
            return Self::Address;
        }
        if is_number { Self::Nothing } else { Self::Text }
    }
}

/// The most telling content of a row so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Content {
    #[default]
    Blank,
    /// Formulas, which may be filled down over rows without a person.
    Formulas,
    /// A country code or an answer to SEED, which may be filled down as well.
    Defaults,
    /// What many people have alike, such as an organisation.
    Alike,
    /// A text about one person.
    Person,
}

impl Draft {
    pub(crate) fn text(&mut self, field: Field) -> &mut String {
        &mut self.texts[field as usize]
    }

    /// Counts a cell with content, and keeps the first text of the row.
    pub(crate) fn see(&mut self, value: &CellValue<'_>) {
        match value {
            CellValue::Text(text) if is_blank(text) => return,
            CellValue::Text(text) if self.first_text.is_empty() => {
                self.first_text.push_str(first_chars(trim(text)));
            }
            _ => {}
        }
        self.cells += 1;
    }

    /// Whether it is an example of the template that the officer did not remove.
    pub(crate) fn is_example(&self) -> bool {
        is_example(&self.texts[Field::Email as usize])
    }

    /// Whether it is a total or a note and has no address.
    pub(crate) fn is_summary(&self) -> bool {
        let has_address = self.texts[Field::Email as usize].contains('@');
        !has_address && is_summary(&self.first_text, self.cells)
    }

    pub(crate) fn has_only_formula_faults(&self) -> bool {
        self.faults.iter().all(|fault| fault.fault == Fault::CellFormula)
    }

    /// Splits the whole name, if the row has one.
    pub(crate) fn split_name(&mut self) -> Guessed {
        if trim(&self.whole_name).is_empty() {
            return Guessed::Nothing;
        }
        let Some(NameParts { first, last, is_guess }) = NameParts::of(&self.whole_name) else {
            // It is no name, which is a fault that shows the text.
            let whole_name = self.whole_name.clone();
            *self.text(Field::FirstName) = whole_name;
            return Guessed::Nothing;
        };
        let guessed = match (is_guess, last.is_empty()) {
            (false, _) => Guessed::Nothing,
            (true, true) => Guessed::FirstName,
            (true, false) => Guessed::BothNames,
        };
        *self.text(Field::FirstName) = first;
        *self.text(Field::LastName) = last;
        guessed
    }

    /// Makes room for the next row. The texts keep their memory.
    pub(crate) fn clear(&mut self) {
        self.texts.iter_mut().for_each(String::clear);
        self.whole_name.clear();
        self.others.clear();
        self.stray = Stray::Nothing;
        self.faults.clear();
        self.content = Content::Blank;
        self.first_text.clear();
        self.cells = 0;
    }
}

/// The fields that many people have alike.
pub(crate) const ALIKE: [Field; 5] =
    [Field::CountryCode, Field::Organisation, Field::Department, Field::Seed, Field::Reason];

pub(crate) fn content_of(field: Field, text: &str) -> Content {
    match field {
        _ if trim(text).is_empty() => Content::Blank,
        Field::CountryCode | Field::Seed => Content::Defaults,
        Field::Organisation | Field::Department | Field::Reason => Content::Alike,
        Field::Email | Field::Username | Field::FirstName | Field::LastName | Field::ContactNumber => Content::Person,
    }
}

/// Whether a row that begins with this text is a total or a note. A note is alone in its row.
fn is_summary(text: &str, cells: u32) -> bool {
    const TOTALS: [&str; 8] = ["total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "count"];
    const NOTES: [&str; 10] = [
        "note:",
        "notes:",
        "remark:",
        "remarks:",
        "legend:",
        "prepared by",
        "approved by",
        "last updated",
        "end of list",
        "* ",
    ];
    let text = text.to_lowercase();
    let total = text.trim_end_matches(|c: char| c.is_ascii_digit() || " :=.".contains(c));
    let is_total = TOTALS.contains(&total)
        || ["total number of ", "total no. of ", "total no of "].iter().any(|start| text.starts_with(start));
    is_total || (cells == 1 && NOTES.iter().any(|note| text.starts_with(note)))
}

/// Whether a text has nothing that is seen. Nearly every text shows it by its first byte.
fn is_blank(text: &str) -> bool {
    let begins_seen = text.bytes().next().is_some_and(|byte| byte.is_ascii_graphic());
    !begins_seen && trim(text).is_empty()
}

/// As many characters as a sample shows, and one more.
pub(crate) fn first_chars(text: &str) -> &str {
    text.char_indices().nth(MAX_SAMPLE + 1).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_and_notes_are_no_people() {
        for text in ["Total", "TOTAL:", "Total: 12", "Grand Total =", "Subtotal 3", "Total number of users", "Count: 4"]
        {
            assert!(is_summary(text, 3), "{text}");
        }
        for text in ["Note: all are vendors", "Prepared by HR", "* required", "End of list", "Remarks: none"] {
            assert!(is_summary(text, 1) && !is_summary(text, 2), "{text}");
        }
        for text in ["Total Energies", "Totally", "Notting Hill", "Summer Tan", "Countess", "", "12"] {
            assert!(!is_summary(text, 1), "{text}");
        }
    }

    #[test]
    fn the_most_telling_content_counts() {
        let order = [Content::Blank, Content::Formulas, Content::Defaults, Content::Alike, Content::Person];
        assert!(order.is_sorted());
        assert_eq!(content_of(Field::Reason, " \u{a0}"), Content::Blank);
        for field in Field::ALL {
            let content = content_of(field, "x");
            assert_eq!(content == Content::Person, !ALIKE.contains(&field), "{field:?}");
        }
    }
}
