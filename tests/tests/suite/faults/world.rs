//! The product with the world around it: clients that ask again, queues and events that come again, a timer; and
//! whatever is to go wrong.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use boot::Disposition;
use domain::{Timestamp, batch::Batch, invite::Invite};
use futures::future::join;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::{Due, InviteQuery, Stored, due::DUE_SHARDS};
use sweep::jobs::Job;
use testing::{SentMail, probe::Fault};
use tests::{
    app::{Answer, App, Person},
    people::officer,
};

use super::{
    canaries::{Lines, Medium, Spoken, TOKEN_OF_OFFICER},
    invariants::{Seen, is_undecided},
    meddlers::Meddler,
    scenarios::Scenario,
    upheavals::Upheaval,
};

const SENT: &str = include_str!("../../../../events/mail-sent.json");
const DELIVERED: &str = include_str!("../../../../events/mail-delivered.json");

const CANARY: &str = "success@simulator.amazonses.com";

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The call at this place of the trace.
    Call(usize, Fault),
    /// The message or event with this number.
    Parcel(usize, Post),
    /// None of SES's events about these mails arrives, while those about others do.
    NoMailEvents,
    /// Somebody else acts before the call at this place.
    Meanwhile(usize, Meddler),
    /// Somebody else acts after the handler that ran as this one, 1 for the first.
    Then(usize, Meddler),
    /// Something happens around the product after the handler that ran as this one, 1 for the first.
    After(usize, Upheaval),
}

/// How a run is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// People get what they came for, whatever breaks.
    Calm,
    /// People may get something else and give up: what must never be otherwise holds all the same.
    Rough,
}

