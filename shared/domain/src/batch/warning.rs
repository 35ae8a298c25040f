//! What is not wrong with a row, and should be looked at before it is submitted.

use crate::{Agencies, DomainName, DomainRules, EmailAddress, Persona, rules::DomainRule};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Nobody of the address's agency has an account.
    UnknownAgency {
        /// The agency that is probably meant.
        meant: Option<String>,
    },
    /// Somebody with this name and contact number has an account under another address.
    OtherAddress,
}

impl Warning {
    /// Whether the agency of an address may be mistyped.
    #[must_use]
    pub fn of_agency(email: &EmailAddress, rules: &DomainRules, agencies: &Agencies) -> Option<Self> {
        let rule = rules.invitee(email).ok()?;
        Self::of_domain(&DomainName::parse(&email.domain())?, rule, rules, agencies)
    }

    /// Whether a domain may be mistyped that `rule` is the rule for. Domains that the rules name one by one are known,
    /// and so are all vendors'.
    #[must_use]
    pub fn of_domain(domain: &DomainName, rule: &DomainRule, rules: &DomainRules, agencies: &Agencies) -> Option<Self> {
        let domain = domain.as_str();
        let may_be_mistyped = rule.persona == Persona::Officer && !rules.names(domain);
        (may_be_mistyped && agencies.lack(domain))
            .then(|| Self::UnknownAgency { meant: agencies.meant_by(domain).map(str::to_owned) })
    }

    /// The code in the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAgency { .. } => "email.unknown-agency",
            Self::OtherAddress => "email.other-address",
        }
    }

    /// What was found and what to do, for the officer.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::UnknownAgency { meant: Some(meant) } => {
                format!("Nobody of this agency has an account yet. Did you mean {meant}?")
            }
            Self::UnknownAgency { meant: None } => {
                "Nobody of this agency has an account yet. Check what is after the @.".to_owned()
            }
            Self::OtherAddress => "Somebody with this name and contact number has an account under another address. \
                                   If it is the same person, they do not need a second one."
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"named.gov.sg","match":"exact","persona":"officer","seed":"eligible"},
        {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"},
        {"domain":"vendors.example","match":"subdomains","persona":"vendor","seed":"eligible"}]}"#;

    #[test]
    fn only_an_officers_agency_that_no_rule_names_may_be_mistyped() {
        let rules = DomainRules::from_json(RULES).unwrap();
        let agencies: Agencies = ["agency.gov.sg".to_owned()].into_iter().collect();
        let meant = |meant: Option<&str>| Some(Warning::UnknownAgency { meant: meant.map(str::to_owned) });
        for (address, warning) in [
            ("bo@agency.gov.sg", None),
            ("bo@AGENCY.gov.sg", None),
            ("bo@agancy.gov.sg", meant(Some("agency.gov.sg"))),
            ("bo@elsewhere.gov.sg", meant(None)),
            ("bo@named.gov.sg", None),
            ("eve@vendor.example.com", None),
            ("eve@other.vendors.example", None),
            ("eve@nobody.example", None),
        ] {
            let email = EmailAddress::parse(address).unwrap();
            assert_eq!(Warning::of_agency(&email, &rules, &agencies), warning, "{address}");
            assert_eq!(Warning::of_agency(&email, &rules, &Agencies::default()), None, "{address}, before any list");
        }
    }

    #[test]
    fn each_warning_says_what_to_do() {
        for (warning, code, words) in [
            (
                Warning::UnknownAgency { meant: Some("a.gov.sg".into()) },
                "email.unknown-agency",
                "Did you mean a.gov.sg?",
            ),
            (Warning::UnknownAgency { meant: None }, "email.unknown-agency", "Check what is after the @."),
            (Warning::OtherAddress, "email.other-address", "under another address"),
        ] {
            assert_eq!(warning.code(), code);
            assert!(warning.detail().contains(words), "{}", warning.detail());
        }
    }
}
