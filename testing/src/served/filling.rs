//! What a served table holds when a measurement begins.

use std::time::Duration;

use domain::{
    BatchId, DomainRules, EmailAddress, Entropy, InviteId, Keys, Officer, OfficerId, Timestamp, TraceId,
    batch::{Batch, Counts, RawRow, Source, read_all},
    fields::Form,
};
use serde_json::{Value, json};
use store::{CreateOutcome, Store, rows::KeyedRow};

use super::MASTER;
use crate::people::{account_invite, officer_form};

/// The officer of the recorded events.
const OFFICER: (&str, &str) = ("9f1d44a6-61a1-4bd5-b134-6a8e5e7654d0", "officer@example-agency.gov.sg");

/// The rules that a deployment gets.
const RULES: &str = include_str!("../../../infra/domain-rules.json");

/// Invites whose ids are told: as many as one event has messages.
const TOLD: usize = 10;

const FIRST_NAMES: [&str; 8] = ["Ada", "Farid", "Wei Ling", "Priya", "Joseph", "Siti Aminah", "Kumaran", "Xin Yi"];
const LAST_NAMES: [&str; 8] = ["Tan", "Lim", "Rahman", "Krishnan", "Fernandez", "Goh", "Abdullah", "Ong"];

/// How much a table is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// Invites of one officer, all waiting for their accounts.
    pub invites: usize,
    /// Ready rows of a batch that is submitted, and of one that is a draft: from 1 to what a batch may have.
    pub rows: usize,
}

/// What a table was filled with.
#[derive(Clone, Debug)]
pub struct FilledWith {
    /// The newest invites, some of them.
    pub invites: Vec<InviteId>,
    /// A batch whose ready rows are submitted.
    pub submitted: BatchId,
    /// A batch whose ready rows can be changed.
    pub draft: BatchId,
    /// A batch that waits for its workbook.
    pub announced: BatchId,
}

impl FilledWith {
    /// The ids, by what they are of.
    #[must_use]
    pub fn as_json(&self) -> Value {
        json!({
            "invites": self.invites,
            "submitted": self.submitted,
            "draft": self.draft,
            "announced": self.announced,
        })
    }
}

/// The officer whose invites and batches these are.
///
/// # Panics
///
/// Never: both texts are valid.
#[must_use]
pub fn officer() -> Officer {
    Officer { id: OfficerId::parse(OFFICER.0).unwrap(), email: EmailAddress::parse(OFFICER.1).unwrap() }
}

/// Fills an empty table.
///
/// # Panics
///
/// When the table refuses an item.
pub async fn fill(store: &Store, filling: Filling, now: Timestamp, entropy: &Entropy) -> FilledWith {
    store.put_domain_rules(RULES).await.unwrap();
    let rules = DomainRules::from_json(RULES).unwrap();
    let officer = officer();
    let mut invites = Vec::new();
    for number in 0..filling.invites {
        // A second apart, the last one an hour ago.
        let before = u64::try_from(filling.invites - number).unwrap() + 3600;
        let at = Timestamp::from_unix_ms(now.unix_ms() - i64::try_from(before * 1000).unwrap());
        let mut invite = account_invite(&officer, &form("listed", number), at, entropy);
        invite.address_key = Keys::derive(MASTER.as_bytes()).address(&invite.email);
        assert_eq!(store.create_invite(&invite, None).await.unwrap(), CreateOutcome::Created);
        invites.push(invite.id);
    }
    let batches = Batches { store, officer: &officer, rules: &rules, now, entropy };
    let submitted = batches.draft("submitted", filling.rows).await.submit(now + Duration::from_secs(1)).unwrap();
    assert!(store.create_batch(&submitted).await.unwrap().is_done());
    let draft = batches.draft("draft", filling.rows).await;
    assert!(store.create_batch(&draft).await.unwrap().is_done());
    let announced = batches.begun(Source::Upload);
    assert!(store.create_batch(&announced).await.unwrap().is_done());
    let invites = invites.split_off(invites.len().saturating_sub(TOLD));
    FilledWith { invites, submitted: submitted.id, draft: draft.id, announced: announced.id }
}

/// The batches of one officer.
struct Batches<'a> {
    store: &'a Store,
    officer: &'a Officer,
    rules: &'a DomainRules,
    now: Timestamp,
    entropy: &'a Entropy,
}

impl Batches<'_> {
    fn begun(&self, source: Source) -> Batch {
        let (id, trace) = (BatchId::generate(self.now, self.entropy), TraceId::generate(self.now, self.entropy));
        Batch::new(id, self.officer.clone(), source, self.now, trace)
    }

    /// A batch whose rows are stored, and which is not.
    async fn draft(&self, group: &str, rows: usize) -> Batch {
        let batch = self.begun(Source::Paste);
        let forms = (0..rows).map(|number| RawRow::from(form(group, number)));
        let rows = read_all((1..).zip(forms), &batch.row_rules(self.rules));
        let mut counts = Counts::default();
        rows.iter().for_each(|row| counts.add(&row.state));
        let keys = Keys::derive(MASTER.as_bytes());
        let rows: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, &keys)).collect();
        self.store.write_rows(batch.id, &rows).await.unwrap();
        batch.parsed(counts, Vec::new(), self.now).unwrap()
    }
}

/// A form of the person of this number in a group. Nobody is in two groups.
fn form(group: &str, number: usize) -> Form {
    let (first, last) = (FIRST_NAMES[number % 8], LAST_NAMES[number / 8 % 8]);
    Form {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        department: "Corporate Services".to_owned(),
        ..officer_form(&format!("{}.{}.{group}-{number}", first.to_lowercase().replace(' ', "-"), last.to_lowercase()))
    }
}
