//! The whole table, page by page, for jobs that look at everything in it.

use std::time::Duration;

use store::forgetting::{Found, PARTS};

use super::{Progress, Round};
use crate::AnyError;

/// With less than this left, no further page is begun.
const TIME_TO_READ: Duration = Duration::from_secs(6);

/// Shows everything that the table holds to `look`, from the part on that the round's cursor names. A part that was not
/// read to its end is read anew.
pub(super) async fn read(
    round: &Round<'_>,
    mut look: impl AsyncFnMut(Found) -> Result<(), AnyError>,
) -> Result<Progress, AnyError> {
    let begin = round.cursor.as_deref().and_then(|part| part.parse().ok()).unwrap_or(0);
    for part in begin..PARTS {
        let mut from = None;
        loop {
            if round.has_less_than(TIME_TO_READ) {
                return Ok(Progress::OutOfTime { cursor: Some(part.to_string()) });
            }
            let page = round.deps.store.read_part(part, from).await?;
            for found in page.found {
                look(found).await?;
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(Progress::Finished { cursor: None })
}
