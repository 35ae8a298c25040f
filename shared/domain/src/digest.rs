//! Digests cut to 16 bytes, for ids and for the randomness of tests.

/// The first 16 bytes of a digest, as a number.
pub(crate) fn first_16_bytes(digest: &[u8; 32]) -> u128 {
    digest.first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sixteen_bytes_are_a_number_with_the_highest_byte_first() {
        let digest: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap() + 1);
        assert_eq!(first_16_bytes(&digest), 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    }
}
