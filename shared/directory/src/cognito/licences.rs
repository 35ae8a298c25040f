//! Licences as a group of the user pool: its members have a SEED licence.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata as _;
use domain::{invite::Account, licence::LicenceFault};

use super::{Category, Cognito, listed};
use crate::{
    AccountPage, AccountStatus, Accounts as _, AssignOutcome, DirectoryError, Licences, WithdrawOutcome,
    error::{Refusal, refusal},
};

#[async_trait]
impl Licences for Cognito {
    async fn assign(&self, account: &Account) -> Result<AssignOutcome, DirectoryError> {
        match self.status(account).await? {
            AccountStatus::Gone => return Ok(AssignOutcome::AccountGone),
            AccountStatus::Disabled => return Ok(AssignOutcome::AccountDisabled),
            AccountStatus::Pending | AccountStatus::SignedIn => {}
        }
        self.pace.turn(Category::Update).await?;
        let added = self
            .client
            .admin_add_user_to_group()
            .user_pool_id(&self.pool.id)
            .group_name(&self.pool.seed_group)
            .username(&account.directory_id)
            .send()
            .await;
        match added {
            Ok(_) => Ok(AssignOutcome::Assigned),
            // This is a fixed quota of the pool, so a short wait does not help.
            Err(error) if error.code() == Some("LimitExceededException") => {
                Ok(AssignOutcome::Refused(LicenceFault::NoneLeft))
            }
            Err(error) => match refusal(error) {
                Refusal::Code(code) if code == "UserNotFoundException" => Ok(AssignOutcome::AccountGone),
                // The pool has no such group. A missing pool would be noticed at sign-in.
                Refusal::Code(code) if code == "ResourceNotFoundException" => {
                    Ok(AssignOutcome::Refused(LicenceFault::NotSetUp))
                }
                refusal => Err(refusal.unexpected()),
            },
        }
    }

    async fn withdraw(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError> {
        self.pace.turn(Category::Update).await?;
        let removed = self
            .client
            .admin_remove_user_from_group()
            .user_pool_id(&self.pool.id)
            .group_name(&self.pool.seed_group)
            .username(&account.directory_id)
            .send()
            .await;
        match removed.map_err(refusal) {
            Ok(_) => Ok(WithdrawOutcome::Withdrawn),
            Err(Refusal::Code(code)) => match code.as_str() {
                "UserNotFoundException" => Ok(WithdrawOutcome::AccountGone),
                // A group that does not exist has no members.
                "ResourceNotFoundException" => Ok(WithdrawOutcome::Withdrawn),
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        let listing = self
            .client
            .list_users_in_group()
            .user_pool_id(&self.pool.id)
            .group_name(&self.pool.seed_group)
            .set_next_token(from.map(str::to_owned))
            .send()
            .await;
        let page = match listing.map_err(refusal) {
            Ok(page) => page,
            // A group that does not exist has no members.
            Err(Refusal::Code(code)) if code == "ResourceNotFoundException" => {
                return Ok(AccountPage { accounts: Vec::new(), next: None });
            }
            Err(refusal) => return Err(refusal.unexpected().of_read()),
        };
        let accounts = page.users.unwrap_or_default().into_iter().filter_map(listed);
        Ok(AccountPage { accounts: accounts.collect(), next: page.next_token })
    }
}
