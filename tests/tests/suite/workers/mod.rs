//! The workers behind the queues, and everything that can fail around them.

mod logging;
mod mail_events;
mod mailing;
mod provisioning;
mod sweeping;

use boot::Disposition;
use domain::{
    Entropy, InviteId, Timestamp, TraceId,
    fields::Form,
    invite::{Act, Creation, Invite, Origin},
    mail::MailState,
    terms::Terms,
};
use queue::{QueueName, Wake};
use serde_json::Value;
use std::time::Duration;
use store::{CreateOutcome, Store, Stored};
use testing::{
    ManualClock, MemoryDirectory, MemoryQueues, MemoryStack, Outbox, SentMail,
    people::{account_invite, beginning, keys, officer, officer_form, rules},
    probe::{Fault, Probe},
};
use tests::{
    app::{settings, single_caps},
    mail_event::{self, DELIVERED, SENT},
};

/// How many attempts to record an answer fail, the milliseconds that the worker has left, and whether it records the
/// answer. The pauses take 3.1 s, and the attempt after the last one is not repeated.
const OUTAGES: [(usize, u64, bool); 4] = [(1, 30_000, true), (5, 30_000, true), (6, 30_000, false), (1, 200, false)];

/// The workers over one store, and their backends.
struct World {
    provision: provision_user::Deps,
    mail: send_mail::Deps,
    track: track_mail::Deps,
    sweep: sweep::Deps,
    probe: Probe,
    queues: MemoryQueues,
    directory: MemoryDirectory,
    outbox: Outbox,
    clock: ManualClock,
    entropy: Entropy,
}

impl World {
    fn new() -> Self {
        let (clock, entropy) = (ManualClock::new(beginning()), testing::seeded(1));
        let probe = Probe::default();
        let stack = MemoryStack::new(settings(single_caps()), keys(), clock.clone(), entropy.clone(), &probe);
        Self {
            provision: provision_user::Deps::new(&stack).unwrap(),
            mail: send_mail::Deps::new(&stack).unwrap(),
            track: track_mail::Deps::new(&stack).unwrap(),
            sweep: sweep::Deps::new(&stack).unwrap(),
            probe,
            queues: stack.queues.clone(),
            directory: stack.directory.clone(),
            outbox: stack.outbox.clone(),
            clock,
            entropy,
        }
    }

    fn store(&self) -> &Store {
        &self.sweep.store
    }

    fn queues(&self) -> &MemoryQueues {
        &self.queues
    }

    fn deadline(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(30)
    }

    /// Breaks so many calls of handlers in a row, from the place `first` on, as a table does that is out.
    fn break_calls(&self, first: usize, failures: usize) {
        (first..first + failures).for_each(|place| self.probe.break_call(place, Fault::Throttled));
    }

    /// The place of the call after the call `name`, among all calls of handlers.
    fn place_after(&self, name: &str) -> usize {
        self.probe.calls().iter().position(|call| call.name == name).unwrap() + 1
    }

    /// Whether nothing happens by itself for hours. A day later only an unknown delivery or the retention is checked.
    fn is_at_rest(&self, due_at: Option<Timestamp>) -> bool {
        due_at.is_none_or(|due_at| due_at > self.clock.now() + Duration::from_secs(12 * 3600))
    }

    /// Stores an invite for the account of a form, without waking a worker.
    async fn account(&self, form: &Form) -> InviteId {
        self.keep(account_invite(&officer("olivia"), form, self.clock.now(), &self.entropy)).await
    }

    /// Stores an email invitation for the public officer `name`, without waking a worker.
    async fn invitation(&self, name: &str) -> InviteId {
        let officer = officer("olivia");
        let request = officer_form(name).email_invitation(&rules(), &officer.email).unwrap();
        let now = self.clock.now();
        let creation = Creation {
            terms: Terms::USUAL,
            id: InviteId::generate(now, &self.entropy),
            officer,
            address_key: keys().address(&request.email),
            at: now,
            trace: TraceId::generate(now, &self.entropy),
        };
        self.keep(Invite::queued(creation, Origin::Email, request)).await
    }

    async fn keep(&self, invite: Invite) -> InviteId {
        let created = self.store().create_invite(&invite, None).await.unwrap();
        assert_eq!(created, CreateOutcome::Created);
        invite.id
    }

    /// An act of an officer at this time.
    fn act(&self) -> Act {
        let now = self.clock.now();
        Act { at: now, trace: TraceId::generate(now, &self.entropy), action: None }
    }

    async fn invite(&self, id: InviteId) -> Stored<Invite> {
        self.store().get::<Invite>(&id).await.unwrap().unwrap()
    }

    /// Seconds until an invite is due.
    async fn wait_of(&self, id: InviteId) -> u64 {
        self.invite(id).await.next_due().unwrap().since(self.clock.now()).as_secs()
    }

    /// Changes an invite as a writer other than the workers does.
    async fn change<E: std::fmt::Debug>(&self, id: InviteId, change: impl FnOnce(Invite) -> Result<Invite, E>) {
        let read = self.invite(id).await;
        let next = change(read.to_value()).unwrap();
        assert!(self.store().write(read.becomes(next)).await.unwrap().is_done());
    }

    async fn provision(&self, id: InviteId) -> Disposition {
        provision_user::handle(&self.provision, Wake::Invite { id }, self.deadline()).await
    }

    async fn mail(&self, wake: Wake) -> Disposition {
        send_mail::handle(&self.mail, wake, self.deadline()).await
    }

    async fn sweep(&self) {
        let disposition = sweep::handle(&self.sweep, self.deadline() + Duration::from_secs(20)).await;
        assert!(matches!(disposition, Disposition::Done));
    }

    /// Delivers every message to its worker, until the queues stay empty.
    async fn drain(&self) {
        loop {
            let provision = self.queues().drain(QueueName::Provision);
            let mail = self.queues().drain(QueueName::Mail);
            if provision.is_empty() && mail.is_empty() {
                return;
            }
            for wake in provision {
                provision_user::handle(&self.provision, wake, self.deadline()).await;
            }
            for wake in mail {
                self.mail(wake).await;
            }
        }
    }

    /// Lets `minutes` pass, with a sweep in each minute.
    async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.clock.advance(Duration::from_secs(60));
            self.sweep().await;
            self.drain().await;
        }
    }

    /// Delivers the recorded event `recorded`, as an event of the mail `sent`.
    async fn report(&self, recorded: &str, sent: &SentMail) -> Disposition {
        self.track(mail_event::about(sent, recorded, self.clock.now())).await
    }

    async fn track(&self, event: Value) -> Disposition {
        track_mail::handle(&self.track, serde_json::from_value(event).unwrap()).await
    }
}

fn mail_state(invite: &Stored<Invite>) -> &'static str {
    invite.mail.as_ref().map_or("NONE", |mail| mail.state_name())
}

fn is_duplicate(invite: &Stored<Invite>) -> bool {
    match &invite.mail.as_ref().unwrap().state {
        MailState::Accepted(receipt) | MailState::Delivered(receipt) => receipt.possible_duplicate,
        other => panic!("{other:?}"),
    }
}
