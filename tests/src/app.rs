//! The whole product in one process: every function over fake backends, a clock that tests advance, and people who act.

use std::{num::NonZeroU32, time::Duration};

use axum::{Router, body::Body, http::Request};
use boot::{Disposition, Env};
use directory::Share;
use domain::{Officer, Timestamp, batch::ObjectVersion, invite::Account, usage::SingleCaps};
use objects::{Announcement, Objects, StoredObject};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::{Store, stream::StreamEvent};
use testing::{
    CognitoTwin, Endpoints, LimitedTable, ManualClock, MemoryBucket, MemoryDirectory, MemoryQueues, MemoryStack,
    MemorySuppressions, MemoryTable, Outbox, SentMail, SesLimits, SesTwin, Twins, code_in, people, probe::Probe,
    token_in,
};
use tower::ServiceExt as _;

use crate::person::{Answer, Person};

/// The base of links in mails.
pub const PORTAL: &str = "https://portal.example/";

pub const BUCKET: &str = "uploads";

/// The id of the portal's client at the user pool.
pub(crate) const CLIENT: &str = "portal";

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Sweeps that each job needs to run and to finish what it found.
const SWEEPS_A_DAY: usize = 3;

/// Rounds of messages after which all queues must be empty, at most.
const ROUNDS: usize = 1000;

#[derive(Debug)]
pub struct App {
    pub store: Store,
    /// The fake table, which holds everything.
    pub table: MemoryTable,
    pub queues: MemoryQueues,
    pub directory: MemoryDirectory,
    /// The mails that SES took.
    pub outbox: Outbox,
    /// The addresses that SES does not send to.
    pub suppressions: MemorySuppressions,
    pub bucket: MemoryBucket,
    /// The bucket into which backups of accounts are put.
    pub backups: MemoryBucket,
    /// The upload bucket, as functions use it.
    pub objects: Objects,
    pub endpoints: Endpoints,
    pub clock: ManualClock,
    /// The place where the calls of handlers are counted and broken.
    pub probe: Probe,
    pub(crate) stack: MemoryStack,
    pub(crate) router: Router,
    parse: parse_batch::Deps,
    track: track_mail::Deps,
    provision: provision_user::Deps,
    send: send_mail::Deps,
    dispatch: dispatch_batch::Deps,
    actions: apply_actions::Deps,
    watch: watch_invites::Deps,
    notify: notify_agencies::Deps,
    sweep: sweep::Deps,
    maintain: maintain::Deps,
    operate: operate::Deps,
}

impl App {
    /// The product with the rules of [`people::RULES`]. Its caps allow an officer the work of many.
    ///
    /// # Panics
    ///
    /// When the rules cannot be stored.
    pub async fn start() -> Self {
        Self::start_with(SingleCaps { per_hour: count(100_000), per_day: count(1_000_000) }).await
    }

    /// The product with these caps for single requests.
    ///
    /// # Panics
    ///
    /// Like [`App::start`].
    pub async fn start_with(caps: SingleCaps) -> Self {
        let probe = Probe::default();
        let stack = stack_of(caps, ManualClock::new(people::beginning()), &probe).await;
        Self::over(stack, probe)
    }

    /// The product as it is after its first deployment, before there are domain rules.
    ///
    /// # Panics
    ///
    /// Like [`App::start`].
    #[must_use]
    pub fn without_rules() -> Self {
        let probe = Probe::default();
        Self::over(stack_without_rules(single_caps(), ManualClock::new(people::beginning()), &probe), probe)
    }

    /// The product over a table, a user pool and an SES with the limits of AWS, whose clock goes with the time of
    /// `tokio`.
    ///
    /// # Panics
    ///
    /// Like [`App::start`].
    pub async fn start_limited(ses: SesLimits) -> (Self, LimitedTable, Twins) {
        let (probe, caps) = (Probe::default(), single_caps());
        let mut stack = stack_of(caps, ManualClock::going(people::beginning()), &probe).await;
        let table = LimitedTable::new(stack.table.clone());
        let share = Share { creations_per_second: 50, processes: 10 };
        let twins = Twins { cognito: CognitoTwin::default(), share, ses: SesTwin::new(ses) };
        stack.store = table.store(stack.entropy.clone());
        stack.twins = Some(twins.clone());
        (Self::over(stack, probe), table, twins)
    }

