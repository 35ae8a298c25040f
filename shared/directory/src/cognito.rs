//! A Cognito user pool as the directory; a group of it stands in for the SEED licence.
//!
//! The pool signs people in by email alias, so its usernames must not look like addresses: see
//! [`AccountToCreate::name`]. Cognito makes the first password itself; no password passes through this service.

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::{
    Client,
    error::ProvideErrorMetadata,
    operation::list_users::ListUsersOutput,
    types::{AttributeType, DeliveryMediumType, MessageActionType, UserStatusType, UserType},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use domain::{EmailAddress, InviteId, Officer, OfficerId, invite::Account, seed::LicenceFault};

use crate::{
    AccountPage, AccountStatus, AccountToCreate, Capabilities, CreateOutcome, DeviceSource, DirectoryError,
    FirstPasswordOutcome, FoundAccount, LicenceSource, ListedAccount, OfficerEntry, SeedOutcome, WithdrawOutcome,
    error::{Refusal, refusal},
    is_same_mailbox,
};

/// How long one request may take: well within the lease of the worker that makes it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// Pages of accounts that one search reads at most: 60 accounts each, of one local part with a plus-tag at any domain.
const MOST_PAGES: u32 = 10;

/// The attribute that says which invite an account was made for.
const INVITE_ID: &str = "custom:invite_id";

/// Which user pool, and which group of it.
#[derive(Clone, Debug)]
pub struct UserPool {
    /// The pool's id.
    pub id: String,
    /// The name of the group that stands for a SEED licence.
    pub seed_group: String,
}

#[derive(Clone)]
pub(crate) struct Cognito {
    client: Client,
    pool: UserPool,
}

impl std::fmt::Debug for Cognito {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cognito").finish_non_exhaustive()
    }
}

/// A user of the pool, as lists and lookups show one.
struct User {
    name: String,
    attributes: Vec<AttributeType>,
}

impl User {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name() == name)?.value()
    }

    fn invite(&self) -> Option<InviteId> {
        InviteId::parse(self.attribute(INVITE_ID)?)
    }

    fn into_found(self) -> FoundAccount {
        FoundAccount { invite: self.invite(), account: Account { directory_id: self.name } }
    }
}

impl Cognito {
    pub(crate) const CAPABILITIES: Capabilities = Capabilities {
        officers: OfficerEntry::LocalAccount,
        licences: LicenceSource::GroupMembership,
        devices: DeviceSource::Absent,
    };

