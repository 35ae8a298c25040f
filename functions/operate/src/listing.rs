//! Listings without an upper bound: as many pages as an invocation has time and room for, and then a cursor.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    inspection::{Page, Place},
};

use crate::{Failure, Round, Said};

/// The time that must be left to begin a page.
const TIME_TO_READ: Duration = Duration::from_secs(10);

/// Bytes of text after which no further page is begun. A page of the table has 1 MiB, which is at most about 3 MiB as
/// indented JSON within JSON, so an answer stays below the 6 MB that Lambda allows.
const ENOUGH_TEXT: usize = 1 << 20;

/// The progress of a listing. The client sends it back unchanged.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    place: Option<Place>,
    /// How many entries were listed so far.
    found: u32,
    /// How many items could not be read so far.
    unreadable: u32,
}

/// One part of a listing.
#[derive(Debug)]
pub(crate) struct Listing {
    text: String,
    progress: Progress,
}

impl Listing {
    /// Reads pages from where the round begins. `line` writes an entry, if it is to be listed. Its argument is the
    /// number of entries before it in the whole listing.
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

    /// This part of the listing. The last part ends with `summary` of the number of entries.
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
