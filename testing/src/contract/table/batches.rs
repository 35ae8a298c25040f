//! The contract of batches, their rows, and their invites.

use domain::{
    batch::{Answers, Batch, Counts, Duplicate, Row, RowState, RowStatus},
    fields::Form,
    invite::Invite,
    tombstone::BatchTombstone,
};
use store::{
    CreateOutcome, IdempotentRequest, ROWS_PER_ADDITION, RequestOutcome, SavedAnswer, Store, Stored, Written,
    dispatch::DispatchOutcome,
    rows::{BYTES_PER_CHANGE, KeyedRow, ROWS_PER_CHANGE, item_bytes},
};

use super::steps::{create, created_batch, found, stored, write};
use crate::people::{account_invite, beginning, draft, keys, longest_form, officer, officer_form, vendor_form};

pub(super) async fn rows_are_deleted_over_the_version_that_was_read(store: &Store) {
    let forms = vec![vendor_form("gone-1"), vendor_form("gone-2")];
    let (batch, rows) = draft(&officer("gone"), forms, beginning(), &crate::seeded(33));
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let read = store.list_rows(&batch, 0, 10, None).await.unwrap().rows;
    let stale: Vec<_> = read.iter().cloned().map(domain::batch::Row::emptied).collect();
    assert_eq!(store.delete_rows(batch.id, &stale).await.unwrap(), Written::LostRace);
    assert_eq!(store.delete_rows(batch.id, &read).await.unwrap(), Written::Done(()));
    assert_eq!(store.list_rows(&batch, 0, 10, None).await.unwrap().rows, []);
    let tombstone = BatchTombstone::of(&batch, beginning());
    assert_eq!(store.forget_batch(&batch, &tombstone, beginning()).await.unwrap(), Written::Done(()));
    assert_eq!(found::<Batch>(store, &batch.id).await, None);
    assert_eq!(store.list_batches(&officer("gone").id, 10, None).await.unwrap().0, []);
}

pub(super) async fn rows_are_paged_and_filtered(store: &Store) {
    let entropy = crate::seeded(8);
    let mut forms: Vec<_> = (1..=30).map(|n| officer_form(&format!("page-{n}"))).collect();
    for form in forms.iter_mut().step_by(3) {
        form.organisation.clear();
    }
    let (username, organisation) = ("vendor.one".to_owned(), String::new());
    forms[3] = Form { username, organisation, ..vendor_form("page-4") };
    forms.push(officer_form("page-2"));
    let (batch, rows) = draft(&officer("rows"), forms, beginning(), &entropy);
    let read = created_batch(store, &batch).await;
    assert_eq!(created_batch(store, &batch).await, read, "repeated by the client");
    let other = batch.clone().of_file(Some("another list.xlsx".to_owned()), Answers::default());
    assert_eq!(store.create_batch(&other).await.unwrap(), Written::LostRace);
    store.write_rows(batch.id, &rows).await.unwrap();
    store.write_rows(batch.id, &rows).await.unwrap();
    assert_eq!(store.count_rows(&batch).await.unwrap(), batch.counts);
    let numbers = async |limit, only| {
        let (mut after, mut numbers) = (0, Vec::new());
        loop {
            let page = store.list_rows(&batch, after, limit, only).await.unwrap();
            assert!(page.rows.len() <= limit as usize);
            numbers.extend(page.rows.iter().map(|row| row.number));
            let Some(next) = page.next else { return numbers };
            after = next;
        }
    };
    assert_eq!(numbers(7, None).await, (1..=31).collect::<Vec<u32>>());
    assert_eq!(numbers(7, Some(RowStatus::NeedsFixing)).await, (1..=30).step_by(3).collect::<Vec<u32>>());
    assert_eq!(numbers(100, Some(RowStatus::Duplicate)).await, [31]);
    let same = async |rows: &[KeyedRow]| -> Vec<u32> {
        store.rows_of_people(&batch, rows).await.unwrap().iter().map(|row| row.number).collect()
    };
    assert_eq!(same(&rows[1..2]).await, [2, 31]);
    assert_eq!(same(&rows[1..4]).await, [2, 3, 4, 31]);
    assert_eq!(same(&rows[..20]).await, (1..=20).chain([31]).collect::<Vec<_>>());
    let renamed = |email: &str, username: &str| {
        let mut row = rows[1].row.clone();
        row.raw.form.email = email.to_owned();
        row.raw.form.username = username.to_owned();
        // Nobody can be invited at such an address, so the username is not left out.
        row.persona = None;
        KeyedRow::new(row, &keys())
    };
    assert_eq!(same(&[renamed("nobody", "Vendor.One")]).await, [4], "a username finds its row, in any case");
    assert_eq!(same(&[renamed("nobody", "")]).await, [0u32; 0]);
    assert_eq!(store.find_row(batch.id, 31).await.unwrap(), Some(rows[30].row.clone()));
    assert_eq!(store.find_row(batch.id, 32).await.unwrap(), None);
    let (batches, next) = store.list_batches(&batch.officer.id, 10, None).await.unwrap();
    assert_eq!((batches, next), (vec![read], None));
}