    pub(crate) fn new(client: &Client, pool: UserPool) -> Self {
        // The SDK's default would send a create again whose answer was lost. When to do so is the invite's to say.
        let timeouts = client
            .config()
            .timeout_config()
            .map(TimeoutConfig::to_builder)
            .unwrap_or_default()
            .operation_attempt_timeout(REQUEST_TIMEOUT)
            .operation_timeout(REQUEST_TIMEOUT)
            .build();
        let config =
            client.config().to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), pool }
    }

    pub(crate) async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError> {
        let users = self.users_of(email).await?;
        Ok(users.into_iter().next().map(User::into_found))
    }

    pub(crate) async fn find_officer(&self, id: &OfficerId) -> Result<Option<Officer>, DirectoryError> {
        // By the attribute, since a lookup by name would find an account whose username looks like a user id.
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

    pub(crate) async fn find_made(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError> {
        let found = self.user(&wanted.name()).await?;
        Ok(found.filter(|(user, _)| user.invite() == Some(wanted.invite)).map(|(user, _)| user.into_found().account))
    }

    pub(crate) async fn is_active(&self, account: &Account, id: &OfficerId) -> Result<bool, DirectoryError> {
        let found = self.user(&account.directory_id).await?;
        let is_active = |(user, status): (User, AccountStatus)| {
            status != AccountStatus::Disabled && user.attribute("sub") == Some(id.as_str())
        };
        Ok(found.is_some_and(is_active))
    }

    pub(crate) async fn create_account(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        // An account made by someone else may hold the address under another name, and unverified, where no uniqueness
        // of the pool would notice it.
        if let Some(outcome) = self.outcome_of_address(wanted).await? {
            return Ok(outcome);
        }
        let attribute = |name: &str, value: &str| {
            AttributeType::builder().name(name).value(value).build().map_err(|_| DirectoryError::KnownNoEffect)
        };
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(wanted.name())
            .user_attributes(attribute("email", &wanted.email.as_str().to_ascii_lowercase())?)
            .user_attributes(attribute("email_verified", "true")?)
            .user_attributes(attribute("given_name", wanted.profile.first_name.as_str())?)
            .user_attributes(attribute("family_name", wanted.profile.last_name.as_str())?)
            .user_attributes(attribute("phone_number", wanted.profile.contact_number.as_str())?)
            .user_attributes(attribute(INVITE_ID, &wanted.invite.to_string())?)
            .message_action(MessageActionType::Suppress)
            .desired_delivery_mediums(DeliveryMediumType::Email)
            .send()
            .await;
        match created.map_err(refusal) {
            Ok(_) => Ok(CreateOutcome::Created(Account { directory_id: wanted.name() })),
            Err(Refusal::Code(code)) => match code.as_str() {
                "UsernameExistsException" => self.outcome_of_taken_name(wanted).await,
                // The index behind the search lags; the alias does not.
                "AliasExistsException" => {
                    Ok(self.outcome_of_address(wanted).await?.unwrap_or(CreateOutcome::EmailTaken))
                }
                "InvalidParameterException" | "InvalidPasswordException" | "UserLambdaValidationException" => {
                    Ok(CreateOutcome::DetailsRefused)
                }
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    pub(crate) async fn add_to_seed_group(&self, account: &Account) -> Result<SeedOutcome, DirectoryError> {
        match self.account_status(account).await? {
            AccountStatus::Gone => return Ok(SeedOutcome::AccountGone),
            AccountStatus::Disabled => return Ok(SeedOutcome::AccountDisabled),
            AccountStatus::Pending | AccountStatus::SignedIn => {}
        }
        let added = self
            .client
            .admin_add_user_to_group()
            .user_pool_id(&self.pool.id)
            .group_name(&self.pool.seed_group)
            .username(&account.directory_id)
            .send()
            .await;
        match added {
            Ok(_) => Ok(SeedOutcome::Assigned),
            // A quota of the pool, and not of the moment: waiting a little does not help.
            Err(error) if error.code() == Some("LimitExceededException") => {
                Ok(SeedOutcome::Refused(LicenceFault::NoneLeft))
            }
            Err(error) => match refusal(error) {
                Refusal::Code(code) if code == "UserNotFoundException" => Ok(SeedOutcome::AccountGone),
                // The pool has no such group. That the pool itself is missing would be told at sign-in.
                Refusal::Code(code) if code == "ResourceNotFoundException" => {
                    Ok(SeedOutcome::Refused(LicenceFault::NotSetUp))
                }
                refusal => Err(refusal.unexpected()),
            },
        }
    }

    pub(crate) async fn remove_from_seed_group(&self, account: &Account) -> Result<WithdrawOutcome, DirectoryError> {
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
                // Nobody is in a group that is not there.
                "ResourceNotFoundException" => Ok(WithdrawOutcome::Withdrawn),
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    pub(crate) async fn list_accounts(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
        let page = self
            .client
            .list_users()
            .user_pool_id(&self.pool.id)
            .set_pagination_token(from.map(str::to_owned))
            .send()
            .await
            .map_err(|error| refusal(error).unexpected().of_read())?;
        let accounts = page.users.unwrap_or_default().into_iter().filter_map(listed);
        Ok(AccountPage { accounts: accounts.collect(), next: page.pagination_token })
    }

    pub(crate) async fn list_licensed(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
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
            // Nobody is in a group that is not there.
            Err(Refusal::Code(code)) if code == "ResourceNotFoundException" => {
                return Ok(AccountPage { accounts: Vec::new(), next: None });
            }
            Err(refusal) => return Err(refusal.unexpected().of_read()),
        };
        let accounts = page.users.unwrap_or_default().into_iter().filter_map(listed);
        Ok(AccountPage { accounts: accounts.collect(), next: page.next_token })
    }

    pub(crate) async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError> {
        let sent = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(&account.directory_id)
            .message_action(MessageActionType::Resend)
            .desired_delivery_mediums(DeliveryMediumType::Email)
            .send()
            .await;
        match sent.map_err(refusal) {
            Ok(_) => Ok(FirstPasswordOutcome::Mailed),
            Err(Refusal::Code(code)) => match code.as_str() {
                "UnsupportedUserStateException" => Ok(FirstPasswordOutcome::NotPending),
                "UserNotFoundException" => Ok(FirstPasswordOutcome::AccountGone),
                // The password was made and its mail was not sent: another one has to be.
                "CodeDeliveryFailureException" => Err(DirectoryError::KnownNoEffect),
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    pub(crate) async fn account_status(&self, account: &Account) -> Result<AccountStatus, DirectoryError> {
        Ok(self.user(&account.directory_id).await?.map_or(AccountStatus::Gone, |(_, status)| status))
    }

    /// Why the address keeps the account from being made, if it does.
    async fn outcome_of_address(&self, wanted: &AccountToCreate<'_>) -> Result<Option<CreateOutcome>, DirectoryError> {
        let mut outcome = None;
        for user in self.users_of(wanted.email).await? {
            if user.invite() == Some(wanted.invite) {
                return Ok(Some(CreateOutcome::AlreadyOurs(user.into_found().account)));
            }
            outcome = Some(CreateOutcome::EmailTaken);
        }
        Ok(outcome)
    }

    async fn outcome_of_taken_name(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        // If it is gone again, the next attempt finds the name free.
        let (user, _) = self.user(&wanted.name()).await?.ok_or(DirectoryError::KnownNoEffect)?;
        let invite = user.invite();
        let same_address = user
            .attribute("email")
            .and_then(|email| EmailAddress::parse(email).ok())
            .is_some_and(|email| email.recipient() == wanted.email.recipient());
        if invite == Some(wanted.invite) {
            Ok(CreateOutcome::AlreadyOurs(user.into_found().account))
        } else if same_address || wanted.holder.username().is_none() {
            Ok(CreateOutcome::EmailTaken)
        } else {
            Ok(CreateOutcome::UsernameTaken)
        }
    }

    /// The accounts of a mailbox: of the plain address, and of those with a plus-tag.
    async fn users_of(&self, email: &EmailAddress) -> Result<Vec<User>, DirectoryError> {
        let recipient = email.recipient();
        let local = recipient.rsplit_once('@').map_or(recipient.as_str(), |(local, _)| local);
        let mut found = Vec::new();
        for filter in [filter("email", "=", &recipient), filter("email", "^=", &format!("{local}+"))] {
            let mut place = None;
            for page in 1.. {
                let listed = self.list_where(filter.clone(), place).await?;
                found.extend(listed.users.unwrap_or_default().into_iter().filter_map(|user| {
                    Some(User { name: user.username?, attributes: user.attributes.unwrap_or_default() })
                }));
                place = listed.pagination_token;
                if place.is_none() {
                    break;
                }
                if page == MOST_PAGES {
                    // Better not to make an account than to make a second one.
                    return Err(DirectoryError::KnownNoEffect);
                }
            }
            found.retain(|user: &User| user.attribute("email").is_some_and(|known| is_same_mailbox(known, email)));
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    async fn list_where(&self, filter: String, from: Option<String>) -> Result<ListUsersOutput, DirectoryError> {
        self.client
            .list_users()
            .user_pool_id(&self.pool.id)
            .filter(filter)
            .set_pagination_token(from)
            .send()
            .await
            .map_err(|error| refusal(error).unexpected().of_read())
    }

    async fn user(&self, name: &str) -> Result<Option<(User, AccountStatus)>, DirectoryError> {
        let got = self.client.admin_get_user().user_pool_id(&self.pool.id).username(name).send().await;
        match got.map_err(refusal) {
            Ok(user) => {
                let status = status(user.enabled, user.user_status.as_ref());
                let user = User { name: user.username, attributes: user.user_attributes.unwrap_or_default() };
                Ok(Some((user, status)))
            }
            Err(Refusal::Code(code)) if code == "UserNotFoundException" => Ok(None),
            Err(refusal) => Err(refusal.unexpected().of_read()),
        }
    }
}

fn listed(user: UserType) -> Option<ListedAccount> {
    let status = status(user.enabled, user.user_status.as_ref());
    let user = User { name: user.username?, attributes: user.attributes.unwrap_or_default() };
    let email = user.attribute("email").and_then(|email| EmailAddress::parse(email).ok());
    Some(ListedAccount { found: user.into_found(), status, email })
}

fn status(enabled: bool, status: Option<&UserStatusType>) -> AccountStatus {
    match status {
        _ if !enabled => AccountStatus::Disabled,
        Some(UserStatusType::Confirmed | UserStatusType::ExternalProvider | UserStatusType::ResetRequired) => {
            AccountStatus::SignedIn
        }
        Some(UserStatusType::Archived | UserStatusType::Compromised) => AccountStatus::Disabled,
        _ => AccountStatus::Pending,
    }
}

/// A filter of ListUsers: `=` for one exact value, `^=` for all that begin with it.
fn filter(attribute: &str, comparison: &str, value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{attribute} {comparison} \"{escaped}\"")
}

#[cfg(test)]
mod tests;
