//! What can be wrong with a field: one closed list of codes for the API, the rows of workbooks and the portal's
//! messages.
//!
//! A fault never contains the value that caused it, so it can be logged, stored and shown without personal data.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::measure::Measure;
use crate::Field;

/// One fault of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldFault {
    pub field: Field,
    pub fault: Fault,
    /// The numbers that say how wrong it is. `None`: none do, or the fault was stored by a release without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
}

impl FieldFault {
    /// A sentence for the officer, without the value.
    #[must_use]
    pub fn detail(self) -> Cow<'static, str> {
        match (self.fault, self.measure) {
            (Fault::TooLong, Some(Measure::Length { limit, count })) => {
                format!("At most {limit} characters; this has {count}. Shorten it.").into()
            }
            (Fault::EmailOfficerTooLong, Some(Measure::Length { limit, count })) => {
                format!("A public officer's address has at most {limit} characters; this has {count}.").into()
            }
            (Fault::ContactNumberOtherCode, Some(Measure::Codes { number, column })) => {
                format!("The number begins with +{number}, the column says {column}. Correct one of them.").into()
            }
            _ => self.fault.detail().into(),
        }
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $detail:literal;)*) => {
        /// What is wrong, with a stable code and a sentence that says what to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fault {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl Fault {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable code, which is the key of the portal's messages.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A sentence for the officer, without the value.
            #[must_use]
            pub fn detail(self) -> &'static str {
                match self { $(Self::$variant => $detail,)* }
            }
        }
    };
}

