//! What must be true after every handler, and what must be true at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    BatchId, BulkActionId, InviteId,
    batch::BatchState,
    bulk_action::{BulkAction, Side},
    invite::{Event, Invite, SeedStatus},
    mail::{Mail, MailKind, MailState, Receipt},
};
use mail::{Letter, Subject};
use serde_json::Value;

use super::world::{Manner, Mishap, World};

macro_rules! ensure {
    ($holds:expr, $($wrong:tt)+) => {
        if !$holds {
            return Err(format!($($wrong)+));
        }
    };
}

/// A sending: what it is about, its kind, its generation.
type Sending = (String, &'static str, u32);

/// What was seen so far in a run.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Calls and mails that were already checked.
    calls: usize,
    mails: usize,
    with_account: BTreeSet<InviteId>,
    /// Sendings that are flagged as possible duplicates.
    flagged: BTreeSet<Sending>,
    pub(super) dead_letters: Vec<String>,
    /// The addresses whose locks a scenario has left for the timers to find.
    pub(super) left_behind: BTreeSet<String>,
}

/// The state of everything at the end, in words that are the same in every run that ends well.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    invites: Vec<String>,
    batches: Vec<String>,
    accounts: Vec<String>,
    licences: BTreeSet<String>,
    passwords: BTreeMap<String, &'static str>,
    mails: Vec<String>,
    /// The last status of each invite that the agency was sent.
    told: Vec<String>,
}

impl World {
    /// Checks what must be true after every handler.
    pub(super) async fn watch(&self) {
        let calls = self.app.probe.calls();
        let new = std::mem::replace(&mut self.seen.borrow_mut().calls, calls.len());
        if calls.iter().skip(new).all(|call| call.effect.is_none()) {
            return;
        }
        if let Err(wrong) = self.inspect().await {
            self.found(&wrong);
        }
    }

    async fn inspect(&self) -> Result<(), String> {
        let invites = self.invites().await;
        let made = self.app.directory.made();
        for (number, invite) in invites.iter().enumerate() {
            let shown = || format!("{} {} {:?}", invite.email.as_str(), invite.progress().name(), invite.mail);
            let accounts = made.iter().filter(|(id, _)| *id == invite.id).count();
            ensure!(accounts <= 1, "two accounts: {}", shown());
            let has_work = invite.progress().is_open();
            ensure!(!has_work || invite.next_due().is_some(), "nobody will ever look at it: {}", shown());
            let namesake = |other: &Invite| other.is_live() && other.address_key == invite.address_key;
            let live = invites.iter().filter(|other| namesake(other)).count();
            ensure!(live <= 1, "two live invites of one address: {}", shown());
            let locks = self.app.store.live_addresses(std::slice::from_ref(&invite.address_key)).await.unwrap();
            let mut seen = self.seen.borrow_mut();
            let is_left_behind = seen.left_behind.contains(invite.address_key.as_str());
            ensure!(is_left_behind || locks.len() == live, "the lock and invite {number} disagree: {}", shown());
            let had_account = seen.with_account.contains(&invite.id);
            let is_deleted = invite.history.iter().any(|entry| entry.event == Event::AccountDeleted);
            let has_account = invite.account().is_some() || invite.state_name() == "ACCOUNT_GONE" || is_deleted;
            ensure!(!had_account || has_account, "the account is forgotten: {}", shown());
            if invite.account().is_some() {
                seen.with_account.insert(invite.id);
            }
            let mails = [invite.mail.as_ref(), invite.code_mail(), invite.officer_mail.as_ref()];
            let flagged = mails.into_iter().flatten().filter(|mail| is_flagged(mail));
            seen.flagged.extend(flagged.map(|mail| (invite.id.to_string(), mail.kind.name(), mail.generation)));
        }
        for batch in self.batches().await {
            let flagged = batch.report.iter().filter(|mail| is_flagged(mail));
            let sendings = flagged.map(|mail| (batch.id.to_string(), mail.kind.name(), mail.generation));
            self.seen.borrow_mut().flagged.extend(sendings);
        }
        for action in self.actions().await {
            let flagged = mails_of(&action).filter(|mail| is_flagged(mail));
            let sendings = flagged.map(|mail| (action.id.to_string(), mail.kind.name(), mail.generation));
            self.seen.borrow_mut().flagged.extend(sendings);
        }
        let sent = self.app.outbox.sent();
        for mail in sent.iter().skip(std::mem::replace(&mut self.seen.borrow_mut().mails, sent.len())) {
            if let (Subject::Invite(id), MailKind::AccountCreated) = (mail.tags.subject, mail.tags.kind) {
                ensure!(made.iter().any(|(invite, _)| *invite == id), "mailed about an account that is not there");
            }
        }
        Ok(())
    }

