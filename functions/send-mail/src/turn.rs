//! Waits for SES's rate: SES takes a number of mails a second, and refuses the others at once without taking them.

use std::time::Duration;

use domain::Timestamp;
use mail::{OutgoingMail, SendOutcome};
use store::settings::MailSwitch;

use crate::Deps;

/// The time that must be left to claim a mail: SES's time limit, and two seconds to record its answer.
pub(crate) const TIME_TO_SEND: Duration = Duration::from_secs(10);

/// The pause before the next attempt: SES counts by the second.
const TURN: Duration = Duration::from_secs(1);

/// Sends a mail to SES. While SES refuses it for its rate and time is left, it tries again each second. So the whole
/// rate is used, and a mail that only has to wait for it is not delayed by minutes.
///
/// The claim stays valid meanwhile. Before each attempt the mail switch is checked.
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
