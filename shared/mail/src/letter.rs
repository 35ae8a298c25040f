//! What each mail says: a subject that never changes, and one text in HTML and in plain text.
//!
//! Nothing that an officer typed freely is in a mail to somebody else: neither the reason nor a name. What is left are
//! an address and a username, whose characters are bounded, and our own words.

use askama::Template;
use domain::{BatchId, EmailAddress, InviteId, Timestamp, Username, keys::Token};
use thiserror::Error;

#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: &'static str,
    pub html: String,
    /// The same words as plain text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    /// The subject only: the words hold a link that is a credential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A template could not be filled in.
#[derive(Debug, Error)]
#[error("a mail could not be written")]
pub struct RenderError(#[from] askama::Error);

/// Writes letters for one installation.
#[derive(Clone, Debug)]
pub struct Letters {
    portal: String,
    support: String,
}

/// Asks somebody to say who they are.
#[derive(Clone, Copy, Debug)]
pub struct InvitationLetter<'a> {
    pub inviter: &'a EmailAddress,
    pub token: &'a Token,
    /// From when the invitation can no longer be accepted; the letter names the day before which it can.
    pub expires_at: Timestamp,
}

/// Tells somebody that their account is there.
#[derive(Clone, Copy, Debug)]
pub struct AccountLetter<'a> {
    pub inviter: &'a EmailAddress,
    /// The username of a vendor; an officer signs in with the address.
    pub username: Option<&'a Username>,
    pub token: &'a Token,
    /// How many days the link works.
    pub days: u16,
}

/// Why an invitation has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its invitee did not accept it in time.
    NotAccepted,
    /// It could not be sent for as long as it may wait.
    NotSent,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Report<'a> {
    /// Its rows were worked on.
    Through(Tally),
    /// Its workbook could not be read, and what to do about it.
    Unreadable(&'a str),
    /// Its workbook was read and waits for its officer to submit it, and why.
    Waiting(&'a str),
}

impl Report<'_> {
    fn subject(self) -> &'static str {
        match self {
            Self::Through(_) | Self::Unreadable(_) => "Your batch upload is through",
            Self::Waiting(_) => "Your batch upload waits for you",
        }
    }
}

/// How the rows of a batch ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub accounts: u32,
    /// Rows that were sent and failed.
    pub failed: u32,
    /// Rows that were sent and are still being worked on: the report was not held back for them any longer.
    pub open: u32,
    pub needs_fixing: u32,
    /// Rows left out because the person is there already.
    pub duplicates: u32,
}

impl Tally {
    fn needs_officer(&self) -> bool {
        self.failed > 0 || self.needs_fixing > 0
    }
}

impl Letters {
    /// Letters that lead to the portal at `portal_url` and name `support` for questions.
    #[must_use]
    pub fn new(portal_url: &str, support: &EmailAddress) -> Self {
        Self { portal: portal_url.trim_end_matches('/').to_owned(), support: support.as_str().to_owned() }
    }

    /// The letter of an invitation.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn invitation(&self, letter: &InvitationLetter<'_>) -> Result<Letter, RenderError> {
        let (inviter, support) = (letter.inviter.as_str(), &*self.support);
        let (before, link) = (letter.expires_at.singapore_date(), self.invitation_link(letter.token));
        let (before, link) = (&*before, &*link);
        Ok(Letter {
            subject: "You are invited to TechPass",
            html: InvitationHtml { inviter, before, link, support }.render()?,
            text: InvitationText { inviter, before, link, support }.render()?,
        })
    }

    /// The letter that brings an invitation to mind.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn reminder(&self, letter: &InvitationLetter<'_>) -> Result<Letter, RenderError> {
        let (inviter, support) = (letter.inviter.as_str(), &*self.support);
        let (before, link) = (letter.expires_at.singapore_date(), self.invitation_link(letter.token));
        let (before, link) = (&*before, &*link);
        Ok(Letter {
            subject: "Your invitation to TechPass ends soon",
            html: ReminderHtml { inviter, before, link, support }.render()?,
            text: ReminderText { inviter, before, link, support }.render()?,
        })
    }

    /// The letter to the officer whose invitation has expired.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn invitation_expired(
        &self,
        invite: InviteId,
        invitee: &EmailAddress,
        ending: Ending,
    ) -> Result<Letter, RenderError> {
        let link = &*format!("{}/#/invites/{invite}", self.portal);
        let (invitee, support) = (invitee.as_str(), &*self.support);
        Ok(Letter {
            subject: "An invitation of yours has lapsed",
            html: LapsedHtml { invitee, ending, link, support }.render()?,
            text: LapsedText { invitee, ending, link, support }.render()?,
        })
    }

    /// The letter of a new account.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn account_created(&self, letter: &AccountLetter<'_>) -> Result<Letter, RenderError> {
        let (inviter, support) = (letter.inviter.as_str(), &*self.support);
        let username = letter.username.map(Username::as_str);
        let link = &*self.invitation_link(letter.token);
        let days = letter.days;
        Ok(Letter {
            subject: "Your TechPass account is ready",
            html: AccountHtml { inviter, username, link, days, support }.render()?,
            text: AccountText { inviter, username, link, days, support }.render()?,
        })
    }

    /// The letter to the officer whose batch is through, or waits for them.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn batch_report(&self, batch: BatchId, report: Report<'_>) -> Result<Letter, RenderError> {
        let link = &*format!("{}/#/batches/{batch}", self.portal);
        let (subject, support) = (report.subject(), &*self.support);
        Ok(Letter {
            subject,
            html: ReportHtml { subject, report, link, support }.render()?,
            text: ReportText { subject, report, link, support }.render()?,
        })
    }

    /// The letter of the canary.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn canary(&self) -> Result<Letter, RenderError> {
        let support = &*self.support;
        Ok(Letter {
            subject: "This mail shows that mails are sent",
            html: CanaryHtml { support }.render()?,
            text: CanaryText { support }.render()?,
        })
    }

    /// The token goes behind the `#`: browsers keep that part to themselves, out of logs and of `Referer`.
    fn invitation_link(&self, token: &Token) -> String {
        format!("{}/accept#{}", self.portal, token.as_str())
    }
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationHtml<'a> {
    inviter: &'a str,
    before: &'a str,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "invitation.txt")]
struct InvitationText<'a> {
    inviter: &'a str,
    before: &'a str,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "reminder.html")]
struct ReminderHtml<'a> {
    inviter: &'a str,
    before: &'a str,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "reminder.txt")]
struct ReminderText<'a> {
    inviter: &'a str,
    before: &'a str,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "invitation_expired.html")]
struct LapsedHtml<'a> {
    invitee: &'a str,
    ending: Ending,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "invitation_expired.txt")]
struct LapsedText<'a> {
    invitee: &'a str,
    ending: Ending,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "account_created.html")]
struct AccountHtml<'a> {
    inviter: &'a str,
    username: Option<&'a str>,
    link: &'a str,
    days: u16,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "account_created.txt")]
struct AccountText<'a> {
    inviter: &'a str,
    username: Option<&'a str>,
    link: &'a str,
    days: u16,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "batch_report.html")]
struct ReportHtml<'a> {
    subject: &'a str,
    report: Report<'a>,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "batch_report.txt")]
struct ReportText<'a> {
    subject: &'a str,
    report: Report<'a>,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "canary.html")]
struct CanaryHtml<'a> {
    support: &'a str,
}

#[derive(Template)]
#[template(path = "canary.txt")]
struct CanaryText<'a> {
    support: &'a str,
}

#[cfg(test)]
mod tests;
