//! The contract of every set of queues.

use std::time::Duration;

use domain::{BatchId, InviteId};
use queue::{QueueName, Queues, Wake};

use crate::people::{beginning, officer};

/// The reader of the queues.
pub trait Readers {
    /// Takes the messages of a queue, after waiting until there are at least `count`.
    fn take(&self, queue: QueueName, count: usize) -> impl Future<Output = Vec<Wake>>;

    /// Takes the announcements of workbooks, after waiting until there are at least `count`.
    fn take_announcements(&self, count: usize) -> impl Future<Output = Vec<String>>;

    /// Puts a message among the dead letters, as after its last delivery.
    fn give_up(&self, queue: QueueName, wake: Wake) -> impl Future<Output = ()>;
}

/// Runs the whole contract on empty queues, of which the dead letters of two may be read.
///
/// # Panics
///
/// When the queues break the contract.
pub async fn all(queues: &Queues, readers: &impl Readers) {
    every_call_arrives_at_its_reader(queues, readers).await;
    every_workbook_is_announced_as_it_stands(queues, readers).await;
    what_was_given_up_can_be_looked_at_and_buried(queues, readers).await;
}

fn calls(count: usize) -> Vec<Wake> {
    let entropy = crate::seeded(71);
    (0..count).map(|_| Wake::Invite { id: InviteId::generate(beginning(), &entropy) }).collect()
}

pub(super) fn sorted(mut wakes: Vec<Wake>) -> Vec<String> {
    wakes.sort_by_key(|wake| format!("{wake:?}"));
    wakes.into_iter().map(|wake| format!("{wake:?}")).collect()
}

/// Uses more messages than one request holds.
async fn every_call_arrives_at_its_reader(queues: &Queues, readers: &impl Readers) {
    let ada = officer("contract").id;
    let many = calls(23);
    queues.wake(QueueName::Provision, &ada, &many).await;
    queues.wake(QueueName::Provision, &ada, &[]).await;
    for queue in QueueName::ALL.into_iter().filter(|queue| *queue != QueueName::Provision) {
        let wake = Wake::Batch { id: BatchId::generate(beginning(), &crate::seeded(72)) };
        queues.wake_later(queue, &ada, &[wake], Duration::from_secs(1)).await;
        assert_eq!(readers.take(queue, 1).await, [wake], "{queue:?}");
    }
    assert_eq!(sorted(readers.take(QueueName::Provision, many.len()).await), sorted(many));
    assert_eq!(readers.take(QueueName::Provision, 0).await, []);
}

async fn every_workbook_is_announced_as_it_stands(queues: &Queues, readers: &impl Readers) {
    let stored: Vec<String> = (10..23).map(|number| format!("{{\"key\":\"drops/a/é + {number}.xlsx\"}}")).collect();
    queues.announce(&stored).await.unwrap();
    let mut announced = readers.take_announcements(stored.len()).await;
    announced.sort_unstable();
    assert_eq!(announced, stored);
}

async fn what_was_given_up_can_be_looked_at_and_buried(queues: &Queues, readers: &impl Readers) {
    for queue in [QueueName::Provision, QueueName::Mail] {
        assert_eq!(queues.dead_letters(queue, 10).await.unwrap(), []);
        let given_up = calls(12);
        for wake in &given_up {
            readers.give_up(queue, *wake).await;
        }
        let first = queues.dead_letters(queue, 5).await.unwrap();
        assert!((1..=5).contains(&first.len()), "{} letters where five were asked for", first.len());
        for letter in &first {
            queues.bury(queue, letter).await.unwrap();
        }
        let rest = queues.dead_letters(queue, 100).await.unwrap();
        let all = first.iter().chain(&rest).map(|letter| letter.wake).collect();
        assert_eq!(sorted(all), sorted(given_up), "each is looked at, and none again that was buried");
        for letter in &rest {
            queues.bury(queue, letter).await.unwrap();
        }
        assert_eq!(queues.dead_letters(queue, 10).await.unwrap(), []);
    }
    for queue in [QueueName::Dispatch, QueueName::Actions, QueueName::Webhooks] {
        assert!(queues.dead_letters(queue, 10).await.is_err(), "nobody is to look there: {queue:?}");
    }
}