    /// Other processes of the same product over the same backends. They share nothing that a process keeps in memory.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::over(self.stack.clone(), self.probe.clone())
    }

    fn over(stack: MemoryStack, probe: Probe) -> Self {
        let routers = [
            submit_invites::router(submit_invites::Deps::new(&stack).unwrap()),
            manage_batches::router(manage_batches::Deps::new(&stack).unwrap()),
            accept_invitation::router(accept_invitation::Deps::new(&stack).unwrap()),
            query_status::router(query_status::Deps::new(&stack).unwrap()),
            track_devices::router(track_devices::Deps::new(&stack).unwrap()),
        ];
        // Agencies' secrets are derived from another secret than the rest.
        let of_agencies = MemoryStack { keys: people::agency_keys(), ..stack.clone() };
        Self {
            router: gateway(routers),
            provision: provision_user::Deps::new(&stack).unwrap(),
            send: send_mail::Deps::new(&stack).unwrap(),
            parse: parse_batch::Deps::new(&stack).unwrap(),
            track: track_mail::Deps::new(&stack).unwrap(),
            dispatch: dispatch_batch::Deps::new(&stack).unwrap(),
            actions: apply_actions::Deps::new(&stack).unwrap(),
            watch: watch_invites::Deps::new(&stack).unwrap(),
            notify: notify_agencies::Deps::new(&of_agencies).unwrap(),
            sweep: sweep::Deps::new(&stack).unwrap(),
            maintain: maintain::Deps::new(&stack).unwrap(),
            operate: operate::Deps::new(&stack).unwrap(),
            store: stack.store.clone(),
            table: stack.table.clone(),
            queues: stack.queues.clone(),
            directory: stack.directory.clone(),
            outbox: stack.outbox.clone(),
            suppressions: stack.suppressions.clone(),
            objects: stack.bucket.objects(BUCKET),
            bucket: stack.bucket.clone(),
            backups: stack.backups.clone(),
            endpoints: stack.endpoints.clone(),
            clock: stack.clock.clone(),
            probe,
            stack,
        }
    }

    /// The twins with quotas, if the product is over some.
    pub(crate) fn twins(&self) -> Option<&Twins> {
        self.stack.twins.as_ref()
    }

    /// The same product with canaries, which the sweeper creates.
    #[must_use]
    pub fn with_canaries(mut self, to: &str) -> Self {
        self.sweep.canary = Some(people::email(to));
        self
    }

    /// A signed-in officer of the example agency.
    #[must_use]
    pub fn officer(&self, name: &str) -> Person<'_> {
        self.signed_in(&people::officer(name))
    }

    /// A person with a token for this officer.
    #[must_use]
    pub fn signed_in(&self, officer: &Officer) -> Person<'_> {
        let claims = json!({
            "sub": officer.id.as_str(),
            "email": officer.email.as_str(),
            "email_verified": "true",
            "token_use": "id",
            "cognito:username": officer.id.as_str(),
            "aud": CLIENT,
        });
        self.directory.add_officer(officer.clone());
        Person { app: self, claims: Some(claims) }
    }

    /// The holder of an account in the directory, who is signed in with it.
    #[must_use]
    pub fn holder(&self, account: &Account, email: &str) -> Person<'_> {
        let claims = json!({
            "sub": format!("sub-{}", account.directory_id.replace('.', "-")),
            "email": email,
            "email_verified": "true",
            "token_use": "id",
            "cognito:username": account.directory_id,
            "aud": CLIENT,
        });
        Person { app: self, claims: Some(claims) }
    }

    /// A person who is not signed in.
    #[must_use]
    pub fn anyone(&self) -> Person<'_> {
        Person { app: self, claims: None }
    }

    /// Delivers messages until the queues are empty. Each round takes ten seconds, which is the longest delay of a
    /// message.
    ///
    /// # Panics
    ///
    /// When the queues never become empty.
    pub async fn drain(&self) {
        for _ in 0..ROUNDS {
            self.clock.advance(Duration::from_secs(10));
            let mut silent = true;
            self.stream().await;
            for queue in QueueName::ALL {
                for wake in self.queues.drain(queue) {
                    silent = false;
                    self.deliver(queue, wake).await;
                }
            }
            if silent {
                return;
            }
        }
        panic!("the queues never fall silent");
    }

    /// Lets days pass, with some sweeps on each day and with all workers.
    ///
    /// # Panics
    ///
    /// Like [`App::drain`].
    pub async fn pass_days(&self, days: u32) {
        for _ in 0..days {
            self.clock.advance(DAY);
            for _ in 0..SWEEPS_A_DAY {
                self.timers().await;
                self.drain().await;
            }
        }
    }

    /// Delivers one message. A failed one is lost, as after its last delivery.
    pub async fn deliver(&self, queue: QueueName, wake: Wake) -> Disposition {
        self.deliver_by(queue, wake, self.deadline()).await
    }

    /// Like [`App::deliver`], by a function that ends at `deadline`.
    pub async fn deliver_by(&self, queue: QueueName, wake: Wake, deadline: Timestamp) -> Disposition {
        match queue {
            QueueName::Dispatch => dispatch_batch::handle(&self.dispatch, wake, deadline).await,
            QueueName::Provision => provision_user::handle(&self.provision, wake, deadline).await,
            QueueName::Mail => send_mail::handle(&self.send, wake, deadline).await,
            QueueName::Actions => apply_actions::handle(&self.actions, wake, deadline).await,
            QueueName::Webhooks => notify_agencies::handle(&self.notify, wake, deadline).await,
        }
    }

    /// Delivers what the table has streamed since the last call.
    pub async fn stream(&self) -> Disposition {
        self.watch(self.table.take_stream()).await
    }

    /// Delivers an event of the table's stream.
    pub async fn watch(&self, event: StreamEvent) -> Disposition {
        watch_invites::handle(&self.watch, event).await
    }

    /// What the timers start each minute: [`App::sweep`] and [`App::maintain`]. Returns the result of the first that
    /// failed.
    pub async fn timers(&self) -> Disposition {
        match self.sweep().await {
            Disposition::Done => self.maintain().await,
            failed => {
                self.maintain().await;
                failed
            }
        }
    }

    pub async fn sweep(&self) -> Disposition {
        sweep::handle(&self.sweep, self.deadline()).await
    }

    pub async fn maintain(&self) -> Disposition {
        maintain::handle(&self.maintain, self.deadline()).await
    }

    /// Runs an operator's command to its end. Returns what the operator's client prints.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when the function fails.
    pub async fn operate(&self, words: &[&str]) -> Result<operate::Answer, boot::Error> {
        let mut printed = String::new();
        let mut cursor = None;
        loop {
            let answer = self.operate_part(words, cursor, self.deadline()).await?;
            printed.push_str(&answer.text);
            if answer.cursor.is_none() {
                return Ok(operate::Answer { text: printed, ..answer });
            }
            cursor = answer.cursor;
        }
    }

    /// One invocation for an operator's command, which ends by `deadline`.
    ///
    /// # Errors
    ///
    /// Like [`App::operate`].
    pub async fn operate_part(
        &self,
        words: &[&str],
        cursor: Option<String>,
        deadline: Timestamp,
    ) -> Result<operate::Answer, boot::Error> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let request = operate::Request { words, by: people::OPERATOR.to_owned(), cursor };
        operate::handle(&self.operate, &request, deadline).await
    }

    /// One invocation for a request of an operator's client.
    ///
    /// # Errors
    ///
    /// Like [`App::operate`].
    pub async fn operate_as(&self, request: &operate::Request) -> Result<operate::Answer, boot::Error> {
        operate::handle(&self.operate, request, self.deadline()).await
    }

    /// Stores a workbook in the upload bucket. Returns S3's message about it, which is not delivered yet.
    ///
    /// # Panics
    ///
    /// Never: the recorded message can be read.
    #[must_use]
    pub fn upload(&self, key: &str, bytes: Vec<u8>) -> Value {
        let object = ObjectVersion { key: key.to_owned(), version_id: "v1".to_owned() };
        let recorded: Value = serde_json::from_str(include_str!("../../events/drop-created.json")).unwrap();
        let mut message: Value = serde_json::from_str(recorded["Records"][0]["body"].as_str().unwrap()).unwrap();
        let record = &mut message["Records"][0];
        record["eventTime"] = json!(self.clock.now().to_string());
        record["s3"]["bucket"]["name"] = json!(BUCKET);
        // The key in the form in which S3 writes it.
        let ours = serde_json::to_value(Announcement::of(BUCKET, &object)).unwrap();
        record["s3"]["object"]["key"] = ours["Records"][0]["s3"]["object"]["key"].clone();
        record["s3"]["object"]["versionId"] = json!(object.version_id);
        self.bucket.store(StoredObject { object, stored_at: self.clock.now() }, bytes);
        message
    }

    /// Delivers a message about the upload bucket.
    ///
    /// # Panics
    ///
    /// When `message` is no such message.
    pub async fn parse(&self, message: Value) -> Disposition {
        parse_batch::handle(&self.parse, serde_json::from_value(message).unwrap(), self.deadline()).await
    }

    /// Delivers an SES event.
    ///
    /// # Panics
    ///
    /// When `event` is no SES event.
    pub async fn track(&self, event: Value) -> Disposition {
        track_mail::handle(&self.track, serde_json::from_value(event).unwrap()).await
    }

    /// The mails to an address, oldest first.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<SentMail> {
        self.outbox.sent().into_iter().filter(|mail| mail.to.as_str() == address).collect()
    }

    /// The token in the latest mail to an address that has a link.
    ///
    /// # Panics
    ///
    /// When there is no such mail.
    #[must_use]
    pub fn token_of(&self, address: &str) -> String {
        let mails = self.mails_to(address);
        mails.iter().rev().find_map(|mail| token_in(&mail.letter.text)).expect("a mail with a link")
    }

    /// The latest code that was mailed to an address, as the mail shows it. `None`: none was.
    #[must_use]
    pub fn code_of(&self, address: &str) -> Option<String> {
        let mails = self.mails_to(address);
        mails.iter().rev().find_map(|mail| code_in(&mail.letter.text))
    }

    /// Accepts an invitation as its invitee does: has a code mailed to `address`, and sends it with the details.
    ///
    /// # Panics
    ///
    /// When no code is mailed.
    pub async fn accept(&self, address: &str, details: Value) -> Answer {
        let mut body = details;
        let ask = json!({"token": body["token"]});
        self.anyone().json("POST", "/api/invitations/mailbox-code", &[], ask).await.expect(202);
        self.drain().await;
        body["mailboxCode"] = json!(self.code_of(address).expect("a code"));
        self.anyone().json("POST", "/api/invitations/accept", &[], body).await
    }

    /// As far ahead as the shortest timeout of a function that works on messages.
    fn deadline(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(30)
    }
}

