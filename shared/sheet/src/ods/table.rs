//! A table: the grammar of its columns, rows and cells, and which of them are visible.

use super::{
    cell::{CellTag, Span, count},
    cover::{self, Cover},
    paragraphs::{Inside, Paragraphs},
    row::Row,
    styles::{Family, HiddenStyles, is_true},
};
use crate::{
    FileError, Limits,
    guard::{CellSink, Marks, Namespace, Tag, Visit, Visitor, address_of},
};

/// Visits the cells of one table, and checks its grammar: `table` > `table-row` > `table-cell` > `p`.
///
/// Rows and columns may be in groups. Within rows every element is one of the standard, and those that hold cells are
/// nowhere else, because programs differ in what they read there.
pub(super) struct Table<'s, S> {
    limits: Limits,
    /// The number of the table among all of the document, and how many began so far.
    wanted: usize,
    tables: usize,
    hidden_styles: &'s HiddenStyles,
    sink: &'s mut S,
    /// What the open elements are.
    open: Vec<Node>,
    is_read: bool,
    hidden_columns: Vec<bool>,
    /// The next column of the list of columns, from zero.
    column: u32,
    /// The number of the next row, from zero.
    next_row: u32,
    row: Row,
    cell: Option<CellTag>,
    paragraphs: Paragraphs,
    cover: Cover,
    marks: Marks,
    /// Cells so far: each in the file, and with its repeats if it has content.
    cells: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Document,
    Body,
    Spreadsheet,
    Table,
    /// A group of columns, and whether it is folded.
    Columns(Folded),
    /// A group of rows, and whether it is folded.
    Rows(Folded),
    Row,
    Cell,
    /// A cell under a merge, which nobody sees.
    Covered,
    Paragraph,
    Inline,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Folded {
    Yes,
    No,
}

impl<'s, S: CellSink> Table<'s, S> {
    pub(super) fn new(limits: &Limits, wanted: usize, hidden_styles: &'s HiddenStyles, sink: &'s mut S) -> Self {
        Self {
            limits: *limits,
            wanted,
            tables: 0,
            hidden_styles,
            sink,
            open: Vec::with_capacity(limits.depth),
            is_read: false,
            hidden_columns: Vec::new(),
            column: 0,
            next_row: 0,
            row: Row::default(),
            cell: None,
            paragraphs: Paragraphs::new(limits.cell_bytes()),
            cover: Cover::new(limits),
            marks: Marks::default(),
            cells: 0,
        }
    }

    /// The merges and links, once the table was read.
    pub(super) fn into_marks(self) -> Marks {
        self.marks
    }

    /// What an element is. `None`: its content is skipped.
    fn node(&mut self, tag: &Tag<'_>) -> Result<Option<Node>, FileError> {
        let Some(parent) = self.open.last().copied() else {
            return Ok(Some(Node::Document));
        };
        let (namespace, name) = (tag.namespace, tag.name);
        Ok(match parent {
            Node::Document => (namespace == Namespace::Office && name == b"body").then_some(Node::Body),
            Node::Body => (namespace == Namespace::Office && name == b"spreadsheet").then_some(Node::Spreadsheet),
            Node::Spreadsheet => self.is_wanted(tag).then_some(Node::Table),
            Node::Table | Node::Columns(_) | Node::Rows(_) if namespace == Namespace::Table => {
                self.inside_table(tag, parent)?
            }
            Node::Table | Node::Columns(_) | Node::Rows(_) => None,
            Node::Row => Some(self.begin_cell(tag)?),
            Node::Cell | Node::Covered if namespace == Namespace::Text => {
                if name != b"p" {
                    return Err(FileError::Corrupt);
                }
                self.paragraphs.begin()?;
                Some(Node::Paragraph)
            }
            Node::Cell | Node::Covered => {
                // A table inside a cell has cells of its own.
                let is_table = namespace == Namespace::Table && matches!(name, b"table" | b"table-row" | b"table-cell");
                if is_table { return Err(FileError::Corrupt) } else { None }
            }
            Node::Paragraph | Node::Inline => self.inside_paragraph(tag)?,
        })
    }

