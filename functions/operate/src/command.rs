//! The commands: how they are written, and what they do.
//!
//! A command that cannot be read is not repeated in the answer, because it may contain a person's address.

use std::fmt::Write as _;

use domain::{AgencyDomain, EmailAddress, InviteId, Timestamp, TraceId, keys::AddressKey};
use queue::Redrive;
use store::Due;

/// How many minutes a record is overdue before it counts as stuck.
const STUCK_MINUTES: u32 = 5;

/// How many days the previous secret signs too, unless the operator says otherwise, and how many days at most.
const ROTATION_DAYS: u32 = 7;
const MAX_ROTATION_DAYS: u32 = 365;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Stuck { minutes: u32 },
    Show(Due),
    Find(TraceId),
    Attention,
    Retry(Due),
    Redrive(Redrive),
    ExportPerson(EmailAddress),
    ForgetPerson(Person),
    HandOver { invite: InviteId, to: EmailAddress },
    Audit,
    StopMail,
    StartMail,
    SettleMails { before: Timestamp },
    ClearSuppression(EmailAddress),
    RegisterAgency { domain: AgencyDomain, endpoint: String },
    ShowAgency(AgencyDomain),
    RotateAgency { domain: AgencyDomain, days: u32 },
    ResumeAgency(AgencyDomain),
    RemoveAgency(AgencyDomain),
    Rules(String),
    FirstRules(String),
    ShowRules,
}

/// The person that is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    Address(EmailAddress),
    /// The keyed hash of the address, as the audit of a lost table has it.
    Key(AddressKey),
}

/// How a command is written, and what it does.
struct Usage {
    name: &'static str,
    arguments: &'static str,
    does: &'static str,
}

const fn usage(name: &'static str, arguments: &'static str, does: &'static str) -> Usage {
    Usage { name, arguments, does }
}

const USAGES: [Usage; 22] = [
    usage("stuck", "[minutes]", "lists what was due some minutes ago, 5 unless given, and is due still"),
    usage("show", "<id>", "the state and history of one invite, batch, action, webhook event or request for SEED"),
    usage("find", "<Trace ID>", "what a request made, by the Trace ID that its officer quotes; reads the whole table"),
    usage("retry", "<id>", "wakes the workers of one; an invite that needs attention goes on where it was"),
    usage(
        "redrive",
        "<queue>",
        "sends the dead letters of dispatch, parse, provision, mail, actions or webhooks again",
    ),
    usage("attention", "", "lists the invites that the workers gave up; reads the whole table"),
    usage("export-person", "<address>", "all that is held about one person, as JSON, for them; reads the whole table"),
    usage("forget-person", "<address or hash>", "has one person erased within minutes; the hash is that of an audit"),
    usage(
        "hand-over",
        "<invite id> <address>",
        "gives all that the officer of this invite has invited to a colleague who signs in with the address",
    ),
    usage("audit", "", "what operators did, and who was erased, by the keyed hash of the address"),
    usage("clear-suppression", "<address>", "lets a mailbox be mailed again, here and on SES's own list"),
    usage(
        "register-agency",
        "<email domain> <https endpoint>",
        "notifies an agency's system once it has echoed a challenge",
    ),
    usage(
        "show-agency",
        "<email domain>",
        "whether an agency's system is notified, and how often that failed in a row",
    ),
    usage(
        "rotate-agency",
        "<email domain> [days]",
        "makes a new secret; the one before signs too for 7 days unless given",
    ),
    usage("resume-agency", "<email domain>", "notifies a parked endpoint again"),
    usage("remove-agency", "<email domain>", "notifies an agency's system of nothing more"),
    usage("stop-mail", "", "stops all mail within a second; what is due stays due"),
    usage("start-mail", "", "lets mail go out again"),
    usage(
        "settle-mails",
        "<time>",
        "after a restore: mails that are due for what is older than the time count as sent; mail must be stopped",
    ),
    usage("rules", "@<file>", "puts the domain rules of a file in force, in place of those before"),
    usage("first-rules", "@<file>", "puts the domain rules of a file in force where there are none yet"),
    usage("show-rules", "", "the domain rules in force"),
];

/// The usage of every command.
pub(crate) fn help() -> String {
    let mut text = "make operate STAGE=<stage> DO=\"<command>\"\n\n".to_owned();
    for Usage { name, arguments, does } in USAGES {
        let _ = writeln!(text, "  {:46}  {does}", format!("{name} {arguments}"));
    }
    text.push_str("\ndocs/RUNBOOK.md says when to use which. Only export-person prints a person.\n");
    text
}

