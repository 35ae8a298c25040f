//! Remarks about agencies that nobody is known of: their addresses may be mistyped.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::{
    Agencies, DomainRules,
    batch::{Row, RowState, Warning},
};

/// Agencies that are remarked of at most. A list of hundreds has another fault, which its officer sees without them.
const MOST: usize = 5;

/// A sentence about each agency of ready rows that has no accounts, those of most rows first.
pub(crate) fn remarks<'a>(
    rows: impl Iterator<Item = &'a Row>,
    rules: &DomainRules,
    agencies: &Agencies,
) -> Vec<String> {
    let mut unknown: BTreeMap<String, (u32, Option<String>)> = BTreeMap::new();
    for row in rows.filter(|row| row.state == RowState::Ready) {
        let Some(email) = row.email() else { continue };
        if let Some(Warning::UnknownAgency { meant }) = Warning::of_agency(&email, rules, agencies) {
            unknown.entry(email.domain().to_ascii_lowercase()).or_insert((0, meant)).0 += 1;
        }
    }
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_by_key(|(_, (rows, _))| Reverse(*rows));
    unknown.into_iter().take(MOST).map(|(domain, (rows, meant))| remark(&domain, rows, meant)).collect()
}

fn remark(domain: &str, rows: u32, meant: Option<String>) -> String {
    let users = if rows == 1 { "One user has".to_owned() } else { format!("{rows} users have") };
    let advice = match meant {
        Some(meant) => format!("Did you mean {meant}?"),
        None => "Check what is after the @.".to_owned(),
    };
    format!("{users} an address of {domain}, where nobody has an account yet. {advice}")
}