    /// The state of everything, after checking that no mail was sent twice without a flag, that no message is among the
    /// dead letters, and that the counts of batches are correct.
    pub(super) async fn ending(&self) -> Ending {
        if self.manner == Manner::Calm {
            assert_eq!(self.seen.borrow().dead_letters, Vec::<String>::new());
        }
        let mut invites = Vec::new();
        let mut passwords = BTreeMap::new();
        let mut undecided: Vec<(Sending, String)> = Vec::new();
        for invite in self.invites().await {
            let mail = invite.mail.as_ref().map_or("no mail".to_owned(), shown);
            let officer_mail = invite.officer_mail.as_ref().map_or(String::new(), shown);
            let (address, seed) = (invite.email.as_str(), SeedStatus::from(invite.seed).label());
            for (mail, to) in [(&invite.mail, &invite.email), (&invite.officer_mail, &invite.officer.email)] {
                undecided.extend(
                    mail.iter().filter(|mail| is_undecided(mail)).map(|mail| {
                        ((invite.id.to_string(), mail.kind.name(), mail.generation), to.as_str().to_owned())
                    }),
                );
            }
            invites.push(format!("{address}: {}, {mail}, {seed} {officer_mail}", invite.state_name()));
            if let Some(account) = invite.account() {
                let mailed = if self.app.directory.first_passwords(account) > 0 { "mailed" } else { "none" };
                passwords.insert(address.to_owned(), mailed);
            }
        }
        invites.sort();
        let mut batches = Vec::new();
        for batch in self.batches().await {
            let rows = self.app.store.count_rows(&batch).await.unwrap();
            // A list that was reset while its workbook was read has rows that were not counted. They are deleted with
            // it.
            let is_counted = self.manner == Manner::Calm || batch.state != BatchState::Reset;
            assert!(!is_counted || rows == batch.counts, "{rows:?} of a batch that is {}", batch.state_name());
            undecided.extend(batch.report.iter().filter(|mail| is_undecided(mail)).map(|mail| {
                let sending = (batch.id.to_string(), mail.kind.name(), mail.generation);
                (sending, batch.officer.email.as_str().to_owned())
            }));
            let report = batch.report.as_ref().map_or("no report".to_owned(), shown);
            batches.push(format!("{}, {rows:?}, {report}", batch.state_name()));
        }
        for action in self.actions().await {
            let mails =
                Side::BOTH.into_iter().filter_map(|side| Some((action.mail_to(side)?, action.address_of(side)?)));
            undecided.extend(mails.filter(|(mail, _)| is_undecided(mail)).map(|(mail, to)| {
                ((action.id.to_string(), mail.kind.name(), mail.generation), to.as_str().to_owned())
            }));
        }
        let mails = self.sendings();
        let may_be_left = self.manner == Manner::Rough
            || self.mishaps().iter().filter(|mishap| matches!(mishap, Mishap::Call(..))).count() > 1;
        assert!(may_be_left || undecided.is_empty(), "left to a person after one mishap: {undecided:?}");
        let undecided = undecided.into_iter().filter(|(sending, _)| !mails.contains_key(sending));
        let undecided: Vec<String> = undecided.map(|((_, kind, _), to)| format!("{kind} to {to}")).collect();
        let mut mails: Vec<String> =
            mails.into_iter().map(|((_, kind, _), to)| format!("{kind} to {to}")).chain(undecided).collect();
        mails.sort();
        let mut accounts: Vec<String> =
            self.app.directory.made().into_iter().map(|(_, account)| account.directory_id).collect();
        accounts.sort();
        let (licences, told) = (self.app.directory.seed_group(), self.told());
        Ending { invites, batches, accounts, licences, passwords, mails, told }
    }

