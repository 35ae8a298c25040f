//! Invites for tests.

use std::time::Duration;

use super::{Creation, Invite, Origin, history::Act, schedule::NextStep, state::Account};
use crate::{
    DomainRules, EmailAddress, Entropy, InviteId, Keys, Officer, OfficerId, Timestamp, TraceId, fields::Form,
    licence::SeedState, mail::Mailbox, terms::Terms,
};

pub(super) const RULES: &str = r#"{"version":1,"domains":[
    {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
    {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
}

pub(crate) fn creation(email: &EmailAddress) -> Creation {
    let entropy = Entropy::seeded(1);
    let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
    Creation {
        id: InviteId::generate(at(0), &entropy),
        officer: Officer { id: OfficerId::parse("officer-1").unwrap(), email: officer },
        address_key: Keys::derive(b"test").address(email),
        terms: Terms::USUAL,
        at: at(0),
        trace: TraceId::generate(at(0), &entropy),
    }
}

pub(super) fn form() -> Form {
    Form {
        email: "ada@vendor.example.com".into(),
        username: "ada.tan".into(),
        first_name: "Ada".into(),
        last_name: "Tan".into(),
        country_code: "65".into(),
        contact_number: "91234567".into(),
        organisation: "Example Vendor".into(),
        seed: "yes".into(),
        reason: "Project".into(),
        ..Form::default()
    }
}

/// The mailbox of the invitations here.
pub(crate) fn mailbox() -> Mailbox {
    Mailbox::unknown(by_email().address_key)
}

pub(super) fn officer() -> EmailAddress {
    EmailAddress::parse("officer@agency.gov.sg").unwrap()
}

pub(crate) fn for_account() -> Invite {
    let request = form().account(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
    Invite::queued(creation(&request.email), Origin::Account, request)
}

pub(crate) fn by_email() -> Invite {
    let form = Form { email: "bo@agency.gov.sg".into(), reason: "Project".into(), ..Form::default() };
    let request = form.email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
    Invite::queued(creation(&request.email), Origin::Email, request)
}

pub(super) fn account() -> Account {
    Account { directory_id: "d-1".into() }
}

pub(crate) fn invited() -> Invite {
    let invite = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
    invite.mail_accepted("m-1".into(), at(3)).unwrap()
}

pub(crate) fn created(seed: SeedState) -> Invite {
    for_account().claim(at(1)).unwrap().account_created(account(), seed, at(2)).unwrap()
}

pub(crate) fn act(seconds: u64) -> Act {
    Act { at: at(seconds), trace: TraceId::generate(at(seconds), &Entropy::seeded(seconds)), action: None }
}

pub(crate) const DAY: u64 = 24 * 3600;

pub(super) fn paused_kept() -> Invite {
    for_account().needs_attention(at(3)).unwrap()
}

/// The invite with its mail claimed. The directory is asked first where that is the next step.
pub(super) fn claimed(invite: Invite, now: Timestamp) -> Invite {
    let asked = match invite.next_step(now) {
        NextStep::CheckAddress => invite.address_is_free(now).unwrap(),
        NextStep::CheckAccount => invite.account_is_there(now).unwrap(),
        _ => invite,
    };
    asked.claim_mail(now).unwrap()
}
