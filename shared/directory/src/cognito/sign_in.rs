//! Sign-in to this service, by users of the pool.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::UserType;
use domain::{EmailAddress, Officer, OfficerId, invite::Account};

use super::{Cognito, User, filter, listed};
use crate::{AccountStatus, Attributes, DirectoryError, ListedAccount, SignIn};

#[async_trait]
impl SignIn for Cognito {
    async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        // By the attribute, because a search by name could find an account whose username looks like a user id.
        let page = self.list_where(filter("sub", "=", id.as_str()), None).await?;
        let found = page.users.unwrap_or_default().into_iter().next();
        Ok(found.and_then(officer).filter(|officer| officer.id == *id))
    }

    async fn find_officer_at(&self, address: &EmailAddress) -> Result<Option<Officer>, DirectoryError> {
        let wanted = address.as_str().to_ascii_lowercase();
        let page = self.list_where(filter("email", "=", &wanted), None).await?;
        let officers = page.users.unwrap_or_default().into_iter().filter_map(officer);
        let mut theirs = officers.filter(|officer| officer.email.as_str().eq_ignore_ascii_case(&wanted));
        Ok(match (theirs.next(), theirs.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        })
    }

    async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        let found = self.user(&account.directory_id).await?;
        let is_active = |(user, status): (User, AccountStatus)| {
            status != AccountStatus::Disabled && user.attribute("sub") == Some(id.as_str())
        };
        Ok(found.is_some_and(is_active))
    }
}

/// The officer who signs in with this user. `None`: they may not sign in, or their address is not verified.
fn officer(user: UserType) -> Option<Officer> {
    let ListedAccount { status, email, attributes: Attributes(attributes), .. } = listed(user)?;
    let is_verified = attributes.get("email_verified").map(String::as_str) == Some("true");
    if status == AccountStatus::Disabled || !is_verified {
        return None;
    }
    Some(Officer { id: OfficerId::parse(attributes.get("sub")?)?, email: email? })
}
