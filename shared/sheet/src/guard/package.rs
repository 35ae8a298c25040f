//! The small parts of the package: they say which worksheets there are, and which number formats are dates.

use super::{
    archive::Archive,
    part::{Part, walk},
    scan::{Tag, Visitor},
};
use crate::{FileError, Limits, example::EXAMPLE_SHEET};

/// The parts of a workbook that may be read. All are found, and only the small ones are inflated.
pub(super) struct Package<'a> {
    pub(super) strings: Option<Part<'a>>,
    pub(super) sheets: Vec<SheetPart<'a>>,
    pub(super) hidden_sheets: u32,
    pub(super) dates: DateStyles,
}

pub(super) struct SheetPart<'a> {
    pub(super) part: Part<'a>,
    /// The relationships of the worksheet, which have the targets of links.
    pub(super) links: Option<Part<'a>>,
    /// Whether its name is that of the template's example.
    pub(super) is_example: bool,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileError> {
        let archive = Archive::open(bytes, limits)?;
        let types = archive.part("[Content_Types].xml")?.ok_or(FileError::NotXlsx)?;
        let types = walk(types, limits, ContentTypes::default())?;
        match types.workbook {
            Some(Kind::Plain) if archive.has_part_ending_with("vbaproject.bin") => {
                return Err(FileError::Macro);
            }
            Some(Kind::Plain) => {}
            Some(Kind::Macro) => return Err(FileError::Macro),
            None => return Err(FileError::NotXlsx),
        }
        let roots = relationships(&archive, "_rels/.rels", limits)?.ok_or(FileError::NotXlsx)?;
        let workbook = roots.iter().find(|found| found.is("officeDocument")).ok_or(FileError::NotXlsx)?.path("")?;
        let workbook_part = archive.part(&workbook)?.ok_or(FileError::NotXlsx)?;
        let folder = folder_of(&workbook);
        let targets = relationships(&archive, &relationships_of(&workbook), limits)?.ok_or(FileError::NotXlsx)?;
        let find = |kind: &str| match targets.iter().find(|found| found.is(kind)) {
            Some(found) => archive.part(&found.path(folder)?),
            None => Ok(None),
        };
        let strings = find("sharedStrings")?;
        let dates = match find("styles")? {
            Some(part) => walk(part, limits, Styles::default())?.dates(),
            None => DateStyles::default(),
        };
        let listed = walk(workbook_part, limits, Workbook::new(limits.entries))?.sheets;
        let mut sheets = Vec::new();
        let mut hidden_sheets = 0;
        for sheet in listed {
            let target = targets.iter().find(|found| found.id == sheet.relationship).ok_or(FileError::Corrupt)?;
            // Charts and dialogs are sheets too, but without cells.
            if !target.is("worksheet") {
                continue;
            }
            if sheet.is_hidden {
                hidden_sheets += 1;
                continue;
            }
            let path = target.path(folder)?;
            let part = archive.part(&path)?.ok_or(FileError::Corrupt)?;
            let links = archive.part(&relationships_of(&path))?;
            sheets.push(SheetPart { part, links, is_example: sheet.is_example });
        }
        // The example is read only if there is no other sheet, so it comes last, wherever its tab is.
        sheets.sort_by_key(|sheet| sheet.is_example);
        Ok(Self { strings, sheets, hidden_sheets, dates })
    }
}

/// The mail addresses that links of a worksheet lead to, as (relationship id, target).
pub(super) fn mail_links(part: Part<'_>, limits: &Limits) -> Result<Vec<(String, String)>, FileError> {
    let is_mail = |found: &Relationship| found.is("hyperlink") && found.target.starts_with("mailto:");
    let all = walk(part, limits, Relationships { most: limits.cells, keep: is_mail, found: Vec::new() })?.found;
    Ok(all.into_iter().map(|found| (found.id, found.target)).collect())
}

fn relationships(archive: &Archive<'_>, path: &str, limits: &Limits) -> Result<Option<Vec<Relationship>>, FileError> {
    let Some(part) = archive.part(path)? else {
        return Ok(None);
    };
    let all = |_: &Relationship| true;
    // A workbook has one relationship for each of its parts, and others for links to other files.
    let most = limits.entries.saturating_mul(4);
    Ok(Some(walk(part, limits, Relationships { most, keep: all, found: Vec::new() })?.found))
}

