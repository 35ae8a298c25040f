//! Listings of what has no upper bound: as many pages as an invocation has time and room for, then a cursor.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    inspection::{Page, Place},
};

use crate::{Failure, Round, Said};

/// With less than this left of the invocation, no further page is begun.
const TIME_TO_READ: Duration = Duration::from_secs(10);

/// With more bytes of text than this, no further page is begun. A page of the table holds 1 MiB, which is at most some
/// 3 MiB as indented JSON within JSON; so an answer stays below the 6 MB that Lambda takes.
const ENOUGH_TEXT: usize = 1 << 20;

/// How far a listing is. The client hands it back as it is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    place: Option<Place>,
    /// How many were listed so far.
    found: u32,
    /// How many items could not be read so far.
    unreadable: u32,
}

/// A part of a listing.
#[derive(Debug)]
pub(crate) struct Listing {
    text: String,
    progress: Progress,
}

impl Listing {
    /// Reads pages from where the round begins. `line` writes what was found, if it is to be listed; it gets the number
    /// of those before it in the whole listing.
    pub(crate) async fn read<T>(
        round: &Round<'_>,
        mut page: impl AsyncFnMut(Option<Place>) -> Result<Page<T>, StoreError>,
        mut line: impl FnMut(T, u32) -> Option<String>,
    ) -> Result<Self, Failure> {
        let begun = round.cursor.map_or_else(|| Ok(Progress::default()), serde_json::from_str);
        let mut progress: Progress = begun.map_err(|_| Failure::refused("this is no cursor of this command"))?;
        let mut text = String::new();
        loop {
            let read = page(progress.place.take()).await?;
            progress.unreadable += read.unreadable;
            for found in read.found {
                if let Some(line) = line(found, progress.found) {
                    text.push_str(&line);
                    progress.found += 1;
                }
            }
            progress.place = read.next;
            let has_time = round.deps.clock.now() + TIME_TO_READ < round.deadline;
            if progress.place.is_none() || !has_time || text.len() > ENOUGH_TEXT {
                return Ok(Self { text, progress });
            }
        }
    }

    /// This part of the listing, and once it is the last, what `summary` says of how many were listed.
    pub(crate) fn ending_with(self, summary: impl FnOnce(u32) -> String) -> Result<Said, Failure> {
        let Self { mut text, progress } = self;
        if progress.place.is_some() {
            return Ok(Said { text, cursor: Some(serde_json::to_string(&progress)?) });
        }
        text.push_str(&summary(progress.found));
        if progress.unreadable > 0 {
            text.push_str(&format!("{} items cannot be read by this release\n", progress.unreadable));
        }
        Ok(Said::once(text))
    }
}