async fn stack_of(caps: SingleCaps, clock: ManualClock, probe: &Probe) -> MemoryStack {
    let stack = stack_without_rules(caps, clock, probe);
    stack.store.put_domain_rules(people::RULES).await.unwrap();
    stack
}

fn stack_without_rules(caps: SingleCaps, clock: ManualClock, probe: &Probe) -> MemoryStack {
    let mut stack = MemoryStack::new(settings(caps), people::keys(), clock, testing::seeded(42), probe);
    stack.device_secrets = people::device_secrets().to_vec();
    stack.agency_keys = people::agency_keys();
    people::suppressed().into_iter().for_each(|address| stack.suppressions.add(address));
    stack
}

/// The caps for single requests, as in the template.
#[must_use]
pub fn single_caps() -> SingleCaps {
    SingleCaps { per_hour: count(100), per_day: count(1000) }
}

/// The values of the template's parameters, with these caps.
#[must_use]
pub fn settings(caps: SingleCaps) -> Env {
    let settings = [
        ("INVITES_PER_HOUR", caps.per_hour.to_string()),
        ("INVITES_PER_DAY", caps.per_day.to_string()),
        ("BATCH_PEOPLE_PER_DAY", "20000".to_owned()),
        ("INVITATION_DAYS", "30".to_owned()),
        ("REMINDER_DAY", "23".to_owned()),
        ("PEOPLE_RETENTION_DAYS", "90".to_owned()),
        ("DRAFT_RETENTION_DAYS", "7".to_owned()),
        ("TOMBSTONE_RETENTION_DAYS", "365".to_owned()),
        ("UPLOAD_BUCKET", BUCKET.to_owned()),
        ("BACKUP_BUCKET", "backups".to_owned()),
        ("PORTAL_URL", PORTAL.to_owned()),
        ("SUPPORT_ADDRESS", "support@example-agency.gov.sg".to_owned()),
        ("SERVICE_REQUEST_URL", people::SERVICE_REQUEST_URL.to_owned()),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A number of the template's defaults.
fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// Routes each request to its function, as the gateway does.
fn gateway(routers: [Router; 5]) -> Router {
    let [submit, batches, accept, status, devices] = routers;
    let choose = move |request: Request<Body>| {
        let path = request.uri().path();
        let router = if path.starts_with("/api/batches") || path == "/api/template.xlsx" {
            batches.clone()
        } else if path.starts_with("/api/invitations") {
            accept.clone()
        } else if path.starts_with("/api/seed-devices") {
            devices.clone()
        } else if path.starts_with("/api/seed-requests")
            || path.starts_with("/api/invites") && request.method() != "GET"
        {
            submit.clone()
        } else {
            status.clone()
        };
        async move { router.oneshot(request).await }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}
