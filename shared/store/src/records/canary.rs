//! The record of the canary. There is one.

use domain::canary::Canary;

use crate::{
    keys::{self, Key},
    record::Layout,
};

impl Layout for Canary {
    type Id = ();

    const KIND: &'static str = "canary";

    fn key((): &()) -> Key {
        keys::canary()
    }

    fn id(&self) {}
}
