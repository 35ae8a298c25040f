//! How time passes in the world: messages are delivered, the timers run, and what fails is delivered again.

use boot::Disposition;
use domain::{Timestamp, batch::Batch, bulk_action::BulkAction, invite::Invite};
use futures::future::join;
use queue::QueueName;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Due, due::DUE_SHARDS};
use testing::SentMail;
use tests::mail_event;

use super::{
    super::{
        canaries::Medium,
        invariants::{is_undecided, mails_of},
    },
    DELIVERED, IN_TROUBLE, MAKING_UP, MINUTE, Mishap, PATIENCE, Parcel, Post, Posted, RECEIVES, REPEATS, SENT, SOON,
    TURN, VISIBILITY, World,
};

impl World {
    /// Gives the job for workbooks time to process one.
    pub(super) fn wait_for_uploads(&self) {
        self.made_up_for.set(self.app.clock.now() + MAKING_UP);
    }

    pub(in crate::faults) fn pass(&self, time: Duration) {
        self.app.clock.advance(time);
        self.app.probe.pass(time);
    }

    /// Lets time pass until everything is at rest.
    pub(in crate::faults) async fn settle(&self) {
        let (begun, jumped) = (self.app.clock.now(), self.jumped.get());
        let mut timers_at = begun + MINUTE;
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
            if now >= timers_at {
                Box::pin(self.timers()).await;
                timers_at = self.app.clock.now() + MINUTE;
                swept = true;
            }
            let now = self.app.clock.now();
            let next = self.next().await;
            if swept && next.is_none() {
                return;
            }
            // What is due much later is due by a date, so nothing is in progress any more.
            if next.is_some_and(|next| swept && next >= begun + PATIENCE + (self.jumped.get() - jumped)) {
                return;
            }
            // Until the next record is due, no sweep would find anything.
            let waits_for_uploads = self.made_up_for.get() > now;
            if let Some(next) = next.filter(|next| swept && !waits_for_uploads && *next > now + MINUTE) {
                self.pass((next - TURN).since(now));
                timers_at = next;
            }
        }
    }

    /// Lets time pass until `is_over`, as somebody waits who sees only that; for `most` at most.
    pub(in crate::faults) async fn wait(&self, most: Duration, is_over: impl Fn() -> bool) {
        let begun = self.app.clock.now();
        let mut timers_at = begun + MINUTE;
        while !is_over() && self.app.clock.now() < begun + most {
            self.pass(TURN);
            Box::pin(self.deliver_ready()).await;
            if self.app.clock.now() >= timers_at {
                Box::pin(self.timers()).await;
                timers_at = self.app.clock.now() + MINUTE;
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

    /// Lets every worker and the timers work for some minutes, even if not everything comes to rest.
    pub(in crate::faults) async fn work(&self, minutes: u64) {
        for _ in 0..minutes {
            self.pass(MINUTE);
            Box::pin(self.timers()).await;
            for _ in 0..3 {
                self.pass(Duration::from_secs(1));
                Box::pin(self.deliver_ready()).await;
            }
        }
    }

    async fn timers(&self) {
        // Mails of other officers are always being sent.
        let _ = self.app.store.note_mail_event(self.app.clock.now()).await.unwrap();
        self.run("sweep", self.app.sweep()).await;
        self.run("maintain", self.app.maintain()).await;
        self.watch().await;
    }

    /// When something is delivered or due next, without the dates of invitations.
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

    /// Whether nothing happens to a due record any more until an operator has checked its mail.
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
            Due::BulkAction(id) => {
                let action = self.app.store.get::<BulkAction>(&id).await.unwrap();
                action.is_some_and(|action| mails_of(&action).any(is_undecided))
            }
            Due::WebhookEvent(_) | Due::SeedRequest(_) => false,
        }
    }

    /// Collects what was sent since the last call: messages, and SES's events of new mails.
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

    /// The recorded SES event, as an event of this mail.
    pub(in crate::faults) fn event(&self, recorded: &str, sent: &SentMail) -> Value {
        mail_event::about(sent, recorded, self.app.clock.now())
    }

    /// Posts an SES event that is certain to arrive.
    pub(in crate::faults) fn post_event(&self, event: Value) {
        let posted = Posted { parcel: Parcel::Ses(event), at: self.app.clock.now(), received: 0, at_once: 1 };
        self.post.borrow_mut().push(posted);
    }

    /// Posts a parcel, or applies its mishap.
    pub(super) fn hand_in(&self, parcel: Parcel) {
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
            self.wait_for_uploads();
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
                // Later parcels of the stream wait for it.
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

    /// Puts every message that is on its way among the dead letters, as if its worker had failed each time.
    pub(in crate::faults) fn give_up_messages(&self) {
        self.collect();
        let is_message = |posted: &Posted| matches!(posted.parcel, Parcel::Wake(..));
        let (given_up, rest): (Vec<Posted>, Vec<Posted>) = self.post.take().into_iter().partition(is_message);
        *self.post.borrow_mut() = rest;
        for posted in given_up {
            self.give_up(&posted.parcel, &None);
        }
    }

    /// Gives a parcel to the function that handles it. `None`: the function crashes.
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
}
