//! manage-batches.
