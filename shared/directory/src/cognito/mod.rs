//! A Cognito user pool: accounts, officers who sign in, and a group whose members have a SEED licence.

mod accounts;
mod licences;
mod pace;
mod sign_in;
#[cfg(test)]
mod tests;

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::{
    Client,
    operation::list_users::ListUsersOutput,
    types::{AttributeType, UserStatusType, UserType},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use domain::{ContactNumber, EmailAddress, InviteId, NameAndNumber, invite::Account};

pub use pace::Share;
use pace::{Category, Pace};

use crate::{
    AccountStatus, Attributes, DirectoryError, FoundAccount, ListedAccount, SignedIn,
    error::{Refusal, refusal},
};

/// How long one request may take. It is much shorter than the lease of the worker that sends it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// The attribute with the invite that an account was created for.
const INVITE_ID: &str = "custom:invite_id";

/// A user pool, and its group for SEED.
#[derive(Clone, Debug)]
pub struct UserPool {
    pub id: String,
    /// The name of the group whose members have a SEED licence.
    pub seed_group: String,
}

/// A user pool, called once for each operation.
#[derive(Clone)]
pub struct Cognito {
    client: Client,
    pool: UserPool,
    pace: Pace,
}

impl std::fmt::Debug for Cognito {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cognito").finish_non_exhaustive()
    }
}

/// A user of the pool, as lists and searches return one.
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
    /// The directory over this pool. The retries of `client` are not used, and its time limits are replaced by shorter
    /// ones.
    #[must_use]
    pub fn new(client: &Client, pool: UserPool) -> Self {
        // With the SDK's default, a create whose answer was lost would be sent again. The invite decides when that is
        // done.
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
        Self { client: Client::from_conf(config), pool, pace: Pace::free() }
    }

    /// The same directory, whose requests wait for their turn, so that all processes together keep to the quotas.
    #[must_use]
    pub fn with_share(self, share: Share) -> Self {
        Self { pace: Pace::of(share), ..self }
    }

    async fn list_where(&self, filter: String, from: Option<String>) -> Result<ListUsersOutput, DirectoryError> {
        self.pace.turn(Category::List).await?;
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
        Ok(self.user_of(name).await?.map(|(user, status, _)| (user, status)))
    }

    /// Also tells whether its holder ever signed in, which the status of a disabled account does not.
    async fn user_of(&self, name: &str) -> Result<Option<(User, AccountStatus, SignedIn)>, DirectoryError> {
        self.pace.turn(Category::Read).await?;
        let got = self.client.admin_get_user().user_pool_id(&self.pool.id).username(name).send().await;
        match got.map_err(refusal) {
            Ok(user) => {
                // Whatever its status is called, an account that is not new may have been used.
                let sign_in = match user.user_status {
                    Some(UserStatusType::ForceChangePassword) => SignedIn::Never,
                    _ => SignedIn::Once,
                };
                let status = status(user.enabled, user.user_status.as_ref());
                let user = User { name: user.username, attributes: user.user_attributes.unwrap_or_default() };
                Ok(Some((user, status, sign_in)))
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
    let attributes = user.attributes.iter().filter_map(|one| Some((one.name.clone(), one.value.clone()?)));
    let attributes = Attributes(attributes.collect());
    let person = person(&user);
    Some(ListedAccount { found: user.into_found(), status, email, person, attributes })
}

fn person(user: &User) -> Option<NameAndNumber> {
    let name = ["given_name", "family_name"].map(|name| user.attribute(name).unwrap_or_default());
    NameAndNumber::new(name, &ContactNumber::parse(user.attribute("phone_number")?).ok()?)
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

/// A filter for ListUsers: `=` for an exact value, `^=` for all values that begin with it.
fn filter(attribute: &str, comparison: &str, value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{attribute} {comparison} \"{escaped}\"")
}
