//! The number formats of the workbook: which cells show a date or a time.

use std::collections::HashSet;

use super::{
    namespace::Namespace,
    reference::number,
    scan::{Visit, Visitor},
    tag::Tag,
};
use crate::FileError;

/// Which cell formats show a number as a date or a time, by their index.
#[derive(Default)]
pub(super) struct DateStyles(Vec<bool>);

impl DateStyles {
    /// A style that the workbook does not have shows a plain number.
    pub(super) fn contains(&self, style: u32) -> bool {
        usize::try_from(style).ok().and_then(|style| self.0.get(style)).copied().unwrap_or(false)
    }
}

/// The styles part, of which only the number formats are read. What is kept of a format is a few bytes, fewer than it
/// has in the file.
#[derive(Default)]
pub(super) struct Styles {
    section: Section,
    date_codes: HashSet<u32>,
    dates: Vec<bool>,
}

#[derive(Default, PartialEq, Eq)]
enum Section {
    #[default]
    Other,
    NumberFormats,
    CellFormats,
}

impl Styles {
    pub(super) fn into_dates(self) -> DateStyles {
        DateStyles(self.dates)
    }
}

impl Visitor for Styles {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if tag.namespace != Namespace::Main {
            return if depth == 1 { Err(FileError::Corrupt) } else { Ok(Visit::Skip) };
        }
        match (depth, tag.name) {
            (1, b"styleSheet") => {}
            (1, _) => return Err(FileError::Corrupt),
            (2, b"numFmts") => self.section = Section::NumberFormats,
            // The formats name number formats that are listed before them.
            (2, b"cellXfs") if self.dates.is_empty() => self.section = Section::CellFormats,
            (2, b"cellXfs") => return Err(FileError::Corrupt),
            (2, _) => return Ok(Visit::Skip),
            (3, b"numFmt") if self.section == Section::NumberFormats => {
                let code = tag.text(b"formatCode")?;
                if code.is_some_and(|code| is_date_code(&code)) {
                    self.date_codes.insert(id(tag)?);
                }
                if !self.dates.is_empty() {
                    return Err(FileError::Corrupt);
                }
            }
            (3, b"xf") if self.section == Section::CellFormats => {
                let id = id(tag)?;
                self.dates.push(is_builtin_date(id) || self.date_codes.contains(&id));
            }
            _ => {}
        }
        Ok(Visit::Inside)
    }
}

/// The number of the number format that a tag names. Zero is the general one.
fn id(tag: &Tag<'_>) -> Result<u32, FileError> {
    tag.value(b"numFmtId")?.map_or(Ok(0), |raw| number(&raw).ok_or(FileError::Corrupt))
}

/// Whether a format that is in no workbook, because every program knows it, shows a date or a time: those of all
/// languages, of East Asia and of Thailand (ECMA-376 part 1, 18.8.30).
fn is_builtin_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58 | 71..=81)
}

/// Whether a format code shows a date or a time in any of its sections.
///
/// The letters of dates depend on language and calendar: `d` and `T` are days, `y`, `e` and `b` years, `a` weekdays.
/// So each letter counts that is neither quoted nor escaped, except in the words that numbers have.
fn is_date_code(code: &str) -> bool {
    let mut rest = code.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => rest.by_ref().take_while(|quoted| *quoted != '"').for_each(drop),
            // An escape, or a character whose width or repetition fills space.
            '\\' | '_' | '*' => drop(rest.next()),
            '[' => {
                let inner: String = rest.by_ref().take_while(|inner| *inner != ']').collect();
                if is_date_bracket(&inner) {
                    return true;
                }
            }
            'G' | 'g' => match strip_word(rest.as_str(), "eneral") {
                Some(behind) => rest = behind.chars(),
                None => return true,
            },
            // An exponent. A lone `e` is a year of an era.
            'E' | 'e' if rest.as_str().starts_with(['+', '-']) => {}
            _ if letter.is_alphabetic() => return true,
            _ => {}
        }
    }
    false
}

/// Whether brackets show a time: `[h]` and `[ss]` elapsed hours and seconds, `[$-F800]` and `[$-F400]` the date and the
/// time as the computer writes them. Others hold colours, conditions, currencies and languages.
fn is_date_bracket(inner: &str) -> bool {
    const OF_THE_SYSTEM: [&str; 4] = ["$-f800", "$-f400", "$-x-sysdate", "$-x-systime"];
    let mut letters = inner.chars().map(|letter| letter.to_ascii_lowercase());
    let is_elapsed = match letters.next() {
        Some(first) => first.is_alphabetic() && letters.all(|letter| letter == first),
        None => false,
    };
    is_elapsed || OF_THE_SYSTEM.iter().any(|known| inner.eq_ignore_ascii_case(known))
}

fn strip_word<'c>(code: &'c str, word: &str) -> Option<&'c str> {
    let (start, rest) = code.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_code_is_a_date_when_a_letter_is_neither_quoted_nor_escaped() {
        for code in [
            "dd/mm/yyyy",
            "yyyy\\-mm\\-dd",
            "[h]:mm:ss",
            "h:mm AM/PM",
            "[$-409]d-mmm-yy;@",
            "mm:ss.0",
            "aaaa",
            "[$-41E]bbbb",
            "e",
            "ge.m.d",
            "ggge\"nen\"",
            "TT.MM.JJJJ",
            "jj/mm/aaaa",
            "[ss]",
            "[T]",
            "[$-F800]",
            "[$-x-systime]",
            "[<1]0;yyyy",
            "General;yyyy",
            "\u{433}\u{433}\u{433}\u{433}",
        ] {
            assert!(is_date_code(code), "{code}");
        }
        for code in [
            "General",
            "GENERAL",
            "General\" users\"",
            "0",
            "@",
            "#,##0.00",
            "\"days\" 0",
            "0.00E+00",
            "##0.0e-0",
            "[Red]0",
            "[Color10]0;[Blue]-0",
            "[$SGD] #,##0.00",
            "[DBNum1]0",
            "[>=100]0;0.0",
            "\\d0",
            "+65 0000 0000",
            "0_)",
            "0_d*d",
            "_-* #,##0.00\\ [$\u{20ac}-407]_-;-* #,##0.00\\ [$\u{20ac}-407]_-",
        ] {
            assert!(!is_date_code(code), "{code}");
        }
    }
}
