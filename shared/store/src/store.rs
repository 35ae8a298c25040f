//! Where everything lasts.

use std::sync::Arc;

use crate::{lists::Lists, table::Table};

/// Everything that lasts. Cheap to clone; clones remember officers' lists together.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) table: Arc<dyn Table>,
    pub(crate) lists: Arc<Lists>,
}

impl Store {
    /// What lasts in `table`.
    #[must_use]
    pub fn new(table: impl Table + 'static) -> Self {
        Self { table: Arc::new(table), lists: Arc::default() }
    }
}
