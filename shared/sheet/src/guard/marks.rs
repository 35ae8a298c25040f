//! What a worksheet says about its cells behind them: merged cells and links.

use super::{namespace::Namespace, reference::Area, tag::Tag};
use crate::{FileError, Limits};

/// The merged cells and the links of a worksheet.
#[derive(Default)]
pub(crate) struct Marks {
    /// Merged cells. Only the first cell of each is seen.
    pub(crate) merges: Vec<Area>,
    links: Vec<Link>,
    /// The ids of all links, one after another.
    ids: String,
}

/// A link on one or more cells.
struct Link {
    area: Area,
    /// Where the id of its relationship begins and ends.
    id: (u32, u32),
}

/// Merges and links of each row at most. Excel creates a link for every address that is typed, and people merge a few
/// cells of a row.
const MOST_PER_ROW: usize = 4;

/// How many merges or links a worksheet has at most.
pub(super) fn most(limits: &Limits) -> usize {
    limits.rows.saturating_mul(MOST_PER_ROW)
}

impl Marks {
    /// Adds a `mergeCell`. A range that cannot be read could be over any cell, so it is refused.
    pub(super) fn merge(&mut self, tag: &Tag<'_>, limits: &Limits) -> Result<(), FileError> {
        let raw = tag.value(b"ref")?.unwrap_or_default();
        let Some(&[area]) = Area::list(&raw).as_deref() else {
            return Err(FileError::Corrupt);
        };
        self.merge_area(area, limits)
    }

    /// Adds merged cells, unless there are too many.
    pub(crate) fn merge_area(&mut self, area: Area, limits: &Limits) -> Result<(), FileError> {
        if self.merges.len() == most(limits) {
            return Err(FileError::XmlLimit);
        }
        self.merges.push(area);
        Ok(())
    }

    /// Adds a `hyperlink`. One whose range cannot be read is on no cell.
    pub(super) fn link(&mut self, tag: &Tag<'_>, limits: &Limits) -> Result<(), FileError> {
        let (Some(raw), Some(id)) = (tag.value(b"ref")?, tag.value_in(Namespace::Relationship, b"id")?) else {
            return Ok(());
        };
        let id = std::str::from_utf8(&id).map_err(|_| FileError::Corrupt)?;
        let areas = Area::list(&raw).unwrap_or_default();
        self.link_areas(areas, id, limits)
    }

    /// Adds a link on each of the areas. Of an OpenDocument file, `id` is the address itself.
    pub(crate) fn link_areas(&mut self, areas: Vec<Area>, id: &str, limits: &Limits) -> Result<(), FileError> {
        let is_full = self.links.len() + areas.len() > most(limits);
        if is_full || self.ids.len() + id.len() > limits.kept_bytes {
            return Err(FileError::XmlLimit);
        }
        let end = |ids: &str| u32::try_from(ids.len()).map_err(|_| FileError::XmlLimit);
        let start = end(&self.ids)?;
        self.ids.push_str(id);
        let id = (start, end(&self.ids)?);
        self.links.extend(areas.into_iter().map(|area| Link { area, id }));
        Ok(())
    }

    /// The links on cells of a column, with the ids of their relationships.
    pub(crate) fn links_on(&self, column: u32) -> impl Iterator<Item = (Area, &str)> {
        let id = |link: &Link| self.ids.get(link.id.0 as usize..link.id.1 as usize).unwrap_or_default();
        self.links.iter().filter(move |link| link.area.has_column(column)).map(move |link| (link.area, id(link)))
    }
}
