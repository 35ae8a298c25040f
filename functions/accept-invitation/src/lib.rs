//! The invitee's page, which the link in a mail opens: view, accept, ask for a code, for a first password or for a new
//! link.
//!
//! - **trigger**: API Gateway, without sign-in: `POST /api/invitations/view`, `…/mailbox-code`, `…/accept`,
//!   `…/first-password`, `…/new-link`
//! - **does**: writes the acceptance and the used token, or the request for a code, for a first password or for a new
//!   link; wakes `send-mail` for a code, else `provision-user`
//! - **again**: an invitation is accepted once; between codes, and between first passwords, there is a pause, which
//!   grows from a minute; a new link is sent once a day
//! - **crash**: each change is one write or one transaction, and the sweeper repeats a lost wake-up call
//! - **needs**: the table, the mail queue, the provision queue
//!
//! The token is the credential, and a code that is mailed shows that its holder reads the mailbox. The token is sent in
//! bodies only, so no log has it. Viewing does not use it up, because mail scanners open every link before the invitee
//! does. The directory creates and mails the first password, and has its
//! holder change it at the first sign-in; this service never sees one.

mod mailbox_code;
mod new_link;
mod page;

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, response::Response};
use boot::Stack;
use domain::{
    Clock, Entropy, Field, Timestamp,
    fields::Part,
    invite::{FirstPassword, Invite},
    keys::Token,
    mail::Closed,
};
use mailbox_code::Checked;
use queue::{Destination, QueueName, Queues, Wake};
use serde::Deserialize;
use store::{MAX_UPDATE_ROUNDS, Store, Stored, TokenRecord, Written};
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    Json, Problem, Slug, Trace,
    fields::{Beside, FieldJson, WithFields},
    reply,
};

pub use mailbox_code::{MailboxCodeBody, MailboxCodeState};
pub use page::{FirstPasswordBody, FirstPasswordState, Holdup, PageBody, PageState};

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    /// The queues that wake `send-mail` and `provision-user`.
    pub queues: Queues,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&[Destination::Queue(QueueName::Mail), Destination::Queue(QueueName::Provision)])?,
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

/// The token of the mail's link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The fragment of the link.
    pub token: String,
}

/// The fields of the body, with the rest of it in `Acceptance`.
pub type AcceptRequest = WithFields<Acceptance>;

/// Who the invitee is; an absent field is an empty one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AcceptRequest)]
pub struct Acceptance {
    /// The fragment of the link.
    pub token: String,
    /// The six digits that were mailed to the invited mailbox. Blanks and dashes in it do not count.
    #[serde(default, rename = "mailboxCode")]
    #[schema(required = false, example = "123 456")]
    pub mailbox_code: String,
}

impl Beside for Acceptance {
    const JSON: FieldJson = FieldJson::Text;

    fn has(field: Field) -> bool {
        field.spec().part == Part::Profile
    }
}

pub fn router(deps: Deps) -> Router {
    let (clock, entropy) = (deps.clock.clone(), deps.entropy.clone());
    web::serve_api(routes().with_state(Arc::new(deps)), clock, entropy)
}

/// The function's part of the API's description.
#[must_use]
pub fn api() -> OpenApi {
    routes().into_openapi()
}

fn routes() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::default()
        .routes(routes!(view))
        .routes(routes!(code))
        .routes(routes!(accept))
        .routes(routes!(first_password))
        .routes(routes!(new_link))
}

/// Shows where the invitation stands, and changes nothing.
#[utoipa::path(
    post, path = "/api/invitations/view", operation_id = "viewInvitation", tag = "invitations",
    request_body = TokenRequest,
    responses((status = 200, description = "What the page needs.", body = PageBody)),
)]
async fn view(State(deps): State<Arc<Deps>>, body: Json<TokenRequest>) -> Result<Response, Problem> {
    let opened = deps.open(&body.value.token).await?;
    let holdup = deps.holdup(&opened.invite).await?;
    reply::json(StatusCode::OK, &opened.page(holdup, deps.clock.now()))
}

/// Mails a code to the invited mailbox, which is typed to accept the invitation. While a code can be typed, the same is
/// mailed again. The pause before the next request grows.
#[utoipa::path(
    post, path = "/api/invitations/mailbox-code", operation_id = "requestMailboxCode", tag = "invitations",
    request_body = TokenRequest,
    responses((status = 202, description = "It will be mailed.", body = PageBody)),
)]
async fn code(State(deps): State<Arc<Deps>>, body: Json<TokenRequest>) -> Result<Response, Problem> {
    let (opened, now) = mailbox_code::ask(&deps, &body.value.token).await?;
    reply::json(StatusCode::ACCEPTED, &opened.page(None, now))
}

