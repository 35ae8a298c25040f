//! Lambda and SQS, as they drive the workers: pollers that receive messages in batches, invocations that end in time,
//! messages that come back after their visibility timeout, and timers. All of it in the time of `tokio`.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    fmt,
    future::pending,
    time::Duration,
};

use aws_lambda_events::sqs::SqsMessage;
use boot::handle_records;
use domain::Timestamp;
use futures::{FutureExt as _, StreamExt as _, future::LocalBoxFuture, stream::FuturesUnordered};
use queue::{QueueName, Wake};
use tokio::time::{Instant, sleep};

use crate::{
    app::App,
    ledger::{Ledger, count},
    mail_event,
};

/// How long a poller waits before it looks at an empty queue again: longer each time that it is empty. A receive takes
/// [`RECEIVE`].
const FIRST_POLL: Duration = Duration::from_millis(100);
const LAST_POLL: Duration = Duration::from_secs(2);
const RECEIVE: Duration = Duration::from_millis(10);

/// How a queue is polled, as in the template.
struct Mapping {
    queue: QueueName,
    workers: usize,
    batch: usize,
    timeout: Duration,
    /// Deliveries of a message before it becomes a dead letter.
    receives: u32,
}

/// The event source mappings of the template with its default parameters.
const MAPPINGS: [Mapping; 5] = [
    Mapping { queue: QueueName::Dispatch, workers: 5, batch: 1, timeout: Duration::from_secs(60), receives: 5 },
    Mapping { queue: QueueName::Actions, workers: 5, batch: 1, timeout: Duration::from_secs(60), receives: 5 },
    Mapping { queue: QueueName::Provision, workers: 10, batch: 10, timeout: Duration::from_secs(30), receives: 5 },
    Mapping { queue: QueueName::Mail, workers: 2, batch: 10, timeout: Duration::from_secs(30), receives: 10 },
    Mapping { queue: QueueName::Webhooks, workers: 5, batch: 10, timeout: Duration::from_secs(30), receives: 5 },
];

/// Changes of the table that one invocation is given.
const STREAM_BATCH: usize = 100;

/// Megabytes of the functions that queues, SES's events and the table's stream start.
const MEMORY: u32 = 128;

/// A message that waits until it is visible.
struct Message {
    wake: Wake,
    receives: u32,
    visible_at: Instant,
}

/// All functions that queues and timers start.
pub struct Lambda<'a> {
    app: &'a App,
    queues: RefCell<BTreeMap<QueueName, VecDeque<Message>>>,
    dead_letters: Cell<usize>,
    redelivered: Cell<usize>,
    invocations: RefCell<BTreeMap<QueueName, usize>>,
    messages: RefCell<BTreeMap<QueueName, usize>>,
    /// What the invocations and messages cost.
    cost: Cell<Ledger>,
}

impl fmt::Debug for Lambda<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda")
            .field("invocations", &self.invocations.borrow())
            .field("messages", &self.messages.borrow())
            .field("redelivered", &self.redelivered.get())
            .field("dead_letters", &self.dead_letters.get())
            .finish_non_exhaustive()
    }
}