pub(super) async fn a_long_list_is_read_in_its_order_and_searched_whole(store: &Store) {
    let mut forms: Vec<_> = (1..=1_002).map(|n| vendor_form(&format!("long-{n}"))).collect();
    let (email, username) = (forms[3].email.clone(), forms[3].username.clone());
    forms[600].email = email;
    forms[1_001].username = username;
    let (batch, rows) = draft(&officer("long"), forms, beginning(), &crate::seeded(34));
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let (mut numbers, mut after) = (Vec::new(), Some(0));
    while let Some(from) = after {
        let page = store.list_rows(&batch, from, 400, None).await.unwrap();
        numbers.extend(page.rows.iter().map(|row| row.number));
        after = page.next;
    }
    assert_eq!(numbers, (1..=1_002).collect::<Vec<u32>>());
    assert_eq!(store.count_rows(&batch).await.unwrap(), batch.counts);

    let people = async |batch: &Stored<Batch>, rows: &[KeyedRow]| -> Vec<u32> {
        store.rows_of_people(batch, rows).await.unwrap().iter().map(|row| row.number).collect()
    };
    assert_eq!(people(&batch, &rows[3..4]).await, [4, 601, 1_002]);
    // The row of another person is no longer found, and that person is. A removed row is not found.
    let moved = Row { raw: rows[7].row.raw.clone(), version: 2, ..rows[600].row.clone() };
    let removed = Row { version: 2, ..rows[1_001].row.clone().removed().unwrap() };
    let changes = [KeyedRow::new(moved, &keys()), KeyedRow::new(removed, &keys())].map(|row| (1, row));
    let next = batch.to_value().kept_like(&batch);
    let Written::Done(batch) = store.replace_rows(&changes, batch.becomes(next), None).await.unwrap() else { panic!() };
    assert_eq!(people(&batch, &rows[3..4]).await, [4]);
    assert_eq!(people(&batch, &rows[7..8]).await, [8, 601]);
    // Nobody is found by what was erased.
    let row = store.find_row(batch.id, 8).await.unwrap().unwrap();
    assert_eq!(store.empty_row(batch.id, row.version, &row.clone().emptied()).await.unwrap(), Written::Done(()));
    assert_eq!(people(&batch, &rows[7..8]).await, [601]);

    let mut left = 0;
    loop {
        let some = store.remaining_rows(batch.id, 300).await.unwrap();
        assert!(some.len() <= 300);
        if some.is_empty() {
            break;
        }
        left += some.len();
        assert_eq!(store.delete_rows(batch.id, &some).await.unwrap(), Written::Done(()));
    }
    assert_eq!(left, 1_002);
    let tombstone = BatchTombstone::of(&batch, beginning());
    assert_eq!(store.forget_batch(&batch, &tombstone, beginning()).await.unwrap(), Written::Done(()));
    assert_eq!(people(&batch, &rows[3..4]).await, [0u32; 0]);
}

/// Also where the last row is the last of its part, which has 500.
pub(super) async fn a_list_ends_with_its_last_row(store: &Store) {
    for (total, seed) in [(499, 112), (500, 113)] {
        let forms = (0..total).map(|number| officer_form(&format!("ends-{number}"))).collect();
        let (batch, rows) = draft(&officer("ends"), forms, beginning(), &crate::seeded(seed));
        store.write_rows(batch.id, &rows).await.unwrap();
        let page = store.list_rows(&batch, 0, 1_000, None).await.unwrap();
        assert_eq!((page.rows.len(), page.next), (total, None));
    }
}

pub(super) async fn a_change_of_rows_stands_or_falls_with_its_batch(store: &Store) {
    let entropy = crate::seeded(9);
    let (batch, rows) = draft(&officer("change"), vec![officer_form("change-1")], beginning(), &entropy);
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let row = rows[0].row.clone();
    let removed = row.clone().removed().unwrap();
    let edited = batch.to_value().row_changed(&row.state, &removed.state, beginning()).unwrap();
    let change = [(row.version, KeyedRow::new(removed, &keys()))];
    let submitted = write(store, &batch, batch.to_value().submit(beginning()).unwrap()).await;
    let outcome = store.replace_rows(&change, batch.becomes(edited), None).await.unwrap();
    assert_eq!(outcome, Written::LostRace, "a submission in between wins");
    assert_eq!(store.find_row(batch.id, 1).await.unwrap(), Some(row));
    assert_eq!(stored::<Batch>(store, &batch.id).await, submitted);
}

