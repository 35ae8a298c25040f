//! An agency whose system is told of its officers' invites.

use domain::{AgencyId, agency::Agency};

use crate::{
    keys::{self, Key},
    record::Layout,
};

impl Layout for Agency {
    type Id = AgencyId;

    const KIND: &'static str = "agency";

    fn key(id: &AgencyId) -> Key {
        keys::agency(*id)
    }

    fn id(&self) -> AgencyId {
        Self::id(self)
    }
}
