//! Waiting for a turn: SES takes so many mails a second and refuses the others at once, without having taken them.

use std::time::Duration;

use domain::Timestamp;
use mail::{OutgoingMail, SendOutcome};
use store::settings::MailSwitch;

use crate::Deps;

/// What must be left to claim a mail: SES's time limit, and two seconds to record its answer.
pub(crate) const TIME_TO_SEND: Duration = Duration::from_secs(10);

/// How long to wait for the next turn: SES counts by the second.
const TURN: Duration = Duration::from_secs(1);

/// Hands a mail to SES, and again each second for as long as SES refuses it for its rate and time is left. So a rate is
/// used in full whatever it is, and nothing that merely has to queue is put off by minutes.
///
/// The claim stays in force meanwhile; that nobody has stopped all mail is asked before each turn.
pub(crate) async fn take(deps: &Deps, mail: &OutgoingMail, deadline: Timestamp) -> SendOutcome {
    let spare = deadline.since(deps.clock.now()).saturating_sub(TIME_TO_SEND);
    let mut outcome = deps.mailer.send(mail.clone()).await;
    for _ in 0..spare.as_secs() / TURN.as_secs() {
        if outcome != SendOutcome::Throttled || deps.clock.now() + TURN + TIME_TO_SEND > deadline {
            break;
        }
        tokio::time::sleep(TURN).await;
        let position = deps.switch.position(&deps.store, deps.clock.now()).await;
        if !matches!(position, Ok(MailSwitch::Running)) {
            break;
        }
        outcome = deps.mailer.send(mail.clone()).await;
    }
    outcome
}