impl<'a> Lambda<'a> {
    /// The functions of this product. Each worker is a process of its own.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        Self {
            app,
            queues: RefCell::default(),
            dead_letters: Cell::new(0),
            redelivered: Cell::new(0),
            invocations: RefCell::default(),
            messages: RefCell::default(),
            cost: Cell::default(),
        }
    }

    /// What the invocations and messages cost so far, without those of timers, which run in an idle month too.
    #[must_use]
    pub fn cost(&self) -> Ledger {
        self.cost.get()
    }

    fn pay(&self, more: Ledger) {
        self.cost.set(self.cost.get() + more);
    }

    /// Messages that were delivered in vain until they became dead letters.
    #[must_use]
    pub fn dead_letters(&self) -> usize {
        self.dead_letters.get()
    }

    /// Runs all workers and timers until `is_done`, which is asked each second. What they are doing then is lost, as in
    /// a crash.
    ///
    /// # Panics
    ///
    /// When that takes longer than `limit`.
    pub async fn run_until(&self, limit: Duration, mut is_done: impl FnMut() -> bool) {
        let mut running: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
        for mapping in &MAPPINGS {
            for _ in 0..mapping.workers {
                running.push(self.poll(mapping).boxed_local());
            }
        }
        running.push(self.timers().boxed_local());
        running.push(self.stream().boxed_local());
        running.push(self.mail_events().boxed_local());
        let end = Instant::now() + limit;
        let watch = async {
            while !is_done() {
                assert!(Instant::now() < end, "it is not done in {limit:?}");
                sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::select! {
            () = watch => {}
            ended = running.next() => panic!("a worker ended: {ended:?}"),
        }
    }

    async fn poll(&self, mapping: &Mapping) {
        let process = self.app.beside();
        let mut pause = FIRST_POLL;
        loop {
            let received = self.receive(mapping);
            if received.is_empty() {
                sleep(pause).await;
                pause = (pause * 2).min(LAST_POLL);
                continue;
            }
            pause = FIRST_POLL;
            sleep(RECEIVE).await;
            self.invoke(&process, mapping, received).await;
        }
    }

    /// Takes visible messages, which are invisible until they are answered.
    fn receive(&self, mapping: &Mapping) -> Vec<Message> {
        let now = Instant::now();
        let mut queues = self.queues.borrow_mut();
        let queue = queues.entry(mapping.queue).or_default();
        let sent = self.app.queues.drain(mapping.queue);
        queue.extend(sent.into_iter().map(|wake| Message { wake, receives: 0, visible_at: now }));
        let mut received = Vec::new();
        for _ in 0..queue.len() {
            let Some(message) = queue.pop_front() else { break };
            if received.len() < mapping.batch && message.visible_at <= now {
                received.push(message);
            } else {
                queue.push_back(message);
            }
        }
        received
    }

    /// One invocation. What it names as failed is delivered again after six timeouts, counted from its receipt.
    async fn invoke(&self, process: &App, mapping: &Mapping, received: Vec<Message>) {
        *self.invocations.borrow_mut().entry(mapping.queue).or_default() += 1;
        *self.messages.borrow_mut().entry(mapping.queue).or_default() += received.len();
        let visible_again = Instant::now() + 6 * mapping.timeout;
        let deadline = process.clock.now() + mapping.timeout;
        let record = |(at, message): (usize, &Message)| {
            let mut record = SqsMessage::default();
            record.message_id = Some(at.to_string());
            record.body = Some(serde_json::to_string(&message.wake).expect("a message"));
            record
        };
        let records = received.iter().enumerate().map(record).collect();
        // Each message is sent, and each invocation receives and deletes its messages in a request each.
        self.pay(Ledger { queue_requests: count(received.len()) + 2.0, ..Ledger::default() });
        let began = Instant::now();
        let work = |wake: Wake, deadline| process.deliver_by(mapping.queue, wake, deadline);
        let answer = handle_records(records, deadline, &process.clock.clock(), &work).await.expect("records have ids");
        self.pay(Ledger::of_invocations(1, began.elapsed(), MEMORY));
        let failed: Vec<usize> =
            answer.batch_item_failures.iter().filter_map(|failure| failure.item_identifier.parse().ok()).collect();
        let mut queues = self.queues.borrow_mut();
        for (at, message) in received.into_iter().enumerate() {
            if !failed.contains(&at) {
                continue;
            }
            let again = Message { receives: message.receives + 1, visible_at: visible_again, ..message };
            if again.receives >= mapping.receives {
                self.dead_letters.set(self.dead_letters.get() + 1);
            } else {
                self.redelivered.set(self.redelivered.get() + 1);
                queues.entry(mapping.queue).or_default().push_back(again);
            }
        }
    }

    /// The timers of each minute. One that fails is tried again a minute later.
    async fn timers(&self) {
        loop {
            sleep(Duration::from_secs(60)).await;
            let _ = self.app.timers().await;
        }
    }

    /// SES's events of the mails that its twin took, a second or two later.
    async fn mail_events(&self) {
        let Some(ses) = self.app.twins().map(|twins| &twins.ses) else { return pending().await };
        loop {
            let taken = ses.take_unreported();
            sleep(Duration::from_secs(1)).await;
            for mail in &taken {
                let ago = i64::try_from(mail.at.elapsed().as_millis()).expect("no more than a day");
                let sent_at = Timestamp::from_unix_ms(self.app.clock.now().unix_ms() - ago);
                for recorded in [mail_event::SENT, mail_event::DELIVERED] {
                    let event = mail_event::about_tagged(mail.tags.clone(), &mail.message_id, recorded, sent_at);
                    let began = Instant::now();
                    let _ = self.app.track(event).await;
                    self.pay(Ledger::of_invocations(1, began.elapsed(), MEMORY));
                }
            }
        }
    }

    /// The stream of the table.
    async fn stream(&self) {
        loop {
            sleep(Duration::from_secs(1)).await;
            let batches = self.app.table.streamed().div_ceil(STREAM_BATCH);
            let began = Instant::now();
            let _ = self.app.stream().await;
            self.pay(Ledger::of_invocations(batches, began.elapsed(), MEMORY));
        }
    }
}
