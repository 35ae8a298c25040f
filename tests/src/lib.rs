//! Tests across functions.
