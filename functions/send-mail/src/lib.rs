//! Sends one mail: of an invite, of a batch, or the canary; or both mails of a handover.
//!
//! - **trigger**: the mail queue; a message holds the id of an invite, a batch or an action, or asks for
//!   the canary
//! - **does**: claims the due mail together with room in its mailbox, calls SES once, and records the answer
//! - **again**: a mail that is claimed or sent is not sent again
//! - **crash, lost answer**: the mail stays claimed until an SES event or the sweeper settles it
//! - **table out**: the message is delivered again
//! - **SES busy**: the mail is tried again each second while time is left
//! - **SES out**: the mail is due later, and the sweeper wakes this function
//! - **SES takes no more today**: all mail is paused, here and everywhere, and goes out after that by itself
//! - **needs**: the table, SES, the secret of the keys
//!
//! Requests of a mail: the mail switch (GetItem, once for all mails of half a second), GetItem, the claim (a
//! transaction of two puts, because the token's hash is written with it), SendEmail, PutItem. A batch's report has one
//! put instead of the transaction, and a query for its numbers. A mail with a code has one put too, because no mailbox
//! counts it.

mod canary;
mod code_mail;
mod handover;
mod invite;
mod officer_mail;
mod report;
mod slot;
mod switch;
mod turn;

use std::error::Error;

use boot::{Disposition, Secrets, Stack};
use domain::{Clock, Timestamp};
use mail::{Letters, Mailer};
use queue::Wake;
use store::{Store, settings::MailSwitch};

pub use switch::Switch;

/// How often a message starts again after a lost race.
const ROUNDS: usize = 4;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub mailer: Mailer,
    pub letters: Letters,
    /// The keys that the tokens of links are derived with.
    pub secrets: Secrets,
    pub switch: Switch,
    pub clock: Clock,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let env = stack.env();
        Ok(Self {
            store: stack.store()?,
            mailer: stack.mailer()?,
            letters: Letters::new(&env.required("PORTAL_URL")?, &boot::address(env, "SUPPORT_ADDRESS")?),
            secrets: stack.secrets()?,
            switch: Switch::default(),
            clock: stack.clock(),
        })
    }
}

type AnyError = Box<dyn Error + Send + Sync>;

/// What follows after an attempt.
enum Next {
    /// Another writer was faster: read again.
    Reload,
    /// Nothing more can be done now.
    Rest(Disposition),
}

/// Sends the mail that is due for an invite, a batch or a handover, or the canary.
pub async fn handle(deps: &Deps, wake: Wake, deadline: Timestamp) -> Disposition {
    match deps.switch.position(&deps.store, deps.clock.now()).await {
        Ok(MailSwitch::Running) => {}
        Ok(MailSwitch::Stopped) => {
            // The mail stays due, and the sweeper repeats the wake-up call for as long as mail is stopped.
            tracing::warn!("mail is stopped; nothing was sent");
            return Disposition::Done;
        }
        Ok(MailSwitch::Paused { until }) => {
            // The mail stays due, and the sweeper wakes this function after the pause.
            tracing::info!(%until, "mail is paused; nothing was sent");
            return Disposition::Done;
        }
        Err(error) => return Disposition::retry(error),
    }
    for _ in 0..ROUNDS {
        let attempted = match wake {
            Wake::Invite { id } => invite::send(deps, id, deadline).await,
            Wake::Batch { id } => report::send(deps, id, deadline).await,
            Wake::BulkAction { id } => handover::send(deps, id, deadline).await,
            Wake::Canary => canary::send(deps, deadline).await,
            _ => return Disposition::Discard("message is about nothing that is mailed"),
        };
        match attempted {
            Ok(Next::Reload) => {}
            Ok(Next::Rest(disposition)) => return disposition,
            Err(error) => return Disposition::Retry(error),
        }
    }
    // Other writers changed it in each round. If the mail is still due, the sweeper finds it.
    Disposition::Done
}
