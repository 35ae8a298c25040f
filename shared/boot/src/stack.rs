//! What a function works with, made once at its start.

use std::{cell::OnceCell, sync::Arc};

use aws_credential_types::Credentials;
use directory::{Accounts, ActiveAccounts, Cognito, Licences, SignIn, UserPool};
use domain::{Clock, Entropy};
use lambda_runtime::Error;
use mail::{Mailer, Sender, Ses};
use notify::{Https, Notifier, Reach};
use objects::{Objects, S3};
use queue::{Destination, QueueUrls, Queues, Sqs};
use store::{Store, table::Dynamo};

use crate::{
    Aws, Env, Rules, Secrets, SigningSecrets, address,
    secrets::{KeySource, StoredKeys},
    signing::{SigningSource, StoredSigning},
};

/// What a function works with: AWS, or the memory of a test. A function takes from it what it needs; what it does not
/// take is not in its binary.
///
/// # Errors
///
/// Each method says which variable of the environment is missing, or cannot be meant.
pub trait Stack {
    /// What the template's parameters decide.
    fn env(&self) -> &Env;

    /// The time.
    fn clock(&self) -> Clock;

    /// Randomness.
    fn entropy(&self) -> Entropy;

    /// The table.
    fn store(&self) -> Result<Store, Error>;

    /// The queues, of which the function uses these.
    fn queues(&self, used: &[Destination]) -> Result<Queues, Error>;

    /// The bucket of uploads.
    fn objects(&self) -> Result<Objects, Error>;

    /// What upload forms are signed with.
    fn upload_access(&self) -> Result<UploadAccess, Error>;

    /// Where accounts are.
    fn accounts(&self) -> Result<Arc<dyn Accounts>, Error>;

    /// Where SEED licences are.
    fn licences(&self) -> Result<Arc<dyn Licences>, Error>;

    /// Where officers sign in.
    fn sign_in(&self) -> Result<Arc<dyn SignIn>, Error>;

    /// What carries mails away.
    fn mailer(&self) -> Result<Mailer, Error>;

    /// Who calls agencies' endpoints.
    fn notifier(&self) -> Result<Notifier, Error>;

    /// Where the function's one secret is.
    fn key_source(&self) -> Result<Arc<dyn KeySource>, Error>;

    /// Where the secrets are that the device side signs with.
    fn signing_source(&self) -> Result<Arc<dyn SigningSource>, Error>;

    /// The keys.
    fn secrets(&self) -> Result<Secrets, Error> {
        Ok(Secrets::from_source(self.key_source()?))
    }

    /// What the device side signs with.
    fn signing_secrets(&self) -> Result<SigningSecrets, Error> {
        Ok(SigningSecrets::from_source(self.signing_source()?, self.clock()))
    }

    /// The domain rules.
    fn rules(&self) -> Result<Rules, Error> {
        Ok(Rules::stored(self.store()?, self.clock()))
    }

    /// Which accounts may act.
    fn active_accounts(&self) -> Result<ActiveAccounts, Error> {
        Ok(ActiveAccounts::new(self.sign_in()?, self.clock()))
    }
}

/// What upload forms are signed with, and where they lead.
#[derive(Clone, Debug)]
pub struct UploadAccess {
    /// The bucket's region.
    pub region: String,
    /// The emulator's address, where there is one.
    pub endpoint_url: Option<String>,
    /// The function's credentials.
    pub credentials: Credentials,
}

/// The stack of a function on Lambda.
#[derive(Debug)]
pub struct AwsStack {
    env: Env,
    aws: OnceCell<Aws>,
}

impl AwsStack {
    /// The stack that the environment names. Nothing is read of it before it is asked for.
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { env, aws: OnceCell::new() }
    }

    /// The clients, made when the first is needed.
    fn aws(&self) -> Result<&Aws, Error> {
        if let Some(aws) = self.aws.get() {
            return Ok(aws);
        }
        let aws = Aws::from_env(&self.env)?;
        Ok(self.aws.get_or_init(|| aws))
    }

    fn user_pool(&self) -> Result<Cognito, Error> {
        let pool = UserPool { id: self.env.required("USER_POOL_ID")?, seed_group: self.env.required("SEED_GROUP")? };
        Ok(Cognito::new(&self.aws()?.cognito(), pool))
    }
}

impl Stack for AwsStack {
    fn env(&self) -> &Env {
        &self.env
    }

    fn clock(&self) -> Clock {
        Clock::system()
    }

    fn entropy(&self) -> Entropy {
        Entropy::system()
    }

    fn store(&self) -> Result<Store, Error> {
        Ok(Store::new(Dynamo::new(self.aws()?.dynamodb(), self.env.required("TABLE_NAME")?)))
    }

    fn queues(&self, used: &[Destination]) -> Result<Queues, Error> {
        let url = |destination: &Destination| Ok((*destination, self.env.required(destination.variable())?));
        let urls: QueueUrls = used.iter().map(url).collect::<Result<_, Error>>()?;
        Ok(Queues::new(Sqs::new(self.aws()?.sqs(), urls)))
    }

    fn objects(&self) -> Result<Objects, Error> {
        let bucket = self.env.required("UPLOAD_BUCKET")?;
        Ok(Objects::new(S3::new(self.aws()?.s3(), bucket.clone()), bucket))
    }

    fn upload_access(&self) -> Result<UploadAccess, Error> {
        let aws = self.aws()?;
        Ok(UploadAccess {
            region: aws.region().to_owned(),
            endpoint_url: aws.endpoint_url().map(str::to_owned),
            credentials: aws.credentials().clone(),
        })
    }

    fn accounts(&self) -> Result<Arc<dyn Accounts>, Error> {
        Ok(Arc::new(self.user_pool()?))
    }

    fn licences(&self) -> Result<Arc<dyn Licences>, Error> {
        Ok(Arc::new(self.user_pool()?))
    }

    fn sign_in(&self) -> Result<Arc<dyn SignIn>, Error> {
        Ok(Arc::new(self.user_pool()?))
    }

    fn mailer(&self) -> Result<Mailer, Error> {
        let configuration_set = self.env.required("CONFIGURATION_SET")?;
        let sender = Sender { address: address(&self.env, "SENDER_ADDRESS")?, configuration_set };
        Ok(Mailer::new(Ses::new(&self.aws()?.ses(), &sender)))
    }

    fn notifier(&self) -> Result<Notifier, Error> {
        Ok(Notifier::new(Https::new(Reach::beside(self.aws()?.endpoint_url()))?))
    }

    fn key_source(&self) -> Result<Arc<dyn KeySource>, Error> {
        Ok(Arc::new(StoredKeys::new(self.aws()?.secrets_manager(), self.env.required("KEYS_SECRET_ID")?)))
    }

    fn signing_source(&self) -> Result<Arc<dyn SigningSource>, Error> {
        Ok(Arc::new(StoredSigning::new(self.aws()?.secrets_manager(), self.env.required("DEVICE_SECRET_ID")?)))
    }
}
