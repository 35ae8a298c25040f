//! The product and the world around it: clients that ask again, queues and events that deliver again, a timer, and all
//! mishaps of a run.

mod delivery;

use domain::{Timestamp, batch::Batch, bulk_action::BulkAction, invite::Invite};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};
use store::{InviteQuery, Stored, inspection::Work};
use testing::{people::officer, probe::Fault, token_in};
use tests::{
    app::App,
    logged::Logged,
    mail_event::{DELIVERED, SENT},
    person::{Answer, Person},
};

use super::{
    canaries::{Medium, Spoken, TOKEN_OF_OFFICER},
    invariants::Seen,
    meddlers::Meddler,
    scenarios::Scenario,
    upheavals::Upheaval,
};

const CANARY: &str = "success@simulator.amazonses.com";

/// One thing that fails or happens in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The call at this place of the trace fails.
    Call(usize, Fault),
    /// Something happens to the message or event with this number.
    Parcel(usize, Post),
    /// SES's events of these mails do not arrive, while those of others do.
    NoMailEvents,
    /// Another actor acts before the call at this place.
    Meanwhile(usize, Meddler),
    /// Another actor acts after the handler with this number, from 1.
    Then(usize, Meddler),
    /// Something happens around the product after the handler with this number, from 1.
    After(usize, Upheaval),
}

/// How strictly a run is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// People get the result that they want, whatever breaks.
    Calm,
    /// People may get another result and stop, but the invariants are still true.
    Rough,
}

impl Manner {
    pub(super) fn of(mishaps: &[Mishap]) -> Self {
        let is_rough = |mishap: &Mishap| match mishap {
            Mishap::Meanwhile(_, meddler) | Mishap::Then(_, meddler) => *meddler != Meddler::Rewrites,
            Mishap::After(..) => true,
            Mishap::Call(..) | Mishap::Parcel(..) | Mishap::NoMailEvents => false,
        };
        if mishaps.iter().any(is_rough) { Self::Rough } else { Self::Calm }
    }
}

/// What a queue or an event bus may do to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Post {
    Lost,
    Doubled,
    /// It arrives twice at once.
    Together,
    /// It arrives an hour late.
    Late,
}

impl Post {
    pub(super) const ALL: [Self; 4] = [Self::Lost, Self::Doubled, Self::Together, Self::Late];
}

/// How long a message that was not handled stays invisible: the shortest visibility timeout of the template.
const VISIBILITY: Duration = Duration::from_secs(180);

/// Deliveries of a message before it is a dead letter.
const RECEIVES: usize = 5;

/// The pauses after which Lambda repeats an event whose function failed.
const REPEATS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// One step of the world's time.
const TURN: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

/// Longer than anything may wait, except for a date of an invitation.
const SOON: Duration = Duration::from_secs(6 * 3600);

/// How long after the last trouble everything must be at rest: two hours for a late message and an unanswered mail, and
/// some more.
const PATIENCE: Duration = Duration::from_secs(5 * 3600);

/// How long every worker continues to try during trouble, because each attempt is like the last.
const IN_TROUBLE: Duration = Duration::from_secs(20 * 60);

/// How long the job for workbooks may take to process one: five minutes until it announces one, two until its next run,
/// and the lease of a run that died.
const MAKING_UP: Duration = Duration::from_secs(12 * 60);

/// How often a client asks if it gets no answer.
const ASKED: usize = 8;

pub(super) const OFFICERS: [&str; 2] = ["ada", "bo"];

#[derive(Clone, Debug)]
enum Parcel {
    Wake(QueueName, Wake),
    Stored(Value),
    Ses(Value),
    Streamed(Value),
}

#[derive(Clone, Debug)]
struct Posted {
    parcel: Parcel,
    at: Timestamp,
    received: usize,
    at_once: usize,
}

/// A request, and the function that answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) function: &'static str,
    pub(super) method: String,
    pub(super) path: String,
}

pub(super) struct World {
    pub(super) app: App,
    /// Processes for the other actors, because a handler that waits in the middle blocks its own process.
    pub(super) others: App,
    mishaps: Vec<Mishap>,
    pub(super) manner: Manner,
    post: RefCell<Vec<Posted>>,
    posted: RefCell<Vec<Label>>,
    reported: Cell<usize>,
    keys: Cell<u32>,
    /// Until when the job for workbooks may process one.
    made_up_for: Cell<Timestamp>,
    asked: RefCell<BTreeSet<Asked>>,
    /// How many handlers have run.
    runs: Cell<usize>,
    lists: query_status::ListCache,
    /// Whether another actor acts now, in the middle of a handler or right after one.
    pub(super) is_meddling: Cell<bool>,
    /// How much time has passed in large steps.
    pub(super) jumped: Cell<Duration>,
    /// The outages and stops that were not ended yet.
    pub(super) troubles: RefCell<Vec<Upheaval>>,
    /// The failure that an invariant found, as distinct from one of the script.
    wrong: RefCell<Option<String>>,
    /// What the product has written for others to read.
    pub(super) spoken: RefCell<Spoken>,
    /// What was seen so far, for the invariants.
    pub(super) seen: RefCell<Seen>,
}

