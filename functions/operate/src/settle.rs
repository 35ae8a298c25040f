//! Settles mails after a restore: the restored table may have forgotten that they were sent, and nobody is to be mailed
//! twice.

use domain::{
    Timestamp,
    batch::Batch,
    bulk_action::{BulkAction, Side},
    invite::Invite,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::{
    Due, Store, StoreError, Updated,
    inspection::{Page, Place, Work},
    settings::MailSwitch,
};

use crate::{Failure, Round, Said, audit, listing::Listing};

/// Records of a page that are settled at the same time.
const AT_ONCE: usize = 8;

/// Takes each mail that is due or claimed for sent, if its record is from `before` a time.
///
/// It can be repeated. Mail has to be stopped, because a worker would send what is not settled yet.
pub(crate) async fn settle_mails(round: &Round<'_>, before: Timestamp) -> Result<Said, Failure> {
    let (deps, now) = (round.deps, round.deps.clock.now());
    if deps.store.mail_switch(now).await? != MailSwitch::Stopped {
        return Err(Failure::refused("mail is not stopped: run `stop-mail` first"));
    }
    if round.cursor.is_none() {
        audit::note(round, "SETTLE_MAILS", &before.to_string()).await?;
    }
    let page = async |from| settle_page(&deps.store, from, before, now).await;
    let listing = Listing::read(round, page, |id: Due, _| Some(format!("{id}\n"))).await?;
    listing.ending_with(|found| format!("{found} count as sent, and their mail is not sent\n"))
}

/// Settles the mails of one page of the table. Returns what was settled.
async fn settle_page(
    store: &Store,
    from: Option<Place>,
    before: Timestamp,
    now: Timestamp,
) -> Result<Page<Due>, StoreError> {
    let Page { found, unreadable, next } = store.list_work(from).await?;
    let settled = stream::iter(found).map(|work| settle_work(store, work, before, now)).buffered(AT_ONCE);
    let settled: Vec<Option<Due>> = settled.try_collect().await?;
    Ok(Page { found: settled.into_iter().flatten().collect(), unreadable, next })
}

/// Settles the mails of one record. `None`: it has none to settle.
async fn settle_work(store: &Store, work: Work, before: Timestamp, now: Timestamp) -> Result<Option<Due>, StoreError> {
    let of_invite = |invite: Invite| invite.mails_perhaps_sent(now);
    let of_batch = |batch: Batch| batch.map_report(|mail| mail.perhaps_sent(now)).ok();
    let of_action = |action: BulkAction| handover_perhaps_sent(&action, now);
    let is_settled = match &work {
        Work::Invite(found) if found.created_at < before && of_invite(found.to_value()).is_some() => {
            let updated = store.update(&found.id, |invite| Ok::<_, ()>(of_invite(invite))).await?;
            matches!(updated, Updated::Done { .. })
        }
        Work::Batch(found) if found.created_at < before && of_batch(found.to_value()).is_some() => {
            let updated = store.update(&found.id, |batch| Ok::<_, ()>(of_batch(batch))).await?;
            matches!(updated, Updated::Done { .. })
        }
        Work::BulkAction(found) if found.created_at < before && of_action(found.to_value()).is_some() => {
            let updated = store.update(&found.id, |action| Ok::<_, ()>(of_action(action))).await?;
            matches!(updated, Updated::Done { .. })
        }
        // The others have no mail.
        Work::Invite(_) | Work::Batch(_) | Work::BulkAction(_) | Work::WebhookEvent(_) | Work::SeedRequest(_) => false,
    };
    Ok(is_settled.then(|| work.id()))
}

/// The action with the mails of its handover taken for sent. `None`: none of them is due or claimed.
fn handover_perhaps_sent(action: &BulkAction, now: Timestamp) -> Option<BulkAction> {
    let mut settled = None;
    for side in Side::BOTH {
        let known = settled.clone().unwrap_or_else(|| action.clone());
        settled = known.map_mail(side, |mail| mail.perhaps_sent(now)).ok().or(settled);
    }
    settled
}
