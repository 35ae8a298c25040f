//! The batch or the officer that a stored file belongs to.

use domain::{BatchId, OfficerId};

/// The batch or the officer that a stored file belongs to, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A batch that the portal created.
    Upload(BatchId),
    /// An officer; another system stored the file for them, in any folder of theirs and under any name. Whether it is a
    /// workbook or a list is known once it is read.
    Drop(OfficerId),
    /// What programs leave beside the files of people, such as Excel's lock files: it is nobody's list.
    LeftBehind,
}

impl Place {
    /// Reads a key. `None`: it has another prefix or another form.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        match key.split_once('/')? {
            ("uploads", id) => BatchId::parse(id).map(Self::Upload),
            ("drops", rest) => {
                let (officer, path) = rest.split_once('/')?;
                let officer = OfficerId::parse(officer)?;
                Some(if is_left_behind(path) { Self::LeftBehind } else { Self::Drop(officer) })
            }
            _ => None,
        }
    }
}

/// Whether programs leave a file of this name: the mark or the settings of a folder, a lock file, or a hidden file.
fn is_left_behind(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_settings = ["thumbs.db", "desktop.ini"].iter().any(|settings| name.eq_ignore_ascii_case(settings));
    let is_hidden = path.split('/').any(|part| part.starts_with('.')) || path.starts_with("__MACOSX/");
    name.is_empty() || name.starts_with("~$") || is_hidden || is_settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_dropped_for_an_officer_is_theirs() {
        let ada = || Some(Place::Drop(OfficerId::parse("ada").unwrap()));
        for name in
            ["joiners.xlsx", "JOINERS.XLSX", "joiners.csv", "joiners.ods", "june/joiners.xlsx", "joiners", "a ~$b.xlsx"]
        {
            assert_eq!(Place::of(&format!("drops/ada/{name}")), ada(), "{name}");
        }
    }

    #[test]
    fn what_programs_leave_behind_is_nobodys() {
        for name in [
            "",
            "june/",
            "~$joiners.xlsx",
            "june/~$joiners.xlsx",
            ".DS_Store",
            "._joiners.xlsx",
            ".~lock.joiners.ods#",
            ".trash/joiners.xlsx",
            "__MACOSX/joiners.xlsx",
            "Thumbs.db",
            "june/desktop.ini",
        ] {
            assert_eq!(Place::of(&format!("drops/ada/{name}")), Some(Place::LeftBehind), "{name}");
        }
    }

    #[test]
    fn other_keys_are_none_of_ours() {
        for key in ["", "joiners.xlsx", "drops/joiners.xlsx", "uploads/x", "backups/ada/x.xlsx", "drops//x.xlsx"] {
            assert_eq!(Place::of(key), None, "{key}");
        }
    }
}
