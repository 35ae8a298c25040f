//! The contract of the directory, over the user pool of `template.yaml`.

use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{
        AliasAttributeType, AttributeDataType, AttributeType, MessageActionType, SchemaAttributeType,
        UsernameConfigurationType,
    },
};
use directory::{Cognito, UserPool};
use domain::{EmailAddress, OfficerId, invite::Account};
use testing::contract::{self, directory::People};

use super::{Emulator, aws, emulator, fresh_name};

struct Pool {
    client: Client,
    id: String,
}

impl Pool {
    fn directory(&self, seed_group: &str) -> Cognito {
        Cognito::new(&self.client, UserPool { id: self.id.clone(), seed_group: seed_group.to_owned() })
    }

    async fn create(&self, name: &str, email: &EmailAddress) -> Vec<AttributeType> {
        let attribute = |name: &str, value: &str| AttributeType::builder().name(name).value(value).build().unwrap();
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.id)
            .username(name)
            .user_attributes(attribute("email", &email.as_str().to_ascii_lowercase()))
            .user_attributes(attribute("email_verified", "true"))
            .message_action(MessageActionType::Suppress);
        created.send().await.unwrap().user.unwrap().attributes.unwrap()
    }
}

impl People for Pool {
    type Directory = Cognito;

    async fn make(&self, name: &str, email: &EmailAddress) {
        self.create(name, email).await;
    }

    async fn make_officer(&self, email: &EmailAddress) -> OfficerId {
        let attributes = self.create(&email.mailbox(), email).await;
        let sub = attributes.iter().find(|attribute| attribute.name() == "sub").and_then(AttributeType::value);
        OfficerId::parse(sub.unwrap()).unwrap()
    }

    async fn sign_in(&self, account: &Account) {
        let request = self.client.admin_set_user_password().user_pool_id(&self.id).username(&account.directory_id);
        request.password("Contract-Passw0rd!").permanent(true).send().await.unwrap();
    }

    async fn disable(&self, account: &Account) {
        let request = self.client.admin_disable_user().user_pool_id(&self.id).username(&account.directory_id);
        request.send().await.unwrap();
    }

    async fn delete(&self, account: &Account) {
        let request = self.client.admin_delete_user().user_pool_id(&self.id).username(&account.directory_id);
        request.send().await.unwrap();
    }

    async fn without_seed_group(&self) -> Cognito {
        self.directory("no-such-group")
    }
}

#[tokio::test]
async fn a_user_pool_keeps_the_contract() {
    let client = aws().cognito();
    let invite_id =
        SchemaAttributeType::builder().name("invite_id").attribute_data_type(AttributeDataType::String).mutable(false);
    let created = client
        .create_user_pool()
        .pool_name(fresh_name())
        .alias_attributes(AliasAttributeType::Email)
        .username_configuration(UsernameConfigurationType::builder().case_sensitive(false).build().unwrap())
        .schema(invite_id.build());
    let id = created.send().await.unwrap().user_pool.unwrap().id.unwrap();
    client.create_group().user_pool_id(&id).group_name("seed").send().await.unwrap();
    let pool = Pool { client: client.clone(), id: id.clone() };
    let directory = pool.directory("seed");
    match emulator() {
        Emulator::MiniStack => contract::directory::all(&directory, &pool).await,
        // moto creates a second account with a verified address. `RESEND` makes the account anew there, and so refuses
        // nobody who has a password.
        Emulator::Moto => contract::directory::all_but_refusals(&directory, &pool).await,
    }
    client.delete_user_pool().user_pool_id(id).send().await.unwrap();
}