impl Manner {
    pub(super) fn of(mishaps: &[Mishap]) -> Self {
        let is_rough = |mishap: &Mishap| matches!(mishap, Mishap::Meanwhile(..) | Mishap::Then(..) | Mishap::After(..));
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

/// How long a message that was not worked off stays invisible: the least visibility timeout of the template.
const VISIBILITY: Duration = Duration::from_secs(180);

/// How often a message is received before it is a dead letter.
const RECEIVES: usize = 5;

/// When Lambda repeats an event whose function failed.
const REPEATS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// One turn of the world, and how often the timer comes round.
const TURN: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

/// Longer than anything but a date of an invitation may wait.
const SOON: Duration = Duration::from_secs(6 * 3600);

/// How long after the last trouble everything must have come to rest: the two hours that a late message and an
/// unanswered mail take, with room.
const PATIENCE: Duration = Duration::from_secs(5 * 3600);

/// How long everybody tries while something keeps the product from its work: what is tried then is tried again and
/// again.
const IN_TROUBLE: Duration = Duration::from_secs(20 * 60);

/// How long the sweeper may take to do something about a workbook: five minutes until it begins, two until its turn,
/// and a lease of a sweeper that died.
const MAKING_UP: Duration = Duration::from_secs(12 * 60);

/// How often a client asks when it gets no answer.
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

/// A request, by who answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) function: &'static str,
    pub(super) method: String,
    pub(super) path: String,
}

pub(super) struct World {
    pub(super) app: App,
    /// The processes that answer others: one that waits in the middle of a handler keeps only itself waiting.
    pub(super) others: App,
    mishaps: Vec<Mishap>,
    pub(super) manner: Manner,
    post: RefCell<Vec<Posted>>,
    posted: RefCell<Vec<Label>>,
    reported: Cell<usize>,
    keys: Cell<u32>,
    /// Until when the sweeper may take to do something about a workbook.
    made_up_for: Cell<Timestamp>,
    asked: RefCell<BTreeSet<Asked>>,
    /// How many handlers have run.
    runs: Cell<usize>,
    lists: query_status::ListCache,
    /// Whether somebody acts in the middle of a handler, or right after one.
    pub(super) is_meddling: Cell<bool>,
    /// How much time has passed at a stroke.
    pub(super) jumped: Cell<Duration>,
    /// What goes on around the product until it is ended.
    pub(super) troubles: RefCell<Vec<Upheaval>>,
    /// What was found wrong, by an invariant and not by the script.
    wrong: RefCell<Option<String>>,
    /// What has left the product for others to read.
    pub(super) spoken: RefCell<Spoken>,
    /// What has been seen on the way, of what must never be otherwise.
    pub(super) seen: RefCell<Seen>,
}

impl World {
    pub(super) async fn begin(scenarios: &[Scenario], mishaps: &[Mishap], manner: Manner) -> Self {
        let app = App::start().await;
        let has_canaries = scenarios.iter().any(|scenario| scenario.jobs.contains(&Job::Canary));
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

    /// What an invariant found wrong, if one did.
    pub(super) fn wrong(&self) -> Option<String> {
        self.wrong.borrow().clone()
    }

    /// Ends the run, because something is as it must never be.
    pub(super) fn found(&self, wrong: &str) -> ! {
        *self.wrong.borrow_mut() = Some(wrong.to_owned());
        panic!("{wrong}");
    }

    /// Runs a handler to its end or crash, with whatever happens meanwhile and right after, and looks at what came of
    /// it.
    pub(super) async fn run<T>(&self, function: &'static str, handler: impl Future<Output = T>) -> Option<T> {
        let meanwhile = async || {
            // Those who act in the middle share a process, and one may wait for what another has locked in it.
            if self.is_meddling.get() {
                return;
            }
            for mishap in &self.mishaps {
                if let Mishap::Meanwhile(_, meddler) = mishap {
                    // Boxed: they run handlers as well.
                    Box::pin(self.meddle(*meddler)).await;
                }
            }
        };
        // Boxed: unoptimised futures of whole handlers fill the stack of a test.
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

    /// What is to go wrong.
    pub(super) fn mishaps(&self) -> &[Mishap] {
        &self.mishaps
    }

    /// All that was said of people, with what the functions have logged.
    pub(super) fn spoken(&self, log: &Lines) -> Spoken {
        let mut spoken = self.spoken.take();
        spoken.add(Medium::Log, log.text());
        for posted in self.app.endpoints.posted() {
            spoken.add(Medium::WebhookEvent, posted.body);
            spoken.add(Medium::Url, posted.endpoint);
        }
        for mail in self.app.outbox.sent() {
            if let Some((_, link)) = mail.letter.text.split_once("/accept#") {
                spoken.add_token(link.chars().take_while(char::is_ascii_hexdigit).collect());
            }
        }
        spoken
    }

    /// What was asked of the API so far.
    pub(super) fn asked(&self) -> BTreeSet<Asked> {
        self.asked.borrow().clone()
    }

    /// The officer of every scenario.
    pub(super) fn ada(&self) -> Person<'_> {
        self.app.officer("ada")
    }

    /// Asks for something, and asks again the same way for as long as there is no answer.
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

    /// As [`World::ask`], over the version that the asker knows.
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

    /// Does what an operator asks for, and asks again for as long as the function fails: what it said.
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

    /// Sends a message as somebody else does.
    pub(super) fn post(&self, queue: QueueName, wake: Wake) {
        self.hand_in(Parcel::Wake(queue, wake));
    }

    /// Puts a workbook into the bucket.
    pub(super) fn upload(&self, key: &str, bytes: Vec<u8>) {
        self.hand_in(Parcel::Stored(self.app.upload(key, bytes)));
    }

    /// Puts a workbook into the bucket, and nobody says so.
    pub(super) fn store_unannounced(&self, key: &str, bytes: Vec<u8>) {
        let _ = self.app.upload(key, bytes);
        self.wait_for_sweeper();
    }

    /// Gives the sweeper time to do something about a workbook.
    fn wait_for_sweeper(&self) {
        self.made_up_for.set(self.app.clock.now() + MAKING_UP);
    }

    pub(super) fn pass(&self, time: Duration) {
        self.app.clock.advance(time);
        self.app.probe.pass(time);
    }

    /// Lets the world go on until everything has come to rest.
    pub(super) async fn settle(&self) {
        let (begun, jumped) = (self.app.clock.now(), self.jumped.get());
        let mut sweep_at = begun + MINUTE;
        let mut swept = false;
        loop {
            self.pass(TURN);
            Box::pin(self.deliver_ready()).await;
            let now = self.app.clock.now();
            let waited = now.since(begun).saturating_sub(self.jumped.get() - jumped);
            if self.is_in_trouble() && waited >= IN_TROUBLE {
                return;
            }
            if waited >= PATIENCE {
                self.found(&format!("stuck: {}", self.shown().await));
            }
            if now >= sweep_at {
                Box::pin(self.sweep()).await;
                sweep_at = self.app.clock.now() + MINUTE;
                swept = true;
            }
            let now = self.app.clock.now();
            let next = self.next().await;
            if swept && next.is_none() {
                return;
            }
            // What is due much later is due by a date, and not because anything is still under way.
            if next.is_some_and(|next| swept && next >= begun + PATIENCE + (self.jumped.get() - jumped)) {
                return;
            }
            // Until something is due, sweep after sweep would find nothing.
            let waits_for_sweeper = self.made_up_for.get() > now;
            if let Some(next) = next.filter(|next| swept && !waits_for_sweeper && *next > now + MINUTE) {
                self.pass((next - TURN).since(now));
                sweep_at = next;
            }
        }
    }

    async fn deliver_ready(&self) {
        self.collect();
        let now = self.app.clock.now();
        let (ready, later): (Vec<Posted>, Vec<Posted>) =
            self.post.take().into_iter().partition(|posted| posted.at <= now);
        *self.post.borrow_mut() = later;
        for posted in ready {
            self.deliver(posted).await;
        }
    }

    /// Lets every worker and the sweeper work for some minutes, whether or not anything comes to rest.
    pub(super) async fn work(&self, minutes: u64) {
        for _ in 0..minutes {
            self.pass(MINUTE);
            Box::pin(self.sweep()).await;
            for _ in 0..3 {
                self.pass(Duration::from_secs(1));
                Box::pin(self.deliver_ready()).await;
            }
        }
    }

    async fn sweep(&self) {
        // Other officers' mails are under way all the time.
        let _ = self.app.store.note_mail_event(self.app.clock.now()).await.unwrap();
        self.run("sweep", self.app.sweep()).await;
        self.watch().await;
    }

    /// When something is next on its way or due, dates of an invitation aside.
    async fn next(&self) -> Option<Timestamp> {
        self.collect();
        let soon = self.app.clock.now() + SOON;
        let mut next: Vec<Timestamp> = self.post.borrow().iter().map(|posted| posted.at).collect();
        for shard in 0..DUE_SHARDS {
            for entry in self.app.store.list_due(shard, soon, 100).await.unwrap() {
                if !self.is_left_to_a_person(entry.what).await {
                    next.push(entry.since);
                }
            }
        }
        next.extend(Some(self.made_up_for.get()).filter(|until| *until > self.app.clock.now()));
        next.into_iter().min()
    }

    /// Whether nothing more happens to something that is due, until a person has looked at its mail.
    async fn is_left_to_a_person(&self, due: Due) -> bool {
        match due {
            Due::Invite(id) => {
                let invite = self.app.store.get::<Invite>(&id).await.unwrap();
                invite.is_some_and(|invite| invite.mail.iter().chain(&invite.officer_mail).any(is_undecided))
            }
            Due::Batch(id) => {
                let batch = self.app.store.get::<Batch>(&id).await.unwrap();
                batch.is_some_and(|batch| batch.report.as_ref().is_some_and(is_undecided))
            }
            Due::BulkAction(_) | Due::WebhookEvent(_) | Due::SeedRequest(_) => false,
        }
    }

    /// Takes up what was sent since: messages, and what SES says about new mails.
    fn collect(&self) {
        for queue in QueueName::ALL {
            for wake in self.app.queues.drain(queue) {
                self.spoken.borrow_mut().add(Medium::Queue, json!(wake).to_string());
                self.hand_in(Parcel::Wake(queue, wake));
            }
        }
        for announced in self.app.queues.drain_announcements() {
            self.hand_in(Parcel::Stored(serde_json::from_str(&announced).unwrap()));
        }
        let changes = serde_json::to_value(self.app.table.take_stream()).unwrap();
        if changes["Records"].as_array().is_some_and(|records| !records.is_empty()) {
            self.hand_in(Parcel::Streamed(changes));
        }
        let sent = self.app.outbox.sent();
        for mail in sent.iter().skip(self.reported.replace(sent.len())) {
            if !self.mishaps.contains(&Mishap::NoMailEvents) {
                for recorded in [SENT, DELIVERED] {
                    self.hand_in(Parcel::Ses(self.event(recorded, mail)));
                }
            }
        }
    }

    /// What SES says about a mail in a recorded event.
    pub(super) fn event(&self, recorded: &str, sent: &SentMail) -> Value {
        let mut event: Value = serde_json::from_str(recorded).unwrap();
        event["time"] = json!(self.app.clock.now().to_string());
        event["detail"]["mail"]["timestamp"] = event["time"].clone();
        event["detail"]["mail"]["messageId"] = json!(sent.message_id);
        let tags = event["detail"]["mail"]["tags"].as_object_mut().unwrap();
        tags.remove("invite_id");
        tags.extend(sent.tags.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!([value]))));
        event
    }

