//! The words of each mail: a constant subject, and one text in HTML and in plain text.
//!
//! No mail to another person contains what an officer typed freely: no reason and no name. It contains only an address
//! and a username, whose characters are bounded, and our own words.

use askama::Template;
use domain::{
    BatchId, EmailAddress, InviteId, MailboxCode, Timestamp, Username,
    batch::Questions,
    bulk_action::Side,
    invite::{Actor, CODE_LIFE},
    keys::Token,
};
use thiserror::Error;

#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: &'static str,
    pub html: String,
    /// The same content as plain text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    /// Prints only the subject: the text has a link that is a credential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A template could not be rendered.
#[derive(Debug, Error)]
#[error("a mail could not be written")]
pub struct RenderError(#[from] askama::Error);

/// Renders letters for one installation.
#[derive(Clone, Debug)]
pub struct Letters {
    portal: String,
    support: String,
}

/// The data of an invitation, and of a reminder.
#[derive(Clone, Copy, Debug)]
pub struct InvitationLetter<'a> {
    pub inviter: &'a EmailAddress,
    pub token: &'a Token,
    /// From when the invitation can no longer be accepted. The letter names the last full day before it.
    pub expires_at: Timestamp,
}

/// The data of the letter about a new account.
#[derive(Clone, Copy, Debug)]
pub struct AccountLetter<'a> {
    pub inviter: &'a EmailAddress,
    /// The username of a vendor. `None`: a public officer, who signs in with the address.
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
    /// It waited for too long to be sent.
    NotSent,
}

/// The data of the letters about a handover.
#[derive(Clone, Copy, Debug)]
pub struct HandoverLetter<'a> {
    /// The officer who had the invites.
    pub giver: &'a EmailAddress,
    /// The colleague who has them now.
    pub taker: &'a EmailAddress,
    /// Who handed them over: the officer, or an operator.
    pub by: Actor,
    pub invites: u32,
}

/// The result of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Report<'a> {
    /// No row has work ahead, or the service has waited for long enough.
    Through(Tally),
    /// Its workbook could not be read; the text says what to do.
    Unreadable(&'a str),
    /// Its workbook was read, and its officer has to submit it; the text says why.
    Waiting(&'a str),
    /// Its workbook is read once its officer has answered questions about it.
    Asking(&'a Questions),
}

impl Report<'_> {
    fn subject(self) -> &'static str {
        match self {
            Self::Through(_) => "Your batch upload is through",
            Self::Unreadable(_) => "Your batch upload could not be read",
            Self::Waiting(_) => "Your batch upload waits for you",
            Self::Asking(_) => "Your batch upload needs your answers",
        }
    }
}

/// How many rows of a batch ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows whose people were mailed an invitation. `None`: the rows became accounts.
    pub invited: Option<u32>,
    pub accounts: u32,
    /// Rows that were sent and failed.
    pub failed: u32,
    /// Rows that were sent and still have work ahead; the report did not wait longer for them.
    pub open: u32,
    pub needs_fixing: u32,
    /// Rows that were skipped, because their person has an invite, an account or another row.
    pub duplicates: u32,
}

impl Tally {
    fn needs_officer(&self) -> bool {
        self.failed > 0 || self.needs_fixing > 0
    }
}

impl Letters {
    /// Letters with links to the portal at `portal_url`, and with `support` as the address for questions.
    #[must_use]
    pub fn new(portal_url: &str, support: &EmailAddress) -> Self {
        Self { portal: portal_url.trim_end_matches('/').to_owned(), support: support.as_str().to_owned() }
    }

    /// Renders an invitation.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
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

    /// Renders a reminder of an invitation.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
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

    /// Renders the letter with the code of an invitee.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
    pub fn mailbox_code(&self, inviter: &EmailAddress, code: &MailboxCode) -> Result<Letter, RenderError> {
        let (inviter, code, support) = (inviter.as_str(), &*code.shown(), &*self.support);
        let minutes = CODE_LIFE.as_secs() / 60;
        Ok(Letter {
            subject: "Your code to accept the invitation to TechPass",
            html: CodeHtml { inviter, code, minutes, support }.render()?,
            text: CodeText { inviter, code, minutes, support }.render()?,
        })
    }

    /// Renders the letter to an officer whose invitation has expired.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
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

    /// Renders the letter about a new account.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
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

    /// Renders the letter to an officer whose batch is done, or waits to be submitted. `remarks` are what the reader of
    /// its file left out.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
    pub fn batch_report(&self, batch: BatchId, report: Report<'_>, remarks: &[String]) -> Result<Letter, RenderError> {
        let link = &*format!("{}/#/batches/{batch}", self.portal);
        let (subject, support) = (report.subject(), &*self.support);
        Ok(Letter {
            subject,
            html: ReportHtml { subject, report, remarks, link, support }.render()?,
            text: ReportText { subject, report, remarks, link, support }.render()?,
        })
    }

    /// Renders the letter to one side of a handover.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
    pub fn handover(&self, side: Side, letter: &HandoverLetter<'_>) -> Result<Letter, RenderError> {
        let subject = match side {
            Side::Giver => "Your invites were handed over",
            Side::Taker => "You have a colleague's invites now",
        };
        let number = match letter.invites {
            1 => "one invite".to_owned(),
            invites => format!("{invites} invites"),
        };
        let (giver, taker, number) = (letter.giver.as_str(), letter.taker.as_str(), &*number);
        let (by, link, support) = (letter.by, &*format!("{}/#/invites", self.portal), &*self.support);
        Ok(Letter {
            subject,
            html: HandoverHtml { subject, side, giver, taker, by, number, link, support }.render()?,
            text: HandoverText { subject, side, giver, taker, by, number, link, support }.render()?,
        })
    }

    /// Renders the letter of the canary.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when the template cannot be rendered.
    pub fn canary(&self) -> Result<Letter, RenderError> {
        let support = &*self.support;
        Ok(Letter {
            subject: "This mail shows that mails are sent",
            html: CanaryHtml { support }.render()?,
            text: CanaryText { support }.render()?,
        })
    }

    /// The token is after the `#`. Browsers do not send that part, so it is in no log and in no `Referer`.
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
#[template(path = "mailbox_code.html")]
struct CodeHtml<'a> {
    inviter: &'a str,
    code: &'a str,
    minutes: u64,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "mailbox_code.txt")]
struct CodeText<'a> {
    inviter: &'a str,
    code: &'a str,
    minutes: u64,
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
    remarks: &'a [String],
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "batch_report.txt")]
struct ReportText<'a> {
    subject: &'a str,
    report: Report<'a>,
    remarks: &'a [String],
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverHtml<'a> {
    subject: &'a str,
    side: Side,
    giver: &'a str,
    taker: &'a str,
    by: Actor,
    number: &'a str,
    link: &'a str,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "handover.txt")]
struct HandoverText<'a> {
    subject: &'a str,
    side: Side,
    giver: &'a str,
    taker: &'a str,
    by: Actor,
    number: &'a str,
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
