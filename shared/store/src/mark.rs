//! Marks: short texts in place of long ones, where a collision costs no more than another look.

use sha2::{Digest as _, Sha256};

/// The first bytes of a hash. All zero: there is no text.
pub(crate) type Mark = [u8; 8];

pub(crate) fn mark(text: &str) -> Mark {
    let digest = Sha256::digest(text);
    let mut mark = Mark::default();
    mark.copy_from_slice(&digest[..size_of::<Mark>()]);
    mark
}
