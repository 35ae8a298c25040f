//! What is not wrong with rows, and should be looked at before they are submitted.
//!
//! It is found when rows are shown, because it depends on what the directory listed last. Rows are shown without it
//! too.

use domain::{
    Keys,
    batch::{Row, RowState, Warning},
    keys::{AddressKey, PersonKey},
};
use store::StoreError;
use web::Problem;

use crate::Deps;

/// The warnings about each of `rows`, in their order.
pub(crate) async fn of_rows(deps: &Deps, rows: &[Row]) -> Result<Vec<Vec<Warning>>, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    Ok(find(deps, rows, keys).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "rows are shown without warnings");
        vec![Vec::new(); rows.len()]
    }))
}

async fn find(deps: &Deps, rows: &[Row], keys: &Keys) -> Result<Vec<Vec<Warning>>, StoreError> {
    let (rules, agencies) = (deps.rules.current().await?, deps.agencies.current().await?);
    let people: Vec<Option<_>> = rows.iter().map(|row| person(row, keys)).collect();
    let asked: Vec<_> = people.iter().flatten().cloned().collect();
    let elsewhere = deps.store.people_elsewhere(&asked, deps.clock.now()).await?;
    let of_row = |(row, person): (&Row, &Option<(PersonKey, _)>)| {
        let email = row.email().filter(|_| is_open(row));
        let agency = email.and_then(|email| Warning::of_agency(&email, &rules, &agencies));
        let is_elsewhere = person.as_ref().is_some_and(|(person, _)| elsewhere.contains(person));
        agency.into_iter().chain(is_elsewhere.then_some(Warning::OtherAddress)).collect()
    };
    Ok(rows.iter().zip(&people).map(of_row).collect())
}

fn person(row: &Row, keys: &Keys) -> Option<(PersonKey, AddressKey)> {
    let person = row.name_and_number().filter(|_| is_open(row))?;
    Some((keys.person(&person), keys.address(&row.email()?)))
}

/// Whether it can still be submitted or fixed.
fn is_open(row: &Row) -> bool {
    matches!(row.state, RowState::Ready | RowState::NeedsFixing { .. } | RowState::Contradiction { .. })
}
