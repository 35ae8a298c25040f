//! Agencies that are told of their officers' invites, and the notices to them.

use domain::{
    AgencyId, NoticeId,
    agency::Agency,
    notice::{NOTICE_LIFE, Notice},
};

use crate::{
    Store, StoreError, Written,
    invites::written,
    item::{self, Envelope, Item},
    keys,
    table::{Condition, Write},
};

const AGENCY: &str = "agency";
const NOTICE: &str = "notice";

impl Store {
    /// The agency as it is now, if one is registered.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_agency(&self, id: AgencyId) -> Result<Option<Agency>, StoreError> {
        self.table.get(&keys::agency(id)).await?.map(|mut found| item::body(AGENCY, &mut found)).transpose()
    }

    /// Registers an agency, as an operator does. `LostRace` when it is registered already.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn create_agency(&self, agency: &Agency) -> Result<Written, StoreError> {
        self.put_agency(agency, Condition::Absent).await
    }

    /// Writes an agency over the version that was read.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_agency(&self, read_version: u64, next: &Agency) -> Result<Written, StoreError> {
        self.put_agency(next, Condition::Version(read_version)).await
    }

    async fn put_agency(&self, agency: &Agency, condition: Condition) -> Result<Written, StoreError> {
        let item = Envelope::new(keys::agency(agency.id()), AGENCY, agency.version).body(AGENCY, agency)?;
        Ok(written(&self.table.commit(vec![Write::Put { item, condition }]).await?))
    }

    /// Writes a new notice. `LostRace` when it is there: the same change was seen before.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn create_notice(&self, notice: &Notice) -> Result<Written, StoreError> {
        let write = Write::Put { item: put_notice(notice)?, condition: Condition::Absent };
        Ok(written(&self.table.commit(vec![write]).await?))
    }

    /// The notice as it is now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_notice(&self, id: NoticeId) -> Result<Option<Notice>, StoreError> {
        self.table.get(&keys::notice(id)).await?.map(|mut found| item::body(NOTICE, &mut found)).transpose()
    }

    /// Writes a notice over the version that was read.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_notice(&self, read_version: u64, next: &Notice) -> Result<Written, StoreError> {
        let write = Write::Put { item: put_notice(next)?, condition: Condition::Version(read_version) };
        Ok(written(&self.table.commit(vec![write]).await?))
    }
}

fn put_notice(notice: &Notice) -> Result<Item, StoreError> {
    Envelope::new(keys::notice(notice.id), NOTICE, notice.version)
        .due(notice.due_at)
        .expires(notice.at + NOTICE_LIFE)
        .body(NOTICE, notice)
}
