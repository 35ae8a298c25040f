//! The whole product in one process: every function over backends in memory, a clock that tests move, people who act.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use actions::Actions;
use aws_credential_types::Credentials;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use boot::{Disposition, Rules, Secrets, SigningSecrets};
use directory::{ActiveAccounts, Directory, MemoryDirectory};
use domain::{
    Clock, Entropy, Officer, Timestamp,
    batch::ObjectVersion,
    invite::Account,
    terms::Terms,
    usage::{BatchCap, SingleCaps},
};
use http_body_util::BodyExt as _;
use lambda_http::{RequestExt as _, aws_lambda_events::apigw::ApiGatewayProxyRequestContext, request::RequestContext};
use mail::{Letters, Mailer, Outbox, SentMail};
use notify::{Endpoints, Notifier};
use objects::{Announcement, Objects, StoredObject};
use probe::Probe;
use queue::{QueueName, Queues, Wake};
use serde_json::{Value, json};
use store::{Store, stream::StreamEvent};
use tower::ServiceExt as _;
use web::OtherClients;

use crate::people;

/// Where links of mails point.
pub const PORTAL: &str = "https://portal.example/";

/// Where workbooks are put.
pub const BUCKET: &str = "uploads";

/// The portal's client at the user pool.
const CLIENT: &str = "portal";

const DAY: Duration = Duration::from_secs(24 * 3600);

/// As many as each job of the sweeper needs to run, and for what it found to be done.
const SWEEPS_A_DAY: usize = 3;

/// Rounds of messages at the most before everything must be quiet.
const ROUNDS: usize = 1000;

/// The product.
#[derive(Debug)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The queues.
    pub queues: Queues,
    /// The directory.
    pub directory: MemoryDirectory,
    /// The mails that were sent.
    pub outbox: Outbox,
    /// The upload bucket.
    pub objects: Objects,
    /// The endpoints of agencies.
    pub endpoints: Endpoints,
    /// The time.
    pub clock: Clock,
    /// Where the calls of handlers are counted and broken.
    pub probe: Probe,
    caps: SingleCaps,
    entropy: Entropy,
    router: Router,
    parse: parse_batch::Deps,
    track: track_mail::Deps,
    provision: provision_user::Deps,
    send: send_mail::Deps,
    dispatch: dispatch_batch::Deps,
    actions: apply_actions::Deps,
    watch: watch_invites::Deps,
    notify: notify_agencies::Deps,
    sweep: sweep::Deps,
}

/// What every process of the product shares: the backends, the clock, and what there is of randomness.
#[derive(Clone, Debug)]
struct Shared {
    store: Store,
    queues: Queues,
    directory: MemoryDirectory,
    outbox: Outbox,
    objects: Objects,
    endpoints: Endpoints,
    clock: Clock,
    probe: Probe,
    entropy: Entropy,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body, `null` when it is no JSON.
    pub body: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

/// A person at the API.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    app: &'a App,
    claims: Option<Value>,
}

impl App {
    /// The product with the rules of [`people::RULES`], whose officers may each do the work of many.
    ///
    /// # Panics
    ///
    /// When the rules cannot be stored.
    pub async fn start() -> Self {
        Self::start_with(SingleCaps { per_hour: count(100_000), per_day: count(1_000_000) }).await
    }

    /// The same, with officers who may ask for this much one by one.
    ///
    /// # Panics
    ///
    /// As [`App::start`].
    pub async fn start_with(caps: SingleCaps) -> Self {
        let clock = Clock::manual(people::beginning());
        let entropy = Entropy::seeded(42);
        let probe = Probe::default();
        let store = Store::probed(probe.clone());
        store.put_domain_rules(people::RULES).await.unwrap();
        let queues = Queues::probed(probe.clone());
        let directory = MemoryDirectory::probed(probe.clone());
        let outbox = Outbox::probed(probe.clone());
        let objects = Objects::probed(probe.clone(), BUCKET.to_owned());
        let endpoints = Endpoints::probed(probe.clone());
        Self::over(Shared { store, queues, directory, outbox, objects, endpoints, clock, probe, entropy }, caps)
    }

    /// Other processes of the same product, with what they remember for themselves, over the same backends.
    #[must_use]
    pub fn beside(&self) -> Self {
        let shared = Shared {
            store: self.store.clone(),
            queues: self.queues.clone(),
            directory: self.directory.clone(),
            outbox: self.outbox.clone(),
            objects: self.objects.clone(),
            endpoints: self.endpoints.clone(),
            clock: self.clock.clone(),
            probe: self.probe.clone(),
            entropy: self.entropy.clone(),
        };
        Self::over(shared, self.caps)
    }

