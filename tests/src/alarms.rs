//! The numbers in a log that the alarms of the template are about.

use serde_json::Value;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// A filter of the template for lines in which a number is too large.
#[derive(Debug, PartialEq)]
struct Limit<'a> {
    field: &'a str,
    most: f64,
}

/// The lines of a log with a number that the template counts for an alarm.
///
/// # Panics
///
/// When a line is no JSON, or the template has no such filters.
#[must_use]
pub fn ringing(log: &str) -> Vec<&str> {
    let limits: Vec<Limit<'_>> = TEMPLATE.lines().filter_map(limit).collect();
    assert!(limits.len() >= 5, "{limits:?}");
    let rings = |line: &&str| {
        let said: Value = serde_json::from_str(line).expect("a line is JSON");
        limits.iter().any(|Limit { field, most }| said[field].as_f64().is_some_and(|number| number > *most))
    };
    log.lines().filter(rings).collect()
}

/// The limit in a line such as `FilterPattern: "{ $.overdue_jobs > 0 }"`. An alarm may let more pass.
fn limit(line: &str) -> Option<Limit<'_>> {
    let pattern = line.trim().strip_prefix(r#"FilterPattern: "{ $."#)?.strip_suffix(r#" }""#)?;
    let (field, counted) = pattern.split_once(" > ")?;
    let counted: f64 = counted.parse().ok()?;
    Some(Limit { field, most: threshold(field).map_or(counted, |threshold| threshold.max(counted)) })
}

/// The threshold of the alarm about a field's metric. `None`: it is that of an alarm above it in the template.
fn threshold(field: &str) -> Option<f64> {
    let capital = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    let metric: String = field.split('_').map(capital).collect();
    let about =
        |text: &str| text.lines().take(6).find_map(|line| line.trim().strip_prefix("Threshold: ")?.parse().ok());
    TEMPLATE.split(&format!("MetricName: {metric}\n")).skip(1).find_map(about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_above_its_limit_rings() {
        let line = |field: &str, number: u32| format!(r#"{{"level":"INFO","message":"x","{field}":{number}}}"#);
        let quiet = [line("oldest_due_seconds", 300), line("overdue_jobs", 0), line("other", 999)].join("\n");
        assert_eq!(ringing(&quiet), Vec::<&str>::new());
        let (late, missed) = (line("oldest_due_seconds", 301), line("overdue_jobs", 1));
        assert_eq!(ringing(&[quiet, late.clone(), missed.clone()].join("\n")), [late, missed]);
    }
}
