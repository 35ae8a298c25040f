//! The domain rules: what the domain of an address means. They are data, not code.
//!
//! They are read strictly, and one malformed entry refuses them all, because a rule that allows more than was intended
//! lets strangers in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{EmailAddress, Fault, fields::is_host_name};

/// A host name of at least two labels, in lower case, such as the part of an address after the `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainName(String);

impl DomainName {
    /// Bytes of a host name at most: the rest of an address has at least one character and the `@`.
    pub const MAX: usize = EmailAddress::MAX - 2;

    /// Reads a host name in any case. `None`: the text is no host name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= Self::MAX && is_host_name(text)).then(|| Self(text.to_ascii_lowercase()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the holder of an account is to the directory. The email domain decides it, not the employment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    /// Signs in with the organisation's own identity, and may invite others.
    Officer,
    /// Has a local account with a username.
    Vendor,
}

/// Whether people of a domain may have SEED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeedEligibility {
    Eligible,
    Ineligible,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRule {
    pub persona: Persona,
    /// Whether people of the domain may have SEED.
    pub seed: SeedEligibility,
    /// The company that a vendor's domain belongs to.
    pub company: Option<String>,
}

/// All domains that may be invited.
#[derive(Clone, Debug)]
pub struct DomainRules {
    exact: BTreeMap<String, Verdict>,
    suffixes: BTreeMap<String, Verdict>,
    refused_mailboxes: Vec<String>,
}

#[derive(Clone, Debug)]
enum Verdict {
    Allowed(DomainRule),
    Refused,
}

