//! What the store promises beside the contract of its table: over tables that answer as no real table can be made to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Field, Timestamp,
    batch::{MAX_ROWS, MAX_TEXT},
    invite::Account,
    tombstone::BatchTombstone,
};
use store::{
    Store, StoreError, Written,
    audit::{Audited, OperatorAct},
    due::DUE_SHARDS,
    inspection::{Page, Place},
    rows::{BYTES_PER_CHANGE, KeyedRow, ROWS_PER_CHANGE, item_bytes},
    settings::MailSwitch,
    table::{Commit, Got, Index, Item, Key, Page as ItemPage, Query, Segment, Table, Write},
};
use testing::{
    MemoryTable,
    contract::table::steps::{created, created_batch},
    people::{account_invite, beginning, draft, keys, longest_form, officer, officer_form},
    probe::Probe,
};

/// A table whose pages have one item.
#[derive(Debug)]
struct ShortPages(MemoryTable);

#[async_trait::async_trait]
impl Table for ShortPages {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.0.get(key).await
    }

    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError> {
        self.0.get_some(keys).await
    }

    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        self.0.commit(writes).await
    }

    async fn put_some(&self, items: &[Item]) -> Result<Vec<Item>, StoreError> {
        self.0.put_some(items).await
    }

    async fn page(&self, query: &Query) -> Result<ItemPage, StoreError> {
        self.0.page(&Query { limit: Some(1), ..query.clone() }).await
    }

    async fn scan(&self, segment: &Segment) -> Result<ItemPage, StoreError> {
        self.0.scan(segment).await
    }
}

/// All pages to the end, and how many items were unreadable.
async fn whole<T>(mut page: impl AsyncFnMut(Option<Place>) -> Result<Page<T>, StoreError>) -> (Vec<T>, u32) {
    /// No list here is longer.
    const MOST: usize = 100;
    let (mut found, mut unreadable, mut from) = (Vec::new(), 0, None);
    for _ in 0..MOST {
        let read = page(from).await.unwrap();
        found.extend(read.found);
        unreadable += read.unreadable;
        from = read.next;
        if from.is_none() {
            return (found, unreadable);
        }
    }
    panic!("the pages have no end")
}

fn act(id: u64) -> OperatorAct {
    let at = beginning() + Duration::from_secs(id);
    let text = str::to_owned;
    OperatorAct { id: id.to_string(), action: text("RETRY"), subject: text("s"), by: text("b"), at }
}

fn later() -> Timestamp {
    beginning() + Duration::from_secs(24 * 3600)
}

#[tokio::test]
async fn lists_of_operators_go_on_after_a_short_page() {
    let store = Store::new(ShortPages(MemoryTable::default()), testing::seeded(1));
    let (mut invites, acts) = (Vec::new(), [act(1), act(2), act(3)]);
    // More than there are shards, so one shard has several.
    for number in 0..2 * DUE_SHARDS {
        let form = officer_form(&format!("short-{number}"));
        let invite = account_invite(&officer("ada"), &form, beginning(), &testing::seeded(number.into()));
        invites.push(created(&store, &invite).await.id.to_string());
    }
    for act in &acts {
        store.note_act(act, later()).await.unwrap();
    }
    let (overdue, _) = whole(async |from| store.list_overdue(later(), from).await).await;
    let mut overdue: Vec<String> = overdue.iter().map(|entry| entry.what.to_string()).collect();
    overdue.sort_unstable();
    invites.sort_unstable();
    assert_eq!(overdue, invites);
    let (audit, _) = whole(async |from| store.list_audit(from).await).await;
    assert_eq!(audit, acts.map(Audited::Act));
}

#[tokio::test]
async fn an_item_that_this_build_cannot_read_is_counted_and_hides_no_other() {
    let table = MemoryTable::default();
    let store = table.store();
    let invites = [1, 2, 3].map(|number| {
        account_invite(&officer("ada"), &officer_form(&format!("r-{number}")), beginning(), &testing::seeded(number))
    });
    for invite in &invites {
        created(&store, invite).await;
    }
    for act in [act(1), act(2), act(3)] {
        store.note_act(&act, later()).await.unwrap();
    }
    let query = |partition: String| Query::all(Index::Primary, partition);
    let mut spoilt = table.page(&query("AUDIT".to_owned())).await.unwrap().items;
    spoilt.extend(table.page(&query(format!("INVITE#{}", invites[0].id))).await.unwrap().items);
    spoilt.extend(table.page(&query(format!("INVITE#{}", invites[1].id))).await.unwrap().items);
    spoilt.remove(0);
    for item in &mut spoilt {
        item.insert("v".to_owned(), AttributeValue::N("2".to_owned()));
    }
    table.put_back(spoilt);
    let (audit, unreadable) = whole(async |from| store.list_audit(from).await).await;
    assert_eq!((audit, unreadable), (vec![Audited::Act(act(1))], 2));
    let (work, unreadable) = whole(async |from| store.list_work(from).await).await;
    let ids: Vec<String> = work.iter().map(|work| work.id().to_string()).collect();
    assert_eq!((ids, unreadable), (vec![invites[2].id.to_string()], 2));
}

#[tokio::test]
async fn people_are_found_without_reading_their_whole_batch() {
    const ROWS: usize = 1_001;
    let probe = Probe::default();
    let store = MemoryTable::probed(probe.clone()).store();
    let forms = (0..ROWS).map(|number| officer_form(&format!("person-{number}")));
    let (batch, rows) = draft(&officer("ada"), forms.collect(), beginning(), &testing::seeded(1));
    store.write_rows(batch.id, &rows).await.unwrap();
    let found = probe.run("test", store.rows_of_people(&batch, &rows[..8])).await.unwrap().unwrap();
    assert_eq!(found.len(), 8);
    let read: Vec<&str> = probe.calls().iter().map(|call| call.name).collect();
    assert_eq!(read, ["table.get_many", "table.get_many"], "who is in the three parts, then the rows");
}

