//! Sends a new link to the mailbox of an invite, when somebody asks for one who has an old link of it.
//!
//! The link that is asked with may have expired, or a later mail may have replaced it: it only shows which invite is
//! meant. The new one goes to the mailbox that the officer invited, once a day, together with what the officer resends.
//! Everybody gets the same answer, so nobody learns from it what is known about a link.

use domain::{
    Timestamp, TraceId,
    invite::{Act, Invite},
    keys::Token,
};
use store::{MAX_UPDATE_ROUNDS, Refused, StoreError, Stored, Transaction};

use crate::Deps;

/// Has a new link sent, if there is an invite for it and it may be mailed now.
pub(crate) async fn send(deps: &Deps, token: &str, trace: TraceId) -> Result<(), StoreError> {
    let Some(token) = Token::parse(token) else { return Ok(()) };
    let found = deps.store.find_token(&token.hash()).await?;
    // The table deletes what is over within days, not at once.
    let Some(record) = found.filter(|record| record.is_known(deps.clock.now())) else { return Ok(()) };
    for _ in 0..MAX_UPDATE_ROUNDS {
        let Some(invite) = deps.store.get::<Invite>(&record.invite).await? else { return Ok(()) };
        match try_send(deps, invite, deps.clock.now(), &trace).await? {
            Sent::Now(invite) => {
                deps.wake(&invite, "new link requested").await;
                return Ok(());
            }
            Sent::NotNow => return Ok(()),
            Sent::LostRace => {}
        }
    }
    Ok(())
}

/// What became of one attempt.
enum Sent {
    /// The invite is on its way again.
    Now(Box<Invite>),
    NotNow,
    /// Another writer changed the invite: read it again.
    LostRace,
}

async fn try_send(deps: &Deps, invite: Stored<Invite>, at: Timestamp, trace: &TraceId) -> Result<Sent, StoreError> {
    let mailbox = deps.store.find_mailbox(&invite.address_key).await?;
    let act = Act { at, trace: trace.clone(), action: None };
    let next = match invite.to_value().send_new_link(&mailbox, &act) {
        Ok(next) => next,
        Err(refusal) => {
            tracing::info!(invite_id = %invite.id, %refusal, "no new link is sent");
            return Ok(Sent::NotNow);
        }
    };
    let mut transaction = Transaction::default();
    let changed = transaction.revive(&invite, next)?;
    match transaction.commit(&deps.store).await?.first() {
        None => Ok(Sent::Now(Box::new(changed.into_value()))),
        Some(Refused::LostRace | Refused::UsageMoved | Refused::KeyUsed) => Ok(Sent::LostRace),
        // Somebody has invited the person again since.
        Some(Refused::AddressTaken | Refused::UsernameTaken) => Ok(Sent::NotNow),
    }
}
