//! What people and mail programs write around an address.

use crate::fields::{EmailAddress, Fault, text};

/// The scheme of a link to a mailbox.
const SCHEME: &str = "mailto:";

/// The text without hidden characters, and with plain characters in place of full-width ones and of the full stops of
/// East Asian keyboards, as domain names are read (RFC 3490, 3.1).
pub(super) fn plain(text: &str) -> String {
    let plain = text::plain(text).replace(['\u{3002}', '\u{ff61}'], ".");
    // Isolates around a text are cut like spaces; elsewhere they are refused.
    text::trim(&plain).to_owned()
}

/// The address alone, as far as it is clear what is around it. Each step makes the text shorter.
pub(super) fn unwrapped(text: &str) -> &str {
    let mut text = text;
    loop {
        let next = without_name(without_edges(text));
        if next.len() == text.len() {
            return next;
        }
        text = next;
    }
}

/// The one address of a text that holds it several times, as in `jane@agency.gov.sg; jane@agency.gov.sg`.
/// [`Fault::EmailSeveral`]: there are different ones. `None`: it does not hold several addresses.
pub(super) fn only_address(text: &str) -> Option<Result<EmailAddress, Fault>> {
    let words = text.split(|c: char| c.is_whitespace() || ";,|/&<>()[]\"\u{201c}\u{201d}".contains(c));
    let words: Vec<&str> = words.map(without_edges).filter(|word| word.contains('@')).collect();
    let addresses: Vec<EmailAddress> = words.iter().filter_map(|word| EmailAddress::stored(word).ok()).collect();
    if words.len() < 2 || addresses.len() < words.len() {
        return None;
    }
    let first = addresses.first()?.clone();
    let is_same = addresses.iter().all(|address| address.as_str().eq_ignore_ascii_case(first.as_str()));
    Some(if is_same { Ok(first) } else { Err(Fault::EmailSeveral) })
}

/// The text without spaces, quotation marks, the scheme of a link, and the end of a sentence or a list around it.
fn without_edges(text: &str) -> &str {
    let is_quote = |c: char| text::is_apostrophe(c) || "\"\u{201c}\u{201d}\u{201e}\u{ab}\u{bb}".contains(c);
    let text = text::trim(text).trim_start_matches(|c: char| is_quote(c) || c == ';' || c == ',' || c.is_whitespace());
    let text = text.trim_end_matches(|c: char| is_quote(c) || ";,.".contains(c) || c.is_whitespace());
    match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => text.get(SCHEME.len()..).unwrap_or(text),
        _ => text,
    }
}

/// The address in brackets behind a name, or before a remark in brackets. The name must hold no other address.
fn without_name(text: &str) -> &str {
    for (open, close) in [('<', '>'), ('(', ')'), ('[', ']')] {
        let Some((before, inside)) = text.strip_suffix(close).and_then(|text| text.rsplit_once(open)) else {
            continue;
        };
        let outer = without_edges(before);
        let inner = without_edges(inside);
        if inner.contains('@') && (!outer.contains('@') || outer.eq_ignore_ascii_case(inner)) {
            return inner;
        }
        if open == '(' && outer.contains('@') && !inner.contains('@') && before.ends_with(char::is_whitespace) {
            return outer;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_what_is_around_it() {
        for text in [
            "jane@x.gov.sg",
            "Jane Tan <jane@x.gov.sg>",
            "\"Tan, Jane (MOE)\" <jane@x.gov.sg>;",
            "<jane@x.gov.sg>",
            "Jane Tan (jane@x.gov.sg)",
            "[jane@x.gov.sg]",
            "jane@x.gov.sg (Jane Tan)",
            "jane@x.gov.sg<mailto:jane@x.gov.sg>",
            "jane@x.gov.sg <jane@x.gov.sg>",
            "mailto:jane@x.gov.sg",
            "<MAILTO:jane@x.gov.sg>",
            "'jane@x.gov.sg",
            "'jane@x.gov.sg'",
            "\u{2018}jane@x.gov.sg\u{2019}",
            "\"jane@x.gov.sg\"",
            "\u{201c}jane@x.gov.sg\u{201d},",
            "jane@x.gov.sg;",
            "jane@x.gov.sg.",
            " jane@x.gov.sg , ",
            "jane@x.gov.sg; jane@x.gov.sg",
            "jane\u{ff20}x\u{ff0e}gov\u{3002}sg",
            "\u{ff4a}ane@x.gov.sg",
            "ja\u{200b}ne@x.\u{ad}gov.sg",
            "\u{202a}jane@x.gov.sg\u{202c}",
            "\u{2068}jane@x.gov.sg\u{2069}",
            "\u{674e}\u{5a1c} <jane@x.gov.sg>",
        ] {
            let read = EmailAddress::parse(text).map(String::from);
            assert_eq!(read.as_deref(), Ok("jane@x.gov.sg"), "{text:?}");
        }
        assert_eq!(EmailAddress::parse("o'brien@x.gov.sg").unwrap().as_str(), "o'brien@x.gov.sg");
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        for (text, fault) in [
            ("jane@x.gov.sg; bo@x.gov.sg", Fault::EmailSeveral),
            ("jane@x.gov.sg, bo@x.gov.sg", Fault::EmailSeveral),
            ("jane@x.gov.sg bo@x.gov.sg", Fault::EmailSeveral),
            ("jane@x.gov.sg\nbo@x.gov.sg", Fault::EmailSeveral),
            ("jane@x.gov.sg / bo@x.gov.sg", Fault::EmailSeveral),
            ("Jane <jane@x.gov.sg>; Bo <bo@x.gov.sg>", Fault::EmailSeveral),
            ("jane@x.gov.sg <bo@x.gov.sg>", Fault::EmailSeveral),
            ("jane@x.gov.sg?bcc=bo@x.gov.sg", Fault::EmailSyntax),
            ("mailto:jane@x.gov.sg?cc=a", Fault::EmailSyntax),
            ("jane@x.gov.sg#", Fault::EmailSyntax),
            ("jane@x.gov.sg/", Fault::EmailSyntax),
            ("Jane Tan jane@x.gov.sg", Fault::EmailSyntax),
            ("jane (at) x.gov.sg", Fault::EmailSyntax),
            ("jane[at]x.gov.sg", Fault::EmailSyntax),
            ("'quoted'@x.gov.sg", Fault::EmailSyntax),
            ("jane(x)@x.gov.sg", Fault::EmailSyntax),
            ("jane@x.gov.sg(x)", Fault::EmailSyntax),
            ("<>", Fault::EmailSyntax),
            ("mailto:", Fault::EmailSyntax),
            ("j\u{430}ne@x.gov.sg", Fault::EmailNonAscii),
            ("jane@x.gov\u{202e}.sg", Fault::ControlCharacter),
            ("jane@x.gov.sg\u{0}x", Fault::ControlCharacter),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(fault), "{text:?}");
        }
    }
}
