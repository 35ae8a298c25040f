//! The formats that hide tables, rows and columns.

use std::collections::HashSet;

use crate::{
    FileError, Limits,
    guard::{Budget, Namespace, Tag},
};

/// What a format is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    Table,
    Row,
    Column,
}

/// The names of the formats whose tables, rows or columns are not visible.
#[derive(Default)]
pub(super) struct HiddenStyles(HashSet<(Family, String)>);

impl HiddenStyles {
    /// Whether the format that a tag names hides it.
    pub(super) fn hides(&self, family: Family, tag: &Tag<'_>) -> Result<bool, FileError> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let name = tag.text_in(Namespace::Table, b"style-name")?;
        Ok(name.is_some_and(|name| self.0.contains(&(family, name))))
    }

    /// Whether the format of tables with this name hides them.
    pub(super) fn hides_table(&self, name: String) -> bool {
        self.0.contains(&(Family::Table, name))
    }
}

/// Reads the list of formats.
pub(super) struct Styles {
    budget: Budget,
    /// The format that is open.
    open: Option<(Family, String)>,
    pub(super) hidden: HiddenStyles,
}

impl Styles {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { budget: Budget::new(limits), open: None, hidden: HiddenStyles::default() }
    }

    /// A format begins, which may hide.
    pub(super) fn begin(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let family = tag.value_in(Namespace::Style, b"family")?.unwrap_or_default();
        let name = tag.text_in(Namespace::Style, b"name")?.unwrap_or_default();
        self.open = match &*family {
            b"table" => Some((Family::Table, name)),
            b"table-row" => Some((Family::Row, name)),
            b"table-column" => Some((Family::Column, name)),
            _ => None,
        };
        Ok(())
    }

    /// The format that is open has these properties.
    pub(super) fn property(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        /// Points of a row or column that is lower or narrower than a pixel.
        const INVISIBLE: f64 = 0.5;
        let Some((family, name)) = &self.open else { return Ok(()) };
        let is_invisible =
            |name| tag.text_in(Namespace::Style, name).map(|size| size.is_some_and(|size| points(&size) < INVISIBLE));
        let is_hidden = match (family, tag.name) {
            (Family::Table, b"table-properties") => !is_true(tag.value_in(Namespace::Table, b"display")?.as_deref()),
            (Family::Row, b"table-row-properties") => is_invisible(b"row-height")?,
            (Family::Column, b"table-column-properties") => is_invisible(b"column-width")?,
            _ => false,
        };
        if is_hidden {
            self.budget.take(name.len())?;
            self.hidden.0.insert((*family, name.clone()));
        }
        Ok(())
    }
}

/// Whether a value is true, which an absent one is. What is neither true nor false could hide.
pub(super) fn is_true(raw: Option<&[u8]>) -> bool {
    raw.is_none_or(|raw| raw == b"true")
}

/// A length in points. One that cannot be read is of no size, because it could hide.
fn points(length: &str) -> f64 {
    let unit = length.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(length.len());
    let (number, unit) = length.split_at(unit);
    let points = match unit {
        "pt" => 1.0,
        "cm" => 72.0 / 2.54,
        "mm" => 7.2 / 2.54,
        "in" => 72.0,
        "pc" => 12.0,
        "px" => 0.75,
        _ => 0.0,
    };
    number.parse::<f64>().map_or(0.0, |number| number * points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_compared_in_points() {
        for (length, visible) in [
            ("0.45cm", true),
            ("12.8pt", true),
            ("0.178in", true),
            ("4.5mm", true),
            ("1pc", true),
            ("17px", true),
            ("0cm", false),
            ("0.001in", false),
            ("0pt", false),
            ("", false),
            ("12", false),
            ("-1cm", false),
            ("NaNcm", false),
        ] {
            assert_eq!(points(length) >= 0.5, visible, "{length}");
        }
    }
}