    /// Each sending of a mail and its recipient, after checking that copies are flagged and identical.
    fn sendings(&self) -> BTreeMap<Sending, String> {
        let mut mails: BTreeMap<Sending, (String, Letter)> = BTreeMap::new();
        for mail in self.app.outbox.sent() {
            let subject = match mail.tags.subject {
                Subject::Invite(id) => id.to_string(),
                Subject::Batch(id) => BatchId::to_string(&id),
                Subject::BulkAction(id) => BulkActionId::to_string(&id),
                Subject::Canary => continue,
            };
            let sending = (subject, mail.tags.kind.name(), mail.tags.generation);
            if let Some((_, letter)) = mails.get(&sending) {
                assert!(self.seen.borrow().flagged.contains(&sending), "a second copy says nothing of it: {sending:?}");
                // A copy that waited for days may have a later date.
                let is_same = (&letter.text, &letter.html) == (&mail.letter.text, &mail.letter.html);
                assert!(is_same || self.jumped.get() > Duration::ZERO, "copies differ: {sending:?}");
            } else {
                mails.insert(sending, (mail.to.as_str().to_owned(), mail.letter));
            }
        }
        mails.into_iter().map(|(sending, (to, _))| (sending, to)).collect()
    }

    /// The status of each invite in the event of its latest version.
    fn told(&self) -> Vec<String> {
        let mut latest: BTreeMap<String, (u64, String)> = BTreeMap::new();
        for posted in self.app.endpoints.posted() {
            let body: Value = serde_json::from_str(&posted.body).unwrap();
            let invite = &body["invite"];
            let word = |name: &str| heard(invite[name].as_str().unwrap_or_default()).to_owned();
            let version = invite["version"].as_u64().unwrap();
            let words = format!("{} {} {}", word("techpass"), word("seed"), word("mail"));
            let told = latest.entry(word("id")).or_default();
            if told.0 < version {
                *told = (version, words);
            }
        }
        latest.into_values().map(|(_, words)| words).collect()
    }

    /// Everything that still has work ahead, to analyse a failed run.
    pub(super) async fn shown(&self) -> String {
        let invites = self.invites().await;
        let invites = invites
            .iter()
            .map(|invite| format!("{} {:?}, due {:?}", shown_invite(invite), invite.mail, invite.next_due()));
        let batches = self.batches().await;
        let batches = batches
            .iter()
            .map(|batch| format!("batch {:?} {:?}, due {:?}", batch.state, batch.report, batch.next_due()));
        invites.chain(batches).collect::<Vec<_>>().join("; ")
    }
}

fn shown_invite(invite: &Invite) -> String {
    format!("{} {:?}", invite.email.as_str(), invite.state)
}

/// The mails about a handover.
pub(super) fn mails_of(action: &BulkAction) -> impl Iterator<Item = &Mail> {
    Side::BOTH.into_iter().filter_map(|side| action.mail_to(side))
}

/// A mail whose second attempt has no known result either: an operator has to ask its recipient.
pub(super) fn is_undecided(mail: &Mail) -> bool {
    matches!(mail.state, MailState::Claimed { attempt: 2.., .. })
}

/// A mail at the end. Whether later reports of SES arrived does not matter here.
fn shown(mail: &Mail) -> String {
    let state = if is_undecided(mail) { "SENT" } else { heard(mail.state_name()) };
    format!("{} {state}", mail.kind.name())
}

/// The state of a mail without SES's later reports.
fn heard(state: &str) -> &str {
    match state {
        "ACCEPTED" | "DELIVERED" | "UNKNOWN" => "SENT",
        state => state,
    }
}

fn is_flagged(mail: &Mail) -> bool {
    match &mail.state {
        MailState::Due { attempts, .. } => *attempts > 0,
        MailState::Claimed { attempt, .. } => *attempt > 1,
        MailState::Accepted(receipt)
        | MailState::Delayed(receipt)
        | MailState::Delivered(receipt)
        | MailState::Bounced(receipt)
        | MailState::Complained(receipt)
        | MailState::Suppressed(receipt)
        | MailState::Unknown(receipt) => says_so(receipt),
        MailState::Refused { .. } | MailState::Withheld { .. } | MailState::Replaced => false,
    }
}

fn says_so(receipt: &Receipt) -> bool {
    receipt.possible_duplicate
}
