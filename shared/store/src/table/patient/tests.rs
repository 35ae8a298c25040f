//! The pauses before a busy table is asked again, in virtual time.

use std::{collections::VecDeque, iter::repeat_n, sync::Mutex};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::table::Got;

/// What the table does with one request.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Busy,
    /// It takes everything but so many items or keys.
    AllBut(usize),
}

use Answer::{AllBut, Busy};

/// A table that answers as it is told, and then takes everything. It notes when it is asked.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<(VecDeque<Answer>, Vec<Instant>)>>);

impl Told {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self(Arc::new(Mutex::new((answers.into_iter().collect(), Vec::new()))))
    }

    /// What is left of a request for `asked`.
    fn left<T: Clone>(&self, asked: &[T]) -> Result<Vec<T>, StoreError> {
        let (answers, times) = &mut *self.0.lock().unwrap();
        times.push(Instant::now());
        match answers.pop_front() {
            Some(Busy) => Err(StoreError::Busy { operation: "Test", code: "busy".to_owned() }),
            Some(AllBut(left)) => Ok(asked[asked.len() - left..].to_vec()),
            None => Ok(Vec::new()),
        }
    }

    /// The milliseconds between the requests.
    fn pauses(&self) -> Vec<u128> {
        self.0.lock().unwrap().1.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    }

    /// Each pause is as long as it can be.
    fn patient(&self) -> Patient {
        Patient::new(self.clone(), Entropy::new(|| u128::MAX))
    }
}

#[async_trait]
impl Table for Told {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.left(std::slice::from_ref(key)).map(|_| None)
    }

    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError> {
        let left = self.left(keys)?;
        let items = keys[..keys.len() - left.len()].iter().map(|key| item(&key.sk)).collect();
        Ok(Got { items, left })
    }

    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        self.left(writes).map(|_| Commit::Done)
    }

    async fn put_some(&self, items: &[Item]) -> Result<Vec<Item>, StoreError> {
        self.left(items)
    }

    async fn page(&self, _: &Query) -> Result<Page, StoreError> {
        self.left(&[()]).map(|_| Page { items: Vec::new(), next: None })
    }

    async fn scan(&self, _: &Segment) -> Result<Page, StoreError> {
        self.left(&[()]).map(|_| Page { items: Vec::new(), next: None })
    }
}

fn item(sk: &str) -> Item {
    [("pk", "PK"), ("sk", sk)].map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))).into()
}

fn items() -> Vec<Item> {
    (0..10).map(|number| item(&format!("SK{number}"))).collect()
}

/// Nothing, busy requests, requests of which a part or nothing is taken, and how long each is paused for.
fn cases() -> [(Vec<Answer>, Vec<u128>); 5] {
    let busy = |times| repeat_n(Busy, times);
    [
        (Vec::new(), Vec::new()),
        (busy(8).collect(), vec![20, 40, 80, 160, 320, 640, 1000, 1000]),
        (vec![AllBut(10), AllBut(10), AllBut(10)], vec![20, 40, 80]),
        (vec![AllBut(5), AllBut(2)], vec![20, 20]),
        // What takes something is less busy.
        (busy(4).chain([AllBut(5), Busy]).collect(), vec![20, 40, 80, 160, 80, 160]),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_pause_doubles_until_the_table_takes_something() {
    for (answers, pauses) in cases() {
        let (table, began) = (Told::new(answers.clone()), Instant::now());
        table.patient().put_many(items()).await.unwrap();
        assert_eq!(table.pauses(), pauses, "{answers:?}");
        let took: u128 = pauses.iter().sum();
        assert_eq!(began.elapsed().as_millis(), took, "no pause once everything is taken");
        let table = Told::new(answers.clone());
        let keys: Vec<Key> = items().iter().map(item::key).collect();
        let mut found: Vec<Key> = table.patient().get_many(&keys).await.unwrap().iter().map(item::key).collect();
        found.sort_unstable();
        assert_eq!((table.pauses(), found), (pauses, keys), "{answers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_table_is_asked_until_there_is_no_time_left() {
    let table = Told::new(repeat_n(Busy, 100));
    let patient = table.patient().for_as_long_as(Duration::from_millis(100));
    assert!(matches!(patient.put_many(items()).await, Err(StoreError::Busy { .. })));
    assert_eq!(table.pauses(), [20, 40, 40], "the last pause ends with the time");
}
