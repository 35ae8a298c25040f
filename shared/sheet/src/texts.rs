//! Many short texts in a few allocations.

use crate::FileError;

/// Texts in blocks that never move: as it grows, nothing is copied, and no text has an allocation of its own.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    blocks: Vec<String>,
}

/// Where a text is in the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    block: u16,
    start: u32,
    bytes: u32,
}

/// Bytes of a block at most. A text is in one block, so it must be shorter; a cell has some 200,000 bytes at most.
const BLOCK_BYTES: usize = 1 << 20;

impl Texts {
    /// Adds a text.
    ///
    /// # Errors
    ///
    /// [`FileError::TooLarge`] when the text is longer than a block, or there are 65,536 blocks.
    pub(crate) fn push(&mut self, text: &str) -> Result<Slot, FileError> {
        let is_full = self.blocks.last().is_none_or(|block| block.len() + text.len() > BLOCK_BYTES);
        if is_full {
            self.blocks.push(String::new());
        }
        let block = u16::try_from(self.blocks.len() - 1).map_err(|_| FileError::TooLarge)?;
        let bytes = u32::try_from(text.len()).map_err(|_| FileError::TooLarge)?;
        let Some(last) = self.blocks.last_mut().filter(|_| text.len() <= BLOCK_BYTES) else {
            return Err(FileError::TooLarge);
        };
        let start = u32::try_from(last.len()).map_err(|_| FileError::TooLarge)?;
        last.push_str(text);
        Ok(Slot { block, start, bytes })
    }

    /// The text in a slot of these texts.
    pub(crate) fn get(&self, slot: Slot) -> &str {
        let start = slot.start as usize;
        let block = self.blocks.get(usize::from(slot.block));
        block.and_then(|block| block.get(start..start + slot.bytes as usize)).unwrap_or_default()
    }

    /// Frees the blocks before that of `slot`, whose texts are no longer needed.
    pub(crate) fn free_before(&mut self, slot: Slot) {
        let freed = self.blocks.iter_mut().take(usize::from(slot.block));
        freed.rev().take_while(|block| block.capacity() > 0).for_each(|block| *block = String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_every_block() {
        let mut texts = Texts::default();
        let long = "x".repeat(BLOCK_BYTES / 3 + 1);
        let slots: Vec<Slot> =
            ["", "a", &long, &long, "\u{674e}", &long, ""].map(|text| texts.push(text).unwrap()).into();
        assert_eq!(texts.blocks.len(), 2);
        assert_eq!(
            slots.iter().map(|slot| texts.get(*slot).len()).collect::<Vec<_>>(),
            [0, 1, long.len(), long.len(), 3, long.len(), 0]
        );
        assert_eq!(texts.push(&"x".repeat(BLOCK_BYTES + 1)), Err(FileError::TooLarge));
        texts.free_before(slots[6]);
        assert_eq!((texts.get(slots[1]), texts.get(slots[6])), ("", ""));
        assert_eq!(texts.get(slots[5]), long);
    }
}
