//! What the template's parameters decide about inviting, read before anything is served.

use std::str::FromStr;

use domain::{
    terms::Terms,
    usage::{BatchCap, SingleCaps},
};
use lambda_runtime::Error;

use crate::Env;

/// The terms of new invites.
///
/// # Errors
///
/// When a number is missing, is none, or the two do not fit together.
pub fn terms(env: &Env) -> Result<Terms, Error> {
    let (days, reminder_day) = (number(env, "INVITATION_DAYS")?, number(env, "REMINDER_DAY")?);
    Terms::new(days, reminder_day).map_err(|fault| format!("INVITATION_DAYS, REMINDER_DAY: {fault}").into())
}

/// What one officer may ask for one by one.
///
/// # Errors
///
/// When a number is missing or not a positive one.
pub fn single_caps(env: &Env) -> Result<SingleCaps, Error> {
    Ok(SingleCaps { per_hour: number(env, "INVITES_PER_HOUR")?, per_day: number(env, "INVITES_PER_DAY")? })
}

/// How many people one officer may hand on in batches within a day.
///
/// # Errors
///
/// When the number is missing or not a positive one.
pub fn batch_cap(env: &Env) -> Result<BatchCap, Error> {
    number(env, "BATCH_PEOPLE_PER_DAY").map(BatchCap)
}

fn number<T: FromStr>(env: &Env, name: &'static str) -> Result<T, Error> {
    env.required(name)?
        .parse()
        .map_err(|_| format!("environment variable {name} is no number that could be meant").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nonsense_is_refused_before_anything_is_served() {
        let with = |days, reminder| terms(&env(&[("INVITATION_DAYS", days), ("REMINDER_DAY", reminder)]));
        assert_eq!(with("30", "23").unwrap(), Terms::USUAL);
        for (days, reminder) in
            [("", "23"), ("thirty", "23"), ("-30", "23"), ("30", "30"), ("30.5", "1"), ("99999", "1")]
        {
            assert!(with(days, reminder).is_err(), "{days} {reminder}");
        }
        assert!(single_caps(&env(&[("INVITES_PER_HOUR", "100"), ("INVITES_PER_DAY", "1000")])).is_ok());
        assert!(single_caps(&env(&[("INVITES_PER_HOUR", "0"), ("INVITES_PER_DAY", "1000")])).is_err());
        assert!(batch_cap(&env(&[("BATCH_PEOPLE_PER_DAY", "many")])).is_err());
    }
}