    /// Posts an event of SES that arrives for certain.
    pub(super) fn post_event(&self, event: Value) {
        let posted = Posted { parcel: Parcel::Ses(event), at: self.app.clock.now(), received: 0, at_once: 1 };
        self.post.borrow_mut().push(posted);
    }

    /// Posts a parcel, or does with it what is to go wrong.
    fn hand_in(&self, parcel: Parcel) {
        let number = self.posted.borrow().len();
        self.posted.borrow_mut().push(parcel.label());
        let now = self.app.clock.now();
        let mishap = self.mishaps.iter().find_map(|mishap| match mishap {
            Mishap::Parcel(at, post) if *at == number => Some(*post),
            _ => None,
        });
        let (times, at_once): (&[Duration], usize) = match mishap {
            None => (&[Duration::ZERO], 1),
            Some(Post::Lost) => (&[], 0),
            Some(Post::Doubled) => (&[Duration::ZERO, TURN], 1),
            Some(Post::Together) => (&[Duration::ZERO], 2),
            Some(Post::Late) => (&[Duration::from_secs(3600)], 1),
        };
        let posted = Posted { parcel, at: now, received: 0, at_once };
        if let (Parcel::Stored(_), Some(Post::Lost)) = (&posted.parcel, mishap) {
            self.wait_for_sweeper();
        }
        self.post.borrow_mut().extend(times.iter().map(|after| Posted { at: now + *after, ..posted.clone() }));
    }

