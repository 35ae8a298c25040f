//! The audit trail of operators: recorded before an act is done, and listed.

use store::audit::{Audited, OperatorAct};

use crate::{Failure, Round, Said, listing::Listing};

/// Records what is about to be done, on `subject`: an id, a domain, a queue or a keyed hash, never an address.
pub(crate) async fn note(round: &Round<'_>, action: &str, subject: &str) -> Result<(), Failure> {
    let deps = round.deps;
    let at = deps.clock.now();
    let act = OperatorAct {
        id: format!("{:032x}", deps.entropy.next_u128()),
        action: action.to_owned(),
        subject: subject.to_owned(),
        by: round.by.to_owned(),
        at,
    };
    Ok(deps.store.note_act(&act, at + deps.audit_kept).await?)
}

/// Lists what operators did, and the erasures at their request, oldest first.
pub(crate) async fn list(round: &Round<'_>) -> Result<Said, Failure> {
    let store = &round.deps.store;
    let line = |entry, _| {
        Some(match entry {
            Audited::Act(OperatorAct { action, subject, by, at, .. }) => {
                format!("{at}  {action}  {subject}  by {by}\n")
            }
            Audited::Erasure(done) => {
                let counted = format!("{} invites, {} rows", done.invites, done.rows);
                format!("{}  {}  {}  {counted}\n", done.at, done.action, done.address_key.as_str())
            }
        })
    };
    let listing = Listing::read(round, async |from| store.list_audit(from).await, line).await?;
    listing.ending_with(|_| String::new())
}