faults! {
    /// A required field that is empty or absent.
    Required = "required", "This field is required.";
    /// More characters than the field allows.
    TooLong = "too-long", "This is longer than the field allows. Shorten it.";
    /// More characters than are kept of a text.
    TextCut = "cell.too-long", "This had more than 2,000 characters, and only the first are kept. Type it again.";
    /// A control or bidirectional-override character.
    ControlCharacter = "control-character", "This contains a control character. Type the text again without pasting.";
    /// An invisible character inside the text. Only earlier releases gave it: such characters are dropped.
    InvisibleCharacter = "invisible-character", "This contains an invisible character. Type the text again without \
        pasting.";
    /// A national identity number, which this service must not hold.
    IdentityNumber = "identity-number", "This looks like an NRIC or FIN. Remove it: it is not needed here.";
    /// A text that is not one email address.
    EmailSyntax = "email.syntax", "Enter one email address, such as name@agency.gov.sg.";
    /// More than one email address.
    EmailSeveral = "email.several", "This holds more than one address. Enter one; each person is invited alone.";
    /// An email address with letters outside ASCII, which often look like ASCII ones.
    EmailNonAscii = "email.non-ascii", "The email address contains a character that is not a plain letter. Type it \
        again.";
    /// The domain may not be invited.
    EmailDomain = "email.domain-not-allowed", "This email domain is not on the list of allowed domains. Raise a \
        service request to add it.";
    /// The domain has no mailboxes, or a rule refuses it.
    EmailRefusedDomain = "email.domain-refused", "Addresses of this domain cannot receive invitations. Use the \
        person's organisation address.";
    /// A role mailbox, such as postmaster.
    EmailRoleMailbox = "email.role-mailbox", "This is a shared or system mailbox. Use the person's own address.";
    /// Longer than a public officer's address may be.
    EmailOfficerTooLong = "email.too-long-for-officer", "A public officer's address has at most 113 characters.";
    /// An email invitation to a person who is not a public officer.
    EmailNotOfficer = "email.not-officer", "Email invitations are for public officers. Use Create account for vendors.";
    EmailOwn = "email.own", "This is your own address.";
    /// The displayed address differs from the one behind the link.
    EmailMismatch = "email.link-mismatch", "The address shown differs from the link behind it. Type the address again.";
    /// An address of an internationalised domain, whose letters people do not see.
    EmailPunycode = "email.punycode", "This address hides letters behind xn--. Use the organisation's own address.";
    /// Another row has the address with another name.
    EmailOtherName = "email.other-name", "Another row has this address with another name. Which is right?";
    /// The officer has invited the address under another name.
    EmailInvitedOtherName = "email.invited-other-name", "You have invited this address with another name. Which is \
        right?";
    /// The account of the address is disabled.
    EmailAccountDisabled = "email.account-disabled", "You have invited this person, and the account is disabled. Ask \
        the administrators of the directory to enable it, and remove this row.";
    /// Another row has the username with another name.
    UsernameOtherName = "username.other-name", "Another row has this username with another name. Which is right?";
    /// A live invite of another person has the username.
    UsernameTaken = "duplicate.username", "This TechPass username belongs to another invite. Choose another.";
    /// A vendor without a username.
    UsernameRequired = "username.required", "Vendors need a TechPass username.";
    /// A username that breaks the rules.
    UsernameSyntax = "username.syntax", "Use letters, digits, hyphen, underscore and single periods; start and end \
        with a letter or digit.";
    UsernameReserved = "username.reserved", "This username is reserved. Choose another.";
    /// A username for a public officer, who signs in by email. Only earlier releases gave it: the username is left out.
    UsernameNotForOfficer = "username.not-for-officer", "Public officers sign in with their email address. Leave the \
        username empty.";
    /// Neither a first nor a last name.
    NameRequired = "name.required", "Enter a first name or a last name. One of them is enough.";
    /// A name with a character that names do not have.
    NameSyntax = "name.syntax", "Enter the name in letters; spaces, apostrophes, hyphens, periods, slashes, commas, \
        brackets and @ may be used.";
    /// A name that a spreadsheet would read as a formula.
    NameStart = "name.start", "A name cannot begin with =, +, -, @ or a tab.";
    /// A text that is neither a country code nor a country, or both of different countries.
    CountryCodeSyntax = "country-code.syntax", "Enter a country code such as 65.";
    /// A country code that no country has.
    CountryCodeUnknown = "country-code.unknown", "No country has this code. Enter a country code such as 65.";
    /// A text that is not a contact number.
    ContactNumberSyntax = "contact-number.syntax", "Enter one phone number in digits.";
    /// A Singapore number that is not eight digits starting with 3, 6, 8 or 9.
    ContactNumberSingapore = "contact-number.singapore", "A Singapore number has eight digits and starts with 3, 6, 8 \
        or 9.";
    /// A number that its country's plan of numbering does not have.
    ContactNumberUnknown = "contact-number.unknown", "This country has no such number. Check the digits and the \
        country code.";
    /// A number that begins with another country code than its column says.
    ContactNumberOtherCode = "contact-number.other-code", "The number begins with another country code than its column \
        says. Correct one of them.";
    /// Digits that are two different numbers, depending on how they are dialled.
    ContactNumberAmbiguous = "contact-number.ambiguous", "This can be read as two numbers. Begin it with + and the \
        country code.";
    /// The SEED answer is neither yes nor no.
    SeedSyntax = "seed.syntax", "Answer Yes or No.";
    /// SEED for a domain that may not have it.
    SeedIneligible = "seed.ineligible", "This email domain cannot be onboarded to SEED. Answer No.";
    /// SEED for a person whom the officer has invited without it.
    SeedNotInvited = "seed.invited-without", "You have invited this person without SEED. The holder asks for it \
        under Onboard to SEED, or raises a service request. Remove this row.";
    /// A workbook cell with a formula.
    CellFormula = "cell.formula", "This cell holds a formula. Type the value itself.";
    /// A workbook cell with an error value such as `#N/A`.
    CellError = "cell.error", "This cell holds an error value. Type the value itself.";
    /// A workbook cell with a date, boolean or number where text belongs.
    CellType = "cell.type", "This cell holds a date, a number or a true/false value. Format it as text and type the \
        value again.";
    /// A number that lost digits in the workbook.
    CellPrecision = "cell.precision", "This number lost digits in the spreadsheet. Format the cell as text and type it \
        again.";
    /// A workbook cell that is merged with another one, so that no program shows its value.
    CellMerged = "cell.merged", "This cell is merged with others in the spreadsheet. Unmerge the cells and fill in \
        each row.";
}

impl Fault {
    /// This fault at the given field.
    #[must_use]
    pub fn at(self, field: Field) -> FieldFault {
        FieldFault { field, fault: self, measure: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_sentence_and_in_what_is_stored() {
        let length = Some(Measure::Length { limit: 64, count: 71 });
        let codes = Some(Measure::Codes { number: 65, column: 60 });
        for (fault, measure, detail) in [
            (Fault::TooLong, length, "At most 64 characters; this has 71. Shorten it."),
            (
                Fault::ContactNumberOtherCode,
                codes,
                "The number begins with +65, the column says 60. Correct one of them.",
            ),
            (Fault::TooLong, None, Fault::TooLong.detail()),
            (Fault::Required, None, "This field is required."),
        ] {
            let fault = FieldFault { measure, ..fault.at(Field::Department) };
            assert_eq!(fault.detail(), detail);
            let stored = serde_json::to_value(fault).unwrap();
            assert_eq!(serde_json::from_value::<FieldFault>(stored).unwrap(), fault);
        }
        let earlier = serde_json::json!({"field": "department", "fault": "too-long"});
        assert_eq!(
            serde_json::from_value::<FieldFault>(earlier.clone()).unwrap(),
            Fault::TooLong.at(Field::Department)
        );
        assert_eq!(serde_json::to_value(Fault::TooLong.at(Field::Department)).unwrap(), earlier);
    }
}
