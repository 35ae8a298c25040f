//! The domain rules: whose address means what.

use domain::DomainRules;

use crate::{Failure, Round, Said, audit};

/// Puts domain rules in force; rules that cannot be read are refused, and those in force stay.
pub(crate) async fn put(round: &Round<'_>, json: &str) -> Result<Said, Failure> {
    DomainRules::from_json(json).map_err(|error| Failure::refused(error.to_string()))?;
    audit::note(round, "PUT_RULES", "domain-rules").await?;
    round.deps.store.put_domain_rules(json).await?;
    Ok(Said::once("the domain rules are in the table; every function uses them within five minutes\n"))
}
