//! The store: everything that the service keeps.

use std::sync::Arc;

use crate::table::Table;

/// Everything that the service keeps. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) table: Arc<dyn Table>,
}

impl Store {
    #[must_use]
    pub fn new(table: impl Table + 'static) -> Self {
        Self { table: Arc::new(table) }
    }
}
