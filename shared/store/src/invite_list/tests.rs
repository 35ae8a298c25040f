//! The selection of invites for a list, and the bound of a list.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    BatchId, Day,
    fields::Form,
    invite::{Act, Invite, Kind, Origin, SeedStatus, TechpassStatus},
    mail::{Mail, MailKind, MailStatus},
    search::Words,
};
use testing::people::{account_invite, beginning, draft, officer, officer_form, rules, vendor_form};

use super::*;
use crate::{
    item::{self, Item},
    keys::Key,
    table::{Commit, Got, Page, Segment, Table, Write},
};

/// Five invites: officers' and vendors', one of a batch, one revoked, and one whose invitee has not accepted yet.
fn invites() -> (Vec<Invite>, BatchId) {
    let (ada, entropy) = (officer("ada"), testing::seeded(1));
    let at = |seconds| beginning() + Duration::from_secs(seconds);
    let named = |form: Form, last: &str| Form { last_name: last.to_owned(), ..form };
    let (batch, _) = draft(&ada, Vec::new(), beginning(), &entropy);
    let first = account_invite(&ada, &named(officer_form("dee"), "Tan"), at(0), &entropy);
    let mut second = account_invite(&ada, &named(vendor_form("cy"), "lim"), at(1), &entropy);
    second.origin = Origin::Batch { batch: batch.id, row: 1, kind: Kind::Account };
    let third = account_invite(&ada, &named(vendor_form("bo"), "Goh"), at(2), &entropy);
    let act = Act { at: at(9), trace: third.trace.clone(), action: None };
    let third = third.revoke(&act).unwrap();
    let form = Form { department: "Finance".to_owned(), ..named(officer_form("Eve"), "Tan") };
    let fourth = account_invite(&ada, &Form { first_name: "aa".to_owned(), ..form }, at(3), &entropy);
    let invitation = Form { reason: "Joins".to_owned(), email: "al@sample-board.gov.sg".to_owned(), ..Form::default() };
    let subject = invitation.email_invitation(&rules(), &ada.email).unwrap();
    let mut fifth = account_invite(&ada, &officer_form("al"), at(4), &entropy);
    (fifth.holder, fifth.profile) = subject.person.parts();
    (fifth.email, fifth.origin) = (subject.email, Origin::Email);
    (vec![first, second, third, fourth, fifth], batch.id)
}

fn summaries(invites: &[Invite]) -> Summaries {
    invites.iter().map(|invite| (invite.id, Summary::of(invite))).collect()
}

