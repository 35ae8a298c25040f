//! The commands for the domain rules.

use domain::DomainRules;
use serde_json::Value;

use crate::{Failure, Round, Said, audit};

/// Suffixes of the public list below which only agencies can register names.
const AGENCIES_ONLY: [&str; 1] = ["gov.sg"];

/// Suffixes below which all people can register names although the public list has dropped them.
const NO_LONGER_LISTED: [&str; 1] = ["per.sg"];

/// Writes domain rules over those in force. Rules that cannot be read, or that would let strangers in, are refused, and
/// the earlier ones stay.
pub(crate) async fn put(round: &Round<'_>, json: &str) -> Result<Said, Failure> {
    check(json)?;
    audit::note(round, "PUT_RULES", "domain-rules").await?;
    round.deps.store.put_domain_rules(json).await?;
    Ok(Said::once(WRITTEN))
}

/// Writes domain rules where there are none, as after the first deployment. Rules that are there stay, and the answer
/// says whether they are other ones: rules change without a deployment, so the file may be the older of the two.
pub(crate) async fn put_first(round: &Round<'_>, json: &str) -> Result<Said, Failure> {
    let store = &round.deps.store;
    if store.domain_rules_as_written().await?.is_none() {
        check(json)?;
        audit::note(round, "PUT_RULES", "domain-rules").await?;
        if store.put_first_domain_rules(json).await?.is_done() {
            return Ok(Said::once(WRITTEN));
        }
    }
    let in_force = store.domain_rules_as_written().await?.unwrap_or_default();
    Ok(Said::once(if is_same(&in_force, json) { SAME } else { OTHERS }))
}

/// Prints the rules in force as they were written, which names no person.
pub(crate) async fn show(round: &Round<'_>) -> Result<Said, Failure> {
    let json = round.deps.store.domain_rules_as_written().await?;
    let json = json.ok_or_else(|| Failure::refused("there are no domain rules yet"))?;
    Ok(Said::once(format!("{}\n", json.trim_end())))
}

const WRITTEN: &str = "the domain rules are in the table; every function uses them within five minutes\n";

const SAME: &str = "the domain rules in force are those of the file\n";

const OTHERS: &str = "the domain rules in force are not those of the file, and stay as they are\n\
    to see them:                  make operate STAGE=<stage> DO=show-rules\n\
    to replace them by the file:  make operate STAGE=<stage> DO=\"rules @infra/domain-rules.json\"\n";

/// Whether two texts are the same rules. Spaces and the order of fields say nothing.
fn is_same(one: &str, other: &str) -> bool {
    let read = |text| serde_json::from_str::<Value>(text).ok();
    one == other || read(one).is_some_and(|one| read(other) == Some(one))
}

/// Refuses rules that cannot be read, or that would let strangers in.
fn check(json: &str) -> Result<(), Failure> {
    let rules = DomainRules::from_json(json).map_err(|error| Failure::refused(error.to_string()))?;
    if let Some(domain) = rules.domains().find(|domain| is_open_to_anyone(domain)) {
        let advice = "anyone can register a name below it. List each organisation's own domain.";
        return Err(Failure::refused(format!("domain rules: {domain} is a public suffix: {advice}")));
    }
    Ok(())
}

/// Whether strangers can register names below `domain`, by the public suffix list of <https://publicsuffix.org>.
fn is_open_to_anyone(domain: &str) -> bool {
    let is_listed = psl::suffix_str(domain) == Some(domain) || NO_LONGER_LISTED.contains(&domain);
    is_listed && !AGENCIES_ONLY.contains(&domain)
}
