//! A whole fake stack in memory.

use std::sync::Arc;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use boot::{Env, Error, KeySource, SecretsError, SigningSource, Stack, UploadAccess};
use directory::{Accounts, Cognito, Licences, Share, SignIn};
use domain::{Clock, Entropy, Keys, webhook::SigningSecret};
use mail::{Mailer, SuppressionList};
use objects::Objects;
use queue::{Destination, Queues};
use store::Store;
use webhooks::{Notifier, Reach};

use crate::{
    CognitoTwin, Endpoints, ManualClock, MemoryBucket, MemoryDirectory, MemoryQueues, MemorySuppressions, MemoryTable,
    Outbox, SesTwin, probe::Probe,
};

/// Everything that functions work with, in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct MemoryStack {
    /// The values of the template's parameters.
    pub env: Env,
    pub table: MemoryTable,
    /// The store over the fake table.
    pub store: Store,
    pub queues: MemoryQueues,
    pub directory: MemoryDirectory,
    /// The mails that SES took.
    pub outbox: Outbox,
    /// The addresses that SES does not send to.
    pub suppressions: MemorySuppressions,
    pub bucket: MemoryBucket,
    /// The bucket into which backups of accounts are put.
    pub backups: MemoryBucket,
    pub endpoints: Endpoints,
    pub clock: ManualClock,
    pub entropy: Entropy,
    pub keys: Keys,
    /// The keys that agencies' secrets are derived from, for a function that has both.
    pub agency_keys: Keys,
    /// The secrets that the device side signs with, the current one first.
    pub device_secrets: Vec<SigningSecret>,
    /// `None`: accounts and mails have no limits.
    pub twins: Option<Twins>,
}

/// The real backends of accounts and mails over twins with quotas, in place of `directory` and `outbox`.
#[derive(Clone, Debug)]
pub struct Twins {
    pub cognito: CognitoTwin,
    /// How the processes of this stack share the pool's quotas.
    pub share: Share,
    pub ses: SesTwin,
}

impl Twins {
    fn directory(&self) -> Arc<Cognito> {
        Arc::new(self.cognito.directory().with_share(self.share))
    }
}

impl MemoryStack {
    /// An empty stack whose calls the probe counts and breaks.
    #[must_use]
    pub fn new(env: Env, keys: Keys, clock: ManualClock, entropy: Entropy, probe: &Probe) -> Self {
        let table = MemoryTable::probed(probe.clone());
        Self {
            env,
            store: table.store(),
            table,
            queues: MemoryQueues::probed(probe.clone()),
            directory: MemoryDirectory::probed(probe.clone()),
            outbox: Outbox::probed(probe.clone()),
            suppressions: MemorySuppressions::probed(probe.clone()),
            bucket: MemoryBucket::probed(probe.clone()),
            backups: MemoryBucket::probed(probe.clone()),
            endpoints: Endpoints::probed(probe.clone()),
            clock,
            entropy,
            agency_keys: keys.clone(),
            keys,
            device_secrets: Vec::new(),
            twins: None,
        }
    }
}

impl Stack for MemoryStack {
    fn env(&self) -> &Env {
        &self.env
    }

    fn clock(&self) -> Clock {
        self.clock.clock()
    }

    fn entropy(&self) -> Entropy {
        self.entropy.clone()
    }

    fn store(&self) -> Result<Store, Error> {
        Ok(self.store.clone())
    }

    fn queues(&self, used: &[Destination]) -> Result<Queues, Error> {
        Ok(self.queues.queues(used))
    }

    fn objects(&self) -> Result<Objects, Error> {
        Ok(self.bucket.objects(&self.env.required("UPLOAD_BUCKET")?))
    }

    fn backups(&self) -> Result<Objects, Error> {
        Ok(self.backups.objects(&self.env.required("BACKUP_BUCKET")?))
    }

    fn upload_access(&self) -> Result<UploadAccess, Error> {
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        Ok(UploadAccess { region: "ap-southeast-1".to_owned(), endpoint_url: None, credentials })
    }

    fn accounts(&self) -> Result<Arc<dyn Accounts>, Error> {
        Ok(match &self.twins {
            Some(twins) => twins.directory(),
            None => Arc::new(self.directory.clone()),
        })
    }

    fn licences(&self) -> Result<Arc<dyn Licences>, Error> {
        Ok(match &self.twins {
            Some(twins) => twins.directory(),
            None => Arc::new(self.directory.clone()),
        })
    }

    fn sign_in(&self) -> Result<Arc<dyn SignIn>, Error> {
        Ok(Arc::new(self.directory.clone()))
    }

    fn mailer(&self) -> Result<Mailer, Error> {
        Ok(self.twins.as_ref().map_or_else(|| self.outbox.mailer(), |twins| twins.ses.mailer()))
    }

    fn suppressions(&self) -> Result<Arc<dyn SuppressionList>, Error> {
        Ok(Arc::new(self.suppressions.clone()))
    }

    fn reach(&self) -> Result<Reach, Error> {
        Ok(Reach::Public)
    }

    fn notifier(&self) -> Result<Notifier, Error> {
        Ok(self.endpoints.notifier())
    }

    fn key_source(&self) -> Result<Arc<dyn KeySource>, Error> {
        Ok(Arc::new(Fixed(self.keys.clone())))
    }

    fn agency_key_source(&self) -> Result<Arc<dyn KeySource>, Error> {
        Ok(Arc::new(Fixed(self.agency_keys.clone())))
    }

    fn signing_source(&self) -> Result<Arc<dyn SigningSource>, Error> {
        Ok(Arc::new(Fixed(self.device_secrets.clone())))
    }
}

#[derive(Debug)]
struct Fixed<T>(T);

#[async_trait]
impl KeySource for Fixed<Keys> {
    async fn fetch(&self) -> Result<Keys, SecretsError> {
        Ok(self.0.clone())
    }
}

#[async_trait]
impl SigningSource for Fixed<Vec<SigningSecret>> {
    async fn fetch(&self) -> Result<Vec<SigningSecret>, SecretsError> {
        Ok(self.0.clone())
    }
}
