//! parse-batch.
