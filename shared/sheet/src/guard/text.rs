//! Text of elements, as its writer meant it.

use super::attribute::unescape;
use crate::FileError;

/// Adds the text of an element to `out`: its references are resolved, and line ends are those of XML 1.0, section 2.11.
pub(crate) fn push(raw: &[u8], out: &mut String) -> Result<(), FileError> {
    if memchr::memchr2(b'&', b'\r', raw).is_none() {
        out.push_str(std::str::from_utf8(raw).map_err(|_| FileError::Corrupt)?);
        return Ok(());
    }
    let raw = std::str::from_utf8(raw).map_err(|_| FileError::Corrupt)?;
    let lines = raw.replace("\r\n", "\n").replace('\r', "\n");
    out.push_str(&unescape(lines.as_bytes())?);
    Ok(())
}

/// Adds the content of a CDATA section to `out`.
pub(crate) fn push_cdata(content: &[u8], out: &mut String) -> Result<(), FileError> {
    let content = std::str::from_utf8(content).map_err(|_| FileError::Corrupt)?;
    out.push_str(&content.replace("\r\n", "\n").replace('\r', "\n"));
    Ok(())
}

/// Resolves the escapes of spreadsheets in the text from `start` on: `_x000D_` is the UTF-16 code unit with that
/// number (ECMA-376 part 1, 22.9.2.19). Half a pair of code units becomes U+FFFD, which no field accepts.
pub(crate) fn resolve_escapes(text: &mut String, start: usize) {
    let Some(first) = text[start..].find("_x") else {
        return;
    };
    let tail = text.split_off(start + first);
    let mut rest = tail.as_str();
    while let Some(at) = rest.find("_x") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(unit) = escape(rest) else {
            text.push('_');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[ESCAPE_BYTES..];
        let pair = escape(rest).filter(|low| (0xD800..0xDC00).contains(&unit) && (0xDC00..0xE000).contains(low));
        if pair.is_some() {
            rest = &rest[ESCAPE_BYTES..];
        }
        text.extend(
            char::decode_utf16([Some(unit), pair].into_iter().flatten())
                .map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }
    text.push_str(rest);
}

/// Bytes of an escape such as `_x000D_`.
const ESCAPE_BYTES: usize = 7;

/// The code unit of the escape at the start of `text`. `None`: there is no escape.
fn escape(text: &str) -> Option<u16> {
    let digits = text.get(..ESCAPE_BYTES)?.strip_prefix("_x")?.strip_suffix('_')?;
    // A sign is no digit of an escape.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_once() {
        for (written, read) in [
            ("plain", "plain"),
            ("a_x000D_b", "a\rb"),
            ("a_x000d_b", "a\rb"),
            ("a_x005F_x000D_b", "a_x000D_b"),
            ("_xD83D__xDE00_!", "\u{1f600}!"),
            ("a_xD83D_b", "a\u{fffd}b"),
            ("_xDE00__xD83D_", "\u{fffd}\u{fffd}"),
            ("_xD83D__x0041_", "\u{fffd}A"),
            ("__x0041__", "_A_"),
            ("_x+041_ _x004 _x0041", "_x+041_ _x004 _x0041"),
            ("_x\u{e9}041_", "_x\u{e9}041_"),
        ] {
            let mut text = format!("_x0041_{written}");
            resolve_escapes(&mut text, 7);
            assert_eq!(text, format!("_x0041_{read}"), "{written}");
        }
    }

    #[test]
    fn references_sections_and_line_ends_are_those_of_xml() {
        let mut text = String::new();
        push(b"a&amp;b\r\nc\rd&#13;", &mut text).unwrap();
        push_cdata(b"&amp;\r\n", &mut text).unwrap();
        assert_eq!(text, "a&b\nc\nd\r&amp;\n");
        assert_eq!(push(b"&nbsp;", &mut text), Err(FileError::Corrupt));
    }
}