    /// Whether an element is the table that is read.
    fn is_wanted(&mut self, tag: &Tag<'_>) -> bool {
        if tag.namespace != Namespace::Table || tag.name != b"table" {
            return false;
        }
        self.tables += 1;
        self.tables - 1 == self.wanted
    }

    /// An element of the table that is no cell.
    fn inside_table(&mut self, tag: &Tag<'_>, parent: Node) -> Result<Option<Node>, FileError> {
        Ok(match (tag.name, parent) {
            (b"table-columns" | b"table-header-columns" | b"table-column-group", Node::Table | Node::Columns(_)) => {
                Some(Node::Columns(folded(tag)?))
            }
            (b"table-rows" | b"table-header-rows" | b"table-row-group", Node::Table | Node::Rows(_)) => {
                Some(Node::Rows(folded(tag)?))
            }
            (b"table-column", Node::Table | Node::Columns(_)) => {
                self.list_columns(tag)?;
                None
            }
            (b"table-row", Node::Table | Node::Rows(_)) => {
                self.begin_row(tag)?;
                Some(Node::Row)
            }
            (
                b"table-columns"
                | b"table-header-columns"
                | b"table-column-group"
                | b"table-column"
                | b"table-rows"
                | b"table-header-rows"
                | b"table-row-group"
                | b"table-row"
                | b"table-cell"
                | b"covered-table-cell"
                | b"table",
                _,
            ) => return Err(FileError::Corrupt),
            // Titles, shapes, names and filters.
            _ => None,
        })
    }

    fn inside_paragraph(&mut self, tag: &Tag<'_>) -> Result<Option<Node>, FileError> {
        let (inside, visit) = self.paragraphs.open(tag)?;
        if matches!(inside, Inside::Link) {
            self.link(tag)?;
        }
        Ok((visit == Visit::Inside).then_some(Node::Inline))
    }

    /// Keeps the address of a mail link.
    fn link(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let target = tag.text_in(Namespace::Link, b"href")?;
        let Some((address, cell)) = target.as_deref().and_then(address_of).zip(self.cell.as_ref()) else {
            return Ok(());
        };
        let alike = Span { rows: self.row.repeats, columns: cell.repeats };
        let area = cover::area((self.row.number, self.row.column), alike);
        self.marks.link_areas(vec![area], &address, &self.limits)
    }

    fn list_columns(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        // Behind the first row, some programs ignore them.
        if self.next_row > 0 {
            return Err(FileError::Corrupt);
        }
        let repeats = repeats(tag, b"number-columns-repeated")?;
        let end = self.column.saturating_add(repeats);
        if self.is_folded() || self.is_hidden(tag, Family::Column)? {
            let place = |column: u32| usize::try_from(column.min(self.limits.columns)).unwrap_or_default();
            let (first, end) = (place(self.column), place(end));
            self.hidden_columns.resize(self.hidden_columns.len().max(end), false);
            self.hidden_columns[first..end].fill(true);
        }
        self.column = end;
        Ok(())
    }

    fn begin_row(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let repeats = repeats(tag, b"number-rows-repeated")?;
        let is_hidden = self.is_folded() || self.is_hidden(tag, Family::Row)?;
        self.row.begin(self.next_row, repeats, is_hidden);
        self.next_row = self.next_row.saturating_add(repeats);
        Ok(())
    }

    /// Whether a row or column is not visible: it is collapsed, filtered out, or of a format without a size.
    fn is_hidden(&self, tag: &Tag<'_>, family: Family) -> Result<bool, FileError> {
        let visibility = tag.value_in(Namespace::Table, b"visibility")?;
        Ok(visibility.is_some_and(|visibility| *visibility != *b"visible") || self.hidden_styles.hides(family, tag)?)
    }

