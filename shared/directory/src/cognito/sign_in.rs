//! Sign-in to this service, by users of the pool.

use async_trait::async_trait;
use domain::{Officer, OfficerId, invite::Account};

use super::{Cognito, User, filter, listed};
use crate::{AccountStatus, DirectoryError, ListedAccount, SignIn};

#[async_trait]
impl SignIn for Cognito {
    async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        // By the attribute, because a search by name could find an account whose username looks like a user id.
        let page = self.list_where(filter("sub", "=", id.as_str()), None).await?;
        let found = page.users.unwrap_or_default().into_iter().next();
        let Some(ListedAccount { status, email, .. }) = found.as_ref().cloned().and_then(listed) else {
            return Ok(None);
        };
        let attributes = found.and_then(|user| user.attributes).unwrap_or_default();
        let says =
            |name: &str, value: &str| attributes.iter().any(|one| one.name() == name && one.value() == Some(value));
        let is_theirs = says("sub", id.as_str()) && says("email_verified", "true");
        let may_sign_in = status != AccountStatus::Disabled;
        Ok(email.filter(|_| is_theirs && may_sign_in).map(|email| Officer { id: id.clone(), email }))
    }

    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        let found = self.user(&account.directory_id).await?;
        let is_active = |(user, status): (User, AccountStatus)| {
            status != AccountStatus::Disabled && user.attribute("sub") == Some(id.as_str())
        };
        Ok(found.is_some_and(is_active))
    }
}