    async fn deliver(&self, posted: Posted) {
        let outcomes = if posted.at_once == 2 {
            let (one, other) = join(self.open(posted.parcel.clone()), self.open(posted.parcel.clone())).await;
            vec![one, other]
        } else {
            vec![self.open(posted.parcel.clone()).await]
        };
        self.watch().await;
        for outcome in outcomes {
            let received = posted.received + 1;
            let again = match (&outcome, &posted.parcel) {
                (Some(Disposition::Done), _) => continue,
                (Some(Disposition::Discard(_)), _) => None,
                (Some(Disposition::Retry(_)) | None, Parcel::Wake(..) | Parcel::Stored(_)) => {
                    (received < RECEIVES).then_some(VISIBILITY)
                }
                (Some(Disposition::Retry(_)) | None, Parcel::Ses(_)) => REPEATS.get(posted.received).copied(),
                // Whatever comes after it waits.
                (Some(Disposition::Retry(_)) | None, Parcel::Streamed(_)) => Some(TURN),
            };
            match again {
                None => self.give_up(&posted.parcel, &outcome),
                Some(after) => {
                    let at = self.app.clock.now() + after;
                    self.post.borrow_mut().push(Posted { at, received, at_once: 1, ..posted.clone() });
                }
            }
        }
    }

    /// Puts a message among the dead letters.
    fn give_up(&self, parcel: &Parcel, outcome: &Option<Disposition>) {
        if let Parcel::Wake(queue, wake) = parcel {
            self.app.queues.give_up(*queue, *wake);
        }
        self.seen.borrow_mut().dead_letters.push(format!("{parcel:?}: {outcome:?}"));
    }

    /// Gives up every message that is under way, as if its workers had failed each time.
    pub(super) fn give_up_messages(&self) {
        self.collect();
        let is_message = |posted: &Posted| matches!(posted.parcel, Parcel::Wake(..));
        let (given_up, rest): (Vec<Posted>, Vec<Posted>) = self.post.take().into_iter().partition(is_message);
        *self.post.borrow_mut() = rest;
        for posted in given_up {
            self.give_up(&posted.parcel, &None);
        }
    }

    /// Gives a parcel to the function that works on it: `None` when that crashes.
    async fn open(&self, parcel: Parcel) -> Option<Disposition> {
        let function = parcel.label().reader;
        match parcel {
            Parcel::Wake(queue, wake) => self.run(function, self.app.deliver(queue, wake)).await,
            Parcel::Stored(event) => self.run(function, self.app.parse(event)).await,
            Parcel::Ses(event) => self.run(function, self.app.track(event)).await,
            Parcel::Streamed(event) => {
                let event = serde_json::from_value(event).unwrap();
                self.run(function, self.app.watch(event)).await
            }
        }
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

/// What is written on a parcel.
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
