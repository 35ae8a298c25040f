//! Digests cut to 16 bytes, for ids and for the randomness of tests.

/// The first 16 bytes of a digest, as a number.
pub(crate) fn first_16_bytes(digest: &[u8; 32]) -> u128 {
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