impl Command {
    /// Reads the words of a command. The error says to the operator what is wrong.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let (name, arguments) = match words {
            [] | ["help" | "--help" | "-h"] => return Ok(Self::Help),
            [name, arguments @ ..] => (*name, arguments),
        };
        let Some(usage) = USAGES.iter().find(|usage| usage.name == name) else {
            return Err("there is no such command; `help` lists them".to_owned());
        };
        let written = format!("usage: {} {}", usage.name, usage.arguments);
        let explained = |why: &str| format!("{why}\n{}", written.trim_end());
        match Self::read(name, arguments) {
            Ok(Some(command)) => Ok(command),
            Ok(None) => Err(explained("these are not the arguments of this command")),
            Err(why) => Err(explained(why)),
        }
    }

    /// Reads a command by its name. `None`: it has too many or too few arguments.
    fn read(name: &str, arguments: &[&str]) -> Result<Option<Self>, &'static str> {
        Ok(Some(match (name, arguments) {
            ("stuck", []) => Self::Stuck { minutes: STUCK_MINUTES },
            ("stuck", [minutes]) => Self::Stuck { minutes: minutes.parse().map_err(|_| "these are no minutes")? },
            ("show", [id]) => Self::Show(due(id)?),
            ("find", [trace]) => Self::Find(TraceId::parse(trace).ok_or("this is no Trace ID")?),
            ("retry", [id]) => Self::Retry(due(id)?),
            ("redrive", [queue]) => Self::Redrive(Redrive::parse(queue).ok_or("there is no such queue")?),
            ("attention", []) => Self::Attention,
            ("export-person", [text]) => Self::ExportPerson(address(text)?),
            ("forget-person", [text]) => Self::ForgetPerson(match AddressKey::parse(text) {
                Some(key) => Person::Key(key),
                None => Person::Address(address(text)?),
            }),
            ("hand-over", [id, text]) => Self::HandOver {
                invite: InviteId::parse(id).ok_or("this is no id of an invite: they begin with inv_")?,
                to: address(text)?,
            },
            ("audit", []) => Self::Audit,
            ("clear-suppression", [text]) => Self::ClearSuppression(address(text)?),
            ("register-agency", [name, endpoint]) => {
                Self::RegisterAgency { domain: domain(name)?, endpoint: (*endpoint).to_owned() }
            }
            ("show-agency", [name]) => Self::ShowAgency(domain(name)?),
            ("rotate-agency", [name]) => Self::RotateAgency { domain: domain(name)?, days: ROTATION_DAYS },
            ("rotate-agency", [name, text]) => Self::RotateAgency { domain: domain(name)?, days: days(text)? },
            ("resume-agency", [name]) => Self::ResumeAgency(domain(name)?),
            ("remove-agency", [name]) => Self::RemoveAgency(domain(name)?),
            ("stop-mail", []) => Self::StopMail,
            ("start-mail", []) => Self::StartMail,
            ("settle-mails", [text]) => Self::SettleMails { before: time(text)? },
            ("rules", [json]) => Self::Rules((*json).to_owned()),
            ("first-rules", [json]) => Self::FirstRules((*json).to_owned()),
            ("show-rules", []) => Self::ShowRules,
            _ => return Ok(None),
        }))
    }

    /// The first word of the command, for logs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Stuck { .. } => "stuck",
            Self::Show(_) => "show",
            Self::Find(_) => "find",
            Self::Attention => "attention",
            Self::Retry(_) => "retry",
            Self::Redrive(_) => "redrive",
            Self::ExportPerson(_) => "export-person",
            Self::ForgetPerson(_) => "forget-person",
            Self::HandOver { .. } => "hand-over",
            Self::Audit => "audit",
            Self::StopMail => "stop-mail",
            Self::StartMail => "start-mail",
            Self::ClearSuppression(_) => "clear-suppression",
            Self::RegisterAgency { .. } => "register-agency",
            Self::ShowAgency(_) => "show-agency",
            Self::RotateAgency { .. } => "rotate-agency",
            Self::ResumeAgency(_) => "resume-agency",
            Self::RemoveAgency(_) => "remove-agency",
            Self::SettleMails { .. } => "settle-mails",
            Self::Rules(_) => "rules",
            Self::FirstRules(_) => "first-rules",
            Self::ShowRules => "show-rules",
        }
    }
}

fn due(id: &str) -> Result<Due, &'static str> {
    Due::parse(id).ok_or("this is no id: they begin with inv_, bat_, act_, ntc_ or sed_")
}

fn address(text: &str) -> Result<EmailAddress, &'static str> {
    EmailAddress::parse(text).map_err(|_| "this is no email address")
}

fn domain(text: &str) -> Result<AgencyDomain, &'static str> {
    AgencyDomain::parse(text).ok_or("this is no email domain")
}

/// A time in UTC, to the second or the millisecond.
fn time(text: &str) -> Result<Timestamp, &'static str> {
    let to_the_second = || Timestamp::parse(&format!("{}.000Z", text.strip_suffix('Z')?));
    Timestamp::parse(text).or_else(to_the_second).ok_or("a time is written in UTC: 2026-11-27T10:00:00Z")
}

fn days(text: &str) -> Result<u32, &'static str> {
    let days = text.parse().ok().filter(|days| *days <= MAX_ROTATION_DAYS);
    days.ok_or("these are no days, or more than 365")
}
