//! Commands for one person's data: export and erasure.

use domain::EmailAddress;
use serde_json::Value;

use crate::{Failure, Round, Said, audit, command::Person, listing::Listing};

/// Shows all data about one person as JSON, for that person. The parts of the listing form one document.
pub(crate) async fn export(round: &Round<'_>, address: &EmailAddress) -> Result<Said, Failure> {
    let store = &round.deps.store;
    let person = round.deps.secrets.keys().await?.address(address);
    let mut head = String::new();
    if round.cursor.is_none() {
        audit::note(round, "EXPORT_PERSON", person.as_str()).await?;
        head = format!("{{\n  \"address\": {},\n  \"held\": [", Value::from(address.as_str()));
    }
    let line = |held: Value, before| Some(element(&held, before));
    let listing = Listing::read(round, async |from| store.list_held(&person, from).await, line).await?;
    let Said { text, cursor } = listing.ending_with(|_| "\n  ]\n}\n".to_owned())?;
    Ok(Said { text: head + &text, cursor })
}

/// Asks for the erasure of one person, which `maintain` does within minutes. Invites become tombstones, rows lose
/// their texts, and an entry in the audit trail stays.
pub(crate) async fn forget(round: &Round<'_>, person: &Person) -> Result<Said, Failure> {
    let person = match person {
        Person::Address(address) => round.deps.secrets.keys().await?.address(address),
        Person::Key(key) => key.clone(),
    };
    audit::note(round, "REQUEST_ERASURE", person.as_str()).await?;
    round.deps.store.request_forgetting(&person).await?;
    Ok(Said::once(format!("asked for; it is done once `audit` lists FORGET_PERSON  {}\n", person.as_str())))
}

/// One element of the JSON array of the export.
fn element(held: &Value, before: u32) -> String {
    let separator = if before == 0 { "" } else { "," };
    let written = format!("{held:#}").replace('\n', "\n    ");
    format!("{separator}\n    {written}")
}