/// Why a set of rules cannot be used.
#[derive(Debug, Error)]
pub enum RulesError {
    /// The text is not the JSON that rules have.
    #[error("domain rules are not valid: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A version that this build does not read.
    #[error("domain rules have version {0}; this build reads version 1")]
    Version(u32),
    /// No domain may be invited.
    #[error("domain rules allow no domain")]
    Empty,
    /// An entry that is no domain, or that would allow more than one organisation by mistake.
    #[error("domain rules entry {index}: {problem}")]
    Entry {
        /// Its index in the list, from 0.
        index: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A refused mailbox that no address can match.
    #[error("domain rules: refused mailbox {index} is not the lower-case part before an @")]
    Mailbox {
        /// Its index in the list, from 0.
        index: usize,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    domains: Vec<Entry>,
    #[serde(default)]
    refused_mailboxes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    domain: String,
    #[serde(rename = "match")]
    reach: Reach,
    #[serde(default)]
    persona: Option<Persona>,
    #[serde(default)]
    seed: Option<SeedEligibility>,
    #[serde(default)]
    company: Option<String>,
    /// Why people of this domain cannot be invited. Such an entry has no persona.
    #[serde(default)]
    refused: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Reach {
    /// The domain alone. Its sub-domains have no rule, even where a wider rule would cover them, until an entry names
    /// them.
    Exact,
    /// Every domain below it, but not the domain itself.
    Subdomains,
}

impl DomainRules {
    /// Characters of a public officer's address at most: the guest name `…#EXT#@tenant` leaves so many for it.
    pub const MAX_OFFICER: usize = 113;

    /// Reads rules from JSON:
    /// `{"version":1,"domains":[{"domain","match","persona","seed","company"?}|{"domain","match",
    /// "refused"}],"refused_mailboxes":[…]}`.
    ///
    /// # Errors
    ///
    /// [`RulesError`] for the first fault, which makes the rules unusable as a whole.
    pub fn from_json(json: &str) -> Result<Self, RulesError> {
        let document: Document = serde_json::from_str(json)?;
        if document.version != 1 {
            return Err(RulesError::Version(document.version));
        }
        let mut rules = Self { exact: BTreeMap::new(), suffixes: BTreeMap::new(), refused_mailboxes: Vec::new() };
        for (index, entry) in document.domains.into_iter().enumerate() {
            let wrong = |problem| RulesError::Entry { index, problem };
            if !is_host_name(&entry.domain) || entry.domain.bytes().any(|b| b.is_ascii_uppercase()) {
                return Err(wrong("not a lower-case domain of at least two labels"));
            }
            let verdict = match (entry.persona, entry.seed, entry.company, entry.refused) {
                (Some(persona), Some(seed), company, None) => Verdict::Allowed(DomainRule { persona, seed, company }),
                (None, None, None, Some(_)) => Verdict::Refused,
                _ => return Err(wrong("needs either persona and seed, or refused")),
            };
            let map = if entry.reach == Reach::Exact { &mut rules.exact } else { &mut rules.suffixes };
            if map.insert(entry.domain, verdict).is_some() {
                return Err(wrong("a domain that is there already"));
            }
        }
        let allows = |map: &BTreeMap<_, _>| map.values().any(|verdict| matches!(verdict, Verdict::Allowed(_)));
        if !allows(&rules.exact) && !allows(&rules.suffixes) {
            return Err(RulesError::Empty);
        }
        for (index, mailbox) in document.refused_mailboxes.into_iter().enumerate() {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
            if mailbox.is_empty() || !mailbox.bytes().all(plain) {
                return Err(RulesError::Mailbox { index });
            }
            rules.refused_mailboxes.push(mailbox);
        }
        Ok(rules)
    }

    /// Every domain that has a rule.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        self.exact.keys().chain(self.suffixes.keys()).map(String::as_str)
    }

    /// Whether an entry names exactly this domain.
    #[must_use]
    pub fn names(&self, domain: &str) -> bool {
        self.exact.contains_key(domain)
    }

    /// The rule for the domain of `email`. The most specific rule applies.
    ///
    /// # Errors
    ///
    /// [`Fault`] with the reason why this address cannot be invited.
    pub fn invitee(&self, email: &EmailAddress) -> Result<&DomainRule, Fault> {
        let rule = self.rule(&email.domain())?;
        if rule.persona == Persona::Officer && email.as_str().len() > Self::MAX_OFFICER {
            return Err(Fault::EmailOfficerTooLong);
        }
        if self.refused_mailboxes.contains(&email.mailbox()) {
            return Err(Fault::EmailRoleMailbox);
        }
        Ok(rule)
    }

    /// The rule for a domain. The most specific rule applies.
    ///
    /// # Errors
    ///
    /// [`Fault`] with the reason why people of this domain cannot be invited.
    pub fn domain(&self, domain: &DomainName) -> Result<&DomainRule, Fault> {
        self.rule(domain.as_str())
    }

    fn rule(&self, domain: &str) -> Result<&DomainRule, Fault> {
        match self.verdict(domain) {
            Some(Verdict::Allowed(rule)) => Ok(rule),
            Some(Verdict::Refused) => Err(Fault::EmailRefusedDomain),
            None => Err(Fault::EmailDomain),
        }
    }

    /// Whether the holder of `email` may invite others.
    #[must_use]
    pub fn may_invite(&self, email: &EmailAddress) -> bool {
        self.holder(email).is_some_and(|rule| rule.persona == Persona::Officer)
    }

    /// The rule for the domain of a person who has an account, whether or not the address could be invited.
    #[must_use]
    pub fn holder(&self, email: &EmailAddress) -> Option<&DomainRule> {
        match self.verdict(&email.domain())? {
            Verdict::Allowed(rule) => Some(rule),
            Verdict::Refused => None,
        }
    }

    /// The rule that applies: the domain's own or, without one, the rule of the closest domain above it that has any.
    /// If that one is an `exact` entry, the sub-domain has no rule, and wider rules do not apply to it.
    fn verdict(&self, domain: &str) -> Option<&Verdict> {
        if let Some(own) = self.exact.get(domain) {
            return Some(own);
        }
        let mut rest = domain;
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(verdict) = self.suffixes.get(parent) {
                return Some(verdict);
            }
            if self.exact.contains_key(parent) {
                return None;
            }
            rest = parent;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"schools.gov.sg","match":"exact","persona":"officer","seed":"ineligible"},
        {"domain":"local.gov.sg","match":"exact","persona":"vendor","seed":"eligible"},
        {"domain":"nomail.gov.sg","match":"exact","refused":"no inbox"},
        {"domain":"vendor.com.sg","match":"exact","persona":"vendor","seed":"eligible","company":"Vendor Pte Ltd"}
        ],"refused_mailboxes":["postmaster"]}"#;

    fn invitee(text: &str) -> Result<Persona, Fault> {
        DomainRules::from_json(RULES).unwrap().invitee(&EmailAddress::parse(text).unwrap()).map(|rule| rule.persona)
    }