/// The places in [`invites`] of what a query selects, over all its pages of two.
fn selected(query: &InviteQuery) -> Vec<usize> {
    let (invites, _) = invites();
    let summaries = summaries(&invites);
    let mut query = InviteQuery { limit: 2, ..query.clone() };
    let mut found = Vec::new();
    for _ in 0..invites.len() {
        let page = query.select(&summaries);
        assert!(page.ids.len() <= 2);
        found.extend(page.ids);
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    found.iter().map(|id| invites.iter().position(|invite| invite.id == *id).unwrap()).collect()
}

#[test]
fn a_list_is_in_the_order_that_was_asked_for_and_back() {
    for (column, ascending, descending) in [
        (SortColumn::Date, [0, 1, 2, 3, 4], [4, 3, 2, 1, 0]),
        (SortColumn::Email, [4, 2, 1, 0, 3], [3, 0, 1, 2, 4]),
        // In any case, and without a name at the end of both.
        (SortColumn::LastName, [2, 1, 3, 0, 4], [0, 3, 1, 2, 4]),
        (SortColumn::FirstName, [3, 2, 1, 0, 4], [0, 1, 2, 3, 4]),
        // The same text leaves the order of the invites' ids.
        (SortColumn::Organisation, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
        (SortColumn::Department, [3, 0, 1, 2, 4], [3, 0, 1, 2, 4]),
        (SortColumn::Techpass, [0, 1, 3, 4, 2], [2, 0, 1, 3, 4]),
    ] {
        for (direction, expected) in [(Direction::Ascending, ascending), (Direction::Descending, descending)] {
            let sort = Sort { column, direction };
            assert_eq!(selected(&InviteQuery { sort, ..InviteQuery::default() }), expected, "{sort:?}");
        }
    }
}

#[test]
fn a_list_has_the_mails_and_the_days_that_are_asked_for() {
    let (mut invites, _) = invites();
    let day = |text: &str| Day::parse(text).unwrap();
    let first = day("2026-11-23");
    for (number, invite) in (0..).zip(&mut invites) {
        invite.created_at = first.begin() + Duration::from_secs(number * 12 * 3600);
        invite.mail = (number < 2).then(|| Mail::due(MailKind::AccountCreated, 1));
    }
    let summaries = summaries(&invites);
    let total = |query: InviteQuery| InviteQuery { limit: 9, ..query }.select(&summaries).total;
    let between = |first: Option<&str>, last: Option<&str>| {
        total(InviteQuery { invited: Days { first: first.map(day), last: last.map(day) }, ..InviteQuery::default() })
    };
    assert_eq!(between(Some("2026-11-23"), Some("2026-11-23")), 2);
    assert_eq!((between(Some("2026-11-24"), None), between(None, Some("2026-11-24"))), (3, 4));
    assert_eq!((between(Some("2026-11-26"), None), between(None, Some("2026-11-22"))), (0, 0));
    let of_mail = |status| total(InviteQuery { mail: Some(status), ..InviteQuery::default() });
    assert_eq!((of_mail(MailStatus::Queued), of_mail(MailStatus::Bounced)), (2, 0));
}

#[test]
fn a_list_has_what_matches_each_part_of_the_query() {
    let (_, batch) = invites();
    let oldest = || InviteQuery { sort: Sort::OLDEST, ..InviteQuery::default() };
    let text = |text: &str| InviteQuery { words: Words::of(text), ..oldest() };
    let of_batch = InviteQuery { batch: Some(batch), ..oldest() };
    let pending = InviteQuery { seed: Some(SeedStatus::Pending), ..oldest() };
    let queued = InviteQuery { techpass: Some(TechpassStatus::Queued), ..oldest() };
    for (query, expected) in [
        (text("VENDOR.example"), vec![1, 2]),
        (text("Bo@"), vec![2]),
        (text("cy"), vec![1]),
        (text("LIM"), vec![1]),
        (text("aA"), vec![3]),
        (text("board sample"), vec![0, 1, 2, 3, 4]),
        (text("lim VENDOR"), vec![1]),
        (text("lim finance"), vec![]),
        (text("G\u{f3}h"), vec![2]),
        (text("finance"), vec![3]),
        (text("nobody"), vec![]),
        (of_batch.clone(), vec![1]),
        (InviteQuery { words: Words::of("bo@"), ..of_batch.clone() }, vec![]),
        (InviteQuery { words: Words::of("cy"), ..of_batch }, vec![1]),
        (pending.clone(), vec![1, 2]),
        (InviteQuery { techpass: Some(TechpassStatus::Queued), ..pending.clone() }, vec![1]),
        (InviteQuery { words: Words::of("sample"), ..pending }, vec![1, 2]),
        (InviteQuery { words: Words::of("vendor"), ..queued.clone() }, vec![1]),
        (queued, vec![0, 1, 3, 4]),
    ] {
        assert_eq!(selected(&query), expected, "{query:?}");
    }
}

#[test]
fn a_page_says_how_many_match_in_all() {
    let (invites, _) = invites();
    let summaries = summaries(&invites);
    let all = InviteQuery { limit: 5, ..InviteQuery::default() };
    let statuses = [(TechpassStatus::Queued, 4), (TechpassStatus::Revoked, 1)].into();
    let page = all.select(&summaries);
    assert_eq!((page.ids.len(), page.next, page.total, page.techpass), (5, None, 5, statuses));
    let vendors = InviteQuery { words: Words::of("vendor."), limit: 1, ..InviteQuery::default() };
    let statuses = [(TechpassStatus::Queued, 1), (TechpassStatus::Revoked, 1)].into();
    let page = InviteQuery { techpass: Some(TechpassStatus::Revoked), ..vendors }.select(&summaries);
    assert_eq!((page.ids.len(), page.next, page.total, page.techpass), (1, None, 1, statuses));
}

/// The index of an officer who has more invites than a list holds: five pages, each a quarter of a list.
#[derive(Debug)]
struct LongList(Item);

const IN_PAGE: usize = MAX_LIST_INVITES / 4;
const INVITES: usize = 5 * IN_PAGE;

/// The invite that changed as the `place`th.
fn id(place: usize) -> InviteId {
    InviteId::generate(beginning(), &testing::seeded(u64::try_from(place).unwrap()))
}

impl LongList {
    fn item(&self, place: usize) -> Item {
        let mut summary = self.0.clone();
        summary.insert("id".to_owned(), AttributeValue::S(id(place).to_string()));
        let form = AttributeValue::N("1".to_owned());
        [("v", form), ("summary", AttributeValue::M(summary))].map(|(name, value)| (name.to_owned(), value)).into()
    }
}

#[async_trait]
impl Table for LongList {
    async fn get(&self, _: &Key) -> Result<Option<Item>, StoreError> {
        Ok(None)
    }

    async fn get_some(&self, _: &[Key]) -> Result<Got, StoreError> {
        Ok(Got::default())
    }

    async fn commit(&self, _: &[Write]) -> Result<Commit, StoreError> {
        Ok(Commit::Refused(Vec::new()))
    }

    async fn put_some(&self, _: &[Item]) -> Result<Vec<Item>, StoreError> {
        Ok(Vec::new())
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        if query.range != Range::All {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let first = query.after.as_ref().and_then(|after| item::number(after, "place")).unwrap_or(0);
        let first = usize::try_from(first).unwrap();
        let places = first..first + IN_PAGE;
        let items = match query.order {
            Order::Ascending => places.map(|place| self.item(place)).collect(),
            Order::Descending => places.map(|place| self.item(INVITES - 1 - place)).collect(),
        };
        let end = first + IN_PAGE;
        let next = (end < INVITES).then(|| Item::from([("place".to_owned(), AttributeValue::N(end.to_string()))]));
        Ok(Page { items, next })
    }

    async fn scan(&self, _: &Segment) -> Result<Page, StoreError> {
        Ok(Page { items: Vec::new(), next: None })
    }
}

#[tokio::test]
async fn a_list_that_is_too_long_has_what_changed_last() {
    let invite = account_invite(&officer("ada"), &officer_form("bo"), beginning(), &testing::seeded(1));
    let AttributeValue::M(summary) = serde_dynamo::to_attribute_value(Summary::of(&invite)).unwrap() else {
        panic!("a summary is a map")
    };
    let store = Store::new(LongList(summary), testing::seeded(1));
    let list = store.list_summaries(&officer("ada").id, beginning()).await.unwrap();
    assert_eq!(list.len(), MAX_LIST_INVITES);
    assert!(list.contains_key(&id(INVITES - 1)) && list.contains_key(&id(IN_PAGE)));
    assert!(!list.contains_key(&id(IN_PAGE - 1)) && !list.contains_key(&id(0)));
}