pub(super) async fn rows_are_added_once_to_the_batch_that_was_read(store: &Store) {
    let (ada, entropy) = (officer("adding"), crate::seeded(19));
    let forms = (0..=ROWS_PER_ADDITION).map(|n| officer_form(&format!("adding-{n}"))).collect();
    let (whole, rows) = draft(&ada, forms, beginning(), &entropy);
    let (first, more) = rows.split_at(1);
    let mut batch = whole;
    batch.counts = Counts { total: 1, ready: 1, ..Counts::default() };
    let batch = created_batch(store, &batch).await;
    store.write_rows(batch.id, first).await.unwrap();
    let next = batch.to_value().rows_added(more.iter().map(|row| &row.row.state), beginning()).unwrap();
    let answer = SavedAnswer { status: 201, location: None, body: "added".to_owned() };
    let request =
        |key: &str, body: &[u8]| IdempotentRequest::new(ada.id.clone(), key, body, answer.clone(), beginning());
    let add = async |key: &str, body: &[u8]| {
        store.add_rows(more, batch.becomes(next.clone()), &request(key, body)).await.unwrap()
    };
    assert_eq!(add("adding", b"rows").await, RequestOutcome::Done);
    assert_eq!(add("adding", b"rows").await, RequestOutcome::Replay(answer.clone()));
    assert_eq!(add("adding", b"others").await, RequestOutcome::KeyReused);
    assert_eq!(add("another", b"rows").await, RequestOutcome::LostRace);
    assert_eq!(found(store, &batch.id).await, Some(next.clone()));
    assert_eq!(store.count_rows(&batch).await.unwrap(), next.counts);
}

pub(super) async fn a_dispatch_says_what_became_of_each_row(store: &Store) {
    let entropy = crate::seeded(10);
    let ada = officer("dispatch");
    let taken = account_invite(&officer("dispatch-bo"), &vendor_form("dispatch-taken"), beginning(), &entropy);
    assert_eq!(create(store, &taken).await, CreateOutcome::Created);
    let named = account_invite(&officer("dispatch-bo"), &vendor_form("dispatch-name"), beginning(), &entropy);
    assert_eq!(create(store, &named).await, CreateOutcome::Created);
    let mut same_name = vendor_form("dispatch-other");
    same_name.username = "dispatch-name".to_owned();
    let mut twin = officer_form("dispatch-1");
    twin.email = "DISPATCH-1@sample-board.gov.sg".to_owned();
    let forms =
        vec![officer_form("dispatch-1"), vendor_form("dispatch-taken"), same_name, officer_form("dispatch-4"), twin];
    let (batch, rows) = draft(&ada, forms, beginning(), &entropy);
    created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let mut sending: Vec<_> = rows
        .iter()
        .map(|row| {
            let invite = account_invite(&ada, &row.row.raw.form, beginning(), &entropy);
            (row.row.version, KeyedRow::new(row.row.clone().sent(invite.id, beginning()), &keys()), invite)
        })
        .collect();
    sending[3].0 += 1;
    let outcomes = store.dispatch(batch.id, &sending).await.unwrap();
    use DispatchOutcome::{AddressTaken, LostRace, Sent, UsernameTaken};
    assert_eq!(outcomes, [Sent, AddressTaken, UsernameTaken, LostRace, AddressTaken], "two of one address too");
    assert!(found::<Invite>(store, &sending[0].2.id).await.is_some());
    for (_, _, invite) in &sending[1..] {
        assert!(found::<Invite>(store, &invite.id).await.is_none());
    }
    let states: Vec<RowState> =
        store.list_rows(&batch, 0, 10, None).await.unwrap().rows.into_iter().map(|row| row.state).collect();
    assert!(matches!(states[0], RowState::Sent { .. }));
    assert_eq!(states[1..4], [RowState::Ready, RowState::Ready, RowState::Ready]);
    let marked = rows[1].row.clone().found(RowState::Duplicate { duplicate: Duplicate::LiveInvite });
    let marked = KeyedRow::new(marked, &keys());
    assert_eq!(store.replace_row(batch.id, rows[1].row.version, &marked).await.unwrap(), Written::Done(()));
    assert_eq!(store.replace_row(batch.id, rows[1].row.version, &marked).await.unwrap(), Written::LostRace);
}

/// As many rows as may change together are written together, be they many or large.
pub(super) async fn rows_within_the_bounds_change_together(store: &Store) {
    let long = |number: usize| longest_form(&format!("long-{number}"));
    let short = |number: usize| officer_form(&format!("short-{number}"));
    let many = (0..ROWS_PER_CHANGE).map(short).collect();
    let large = (0..ROWS_PER_CHANGE).map(long).collect();
    for (forms, seed, least) in [(many, 106, ROWS_PER_CHANGE), (large, 107, 70)] {
        let (batch, rows) = draft(&officer("together"), forms, beginning(), &crate::seeded(seed));
        let batch = created_batch(store, &batch).await;
        store.write_rows(batch.id, &rows).await.unwrap();
        let mut bytes = 0;
        let fits = |row: &&KeyedRow| {
            bytes += item_bytes(&row.row);
            bytes <= BYTES_PER_CHANGE
        };
        let together: Vec<(u64, KeyedRow)> =
            rows.iter().take_while(fits).map(|row| (row.row.version, row.clone())).collect();
        assert!(together.len() >= least, "only {} rows may change together", together.len());
        let written = store.replace_rows(&together, batch.becomes(batch.to_value()), None).await.unwrap();
        assert!(written.is_done());
    }
}
