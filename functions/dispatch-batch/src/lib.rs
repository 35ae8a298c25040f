//! dispatch-batch.
