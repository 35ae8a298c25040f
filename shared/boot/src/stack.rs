//! What a function works with, created once at its start.

use std::{cell::OnceCell, sync::Arc};

use aws_credential_types::Credentials;
use directory::{Accounts, ActiveAccounts, Cognito, Licences, SignIn, UserPool};
use domain::{Clock, Entropy};
use lambda_runtime::Error;
use mail::{Mailer, Sender, Ses, SesSuppressions, SuppressionList};
use objects::{Objects, S3};
use queue::{Destination, QueueUrls, Queues, Sqs};
use store::{Store, table::Dynamo};
use webhooks::{Https, Notifier, Reach};

use crate::{
    Aws, Env, KnownAgencies, Rules, Secrets, SigningSecrets, address, policy,
    secrets::{KeySource, StoredKeys},
    signing::{SigningSource, StoredSigning},
};

/// What a function works with: AWS, or the fakes of a test. A function takes what it needs; what it does not take is
/// not in its binary.
///
/// # Errors
///
/// Each method names the variable of the environment that is missing or has a value that cannot be used.
pub trait Stack {
    /// The variables that the template sets.
    fn env(&self) -> &Env;

    /// The clock, which decides what is due and what has expired.
    fn clock(&self) -> Clock;

    /// The randomness of ids and tokens.
    fn entropy(&self) -> Entropy;

    /// The store over the table. Each call returns the same store.
    fn store(&self) -> Result<Store, Error>;

    /// The queues, of which the function uses `used`.
    fn queues(&self, used: &[Destination]) -> Result<Queues, Error>;

    fn objects(&self) -> Result<Objects, Error>;

    /// The bucket into which backups of accounts are put.
    fn backups(&self) -> Result<Objects, Error>;

    /// The access that signs the forms of uploads.
    fn upload_access(&self) -> Result<UploadAccess, Error>;

    fn accounts(&self) -> Result<Arc<dyn Accounts>, Error>;

    fn licences(&self) -> Result<Arc<dyn Licences>, Error>;

    fn sign_in(&self) -> Result<Arc<dyn SignIn>, Error>;

    fn mailer(&self) -> Result<Mailer, Error>;

    fn suppressions(&self) -> Result<Arc<dyn SuppressionList>, Error>;

    /// The endpoints of agencies that may be called.
    fn reach(&self) -> Result<Reach, Error>;

    fn notifier(&self) -> Result<Notifier, Error>;

    /// The source of the secret of the service's keys.
    fn key_source(&self) -> Result<Arc<dyn KeySource>, Error>;

    /// The source of the secret of the agencies' keys, for a function that has both.
    fn agency_key_source(&self) -> Result<Arc<dyn KeySource>, Error>;

    /// The source of the secrets that the device side signs with.
    fn signing_source(&self) -> Result<Arc<dyn SigningSource>, Error>;

    /// The keys that find addresses and create the tokens of links, fetched at first use.
    fn secrets(&self) -> Result<Secrets, Error> {
        Ok(Secrets::from_source(self.key_source()?))
    }

    /// The keys that agencies' secrets are derived from, for a function that has both. They are fetched at first use.
    fn agency_secrets(&self) -> Result<Secrets, Error> {
        Ok(Secrets::from_source(self.agency_key_source()?))
    }

    /// The secrets that the device side signs with.
    fn signing_secrets(&self) -> Result<SigningSecrets, Error> {
        Ok(SigningSecrets::from_source(self.signing_source()?, self.clock()))
    }

    /// The domain rules, read at first use and kept for five minutes.
    fn rules(&self) -> Result<Rules, Error> {
        Ok(Rules::stored(self.store()?, self.clock()))
    }

    /// The agencies that have accounts, read at first use and kept for ten minutes.
    fn agencies(&self) -> Result<KnownAgencies, Error> {
        Ok(KnownAgencies::stored(self.store()?, self.clock()))
    }

    fn active_accounts(&self) -> Result<ActiveAccounts, Error> {
        Ok(ActiveAccounts::new(self.sign_in()?, self.clock()))
    }
}

/// The access that signs the forms of uploads, and the address that they post to.
#[derive(Clone, Debug)]
pub struct UploadAccess {
    pub region: String,
    /// The emulator's address. `None`: the stack is on AWS.
    pub endpoint_url: Option<String>,
    pub credentials: Credentials,
}