impl World {
    pub(super) async fn begin(scenarios: &[Scenario], mishaps: &[Mishap], manner: Manner) -> Self {
        let app = App::start().await;
        let has_canaries = scenarios.iter().any(|scenario| scenario.jobs.contains(&"canary"));
        let app = if has_canaries { app.with_canaries(CANARY) } else { app };
        for mishap in mishaps {
            match mishap {
                Mishap::Call(place, fault) => app.probe.break_call(*place, *fault),
                Mishap::Meanwhile(place, _) => app.probe.interrupt(*place),
                Mishap::Parcel(..) | Mishap::NoMailEvents | Mishap::Then(..) | Mishap::After(..) => {}
            }
        }
        for name in OFFICERS {
            app.directory.add_officer(officer(name));
        }
        let others = app.beside();
        Self {
            app,
            others,
            mishaps: mishaps.to_vec(),
            manner,
            post: RefCell::default(),
            posted: RefCell::default(),
            reported: Cell::new(0),
            keys: Cell::new(0),
            made_up_for: Cell::new(Timestamp::from_unix_ms(0)),
            asked: RefCell::default(),
            runs: Cell::new(0),
            lists: query_status::ListCache::default(),
            is_meddling: Cell::new(false),
            jumped: Cell::new(Duration::ZERO),
            troubles: RefCell::default(),
            wrong: RefCell::default(),
            spoken: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// The messages and events so far.
    pub(super) fn parcels(&self) -> Vec<Label> {
        self.posted.borrow().clone()
    }

    /// The failure that an invariant found, if any.
    pub(super) fn wrong(&self) -> Option<String> {
        self.wrong.borrow().clone()
    }

    /// Ends the run, because an invariant is broken.
    pub(super) fn found(&self, wrong: &str) -> ! {
        *self.wrong.borrow_mut() = Some(wrong.to_owned());
        panic!("{wrong}");
    }

    /// Runs a handler to its end or crash, with everything that happens during it and right after it, and then checks
    /// the invariants.
    pub(super) async fn run<T>(&self, function: &'static str, handler: impl Future<Output = T>) -> Option<T> {
        let meanwhile = async || {
            // The other actors share a process. One may wait for a lock that another one has in that process.
            if self.is_meddling.get() {
                return;
            }
            for mishap in &self.mishaps {
                if let Mishap::Meanwhile(_, meddler) = mishap {
                    // Boxed, because meddlers run handlers too.
                    Box::pin(self.meddle(*meddler)).await;
                }
            }
        };
        // Boxed, because the unoptimised futures of whole handlers are too large for the stack of a test.
        let handler = Box::pin(handler);
        let ended = Box::pin(self.app.probe.run_interrupted(function, handler, meanwhile)).await;
        let now = self.runs.get() + 1;
        self.runs.set(now);
        for mishap in &self.mishaps {
            match mishap {
                Mishap::Then(run, meddler) if *run == now => Box::pin(self.meddle(*meddler)).await,
                Mishap::After(run, upheaval) if *run == now => {
                    Box::pin(self.begin_trouble(*upheaval)).await;
                }
                _ => {}
            }
        }
        ended
    }

    /// How many handlers have run.
    pub(super) fn runs(&self) -> usize {
        self.runs.get()
    }

    /// The mishaps of this run, in order.
    pub(super) fn mishaps(&self) -> &[Mishap] {
        &self.mishaps
    }

    /// Everything that was written about people, with the logs of the functions.
    pub(super) fn spoken(&self, log: &Logged) -> Spoken {
        let mut spoken = self.spoken.take();
        spoken.add(Medium::Log, log.text());
        for posted in self.app.endpoints.posted() {
            spoken.add(Medium::WebhookEvent, posted.body);
            spoken.add(Medium::Url, posted.endpoint);
        }
        for mail in self.app.outbox.sent() {
            if let Some(token) = token_in(&mail.letter.text) {
                spoken.add_token(token);
            }
        }
        spoken
    }

    /// The requests to the API so far.
    pub(super) fn asked(&self) -> BTreeSet<Asked> {
        self.asked.borrow().clone()
    }

    /// The officer of every scenario.
    pub(super) fn ada(&self) -> Person<'_> {
        self.app.officer("ada")
    }

    /// Sends a request, and repeats it in the same form for as long as there is no answer.
    pub(super) async fn ask(
        &self,
        function: &'static str,
        who: &Person<'_>,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        self.ask_over(function, who, method, path, &[], body).await
    }

    /// Like [`World::ask`], over the version that the caller knows.
    pub(super) async fn ask_over(
        &self,
        function: &'static str,
        who: &Person<'_>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        self.keys.set(self.keys.get() + 1);
        let key = format!("key-{}", self.keys.get());
        let mut headers = headers.to_vec();
        headers.extend([("idempotency-key", key.as_str()), ("authorization", TOKEN_OF_OFFICER)]);
        let path_alone = path.split('?').next().unwrap_or_default().to_owned();
        self.asked.borrow_mut().insert(Asked { function, method: method.to_owned(), path: path_alone });
        self.spoken.borrow_mut().told(format!("{path} {body} {TOKEN_OF_OFFICER}"));
        for _ in 0..ASKED {
            let answer = self.run(function, who.json(method, path, &headers, body.clone())).await;
            self.watch().await;
            answer.iter().for_each(|answer| self.spoken.borrow_mut().answered(answer));
            if let Some(answer) = answer.filter(|answer| !answer.status.is_server_error()) {
                return answer;
            }
            self.pass(Duration::from_secs(2));
        }
        panic!("{method} {path} is never answered");
    }

    /// Runs an operator's command, and repeats it for as long as the function fails. Returns its answer.
    pub(super) async fn operate(&self, words: &[&str]) -> operate::Answer {
        for _ in 0..ASKED {
            let answer = self.run("operate", self.app.operate(words)).await;
            self.watch().await;
            if let Some(Ok(answer)) = answer {
                return answer;
            }
            self.pass(Duration::from_secs(2));
        }
        panic!("{words:?} is never done");
    }

    /// Sends a message as another system does.
    pub(super) fn post(&self, queue: QueueName, wake: Wake) {
        self.hand_in(Parcel::Wake(queue, wake));
    }

    /// Puts a workbook into the bucket.
    pub(super) fn upload(&self, key: &str, bytes: Vec<u8>) {
        self.hand_in(Parcel::Stored(self.app.upload(key, bytes)));
    }

    /// Puts a workbook into the bucket, without an announcement.
    pub(super) fn store_unannounced(&self, key: &str, bytes: Vec<u8>) {
        let _ = self.app.upload(key, bytes);
        self.wait_for_uploads();
    }

    /// All invites, of every officer.
    pub(super) async fn invites(&self) -> Vec<Invite> {
        let mut invites = Vec::new();
        for name in OFFICERS {
            let query = InviteQuery { limit: 100, ..InviteQuery::default() };
            let listed =
                self.lists.page(&self.app.store, &officer(name).id, &query, self.app.clock.now()).await.unwrap();
            invites.extend(listed.invites.into_iter().map(Stored::into_value));
        }
        invites
    }

    /// All actions, of every officer.
    pub(super) async fn actions(&self) -> Vec<BulkAction> {
        let mut actions = Vec::new();
        let mut place = None;
        loop {
            let page = self.app.store.list_work(place).await.unwrap();
            actions.extend(page.found.into_iter().filter_map(|work| match work {
                Work::BulkAction(action) => Some(action.into_value()),
                _ => None,
            }));
            place = page.next;
            if place.is_none() {
                return actions;
            }
        }
    }

    /// All batches that officers see, of every officer.
    pub(super) async fn batches(&self) -> Vec<Batch> {
        let mut batches = Vec::new();
        for name in OFFICERS {
            let listed = self.app.store.list_batches(&officer(name).id, 100, None).await.unwrap().0;
            batches.extend(listed.into_iter().map(Stored::into_value).filter(Batch::is_listed));
        }
        batches
    }
}

/// The label of a parcel.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) carrier: &'static str,
    pub(super) reader: &'static str,
    /// The kind of a message.
    pub(super) wake: Option<String>,
}

impl Parcel {
    fn label(&self) -> Label {
        let (carrier, reader) = match self {
            Self::Wake(QueueName::Dispatch, _) => ("queue", "dispatch-batch"),
            Self::Wake(QueueName::Provision, _) => ("queue", "provision-user"),
            Self::Wake(QueueName::Mail, _) => ("queue", "send-mail"),
            Self::Wake(QueueName::Actions, _) => ("queue", "apply-actions"),
            Self::Wake(QueueName::Webhooks, _) => ("queue", "notify-agencies"),
            Self::Stored(_) => ("s3", "parse-batch"),
            Self::Ses(_) => ("ses", "track-mail"),
            Self::Streamed(_) => ("stream", "watch-invites"),
        };
        let wake = match self {
            Self::Wake(_, wake) => json!(wake)["wake"].as_str().map(str::to_owned),
            Self::Stored(_) | Self::Ses(_) | Self::Streamed(_) => None,
        };
        Label { carrier, reader, wake }
    }
}
