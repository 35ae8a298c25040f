//! One message, one mail.
//!
//! - **trigger**: the mail queue; a message holds the id of an invite or of a batch and nothing else, or calls for the
//!   canary
//! - **does**: claims the mail that is due and room for it in its mailbox, hands it to SES once, records what SES said
//! - **retry**: the table away: the message comes again; SES busy: the mail queues for its turn, each second, while
//!   time is left; SES away: the mail is due later, and the sweeper wakes it; SES's answer lost: the mail stays claimed
//!   until an event or the sweeper's rule settles it
//! - **IAM**: `dynamodb:GetItem BatchGetItem PutItem DeleteItem Query`, `ses:SendEmail`,
//!   `secretsmanager:GetSecretValue`
//!
//! Requests of a mail: the mail switch (GetItem, for all mails of half a second), GetItem, the claim (a transaction of
//! two puts, since the token's hash goes with it), SendEmail, PutItem. A batch's report has one put in place of the
//! transaction, and a query for its numbers.

mod canary;
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

/// How often a message begins anew after a lost race.
const ROUNDS: usize = 4;

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub mailer: Mailer,
    pub letters: Letters,
    /// The keys that links are made with.
    pub secrets: Secrets,
    pub switch: Switch,
    pub clock: Clock,
}

impl Deps {
    /// What the function takes from a stack.
    ///
    /// # Errors
    ///
    /// When a variable of the environment is missing, or cannot be meant.
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

/// Where one attempt leaves the worker.
enum Next {
    /// Somebody else was faster: read again.
    Reload,
    /// Nothing more can be done now.
    Rest(Disposition),
}

/// Sends the mail that is due for an invite or a batch, or the canary.
pub async fn handle(deps: &Deps, wake: Wake, deadline: Timestamp) -> Disposition {
    match deps.switch.position(&deps.store, deps.clock.now()).await {
        Ok(MailSwitch::Running) => {}
        Ok(MailSwitch::Stopped) => {
            // It stays due, so the sweeper brings it back for as long as it takes.
            tracing::warn!("mail is stopped; nothing was sent");
            return Disposition::Done;
        }
        Err(error) => return Disposition::retry(error),
    }
    for _ in 0..ROUNDS {
        let attempted = match wake {
            Wake::Invite { id } => invite::send(deps, id, deadline).await,
            Wake::Batch { id } => report::send(deps, id, deadline).await,
            Wake::Canary => canary::send(deps, deadline).await,
            _ => return Disposition::Discard("message is about nothing that is mailed"),
        };
        match attempted {
            Ok(Next::Reload) => {}
            Ok(Next::Rest(disposition)) => return disposition,
            Err(error) => return Disposition::Retry(error),
        }
    }
    // Others keep changing it; a mail that is still due stays so and is found by the sweeper.
    Disposition::Done
}
