//! JSON pointers to what is wrong in a request.

/// Characters of a pointer at most, because a client chooses the names in it.
pub(crate) const MAX_POINTER: usize = 128;

/// The pointer of RFC 6901 to what is reached by these steps: `~` is written `~0`, and `/` is written `~1`.
pub(crate) fn pointer(place: &[String]) -> String {
    let escaped = place.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")));
    escaped.collect::<String>().chars().take(MAX_POINTER).collect()
}