    fn over(shared: Shared, caps: SingleCaps) -> Self {
        let Shared { store, queues, directory, outbox, objects, endpoints, clock, probe, entropy } = shared;
        let rules = || Rules::stored(store.clone(), clock.clone());
        let active = || ActiveAccounts::new(Directory::memory(directory.clone()), clock.clone());
        let secrets = || Secrets::fixed(people::keys());
        let batches = manage_batches::Deps {
            store: store.clone(),
            queues: queues.clone(),
            uploads: manage_batches::Uploads {
                bucket: BUCKET.to_owned(),
                region: "ap-southeast-1".to_owned(),
                endpoint_url: None,
                credentials: Credentials::new("id", "secret", None, None, "tests"),
                max_bytes: 5 << 20,
            },
            rules: rules(),
            active: active(),
            other_clients: OtherClients::default(),
            secrets: secrets(),
            cap: BatchCap(count(20_000)),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let actions = Actions::new(store.clone(), queues.clone(), caps, clock.clone());
        let submit = submit_invites::Deps {
            store: store.clone(),
            queues: queues.clone(),
            actions: actions.clone(),
            rules: rules(),
            active: active(),
            other_clients: OtherClients::default(),
            secrets: secrets(),
            service_request_url: people::SERVICE_REQUEST_URL.to_owned(),
            terms: Terms::USUAL,
            caps,
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let accept = accept_invitation::Deps {
            store: store.clone(),
            queues: queues.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let status = query_status::Deps {
            store: store.clone(),
            directory: Directory::memory(directory.clone()),
            queues: queues.clone(),
            rules: rules(),
            active: active(),
            other_clients: OtherClients::default(),
            secrets: secrets(),
            looks: query_status::Looks::default(),
            caps,
            batch_cap: BatchCap(count(20_000)),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let devices = track_devices::Deps {
            store: store.clone(),
            secrets: SigningSecrets::fixed(people::device_secrets().to_vec(), clock.clone()),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let routers = [
            submit_invites::router(Arc::new(submit)),
            manage_batches::router(Arc::new(batches)),
            accept_invitation::router(Arc::new(accept)),
            query_status::router(Arc::new(status)),
            track_devices::router(Arc::new(devices)),
        ];
        let support = people::email("support@example-agency.gov.sg");
        Self {
            router: gateway(routers),
            provision: provision_user::Deps {
                store: store.clone(),
                directory: Directory::memory(directory.clone()),
                queues: queues.clone(),
                clock: clock.clone(),
            },
            send: send_mail::Deps {
                store: store.clone(),
                mailer: Mailer::memory(outbox.clone()),
                letters: Letters::new(PORTAL, &support),
                secrets: secrets(),
                switch: send_mail::Switch::default(),
                clock: clock.clone(),
            },
            parse: parse_batch::Deps {
                store: store.clone(),
                objects: objects.clone(),
                queues: queues.clone(),
                directory: Directory::memory(directory.clone()),
                rules: rules(),
                secrets: secrets(),
                limits: sheet::Limits::default(),
                cap: BatchCap(count(20_000)),
                clock: clock.clone(),
                entropy: entropy.clone(),
            },
            track: track_mail::Deps { store: store.clone(), clock: clock.clone(), noted: track_mail::Noted::default() },
            dispatch: dispatch_batch::Deps {
                store: store.clone(),
                queues: queues.clone(),
                rules: rules(),
                secrets: secrets(),
                terms: Terms::USUAL,
                clock: clock.clone(),
            },
            actions: apply_actions::Deps { store: store.clone(), queues: queues.clone(), actions },
            watch: watch_invites::Deps {
                store: store.clone(),
                queues: queues.clone(),
                listeners: watch_invites::Listeners::default(),
                clock: clock.clone(),
            },
            notify: notify_agencies::Deps {
                store: store.clone(),
                notifier: Notifier::memory(endpoints.clone()),
                secrets: Secrets::fixed(people::agency_keys()),
                clock: clock.clone(),
            },
            sweep: sweep::Deps {
                store: store.clone(),
                queues: queues.clone(),
                retention: sweep::Retention::default(),
                canary: None,
                objects: objects.clone(),
                directory: Directory::memory(directory.clone()),
                secrets: secrets(),
                clock: clock.clone(),
            },
            store,
            queues,
            directory,
            outbox,
            objects,
            endpoints,
            clock,
            probe,
            caps,
            entropy,
        }
    }

    /// The same with canaries, which the sweeper lets go.
    #[must_use]
    pub fn with_canaries(mut self, to: &str) -> Self {
        self.sweep.canary = Some(people::email(to));
        self
    }

    /// An officer who is signed in.
    #[must_use]
    pub fn officer(&self, name: &str) -> Person<'_> {
        self.signed_in(&people::officer(name))
    }

    /// Whoever has a token with these facts.
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

    /// The holder of an account that the directory has, signed in with it.
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

    /// Whoever is not signed in.
    #[must_use]
    pub fn anyone(&self) -> Person<'_> {
        Person { app: self, claims: None }
    }

    /// Works on messages until the queues are empty, ten seconds a round, which is as long as any message is delayed.
    ///
    /// # Panics
    ///
    /// When the queues never fall silent.
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

    /// Lets days pass, with some sweeps on each and workers at work.
    ///
    /// # Panics
    ///
    /// As [`App::drain`].
    pub async fn pass_days(&self, days: u32) {
        for _ in 0..days {
            self.clock.advance(DAY);
            for _ in 0..SWEEPS_A_DAY {
                self.sweep().await;
                self.drain().await;
            }
        }
    }

    /// Delivers one message; a failed one is lost, as after its last delivery.
    pub async fn deliver(&self, queue: QueueName, wake: Wake) -> Disposition {
        let deadline = self.deadline();
        match queue {
            QueueName::Dispatch => dispatch_batch::handle(&self.dispatch, wake, deadline).await,
            QueueName::Provision => provision_user::handle(&self.provision, wake, deadline).await,
            QueueName::Mail => send_mail::handle(&self.send, wake, deadline).await,
            QueueName::Actions => apply_actions::handle(&self.actions, wake, deadline).await,
            QueueName::Notices => notify_agencies::handle(&self.notify, wake, deadline).await,
        }
    }

    /// Delivers what the table has streamed since the last time.
    pub async fn stream(&self) -> Disposition {
        self.watch(self.store.take_stream()).await
    }

    /// Delivers an event of the table's stream.
    pub async fn watch(&self, event: StreamEvent) -> Disposition {
        watch_invites::handle(&self.watch, event).await
    }

    /// Runs the sweeper once.
    pub async fn sweep(&self) -> Disposition {
        sweep::handle(&self.sweep, self.deadline()).await
    }

    /// Puts a workbook into the upload bucket: S3's message about it, which is yet to be delivered.
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
        // The key as S3 writes it.
        let ours = serde_json::to_value(Announcement::of(BUCKET, &object)).unwrap();
        record["s3"]["object"]["key"] = ours["Records"][0]["s3"]["object"]["key"].clone();
        record["s3"]["object"]["versionId"] = json!(object.version_id);
        self.objects.put(StoredObject { object, stored_at: self.clock.now() }, bytes);
        message
    }

    /// Delivers a message about the upload bucket.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub async fn parse(&self, message: Value) -> Disposition {
        parse_batch::handle(&self.parse, serde_json::from_value(message).unwrap()).await
    }

    /// Delivers an event of SES.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub async fn track(&self, event: Value) -> Disposition {
        track_mail::handle(&self.track, serde_json::from_value(event).unwrap()).await
    }

