//! Invented people of invented agencies.

use domain::{
    BatchId, CodeSeed, DomainRules, EmailAddress, Entropy, Field, InviteId, Keys, MailboxCode, Officer, OfficerId,
    Timestamp, TraceId,
    batch::{Batch, MAX_TEXT, RawRow, Source, read_all},
    fields::Form,
    invite::{Creation, Invite, Origin, Proven},
    terms::Terms,
    webhook::SigningSecret,
};
use sheet::ResultRow;
use store::rows::KeyedRow;

/// Domain rules for one government suffix and one vendor.
pub const RULES: &str = r#"{"version":1,"domains":[
    {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
    {"domain":"schools.gov.sg","match":"exact","persona":"officer","seed":"ineligible"},
    {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible",
        "company":"Example Vendor Pte Ltd"}
    ],"refused_mailboxes":["postmaster"]}"#;

/// The page where vendors raise a service request.
pub const SERVICE_REQUEST_URL: &str = "https://service.example/request";

/// The secrets that the device side signs with: the current one and the previous one.
///
/// # Panics
///
/// Never: they are long enough.
#[must_use]
pub fn device_secrets() -> [SigningSecret; 2] {
    ["the device side's secret of the tests", "the one that it had before, in the tests"]
        .map(|text| SigningSecret::new(text).unwrap())
}

/// The operator, as the AWS account names them.
pub const OPERATOR: &str = "arn:aws:sts::123456789012:assumed-role/operators/night";

/// The addresses that SES does not send to when a test begins.
#[must_use]
pub fn suppressed() -> [EmailAddress; 2] {
    [email("thaddeus@sample-board.gov.sg"), email("someone@sample-board.gov.sg")]
}

#[must_use]
pub fn beginning() -> Timestamp {
    Timestamp::from_unix_ms(1_795_411_442_000)
}

/// The domain rules of [`RULES`].
///
/// # Panics
///
/// Never: they are well-formed.
#[must_use]
pub fn rules() -> DomainRules {
    DomainRules::from_json(RULES).unwrap()
}

#[must_use]
pub fn keys() -> Keys {
    Keys::derive(b"the secret of the tests")
}

/// The keys that agencies' secrets are derived from in tests.
#[must_use]
pub fn agency_keys() -> Keys {
    Keys::derive(b"the other secret of the tests")
}

/// Parses an email address for a test.
///
/// # Panics
///
/// When `text` is no address.
#[must_use]
pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// The officer named `name` of the example agency.
///
/// # Panics
///
/// When `name` cannot be part of an address.
#[must_use]
pub fn officer(name: &str) -> Officer {
    Officer {
        id: OfficerId::parse(&format!("officer-{name}")).unwrap(),
        email: email(&format!("{name}@example-agency.gov.sg")),
    }
}

/// A complete form for the public officer `name`.
#[must_use]
pub fn officer_form(name: &str) -> Form {
    Form {
        email: format!("{name}@sample-board.gov.sg"),
        first_name: "Ada".to_owned(),
        last_name: "Tan".to_owned(),
        country_code: "65".to_owned(),
        contact_number: "91234567".to_owned(),
        organisation: "Sample Board".to_owned(),
        seed: "No".to_owned(),
        reason: "Joins the project".to_owned(),
        ..Form::default()
    }
}

/// A complete form for the vendor `name`, who asks for SEED.
#[must_use]
pub fn vendor_form(name: &str) -> Form {
    Form {
        email: format!("{name}@vendor.example.com"),
        username: name.to_owned(),
        seed: "Yes".to_owned(),
        ..officer_form(name)
    }
}

/// A form of `name` whose other texts are as long as a row can hold, with some characters of three bytes.
#[must_use]
pub fn longest_form(name: &str) -> Form {
    let text: String = "\u{5b57}Tan A".chars().cycle().take(MAX_TEXT).collect();
    let mut form = Form::default();
    for field in Field::ALL {
        form.set(field, text.clone());
    }
    Form { email: officer_form(name).email, ..form }
}

/// What says that the invitee of an invitation has typed the code that was mailed to them.
///
/// # Panics
///
/// When the invitation cannot be accepted now.
#[must_use]
pub fn proven(invited: &Invite, now: Timestamp) -> Proven {
    let generation = invited.mail.as_ref().map_or(0, |mail| mail.generation);
    let (seed, token) = (CodeSeed::generate(&crate::seeded(1)), keys().token(invited.id, generation));
    let asked = invited.clone().ask_for_code(seed.clone(), now).unwrap();
    asked.prove(&token, &MailboxCode::of(&token, &seed), now).unwrap()
}

/// An invite by `officer` from a form, for an account on behalf of a person.
///
/// # Panics
///
/// When the form has faults.
#[must_use]
pub fn account_invite(officer: &Officer, form: &Form, now: Timestamp, entropy: &Entropy) -> Invite {
    let request = form.account(&rules(), &officer.email).unwrap();
    let creation = Creation {
        terms: Terms::USUAL,
        id: InviteId::generate(now, entropy),
        officer: officer.clone(),
        address_key: keys().address(&request.email),
        at: now,
        trace: TraceId::generate(now, entropy),
    };
    Invite::queued(creation, Origin::Account, request)
}

/// A batch of `officer` with a row for each form, as a draft. Its rows are not stored.
///
/// # Panics
///
/// Never: an uploaded batch can be parsed.
#[must_use]
pub fn draft(officer: &Officer, forms: Vec<Form>, now: Timestamp, entropy: &Entropy) -> (Batch, Vec<KeyedRow>) {
    let id = BatchId::generate(now, entropy);
    let batch = Batch::new(id, officer.clone(), Source::Paste, now, TraceId::generate(now, entropy));
    let raws = (1..).zip(forms.into_iter().map(RawRow::from));
    let rows: Vec<KeyedRow> =
        read_all(raws, &batch.row_rules(&rules())).into_iter().map(|row| KeyedRow::new(row, &keys())).collect();
    let mut counts = domain::batch::Counts::default();
    for row in &rows {
        counts.add(&row.row.state);
    }
    (batch.parsed(counts, Vec::new(), now).unwrap(), rows)
}

/// A workbook with a row for each form.
///
/// # Panics
///
/// Never: so few rows fit into a worksheet.
#[must_use]
pub fn workbook(forms: &[Form]) -> Vec<u8> {
    let row = |(number, form)| ResultRow { number, form, status: "", what_is_wrong: "", trace_id: "" };
    sheet::results((1..).zip(forms).map(row), beginning()).unwrap()
}
