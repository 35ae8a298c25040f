//! A row of a batch with the key of its address.

use domain::{Keys, batch::Row, keys::AddressKey};

/// A row with the keys by which duplicates of it are found.
#[derive(Clone, Debug)]
pub struct KeyedRow {
    pub row: Row,
    /// The key of its address. `None`: the text is not a valid address.
    pub address: Option<AddressKey>,
}

impl KeyedRow {
    /// The row with the key of its address.
    #[must_use]
    pub fn new(row: Row, keys: &Keys) -> Self {
        let address = row.email().map(|email| keys.address(&email));
        Self { row, address }
    }
}
