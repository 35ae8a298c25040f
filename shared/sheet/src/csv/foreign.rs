//! Texts that are no list: pages, data and documents of other programs that were given another name.

/// How texts of other formats begin.
const BEGINNINGS: [&str; 11] = [
    "{\\rtf",
    "%PDF-",
    "%!PS",
    "<?",
    "<!",
    "MIME-Version:",
    "BEGIN:VCARD",
    // Symbolic link, as Excel and LibreOffice write it, and data interchange format.
    "ID;PWXL",
    "ID;PSCALC",
    "TABLE\r\n0,1",
    "TABLE\n0,1",
];

/// Whether a text begins as HTML, XML, JSON or another format does, rather than with cells.
pub(super) fn is_foreign(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let begins = |with: &&str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    BEGINNINGS.iter().any(begins) || is_markup(text) || is_json(text)
}

/// Whether a text begins with an element. A title such as `<Email>` is none, as nothing closes it.
fn is_markup(text: &str) -> bool {
    let is_element = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    text.strip_prefix('<').is_some_and(is_element) && (text.contains("</") || text.contains("/>"))
}

/// Whether a text begins as an object or an array of texts, arrays or objects.
fn is_json(text: &str) -> bool {
    let inside = |open: char| text.strip_prefix(open).map(str::trim_start);
    inside('{').is_some_and(|rest| rest.starts_with(['"', '}']))
        || inside('[').is_some_and(|rest| rest.starts_with(['"', '{', '[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_known_by_their_beginning() {
        for text in [
            "<!DOCTYPE html><table>",
            "\u{feff}\r\n <html><body></body></html>",
            "<?xml version=\"1.0\"?><a/>",
            "<Workbook xmlns=\"urn:x\"><Worksheet/></Workbook>",
            "<table><tr><td>Email</td></tr></table>",
            "{\"people\": []}",
            "{ \n \"email\": 1 }",
            "[{\"email\": \"a@b.sg\"}]",
            "[[\"Email\"]]",
            "[]",
            "{}",
            "{\\rtf1\\ansi Email}",
            "%PDF-1.7",
            "mime-version: 1.0",
            "BEGIN:VCARD\nVERSION:3.0",
            "ID;PWXL;N;E\nP;PGeneral",
            "TABLE\r\n0,1\r\n\"EXCEL\"",
        ] {
            assert!(is_foreign(text), "{text}");
        }
    }

    #[test]
    fn titles_in_brackets_are_a_list() {
        for text in [
            "",
            "Email,First Name",
            "<Email>,<First Name>\na@b.sg,Ada",
            "[Draft] new joiners\nEmail;Name",
            "{Email}\t{Name}",
            "ID;Phone;Email",
            "Table\n0",
            "[1],[2]",
            "<3 people>",
            "100% of joiners",
            "%,Email",
            "\"{\"\"a\"\"}\",b",
        ] {
            assert!(!is_foreign(text), "{text}");
        }
    }
}
