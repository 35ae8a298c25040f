//! Records what the directory answered, over the claim that it belongs to.
//!
//! While the directory is asked, other parts of the invite may change: SES reports a mail, or the officer resends one.
//! The answer is true all the same, so it is written over the invite as it is by then. Otherwise it would be forgotten
//! until the lease of the claim ends, and somebody would wait for as long.

use boot::{RECORD_PAUSES, leaves_time};
use domain::{
    InviteId, Timestamp,
    invite::{Conflict, Invite},
};
use store::{Change, Store, StoreError, Stored, Written};

use crate::Deps;

/// What the directory answered to a claim.
pub(crate) trait Answer {
    /// The part of an invite that says whose claim it is.
    type Claim: PartialEq;

    fn claim(invite: &Invite) -> Self::Claim;

    /// The claimed invite with this answer.
    fn noted(&self, invite: Invite, now: Timestamp) -> Result<Invite, Conflict>;

    /// Writes the invite with this answer, and what follows from it.
    async fn write(&self, store: &Store, change: Change<Invite>) -> Result<Written<Stored<Invite>>, StoreError> {
        store.write(change).await
    }
}

/// Records an answer. It tries again while the table is out and time is left.
///
/// `None`: the claim is over, because somebody else has recorded what became of it, or it is left to the end of its
/// lease, because others kept changing the invite.
pub(crate) async fn record<A: Answer>(
    deps: &Deps,
    claimed: Stored<Invite>,
    answer: &A,
    deadline: Timestamp,
) -> Result<Option<Stored<Invite>>, StoreError> {
    let (id, claim) = (claimed.id, A::claim(&claimed));
    let mut known = Some(claimed);
    for pause in RECORD_PAUSES {
        match try_record(deps, id, &claim, known.take(), answer).await {
            Ok(Written::Done(recorded)) => return Ok(recorded),
            Ok(Written::LostRace) => {}
            Err(error) if !leaves_time(pause, deps.clock.now(), deadline) => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
    }
    if let Written::Done(recorded) = try_record(deps, id, &claim, None, answer).await? {
        return Ok(recorded);
    }
    tracing::error!("others kept changing the invite; what the directory answered is not recorded");
    Ok(None)
}

/// One attempt to record, over the known invite, or over the invite as it is now.
async fn try_record<A: Answer>(
    deps: &Deps,
    id: InviteId,
    claim: &A::Claim,
    known: Option<Stored<Invite>>,
    answer: &A,
) -> Result<Written<Option<Stored<Invite>>>, StoreError> {
    let found = match known {
        Some(invite) => Some(invite),
        None => deps.store.get::<Invite>(&id).await?,
    };
    let Some(invite) = found.filter(|invite| A::claim(invite) == *claim) else {
        return Ok(Written::Done(None));
    };
    let Ok(next) = answer.noted(invite.to_value(), deps.clock.now()) else {
        return Ok(Written::Done(None));
    };
    Ok(match answer.write(&deps.store, invite.becomes(next)).await? {
        Written::Done(recorded) => Written::Done(Some(recorded)),
        Written::LostRace => Written::LostRace,
    })
}
