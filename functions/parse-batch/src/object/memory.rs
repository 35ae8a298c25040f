//! A bucket in memory.

use std::collections::HashMap;

use domain::batch::ObjectVersion;
use probe::{Failure, Probe, Probed};

use super::ObjectError;

#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// By key and version.
    objects: Probed<HashMap<(String, String), Vec<u8>>>,
}

impl Memory {
    pub(super) fn new(probe: Probe) -> Self {
        Self { objects: Probed::new(probe, HashMap::new()) }
    }

    pub(super) fn put(&self, object: ObjectVersion, bytes: Vec<u8>) {
        self.objects.by_hand().insert((object.key, object.version_id), bytes);
    }

    pub(super) async fn get(&self, object: &ObjectVersion, max: usize) -> Result<Option<Vec<u8>>, ObjectError> {
        let failed = |code: &str| Err(ObjectError { operation: "GetObject", code: code.to_owned() });
        let place = (object.key.clone(), object.version_id.clone());
        let find = |objects: &mut HashMap<(String, String), Vec<u8>>| match objects.get(&place) {
            None => failed("NoSuchVersion"),
            Some(bytes) => Ok(Some(bytes.clone()).filter(|bytes| bytes.len() <= max)),
        };
        self.objects.read("s3.get", find, |failure: Failure| failed(failure.code())).await
    }
}