    /// The mails to an address, oldest first.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<SentMail> {
        self.outbox.sent().into_iter().filter(|mail| mail.to.as_str() == address).collect()
    }

    /// The token in the latest mail to an address.
    ///
    /// # Panics
    ///
    /// When there is no mail, or no link in it.
    #[must_use]
    pub fn token_of(&self, address: &str) -> String {
        let mails = self.mails_to(address);
        let text = &mails.last().expect("a mail").letter.text;
        let (_, rest) = text.split_once("/accept#").expect("a link");
        rest.chars().take_while(char::is_ascii_hexdigit).collect()
    }

    fn deadline(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(30)
    }
}

/// What an officer may ask for one by one, as in the template.
#[must_use]
pub fn single_caps() -> SingleCaps {
    SingleCaps { per_hour: count(100), per_day: count(1000) }
}

/// A number of the template's defaults.
fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// Sends each request to the function whose route it is, as the gateway does.
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

impl Person<'_> {
    /// Asks for something.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// Asks to make something, with a fresh idempotency key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("{:x}", self.app.entropy.next_u128());
        self.json("POST", path, &[("idempotency-key", &key)], body).await
    }

    /// Asks to change something.
    pub async fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        self.send(method, path, &headers, Body::from(body.to_string())).await
    }

    /// Sends any request.
    ///
    /// # Panics
    ///
    /// When it is no request at all.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-amzn-trace-id", "Root=1-67891233-abcdef012345678912345678;Sampled=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut context = ApiGatewayProxyRequestContext::default();
        if let Some(claims) = &self.claims {
            context.authorizer.fields.insert("claims".to_owned(), claims.clone());
        }
        let request = request.extension(RequestContext::ApiGatewayV1(context)).body(body).unwrap();
        let request = request.with_stage_variables(HashMap::from([("ClientId".to_owned(), vec![CLIENT.to_owned()])]));
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }
}

impl Answer {
    /// The answer, which must have this status.
    ///
    /// # Panics
    ///
    /// When it has another.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// The problem that the answer is: its slug, after checking that it has the form of one and carries the Trace ID.
    ///
    /// # Panics
    ///
    /// When it is no problem.
    #[must_use]
    pub fn problem(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.body);
        assert_eq!(self.body["traceId"], "1-67891233-abcdef012345678912345678");
        assert_eq!(self.headers["x-trace-id"], "1-67891233-abcdef012345678912345678");
        assert_eq!(self.body["status"], self.status.as_u16());
        self.body["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    }

    /// The `pointer: code` of everything that the problem lists.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let items = self.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        items.iter().map(|item| format!("{}: {}", text(item, "pointer"), text(item, "code"))).collect()
    }
}
