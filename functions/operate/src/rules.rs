//! The command that changes the domain rules.

use domain::DomainRules;

use crate::{Failure, Round, Said, audit};

/// Suffixes of the public list below which only agencies can register names.
const AGENCIES_ONLY: [&str; 1] = ["gov.sg"];

/// Suffixes below which all people can register names although the public list has dropped them.
const NO_LONGER_LISTED: [&str; 1] = ["per.sg"];

/// Writes domain rules. Rules that cannot be read, or that would let strangers in, are refused, and the earlier ones
/// stay.
pub(crate) async fn put(round: &Round<'_>, json: &str) -> Result<Said, Failure> {
    let rules = DomainRules::from_json(json).map_err(|error| Failure::refused(error.to_string()))?;
    if let Some(domain) = rules.domains().find(|domain| is_open_to_anyone(domain)) {
        let advice = "anyone can register a name below it. List each organisation's own domain.";
        return Err(Failure::refused(format!("domain rules: {domain} is a public suffix: {advice}")));
    }
    audit::note(round, "PUT_RULES", "domain-rules").await?;
    round.deps.store.put_domain_rules(json).await?;
    Ok(Said::once("the domain rules are in the table; every function uses them within five minutes\n"))
}

/// Whether strangers can register names below `domain`, by the public suffix list of <https://publicsuffix.org>.
fn is_open_to_anyone(domain: &str) -> bool {
    let is_listed = psl::suffix_str(domain) == Some(domain) || NO_LONGER_LISTED.contains(&domain);
    is_listed && !AGENCIES_ONLY.contains(&domain)
}