/// `xl/workbook.xml` has its relationships in `xl/_rels/workbook.xml.rels`.
fn relationships_of(path: &str) -> String {
    let folder = folder_of(path);
    format!("{folder}_rels/{}.rels", &path[folder.len()..])
}

/// The folder of a path, with its slash at the end.
fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

enum Kind {
    Plain,
    Macro,
}

/// `[Content_Types].xml`, which says what kind of document this is.
#[derive(Default)]
struct ContentTypes {
    workbook: Option<Kind>,
}

impl Visitor for ContentTypes {
    fn open(&mut self, tag: &Tag<'_>, _depth: usize, _out: &mut Vec<u8>) -> Result<(), FileError> {
        const PLAIN: [&str; 2] = [
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
        ];
        const MACRO: [&str; 3] = [
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            "application/vnd.ms-excel.template.macroEnabled.main+xml",
            "application/vnd.ms-excel.addin.macroEnabled.main+xml",
        ];
        if let Some(content_type) = tag.text(b"ContentType")? {
            let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(&content_type));
            if is_one_of(&MACRO) {
                self.workbook = Some(Kind::Macro);
            } else if is_one_of(&PLAIN) && self.workbook.is_none() {
                self.workbook = Some(Kind::Plain);
            }
        }
        Ok(())
    }
}

struct Relationship {
    id: String,
    /// The last segment of the type, which is the same in transitional and strict documents.
    kind: String,
    target: String,
    is_external: bool,
}

impl Relationship {
    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// The path in the package of a target that is relative to `folder`.
    fn path(&self, folder: &str) -> Result<String, FileError> {
        if self.is_external {
            return Err(FileError::Corrupt);
        }
        let whole = match self.target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{folder}{}", self.target),
        };
        let mut segments = Vec::new();
        for segment in whole.split(['/', '\\']) {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or(FileError::Corrupt)?;
                }
                _ => segments.push(segment),
            }
        }
        Ok(segments.join("/"))
    }
}

struct Relationships<K> {
    most: usize,
    keep: K,
    found: Vec<Relationship>,
}