#[tokio::test]
async fn as_many_rows_as_may_change_together_may_be_of_every_part_and_of_new_people() {
    let store = MemoryTable::default().store();
    let forms = (0..MAX_ROWS).map(|number| officer_form(&format!("spread-{number}")));
    let (batch, rows) = draft(&officer("ada"), forms.collect(), beginning(), &testing::seeded(2));
    store.write_rows(batch.id, &rows).await.unwrap();
    let batch = created_batch(&store, &batch).await;
    let apart = rows.iter().step_by(MAX_ROWS / ROWS_PER_CHANGE).take(ROWS_PER_CHANGE);
    let moved = |(place, keyed): (usize, &KeyedRow)| {
        let mut row = keyed.row.clone();
        row.raw.form.email = officer_form(&format!("moved-{place}")).email;
        (row.version, KeyedRow::new(row, &keys()))
    };
    let changes: Vec<(u64, KeyedRow)> = apart.enumerate().map(moved).collect();
    assert_eq!(changes.len(), ROWS_PER_CHANGE);
    assert!(changes.last().unwrap().1.row.number > 9_500, "the last part too");
    let written = store.replace_rows(&changes, batch.becomes(batch.to_value()), None).await.unwrap();
    assert!(written.is_done());
}

/// An emulator of DynamoDB counts the bytes of such characters otherwise, so this is no part of the contract.
#[tokio::test]
async fn the_longest_rows_that_may_change_together_fit_in_one_transaction() {
    let store = MemoryTable::default().store();
    let longest = |number: usize| {
        let mut form = longest_form(&format!("longest-{number}"));
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Email) {
            form.set(field, "\u{1f600}".repeat(MAX_TEXT));
        }
        form
    };
    let forms = (0..ROWS_PER_CHANGE).map(longest).collect();
    let (batch, rows) = draft(&officer("ada"), forms, beginning(), &testing::seeded(2));
    store.write_rows(batch.id, &rows).await.unwrap();
    let batch = created_batch(&store, &batch).await;
    let mut bytes = 0;
    let fits = |row: &KeyedRow| {
        bytes += item_bytes(&row.row);
        bytes <= BYTES_PER_CHANGE
    };
    let together: Vec<_> = rows.into_iter().take_while(fits).map(|row| (row.row.version, row)).collect();
    assert!((30..ROWS_PER_CHANGE).contains(&together.len()), "{} rows may change together", together.len());
    assert!(store.replace_rows(&together, batch.becomes(batch.to_value()), None).await.unwrap().is_done());
}

#[tokio::test]
async fn of_two_reports_of_a_mail_at_the_same_time_one_loses_the_race() {
    let probe = Probe::default();
    let store = MemoryTable::probed(probe.clone()).store();
    let at = |seconds| beginning() + Duration::from_secs(seconds);
    assert_eq!(store.note_mail_event(at(0)).await.unwrap(), Written::Done(()));
    // It waits between what it reads and what it writes.
    probe.interrupt(1);
    let meanwhile = async || assert_eq!(store.note_mail_event(at(120)).await.unwrap(), Written::Done(()));
    let slow = probe.run_interrupted("test", store.note_mail_event(at(60)), meanwhile).await;
    assert_eq!(slow.unwrap().unwrap(), Written::LostRace);
    assert_eq!(store.last_mail_event().await.unwrap(), Some(at(120)));
}

#[tokio::test]
async fn a_pause_of_mail_does_not_replace_a_stop_that_is_written_meanwhile() {
    let probe = Probe::default();
    let store = MemoryTable::probed(probe.clone()).store();
    // Each of the two writes a switch that exists already.
    store.start_mail().await.unwrap();
    // It waits between what it reads and what it writes.
    probe.interrupt(1);
    let meanwhile = async || store.stop_mail().await.unwrap();
    probe.run_interrupted("test", store.pause_mail(later()), meanwhile).await.unwrap().unwrap();
    assert_eq!(store.mail_switch(beginning()).await.unwrap(), MailSwitch::Stopped);
}

/// An audit that began at most twelve hours ago still reads what it listed.
#[tokio::test]
async fn what_the_directory_listed_is_kept_for_two_days() {
    const KEPT: Duration = Duration::from_secs(48 * 3600);
    let table = MemoryTable::default();
    let listed = Account { directory_id: "ada".to_owned() };
    table.store().record_listed(beginning(), &[listed]).await.unwrap();
    let left = [KEPT, KEPT + Duration::from_secs(1)].map(|after| table.kept(beginning() + after).len());
    assert_eq!(left, [1, 0]);
}

/// The items by which people are found hold hashes of their addresses.
#[tokio::test]
async fn a_forgotten_batch_leaves_its_tombstone_and_nothing_else() {
    let table = MemoryTable::default();
    let store = table.store();
    let forms = ["ann", "bo", "cy"].map(officer_form).to_vec();
    let (batch, rows) = draft(&officer("ada"), forms, beginning(), &testing::seeded(1));
    let batch = created_batch(&store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let found = store.remaining_rows(batch.id, 10).await.unwrap();
    assert_eq!(store.delete_rows(batch.id, &found).await.unwrap(), Written::Done(()));
    let tombstone = BatchTombstone::of(&batch, beginning());
    assert_eq!(store.forget_batch(&batch, &tombstone, later()).await.unwrap(), Written::Done(()));
    let left = table.images();
    assert_eq!(left.len(), 1, "{left:?}");
}
