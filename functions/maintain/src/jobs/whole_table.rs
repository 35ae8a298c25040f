//! The whole table, page by page, for jobs that read everything in it.

use std::time::Duration;

use store::erasure::{Found, PARTS, PartPlace};

use super::{Progress, Round};
use crate::AnyError;

/// The time that must be left to begin a page.
const TIME_TO_READ: Duration = Duration::from_secs(6);

/// Calls `look` with everything in the table, one page at a time, from the place of the round's cursor.
pub(super) async fn read(
    round: &Round<'_>,
    mut look: impl AsyncFnMut(Vec<Found>) -> Result<(), AnyError>,
) -> Result<Progress, AnyError> {
    let (begin, mut from) = round.cursor.as_deref().and_then(place).unwrap_or((0, None));
    for part in begin..PARTS {
        loop {
            if round.has_less_than(TIME_TO_READ) {
                return Ok(Progress::OutOfTime { cursor: Some(cursor(part, from.as_ref())) });
            }
            let page = round.deps.store.read_part(part, from).await?;
            look(page.found).await?;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(Progress::Finished { cursor: None })
}

/// The segment, and the place in it if it has begun.
fn cursor(part: u32, from: Option<&PartPlace>) -> String {
    let place = from.and_then(PartPlace::to_text);
    place.map_or_else(|| part.to_string(), |place| format!("{part}\n{place}"))
}

fn place(cursor: &str) -> Option<(u32, Option<PartPlace>)> {
    let Some((part, place)) = cursor.split_once('\n') else {
        return Some((cursor.parse().ok()?, None));
    };
    Some((part.parse().ok()?, Some(PartPlace::parse(place)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_goes_on_where_it_was_left() {
        let middle = PartPlace::parse("ADDRESS#abc\nGUARD").unwrap();
        let text = cursor(7, Some(&middle));
        let (part, read) = place(&text).unwrap();
        assert_eq!((part, read.unwrap().to_text()), (7, middle.to_text()));
        assert!(matches!(place("9"), Some((9, None))), "what a run of before left");
        assert!(place("x").is_none() && place("3\nhalf").is_none());
    }
}
