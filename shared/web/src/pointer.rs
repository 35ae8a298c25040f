//! What an answer names of a request that does not fit: how many places, and each by a JSON pointer.

/// Places named at most: a body full of nonsense gets an answer of bounded size.
pub(crate) const MAX_ITEMS: usize = 20;

/// Characters of a pointer at most, because a client chooses the names in it.
pub(crate) const MAX_POINTER: usize = 128;

/// The pointer of RFC 6901 to the place at the end of these steps: `~` is written as `~0`, and `/` as `~1`.
pub(crate) fn pointer(place: &[String]) -> String {
    let escaped = place.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")));
    escaped.collect::<String>().chars().take(MAX_POINTER).collect()
}