impl<K: Fn(&Relationship) -> bool> Visitor for Relationships<K> {
    fn open(&mut self, tag: &Tag<'_>, depth: usize, _out: &mut Vec<u8>) -> Result<(), FileError> {
        if depth == 2 && tag.name == b"Relationship" {
            let kind = tag.text(b"Type")?.unwrap_or_default();
            let relationship = Relationship {
                id: tag.text(b"Id")?.unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: tag.text(b"Target")?.unwrap_or_default(),
                is_external: tag.get(b"TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case(b"external")),
            };
            if (self.keep)(&relationship) {
                if self.found.len() == self.most {
                    return Err(FileError::XmlLimit);
                }
                self.found.push(relationship);
            }
        }
        Ok(())
    }
}

struct Listed {
    relationship: String,
    is_example: bool,
    is_hidden: bool,
}

/// The workbook part, with its sheets in the order of their tabs.
struct Workbook {
    most: usize,
    sheets: Vec<Listed>,
}

impl Workbook {
    fn new(most: usize) -> Self {
        Self { most, sheets: Vec::new() }
    }
}

impl Visitor for Workbook {
    fn open(&mut self, tag: &Tag<'_>, depth: usize, _out: &mut Vec<u8>) -> Result<(), FileError> {
        if depth == 1 && tag.name != b"workbook" {
            return Err(FileError::NotXlsx);
        }
        if depth == 3 && tag.name == b"sheet" {
            if self.sheets.len() == self.most {
                return Err(FileError::TooManyParts);
            }
            let relationship = tag.get_local(b"id").map(super::scan::unescape).transpose()?.unwrap_or_default();
            let is_hidden = tag.get(b"state").is_some_and(|state| state != b"visible");
            let is_example = tag.get(b"name").is_some_and(|name| name.eq_ignore_ascii_case(EXAMPLE_SHEET.as_bytes()));
            self.sheets.push(Listed { relationship, is_example, is_hidden });
        }
        Ok(())
    }
}

/// Cell formats of one workbook at most: Excel's own limit. A cell with a later format has a plain value.
const MOST_FORMATS: usize = 65_490;

/// Which cell formats show a number as a date or a time, by their index.
#[derive(Default)]
pub(super) struct DateStyles(Vec<bool>);

impl DateStyles {
    pub(super) fn contains(&self, style: usize) -> bool {
        self.0.get(style).copied().unwrap_or(false)
    }
}

/// The styles part, of which only the number formats are read.
#[derive(Default)]
struct Styles {
    in_cell_formats: bool,
    formats: Vec<u32>,
    date_codes: Vec<u32>,
}

impl Styles {
    fn dates(mut self) -> DateStyles {
        self.date_codes.sort_unstable();
        let is_date = |id: &u32| is_builtin_date(*id) || self.date_codes.binary_search(id).is_ok();
        DateStyles(self.formats.iter().map(is_date).collect())
    }
}

impl Visitor for Styles {
    fn open(&mut self, tag: &Tag<'_>, depth: usize, _out: &mut Vec<u8>) -> Result<(), FileError> {
        if depth == 2 {
            self.in_cell_formats = tag.name == b"cellXfs";
        }
        let id = || tag.get(b"numFmtId").and_then(|id| std::str::from_utf8(id).ok()?.parse().ok()).unwrap_or(0);
        if depth == 3 && tag.name == b"numFmt" && self.date_codes.len() < MOST_FORMATS {
            if tag.text(b"formatCode")?.is_some_and(|code| is_date_code(&code)) {
                self.date_codes.push(id());
            }
        } else if depth == 3 && tag.name == b"xf" && self.in_cell_formats && self.formats.len() < MOST_FORMATS {
            self.formats.push(id());
        }
        Ok(())
    }
}

/// Whether the number of a format means a date or a time in every spreadsheet program.
fn is_builtin_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format code shows a date or a time: it has a date letter outside quotes, escapes and brackets.
fn is_date_code(code: &str) -> bool {
    // Excel uses the first section for positive numbers.
    let mut letters = code.chars();
    let mut is_date = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => letters.by_ref().take_while(|quoted| *quoted != '"').for_each(drop),
            // An escape, or a character whose width or repetition fills space.
            '\\' | '_' | '*' => drop(letters.next()),
            // Colours, conditions and locales. Elapsed time is written as [h], [mm] or [ss].
            '[' => {
                let inner: String = letters.by_ref().take_while(|inner| *inner != ']').collect();
                let elapsed = inner.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                is_date |= elapsed && !inner.is_empty();
            }
            ';' => break,
            // `General` has an e, which is no date letter. `AM/PM` only occurs together with an h.
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => is_date = true,
            _ => {}
        }
    }
    is_date
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_code_is_a_date_when_it_shows_days_or_hours() {
        for code in ["dd/mm/yyyy", "yyyy\\-mm\\-dd", "[h]:mm:ss", "h:mm AM/PM", "[$-409]d-mmm-yy;@", "mm:ss.0"] {
            assert!(is_date_code(code), "{code}");
        }
        for code in
            ["General", "0", "@", "#,##0.00", "\"days\" 0", "0.00E+00", "[Red]0", "\\d0", "+65 0000 0000", "0_)"]
        {
            assert!(!is_date_code(code), "{code}");
        }
    }

    #[test]
    fn a_target_is_resolved_inside_the_package_or_refused() {
        let at = |target: &str, folder| {
            let is_external = target.starts_with("http");
            Relationship { id: String::new(), kind: String::new(), target: target.to_owned(), is_external }.path(folder)
        };
        assert_eq!(at("worksheets/sheet1.xml", "xl/").as_deref(), Ok("xl/worksheets/sheet1.xml"));
        assert_eq!(at("/xl/worksheets/sheet1.xml", "xl/").as_deref(), Ok("xl/worksheets/sheet1.xml"));
        assert_eq!(at("../xl/./styles.xml", "xl/").as_deref(), Ok("xl/styles.xml"));
        assert_eq!(at("../../etc/passwd", "xl/"), Err(FileError::Corrupt));
        assert_eq!(at("http://evil.example/x.xml", "xl/"), Err(FileError::Corrupt));
    }
}
