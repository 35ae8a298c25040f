//! Sign-in to the service, by officers whom a test has added.

use async_trait::async_trait;
use directory::{DirectoryError, SignIn};
use domain::{EmailAddress, Officer, OfficerId, invite::Account};

use super::{Access, Call, MemoryDirectory};

#[async_trait]
impl SignIn for MemoryDirectory {
    async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        self.ask(Call::FindOfficer, |state| {
            let (officer, access) = state.officers.get(id.as_str())?;
            (*access == Access::Enabled).then(|| officer.clone())
        })
        .await
    }

    async fn find_officer_at(&self, address: &EmailAddress) -> Result<Option<Officer>, DirectoryError> {
        self.ask(Call::FindOfficerAt, |state| {
            let is_theirs = |officer: &Officer| officer.email.as_str().eq_ignore_ascii_case(address.as_str());
            let enabled = state.officers.values().filter(|(_, access)| *access == Access::Enabled);
            let mut theirs = enabled.map(|(officer, _)| officer).filter(|officer| is_theirs(officer));
            let one = theirs.next().cloned();
            one.filter(|_| theirs.next().is_none())
        })
        .await
    }

    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        self.ask(Call::IsActive, |state| {
            let of_account = state.record(account).map(|record| record.access);
            let of_officer = state.officers.get(id.as_str()).map(|(_, access)| *access);
            of_account.or(of_officer) == Some(Access::Enabled)
        })
        .await
    }
}
