//! Reads JSON into a type, and names everything that does not fit.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::{
    Problem, ProblemItem, Slug,
    misfit::{Misfit, Source},
    pointer::{MAX_ITEMS, pointer},
};

/// The text by which two values are compared. It does not depend on the order of members or on white space.
pub(crate) fn canonical(value: &Value) -> Result<Vec<u8>, Problem> {
    let mut value = value.clone();
    value.sort_all_objects();
    serde_json::to_vec(&value).map_err(Problem::internal)
}

/// Reads the value into a `T`.
///
/// Serde stops at the first member that does not fit. This function records that member, removes it, and reads again,
/// until all such members are known.
pub(crate) fn fit<T: DeserializeOwned>(mut value: Value) -> Result<T, Problem> {
    if !value.is_object() {
        // Serde would read an array as the members in their order.
        return Err(Problem::new(Slug::BadRequest).items([item(String::new(), &Misfit::Type)]));
    }
    let mut items = Vec::new();
    let mut named = BTreeSet::new();
    for _ in 0..MAX_ITEMS {
        let error = match serde_path_to_error::deserialize::<_, T>(Source(&value)) {
            Ok(fitting) if named.is_empty() => return Ok(fitting),
            Ok(_) => break,
            Err(error) => error,
        };
        let place = place_of(&error);
        let pointer = pointer(place.as_deref().unwrap_or_default());
        // A member that was removed because it does not fit is missing after that, which is not a second fault.
        if named.insert(pointer.clone()) {
            items.push(item(pointer, error.inner()));
        }
        if !place.is_some_and(|place| remove(&mut value, &place)) {
            break;
        }
    }
    Err(Problem::new(Slug::BadRequest).items(items))
}

type Place = Vec<String>;

fn item(pointer: String, misfit: &Misfit) -> ProblemItem {
    let (code, detail) = misfit.message();
    ProblemItem::new(pointer, code, detail)
}

/// The member that does not fit, or is missing. `None`: no member can be named.
fn place_of(error: &serde_path_to_error::Error<Misfit>) -> Option<Place> {
    let mut place = place(error.path());
    if let Misfit::Missing(name) = error.inner() {
        place.get_or_insert_default().push((*name).to_owned());
    }
    place
}

/// The members on the way to the place. `None`: one of the steps is no member, and so cannot be removed.
fn place(path: &Path) -> Option<Place> {
    path.iter()
        .map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn remove(value: &mut Value, place: &[String]) -> bool {
    let Some((last, parents)) = place.split_last() else {
        return false;
    };
    let parent = parents.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(elements) => elements.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    });
    match parent {
        Some(Value::Object(members)) => members.remove(last).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{pointer::MAX_POINTER, strict::parse};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "only what does not fit is looked at")]
    struct Request {
        kind: Kind,
        first_name: String,
        #[serde(default)]
        rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Email,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what does not fit is looked at")]
    struct Row {
        row: u32,
    }

    fn faults(json: &str) -> Vec<(String, &'static str)> {
        let problem = parse(json.as_bytes()).and_then(fit::<Request>).unwrap_err();
        let trace = domain::TraceId::parse("1-67891233-abcdef012345678912345678").unwrap();
        problem.body(&trace).errors.into_iter().map(|item| (item.pointer, item.code)).collect()
    }

    #[test]
    fn everything_that_does_not_fit_is_named_at_once() {
        let found = faults(r#"{"kind":"gift","firstName":7,"__proto__":{},"rows":[{"row":1},{"row":"2","~x/":0}]}"#);
        let expected = [
            ("/kind", "invalid-value"),
            ("/firstName", "wrong-type"),
            ("/__proto__", "unknown-field"),
            ("/rows/1/row", "wrong-type"),
            ("/rows/1/~0x~1", "unknown-field"),
        ];
        for (pointer, code) in expected {
            assert!(found.contains(&(pointer.to_owned(), code)), "{pointer} {code}: {found:?}");
        }
        assert_eq!(found.len(), expected.len(), "{found:?}");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(faults("{}"), [("/kind".to_owned(), "missing-field")]);
        assert_eq!(
            faults(r#"{"kind":"email","firstName":"A","rows":[{}]}"#),
            [("/rows/0/row".to_owned(), "missing-field")]
        );
    }

    #[test]
    fn a_member_named_twice_is_refused_at_any_depth() {
        assert_eq!(
            faults(r#"{"kind":"email","kind":"email","firstName":"A","rows":[{"row":1,"row":2}]}"#),
            [("/kind".to_owned(), "repeated-field"), ("/rows/0/row".to_owned(), "repeated-field")]
        );
    }

    #[test]
    fn text_that_is_not_one_json_value_is_refused() {
        let deep = "[".repeat(10_000);
        for json in ["", "{", "{} x", "{}{}", "\u{feff}{}", "NaN", "{\"a\":1e400}", "{'a':1}", &deep, "\u{0}"] {
            assert!(parse(json.as_bytes()).is_err(), "{json:.20}");
        }
        let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(parse(&utf16).is_err());
        assert!(parse(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn values_that_are_no_object_do_not_fit() {
        for json in ["null", "[]", "\"x\"", "7"] {
            assert_eq!(faults(json), [(String::new(), "wrong-type")], "{json}");
        }
    }

    #[test]
    fn a_body_is_the_same_however_its_members_are_ordered_and_spaced() {
        let canonical = |json: &str| canonical(&parse(json.as_bytes()).unwrap()).unwrap();
        let one = canonical(r#"{"b": [{"y": 1, "x": "\u0041"}, null], "a": {"d": 1, "c": 2}}"#);
        assert_eq!(one, canonical(r#"{"a":{"c":2,"d":1},"b":[{"x":"A","y":1},null]}"#));
        for other in [r#"{"b":[null,{"x":"A","y":1}],"a":{"c":2,"d":1}}"#, r#"{"b":[{"x":"A","y":1},null]}"#] {
            assert_ne!(one, canonical(other), "{other}");
        }
    }

    #[test]
    fn an_answer_to_nonsense_is_bounded() {
        let body = |name: &str| {
            let members: Vec<_> = (0..1000).map(|n| format!("\"{n}{name}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(faults(&body("")).len(), MAX_ITEMS);
        let found = faults(&body(&"x".repeat(500)));
        assert_eq!(found.len(), MAX_ITEMS);
        assert!(found.iter().all(|(pointer, _)| pointer.len() <= MAX_POINTER));
    }
}
