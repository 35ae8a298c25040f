//! The accounts of a user pool.
//!
//! The pool signs people in by an email alias, so its usernames must not look like addresses: see
//! [`AccountToCreate::name`]. Cognito creates the first password itself; no password passes through this service.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, DeliveryMediumType, MessageActionType};
use domain::{EmailAddress, invite::Account};

use super::{Category, Cognito, INVITE_ID, User, filter, listed};
use crate::{
    AccountChange, AccountHistory, AccountPage, AccountStatus, AccountToCreate, Accounts, ChangeOutcome, CreateOutcome,
    DirectoryError, Elsewhere, FirstPasswordOutcome, FoundAccount,
    error::{Refusal, refusal},
    is_same_mailbox,
};

/// Pages of accounts that one search reads at most. A page has 60 accounts, with one local part with a plus-tag at any
/// domain.
const MOST_PAGES: u32 = 10;

#[async_trait]
impl Accounts for Cognito {
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<FoundAccount>, DirectoryError> {
        let users = self.users_of(email).await?;
        Ok(users.into_iter().next().map(User::into_found))
    }

    async fn create(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        if must_search_first(wanted)
            && let Some(outcome) = self.outcome_of_address(wanted).await?
        {
            return Ok(outcome);
        }
        let attribute = |name: &str, value: &str| {
            AttributeType::builder().name(name).value(value).build().map_err(|_| DirectoryError::KnownNoEffect)
        };
        let mut attributes = vec![
            attribute("email", &wanted.email.as_str().to_ascii_lowercase())?,
            attribute("email_verified", "true")?,
        ];
        for (key, name) in [("given_name", wanted.profile.name.first()), ("family_name", wanted.profile.name.last())] {
            attributes.extend(name.map(|name| attribute(key, name.as_str())).transpose()?);
        }
        attributes.push(attribute("phone_number", wanted.profile.contact_number.as_str())?);
        attributes.push(attribute(INVITE_ID, &wanted.invite.to_string())?);
        self.pace.turn(Category::Creation).await?;
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(wanted.name())
            .set_user_attributes(Some(attributes))
            .message_action(MessageActionType::Suppress)
            .desired_delivery_mediums(DeliveryMediumType::Email)
            .send()
            .await;
        match created.map_err(refusal) {
            Ok(created) => match created.user.and_then(|user| user.username) {
                Some(directory_id) => Ok(CreateOutcome::Created(Account { directory_id })),
                // The account exists, and is found by its invite.
                None => Err(DirectoryError::Unknown),
            },
            Err(Refusal::Code(code)) => match code.as_str() {
                "UsernameExistsException" => self.outcome_of_taken_name(wanted).await,
                "AliasExistsException" => self.outcome_of_taken_alias(wanted).await,
                "InvalidParameterException" | "InvalidPasswordException" | "UserLambdaValidationException" => {
                    Ok(CreateOutcome::DetailsRefused)
                }
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    async fn find_created(&self, wanted: &AccountToCreate<'_>) -> Result<Option<Account>, DirectoryError> {
        let found = self.user(&wanted.name()).await?;
        Ok(found.filter(|(user, _)| user.invite() == Some(wanted.invite)).map(|(user, _)| user.into_found().account))
    }

    async fn list(&self, from: Option<&str>) -> Result<AccountPage, DirectoryError> {
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

    async fn status(&self, account: &Account) -> Result<AccountStatus, DirectoryError> {
        Ok(self.user(&account.directory_id).await?.map_or(AccountStatus::Gone, |(_, status)| status))
    }

    async fn history(&self, account: &Account) -> Result<Option<AccountHistory>, DirectoryError> {
        let found = self.user_of(&account.directory_id).await?;
        Ok(found.map(|(user, _, sign_in)| AccountHistory { invite: user.invite(), sign_in }))
    }

    async fn change(&self, account: &Account, change: AccountChange) -> Result<ChangeOutcome, DirectoryError> {
        self.pace.turn(Category::Update).await?;
        let (pool, name) = (&self.pool.id, &account.directory_id);
        let changed = match change {
            AccountChange::Disable => {
                let sent = self.client.admin_disable_user().user_pool_id(pool).username(name).send().await;
                sent.map(drop).map_err(refusal)
            }
            AccountChange::Enable => {
                let sent = self.client.admin_enable_user().user_pool_id(pool).username(name).send().await;
                sent.map(drop).map_err(refusal)
            }
            AccountChange::Delete => {
                let sent = self.client.admin_delete_user().user_pool_id(pool).username(name).send().await;
                sent.map(drop).map_err(refusal)
            }
        };
        match changed {
            Ok(()) => Ok(ChangeOutcome::Changed),
            Err(Refusal::Code(code)) if code == "UserNotFoundException" => Ok(ChangeOutcome::AccountGone),
            Err(refusal) => Err(refusal.unexpected()),
        }
    }

    async fn mail_first_password(&self, account: &Account) -> Result<FirstPasswordOutcome, DirectoryError> {
        self.pace.turn(Category::Creation).await?;
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
                // The password was created, but its mail was not sent, so another password has to be.
                "CodeDeliveryFailureException" => Err(DirectoryError::KnownNoEffect),
                _ => Err(DirectoryError::Misconfigured { code }),
            },
            Err(Refusal::Error(error)) => Err(error),
        }
    }
}

/// Whether the pool's own check of uniqueness may miss an account with this mailbox, so that the address has to be
/// searched before. That check knows names, and verified addresses as they are written. It does not know plus-tags,
/// nor the address of an account that another system created without verifying it.
fn must_search_first(wanted: &AccountToCreate<'_>) -> bool {
    wanted.email.has_plus_tag() || wanted.elsewhere == Elsewhere::Listed
}

impl Cognito {
    /// Why the account cannot be created with this address. `None`: it can.
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

    async fn outcome_of_taken_alias(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        // The index of the search lags; the name and the alias do not.
        if let Some(account) = self.find_created(wanted).await? {
            return Ok(CreateOutcome::AlreadyOurs(account));
        }
        Ok(self.outcome_of_address(wanted).await?.unwrap_or(CreateOutcome::EmailTaken))
    }

    async fn outcome_of_taken_name(&self, wanted: &AccountToCreate<'_>) -> Result<CreateOutcome, DirectoryError> {
        // If it was deleted since, the name is free for the next attempt.
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

    /// The accounts of a mailbox: with the plain address, and with a plus-tag.
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
                    // Creating no account is better than creating a second one.
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
}