/// Accepts the invitation, with the code that shows that the mailbox is the invitee's; a second time changes nothing.
#[utoipa::path(
    post, path = "/api/invitations/accept", operation_id = "acceptInvitation", tag = "invitations",
    request_body = AcceptRequest,
    responses((status = 202, description = "Accepted; the account is being made.", body = PageBody)),
)]
async fn accept(State(deps): State<Arc<Deps>>, body: Json<AcceptRequest>) -> Result<Response, Problem> {
    let Acceptance { token, mailbox_code: typed } = body.value.rest.clone();
    // The token is checked first: a caller without a valid one learns nothing about the rules.
    let mut opened = deps.open(&token).await?;
    let profile = body.value.form().profile().map_err(|faults| Problem::validation(&faults))?;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let now = deps.clock.now();
        if !opened.invite.can_be_accepted(now) {
            return Err(Problem::new(Slug::StateConflict));
        }
        let proven = match mailbox_code::check(&deps, &opened, &typed, now).await? {
            Checked::Proven(proven) => proven,
            Checked::LostRace => {
                opened = deps.open(&token).await?;
                continue;
            }
        };
        let next = opened.invite.to_value().accept(profile.clone(), proven, now);
        let next = opened.invite.becomes(next.map_err(|_| Problem::new(Slug::StateConflict))?);
        match deps.store.accept(next, &opened.token.hash(), &opened.record, now).await? {
            Written::Done(invite) => {
                let accepted = Opened { invite, ..opened };
                deps.wake(&accepted.invite, "invitation accepted").await;
                return reply::json(StatusCode::ACCEPTED, &accepted.page(None, now));
            }
            // The delivery of a mail may be recorded while the invitee is on the page.
            Written::LostRace => opened = deps.open(&token).await?,
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// Has the directory mail a first password to the invited address. The pause before the next grows, and what a mailbox
/// is sent in a day counts these mails too.
#[utoipa::path(
    post, path = "/api/invitations/first-password", operation_id = "requestFirstPassword", tag = "invitations",
    request_body = TokenRequest,
    responses((status = 202, description = "It will be mailed; the body says whether it has to wait.",
        body = PageBody)),
)]
async fn first_password(State(deps): State<Arc<Deps>>, body: Json<TokenRequest>) -> Result<Response, Problem> {
    for _ in 0..MAX_UPDATE_ROUNDS {
        let opened = deps.open(&body.value.token).await?;
        let now = deps.clock.now();
        if now >= opened.record.expires_at {
            return Err(Problem::new(Slug::InvitationNotValid));
        }
        match opened.invite.first_password_from() {
            None => return Err(Problem::new(Slug::StateConflict)),
            Some(from) if now < from => return Err(too_soon(from.since(now))),
            Some(_) => {}
        }
        let mailbox = deps.store.find_mailbox(&opened.invite.address_key).await?;
        if let Err(Closed::Suppressed(_)) = mailbox.is_open() {
            return Err(Problem::new(Slug::StateConflict)
                .detail("Mail to this address came back, so nothing is sent to it. Ask support to clear it."));
        }
        let holdup = Holdup::of(deps.store.mail_switch(now).await?, &mailbox, now);
        let next = opened.invite.to_value().request_first_password(now);
        let next = opened.invite.becomes(next.map_err(|_| Problem::new(Slug::StateConflict))?);
        if let Written::Done(invite) = deps.store.write(next).await? {
            let asked = Opened { invite, ..opened };
            deps.wake(&asked.invite, "first password requested").await;
            return reply::json(StatusCode::ACCEPTED, &asked.page(holdup, now));
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// Sends a new link to the mailbox that the old one was mailed to, once a day. The old one may have expired or been
/// replaced. Everybody gets the same answer, whatever their link is.
#[utoipa::path(
    post, path = "/api/invitations/new-link", operation_id = "requestNewLink", tag = "invitations",
    request_body = TokenRequest,
    responses((status = 204, description = "If the link belongs to an invitation that is open, a new one is mailed.")),
)]
async fn new_link(
    State(deps): State<Arc<Deps>>,
    Trace(trace): Trace,
    body: Json<TokenRequest>,
) -> Result<StatusCode, Problem> {
    new_link::send(&deps, &body.value.token, trace).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An invitation whose token is valid.
struct Opened {
    token: Token,
    record: TokenRecord,
    invite: Stored<Invite>,
}

impl Opened {
    fn page(&self, holdup: Option<Holdup>, now: Timestamp) -> PageBody {
        PageBody::of(&self.invite, &self.record, holdup, now)
    }
}

impl Deps {
    /// Finds the invite of a token. Every token that is not valid gets the same answer.
    async fn open(&self, token: &str) -> Result<Opened, Problem> {
        let not_valid = || Problem::new(Slug::InvitationNotValid);
        let token = Token::parse(token).ok_or_else(not_valid)?;
        let record = self.store.find_token(&token.hash()).await?.ok_or_else(not_valid)?;
        let invite = self.store.get::<Invite>(&record.invite).await?.ok_or_else(not_valid)?;
        // A later mail has a token of its own, and this one is no longer valid.
        let is_latest = invite.mail.as_ref().is_some_and(|mail| mail.generation == record.generation);
        if is_latest { Ok(Opened { token, record, invite }) } else { Err(not_valid()) }
    }

    /// Why a requested first password cannot be mailed now. `None`: it can.
    async fn holdup(&self, invite: &Invite) -> Result<Option<Holdup>, Problem> {
        if !matches!(invite.first_password, FirstPassword::Requested { .. }) {
            return Ok(None);
        }
        let now = self.clock.now();
        let mailbox = self.store.find_mailbox(&invite.address_key).await?;
        Ok(Holdup::of(self.store.mail_switch(now).await?, &mailbox, now))
    }

    async fn wake(&self, invite: &Invite, what: &'static str) {
        // This line connects the trace of this request with the trace of the request that created the invite.
        tracing::info!(invite_id = %invite.id, invite_trace = %invite.trace, what, "invite changed");
        let wake = [Wake::Invite { id: invite.id }];
        self.queues.wake(QueueName::Provision, &invite.officer.id, &wake).await;
    }
}

fn too_soon(pause: Duration) -> Problem {
    Problem::new(Slug::TooManyRequests)
        .detail("A password was asked for a moment ago. Check your mail, also the junk folder.")
        .retry_after(pause)
}

impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequest").finish_non_exhaustive()
    }
}