/// The stack of a function on Lambda. What several parts of a function need is created once.
#[derive(Debug)]
pub struct AwsStack {
    env: Env,
    aws: OnceCell<Aws>,
    store: OnceCell<Store>,
    pool: OnceCell<Arc<Cognito>>,
}

impl AwsStack {
    /// The stack of this environment. Each variable is read when a method needs it.
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { env, aws: OnceCell::new(), store: OnceCell::new(), pool: OnceCell::new() }
    }

    fn aws(&self) -> Result<&Aws, Error> {
        once(&self.aws, || Aws::from_env(&self.env))
    }

    fn user_pool(&self) -> Result<Arc<Cognito>, Error> {
        let made = once(&self.pool, || {
            let id = self.env.required("USER_POOL_ID")?;
            let pool = UserPool { id, seed_group: self.env.required("SEED_GROUP")? };
            let directory = Cognito::new(&self.aws()?.cognito(), pool);
            Ok(Arc::new(match policy::directory_share(&self.env)? {
                Some(share) => directory.with_share(share),
                None => directory,
            }))
        });
        made.cloned()
    }
}

/// The value in `cell`, created by `make` if there is none.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
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
        let made = once(&self.store, || {
            Ok(Store::new(Dynamo::new(self.aws()?.dynamodb(), self.env.required("TABLE_NAME")?), self.entropy()))
        });
        made.cloned()
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

    fn backups(&self) -> Result<Objects, Error> {
        let bucket = self.env.required("BACKUP_BUCKET")?;
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
        Ok(self.user_pool()?)
    }

    fn licences(&self) -> Result<Arc<dyn Licences>, Error> {
        Ok(self.user_pool()?)
    }

    fn sign_in(&self) -> Result<Arc<dyn SignIn>, Error> {
        Ok(self.user_pool()?)
    }

    fn mailer(&self) -> Result<Mailer, Error> {
        let configuration_set = self.env.required("CONFIGURATION_SET")?;
        let sender = Sender { address: address(&self.env, "SENDER_ADDRESS")?, configuration_set };
        Ok(Mailer::new(Ses::new(&self.aws()?.ses(), &sender)))
    }

    fn suppressions(&self) -> Result<Arc<dyn SuppressionList>, Error> {
        Ok(Arc::new(SesSuppressions::new(self.aws()?.ses())))
    }

    fn reach(&self) -> Result<Reach, Error> {
        Ok(Reach::beside(self.aws()?.endpoint_url()))
    }

    fn notifier(&self) -> Result<Notifier, Error> {
        Ok(Notifier::new(Https::new(self.reach()?)?))
    }

    fn key_source(&self) -> Result<Arc<dyn KeySource>, Error> {
        Ok(Arc::new(StoredKeys::new(self.aws()?.secrets_manager(), self.env.required("KEYS_SECRET_ID")?)))
    }

    fn agency_key_source(&self) -> Result<Arc<dyn KeySource>, Error> {
        Ok(Arc::new(StoredKeys::new(self.aws()?.secrets_manager(), self.env.required("AGENCY_KEYS_SECRET_ID")?)))
    }

    fn signing_source(&self) -> Result<Arc<dyn SigningSource>, Error> {
        Ok(Arc::new(StoredSigning::new(self.aws()?.secrets_manager(), self.env.required("DEVICE_SECRET_ID")?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(variables: &[(&str, &str)]) -> AwsStack {
        let aws = [("AWS_REGION", "ap-southeast-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
        let variables = aws.iter().chain(variables);
        AwsStack::new(variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_user_pool_is_made_once() {
        let stack = stack(&[("USER_POOL_ID", "pool"), ("SEED_GROUP", "seed")]);
        assert!(Arc::ptr_eq(&stack.user_pool().unwrap(), &stack.user_pool().unwrap()));
    }

    #[test]
    fn what_is_missing_is_named_when_it_is_asked_for() {
        let stack = stack(&[("USER_POOL_ID", "pool")]);
        assert!(stack.store().unwrap_err().to_string().contains("TABLE_NAME"));
        assert!(stack.user_pool().unwrap_err().to_string().contains("SEED_GROUP"));
        let stack = self::stack(&[("USER_POOL_ID", "pool"), ("SEED_GROUP", "seed"), ("CREATIONS_PER_SECOND", "50")]);
        assert!(stack.user_pool().unwrap_err().to_string().contains("WORKERS"));
        let queues = stack.queues(&[Destination::Announcements]);
        assert!(queues.unwrap_err().to_string().contains("PARSE_QUEUE_URL"));
    }
}
