//! The fakes keep the contracts. `tests/emulator` checks that an emulator of AWS keeps them too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{cell::Cell, time::Duration};

use directory::AccountStatus;
use domain::{EmailAddress, Officer, OfficerId, batch::ObjectVersion, invite::Account};
use objects::StoredObject;
use queue::{Destination, QueueName, Redrive, Wake};
use store::erasure::{PARTS, PartPlace};
use testing::{
    MemoryBucket, MemoryDirectory, MemoryQueues, MemoryTable, Outbox, SeedGroup,
    contract::{
        self,
        directory::People,
        outbox::{Mailboxes, Received},
        queues::Readers,
    },
    people::{beginning, draft, officer, vendor_form},
};

#[tokio::test]
async fn the_table_in_memory_keeps_the_contract() {
    contract::table::all(&MemoryTable::default().store()).await;
}

struct PeopleInMemory(MemoryDirectory);

impl People for PeopleInMemory {
    type Directory = MemoryDirectory;

    async fn make(&self, name: &str, email: &EmailAddress) {
        self.0.add_foreign_account(name, email);
    }

    async fn make_officer(&self, email: &EmailAddress) -> OfficerId {
        let id = OfficerId::parse(&format!("0a1b2c3d-{}", email.mailbox())).unwrap();
        self.0.add_officer(Officer { id: id.clone(), email: email.clone() });
        id
    }

    async fn sign_in(&self, account: &Account) {
        self.0.set_status(account, AccountStatus::SignedIn);
    }

    async fn disable(&self, account: &Account) {
        self.0.set_status(account, AccountStatus::Disabled);
    }

    async fn delete(&self, account: &Account) {
        self.0.set_status(account, AccountStatus::Gone);
    }

    async fn without_seed_group(&self) -> MemoryDirectory {
        self.0.set_seed_group(SeedGroup::Missing);
        self.0.clone()
    }
}

#[tokio::test]
async fn the_directory_in_memory_keeps_the_contract() {
    let memory = MemoryDirectory::default();
    contract::directory::all(&memory, &PeopleInMemory(memory.clone())).await;
}

struct MailboxesInMemory(Outbox);

impl Mailboxes for MailboxesInMemory {
    async fn mails_to(&self, to: &EmailAddress) -> Vec<Received> {
        let mails = self.0.sent().into_iter().filter(|mail| mail.to == *to);
        let received = mails.map(|mail| Received {
            message_id: mail.message_id,
            subject: mail.letter.subject.to_owned(),
            text: mail.letter.text,
        });
        received.collect()
    }
}

#[tokio::test]
async fn the_outbox_in_memory_keeps_the_contract() {
    let outbox = Outbox::default();
    contract::outbox::all(&outbox.mailer(), &MailboxesInMemory(outbox)).await;
}

struct ReadersInMemory(MemoryQueues);

impl Readers for ReadersInMemory {
    async fn take(&self, queue: QueueName, _count: usize) -> Vec<Wake> {
        self.0.drain(queue)
    }

    async fn take_announcements(&self, _count: usize) -> Vec<String> {
        self.0.drain_announcements()
    }

    async fn give_up(&self, queue: QueueName, wake: Wake) {
        self.0.give_up(queue, wake);
    }
}

/// The queues of the contract.
const QUEUES: [Destination; 8] = [
    Destination::Queue(QueueName::Dispatch),
    Destination::Queue(QueueName::Provision),
    Destination::Queue(QueueName::Mail),
    Destination::Queue(QueueName::Actions),
    Destination::Queue(QueueName::Webhooks),
    Destination::Announcements,
    Destination::DeadLetters(Redrive::Of(QueueName::Provision)),
    Destination::DeadLetters(Redrive::Of(QueueName::Mail)),
];

#[tokio::test]
async fn the_queues_in_memory_keep_the_contract() {
    let queues = MemoryQueues::default();
    contract::queues::all(&queues.queues(&QUEUES), &ReadersInMemory(queues)).await;
}

#[tokio::test]
async fn the_bucket_in_memory_keeps_the_contract() {
    let bucket = MemoryBucket::default();
    let puts = Cell::new(0);
    let put = async |key: &str, bytes: &[u8]| {
        puts.set(puts.get() + 1);
        let object = ObjectVersion { key: key.to_owned(), version_id: format!("v{}", puts.get()) };
        let stored_at = beginning() + Duration::from_secs(puts.get());
        bucket.store(StoredObject { object: object.clone(), stored_at }, bytes.to_vec());
        object
    };
    contract::objects::all(&bucket.objects("uploads"), put).await;
}

#[tokio::test]
async fn the_whole_table_is_read_a_page_at_a_time() {
    const ROWS: usize = 120;
    let store = MemoryTable::default().store();
    let forms = vec![vendor_form("eve"); ROWS];
    let (batch, rows) = draft(&officer("ada"), forms, beginning(), &testing::seeded(1));
    store.write_rows(batch.id, &rows).await.unwrap();
    let (mut found, mut pages) = (0, 0);
    for part in 0..PARTS {
        let mut from = None;
        loop {
            let page = store.read_part(part, from).await.unwrap();
            assert!(page.found.len() <= ROWS / 4, "memory holds a page, and not a part");
            found += page.found.len();
            pages += 1;
            let Some(next) = page.next else { break };
            // A job keeps its place as text.
            from = PartPlace::parse(&next.to_text().unwrap());
            assert!(from.is_some());
        }
    }
    assert_eq!(found, ROWS);
    assert!(pages > PARTS);
}
