//! An officer's invites, searched, filtered, sorted and paged.
//!
//! Newest first without a filter is one query of the index. Everything else reads the officer's partition and keeps no
//! more than a page of it, so memory stays bounded whatever the officer has.

use domain::{
    BatchId, InviteId, OfficerId,
    invite::{Invite, Origin},
};

use crate::{
    Store, StoreError,
    invites::ENTITY,
    item::{self, text},
    keys,
    table::{Index, Order, Query, Range},
};

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Part of a name, an address, an organisation or a username, in any case.
    pub text: Option<String>,
    /// A label of the TechPass column.
    pub techpass: Option<String>,
    /// A label of the SEED column.
    pub seed: Option<String>,
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// In which order.
    pub sort: Sort,
    /// At most how many.
    pub limit: usize,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The latest invite first.
    #[default]
    NewestFirst,
    /// The earliest invite first.
    OldestFirst,
    /// By email address.
    Email,
    /// By last name, then first name; those without a name last.
    Name,
}

/// A page of the list.
#[derive(Debug)]
pub struct InvitePage {
    /// The invites.
    pub invites: Vec<Invite>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

impl Store {
    /// A page of the officer's own invites. The index may lag by a moment.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_invites(&self, officer: &OfficerId, query: &InviteQuery) -> Result<InvitePage, StoreError> {
        if query.is_filtered() || matches!(query.sort, Sort::Email | Sort::Name) {
            self.search_invites(officer, query).await
        } else {
            self.page_of_invites(officer, query).await
        }
    }

    /// The officer's own invites that match, at most `query.limit` of them, newest first; whatever `query.sort` and
    /// `query.after` say. Memory holds a page of invites and the ids. The index may lag by a moment.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn matching_invites(
        &self,
        officer: &OfficerId,
        query: &InviteQuery,
    ) -> Result<Vec<InviteId>, StoreError> {
        let mut all = Query { order: Order::Descending, ..Query::all(Index::Listing, keys::invites_of(officer)) };
        let needle = query.text.as_ref().map(|text| text.to_lowercase());
        let mut matching = Vec::new();
        loop {
            let page = self.table.page(&all).await?;
            for mut item in page.items {
                let invite: Invite = item::body(ENTITY, &mut item)?;
                if matching.len() < query.limit && query.matches(&invite, needle.as_deref()) {
                    matching.push(invite.id);
                }
            }
            all.after = page.next;
            if all.after.is_none() || matching.len() >= query.limit {
                return Ok(matching);
            }
        }
    }

    async fn page_of_invites(&self, officer: &OfficerId, query: &InviteQuery) -> Result<InvitePage, StoreError> {
        let all = Query::all(Index::Listing, keys::invites_of(officer));
        let (order, range): (_, fn(String) -> Range) = match query.sort {
            Sort::OldestFirst => (Order::Ascending, Range::Above),
            _ => (Order::Descending, Range::Below),
        };
        let mut page_query = Query {
            order,
            range: query.after.clone().map_or(Range::All, range),
            limit: u32::try_from(query.limit).ok(),
            ..all.clone()
        };
        let total = self.table.count(&all).await?;
        let mut items = Vec::new();
        // A page of DynamoDB also ends at 1 MiB, which can be before the limit.
        let more = loop {
            let page = self.table.page(&page_query).await?;
            items.extend(page.items);
            match page.next {
                Some(next) if items.len() < query.limit => {
                    page_query.limit = u32::try_from(query.limit - items.len()).ok();
                    page_query.after = Some(next);
                }
                next => break next.is_some(),
            }
        };
        let next = items.last().filter(|_| more).and_then(|item| text(item, "listing_sk")).map(str::to_owned);
        let invites = items.into_iter().map(|mut item| item::body(ENTITY, &mut item)).collect::<Result<_, _>>()?;
        Ok(InvitePage { invites, next, total })
    }

    async fn search_invites(&self, officer: &OfficerId, query: &InviteQuery) -> Result<InvitePage, StoreError> {
        let mut all = Query::all(Index::Listing, keys::invites_of(officer));
        let needle = query.text.as_ref().map(|text| text.to_lowercase());
        // The first of the matches after the page's start, in order, and one more to know whether others follow.
        let mut kept: Vec<(String, Invite)> = Vec::new();
        let mut total = 0;
        loop {
            let page = self.table.page(&all).await?;
            for mut item in page.items {
                let invite: Invite = item::body(ENTITY, &mut item)?;
                if !query.matches(&invite, needle.as_deref()) {
                    continue;
                }
                total += 1;
                let place = query.place(&invite);
                if query.after.as_ref().is_none_or(|after| place > *after) {
                    kept.push((place, invite));
                }
            }
            if kept.len() > 2 * query.limit + 1 {
                kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
                kept.truncate(query.limit + 1);
            }
            all.after = page.next;
            if all.after.is_none() {
                break;
            }
        }
        kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let more = kept.len() > query.limit;
        kept.truncate(query.limit);
        let next = kept.last().filter(|_| more).map(|(place, _)| place.clone());
        Ok(InvitePage { invites: kept.into_iter().map(|(_, invite)| invite).collect(), next, total })
    }
}

impl InviteQuery {
    fn is_filtered(&self) -> bool {
        self.text.is_some() || self.techpass.is_some() || self.seed.is_some() || self.batch.is_some()
    }

    fn matches(&self, invite: &Invite, needle: Option<&str>) -> bool {
        let wanted = |wanted: &Option<String>, label: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(label))
        };
        let of_batch = |wanted| matches!(invite.origin, Origin::Batch { batch, .. } if batch == wanted);
        wanted(&self.techpass, invite.techpass_label())
            && wanted(&self.seed, invite.seed_label())
            && self.batch.is_none_or(of_batch)
            && needle.is_none_or(|needle| searched(invite).iter().any(|text| text.to_lowercase().contains(needle)))
    }

    /// Where an invite stands in the order: a text that sorts as the order does and is no other invite's.
    fn place(&self, invite: &Invite) -> String {
        let key = match self.sort {
            // Complemented, so that later times sort first.
            Sort::NewestFirst => format!("{:020}", i64::MAX - invite.created_at.unix_ms()),
            Sort::OldestFirst => invite.created_at.to_string(),
            Sort::Email => invite.email.as_str().to_lowercase(),
            Sort::Name => invite.profile.as_ref().map_or_else(
                || "\u{10ffff}".to_owned(),
                |profile| format!("{}\u{1}{}", profile.last_name.as_str(), profile.first_name.as_str()).to_lowercase(),
            ),
        };
        format!("{key}\u{0}{}", invite.id)
    }
}

/// The texts that a search looks at.
fn searched(invite: &Invite) -> Vec<&str> {
    let mut texts = vec![invite.email.as_str()];
    texts.extend(invite.holder.username().map(domain::Username::as_str));
    if let Some(profile) = &invite.profile {
        texts.extend([profile.first_name.as_str(), profile.last_name.as_str(), profile.organisation.as_str()]);
        texts.extend(profile.department.as_ref().map(domain::Department::as_str));
    }
    texts
}
