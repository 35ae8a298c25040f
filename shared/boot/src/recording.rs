//! Recording an answer that is known from nowhere else, such as that a mail was sent, while the table is out.

use std::time::Duration;

use domain::Timestamp;

/// The pauses between the attempts.
pub const RECORD_PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
];

/// Whether an invocation that ends at `deadline` has time for a pause, and for as long again to write after it.
#[must_use]
pub fn leaves_time(pause: Duration, now: Timestamp, deadline: Timestamp) -> bool {
    now + pause + pause < deadline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_recorded_after_a_pause_only_if_as_long_again_is_left() {
        let now = Timestamp::from_unix_ms(1_763_875_442_000);
        for (left, leaves) in [(801, true), (800, false), (400, false)] {
            let deadline = now + Duration::from_millis(left);
            assert_eq!(leaves_time(Duration::from_millis(400), now, deadline), leaves, "{left}");
        }
    }
}