    /// Whether the open element is in a group that is folded.
    fn is_folded(&self) -> bool {
        self.open.iter().any(|node| matches!(node, Node::Rows(Folded::Yes) | Node::Columns(Folded::Yes)))
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) -> Result<Node, FileError> {
        let node = match (tag.namespace, tag.name) {
            (Namespace::Table, b"table-cell") => Node::Cell,
            (Namespace::Table, b"covered-table-cell") => Node::Covered,
            _ => return Err(FileError::Corrupt),
        };
        self.count(1)?;
        self.paragraphs.clear();
        self.cell = Some(CellTag::read(tag)?);
        Ok(node)
    }

    fn count(&mut self, cells: u64) -> Result<(), FileError> {
        self.cells = self.cells.saturating_add(cells);
        if self.cells > self.limits.cells as u64 { Err(FileError::TooManyCells) } else { Ok(()) }
    }

    fn end_cell(&mut self, node: Node) -> Result<(), FileError> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let value = cell.value(self.paragraphs.text())?;
        let (place, rows) = ((self.row.number, self.row.column), self.row.repeats);
        if node == Node::Covered {
            // A cell that no merge covers is seen in some programs.
            if value.is_some() && !self.cover.has(place, rows, cell.repeats) {
                return Err(FileError::Corrupt);
            }
        } else {
            if cell.span != Span::ONE {
                if cell.repeats > 1 || (rows > 1 && cell.span.rows > 1) {
                    return Err(FileError::Corrupt);
                }
                self.cover.add(place, Span { rows: cell.span.rows.max(rows), ..cell.span })?;
                if self.row.column < self.limits.columns {
                    self.row.merges.push((self.row.column, cell.span));
                }
            }
            if let Some(value) = value {
                self.row.keep(value, cell.repeats, &self.limits)?;
            }
        }
        self.row.column = self.row.column.saturating_add(cell.repeats);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), FileError> {
        self.count(self.row.content_cells())?;
        let has_content = self.row.has_content();
        for (column, span) in &self.row.merges {
            // A merge within a blank row covers nothing that is read.
            if has_content || span.rows > 1 {
                let place = (self.row.number, *column);
                cover::mark(&mut self.marks, place, *span, self.row.repeats, &self.limits)?;
            }
        }
        self.row.give(&self.hidden_columns, self.sink)
    }
}

impl<S: CellSink> Visitor for Table<'_, S> {
    fn open(&mut self, tag: &Tag<'_>, _depth: usize) -> Result<Visit, FileError> {
        if self.is_read {
            return Ok(Visit::Skip);
        }
        Ok(match self.node(tag)? {
            Some(node) => {
                self.open.push(node);
                Visit::Inside
            }
            None => Visit::Skip,
        })
    }

    fn close(&mut self, _depth: usize) -> Result<(), FileError> {
        match self.open.pop() {
            Some(node @ (Node::Cell | Node::Covered)) => self.end_cell(node),
            Some(Node::Row) => self.end_row(),
            Some(Node::Table) => {
                self.is_read = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        match self.open.last() {
            Some(Node::Paragraph | Node::Inline) => self.paragraphs.push(text),
            // Text outside a paragraph is shown by some programs.
            Some(Node::Cell | Node::Covered | Node::Row) if !text.trim_ascii().is_empty() => Err(FileError::Corrupt),
            _ => Ok(()),
        }
    }

    fn cdata(&mut self, content: &[u8]) -> Result<(), FileError> {
        match self.open.last() {
            Some(Node::Paragraph | Node::Inline) => self.paragraphs.push_cdata(content),
            Some(Node::Cell | Node::Covered | Node::Row) if !content.trim_ascii().is_empty() => Err(FileError::Corrupt),
            _ => Ok(()),
        }
    }

    fn is_done(&self) -> bool {
        self.is_read || self.sink.is_done()
    }
}

/// How many rows or columns are like this one.
fn repeats(tag: &Tag<'_>, name: &[u8]) -> Result<u32, FileError> {
    tag.value_in(Namespace::Table, name)?.map_or(Ok(1), |raw| count(&raw))
}

/// Whether a group is folded, so that nothing in it is visible.
fn folded(tag: &Tag<'_>) -> Result<Folded, FileError> {
    let display = tag.value_in(Namespace::Table, b"display")?;
    Ok(if is_true(display.as_deref()) { Folded::No } else { Folded::Yes })
}