    #[test]
    fn the_most_specific_rule_decides() {
        assert_eq!(invitee("a@agency.gov.sg"), Ok(Persona::Officer));
        assert_eq!(invitee("a@unit.agency.gov.sg"), Ok(Persona::Officer));
        assert_eq!(invitee("a@LOCAL.gov.sg"), Ok(Persona::Vendor));
        assert_eq!(invitee("a@nomail.gov.sg"), Err(Fault::EmailRefusedDomain));
        assert_eq!(invitee("a@vendor.com.sg"), Ok(Persona::Vendor));
    }

    #[test]
    fn the_sub_domains_of_a_domain_that_is_listed_alone_are_nobodys_until_a_rule_says_so() {
        for text in ["a@sub.schools.gov.sg", "a@a.b.local.gov.sg", "a@sub.nomail.gov.sg"] {
            assert_eq!(invitee(text), Err(Fault::EmailDomain), "{text}");
        }
        let said = RULES.replace(
            r#"{"domain":"nomail"#,
            r#"{"domain":"local.gov.sg","match":"subdomains","persona":"vendor","seed":"ineligible"},
               {"domain":"unit.local.gov.sg","match":"exact","persona":"officer","seed":"eligible"},{"domain":"nomail"#,
        );
        let rules = DomainRules::from_json(&said).unwrap();
        let persona = |text: &str| rules.domain(&DomainName::parse(text).unwrap()).map(|rule| rule.persona);
        assert_eq!(persona("sub.local.gov.sg"), Ok(Persona::Vendor));
        assert_eq!(persona("unit.local.gov.sg"), Ok(Persona::Officer));
        assert_eq!(persona("sub.unit.local.gov.sg"), Err(Fault::EmailDomain));
        assert_eq!(persona("agency.gov.sg"), Ok(Persona::Officer));
    }

    #[test]
    fn a_domain_matches_only_at_the_border_of_a_label() {
        for text in [
            "a@evil-gov.sg",
            "a@evilgov.sg",
            "a@gov.sg.evil.com",
            "a@xgov.sg",
            "a@sub.vendor.com.sg",
            "a@gov.sg",
            "a@gmail.com",
        ] {
            assert_eq!(invitee(text), Err(Fault::EmailDomain), "{text}");
        }
    }

    #[test]
    fn shared_mailboxes_and_long_officer_addresses_are_refused() {
        assert_eq!(invitee("Postmaster+x@agency.gov.sg"), Err(Fault::EmailRoleMailbox));
        let long = |n: usize| format!("{}@{}.gov.sg", "a".repeat(64), "b".repeat(n - 72));
        assert_eq!(long(113).len(), 113);
        assert_eq!(invitee(&long(113)), Ok(Persona::Officer));
        assert_eq!(invitee(&long(114)), Err(Fault::EmailOfficerTooLong));
    }

    #[test]
    fn only_officers_invite() {
        let rules = DomainRules::from_json(RULES).unwrap();
        let may = |text| rules.may_invite(&EmailAddress::parse(text).unwrap());
        assert!(may("a@agency.gov.sg"));
        assert!(!may("a@vendor.com.sg"));
        assert!(!may("a@gmail.com"));
    }

    #[test]
    fn the_holder_of_an_account_has_a_rule_even_where_the_address_could_not_be_invited() {
        let rules = DomainRules::from_json(RULES).unwrap();
        let company = |text| rules.holder(&EmailAddress::parse(text).unwrap()).map(|rule| rule.company.as_deref());
        assert_eq!(company("postmaster@agency.gov.sg"), Some(None));
        assert_eq!(company("a@vendor.com.sg"), Some(Some("Vendor Pte Ltd")));
        assert_eq!([company("a@nomail.gov.sg"), company("a@gmail.com")], [None; 2]);
    }

    #[test]
    fn every_domain_with_a_rule_is_listed() {
        let rules = DomainRules::from_json(RULES).unwrap();
        let domains: Vec<&str> = rules.domains().collect();
        assert_eq!(domains, ["local.gov.sg", "nomail.gov.sg", "schools.gov.sg", "vendor.com.sg", "gov.sg"]);
    }

    #[test]
    fn a_domain_name_is_a_host_name_that_fits_in_an_address() {
        let name = |text: &str| DomainName::parse(text).map(|name| name.as_str().to_owned());
        assert_eq!(name("Unit.GOV.sg").as_deref(), Some("unit.gov.sg"));
        assert_eq!(name("gov_sg.sg"), None);
        let long = |n: usize| format!("{}{}.gov.sg", "a.".repeat(120), "b".repeat(n - 247));
        assert_eq!(long(252).len(), 252);
        assert!(EmailAddress::parse(&format!("a@{}", long(252))).is_ok());
        assert_eq!(name(&long(252)), Some(long(252)));
        assert_eq!(name(&long(253)), None);
    }

    /// Rules with one entry, which has `rest` beside its domain.
    fn rules(domain: &str, rest: &str, mailboxes: &str) -> Result<DomainRules, String> {
        let json =
            format!(r#"{{"version":1,"domains":[{{"domain":"{domain}",{rest}}}],"refused_mailboxes":[{mailboxes}]}}"#);
        DomainRules::from_json(&json).map_err(|error| error.to_string())
    }

    const OFFICERS: &str = r#""match":"exact","persona":"officer","seed":"eligible""#;

    #[test]
    fn rules_with_one_allowed_domain_are_enough() {
        assert!(rules("gov.sg", OFFICERS, "").is_ok());
        assert!(rules("gov.sg", &OFFICERS.replace("exact", "subdomains"), "").is_ok());
        let mailboxes = rules("gov.sg", OFFICERS, r#""a.b-c_9","1""#).unwrap();
        let invitee = |text| mailboxes.invitee(&EmailAddress::parse(text).unwrap()).map(|rule| rule.persona);
        assert_eq!(invitee("A.B-C_9+x@gov.sg"), Err(Fault::EmailRoleMailbox));
        assert_eq!(invitee("1@gov.sg"), Err(Fault::EmailRoleMailbox));
        assert_eq!(invitee("2@gov.sg"), Ok(Persona::Officer));
    }

    #[test]
    fn malformed_rules_are_refused_whole() {
        for domain in ["", "sg", "*.gov.sg", "GOV.SG", "Gov.sg", "gov.sg ", "gov.sg.", ".gov.sg", "gov sg"] {
            let error = rules(domain, OFFICERS, "").unwrap_err();
            assert_eq!(error, "domain rules entry 0: not a lower-case domain of at least two labels", "{domain:?}");
        }
        for rest in [
            r#""match":"exact""#,
            r#""match":"exact","persona":"officer""#,
            r#""match":"exact","seed":"eligible""#,
            r#""match":"exact","company":"Vendor Pte Ltd","refused":"no inbox""#,
            r#""match":"exact","persona":"officer","seed":"eligible","refused":"no inbox""#,
        ] {
            let error = rules("gov.sg", rest, "").unwrap_err();
            assert_eq!(error, "domain rules entry 0: needs either persona and seed, or refused", "{rest}");
        }
        for mailbox in ["", "A", "a@b", "a+b", "a b"] {
            let error = rules("gov.sg", OFFICERS, &format!(r#""a","{mailbox}""#)).unwrap_err();
            assert_eq!(error, "domain rules: refused mailbox 1 is not the lower-case part before an @", "{mailbox:?}");
        }
        let twice = r#""match":"exact","refused":"no inbox"},{"domain":"gov.sg","match":"exact","refused":"no inbox""#;
        assert_eq!(rules("gov.sg", twice, "").unwrap_err(), "domain rules entry 1: a domain that is there already");
        let refused = r#""match":"exact","refused":"no inbox""#;
        assert_eq!(rules("gov.sg", refused, "").unwrap_err(), "domain rules allow no domain");
    }

    #[test]
    fn only_the_known_form_and_version_are_read() {
        let error = |json: &str| DomainRules::from_json(json).unwrap_err();
        for json in ["", "{}", &RULES.replace(r#""match":"#, r#""x":1,"match":"#), &RULES.replace("exact", "Exact")] {
            assert!(matches!(error(json), RulesError::Syntax(_)), "{json}");
        }
        assert!(matches!(error(&RULES.replace(r#""version":1"#, r#""version":2"#)), RulesError::Version(2)));
        assert!(matches!(error(r#"{"version":1,"domains":[]}"#), RulesError::Empty));
    }
}
