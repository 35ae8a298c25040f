//! The values of the template's parameters, read before the first request.

use std::{num::NonZeroU16, str::FromStr, time::Duration};

use directory::Share;
use domain::{
    EmailAddress,
    terms::Terms,
    usage::{BatchCap, SingleCaps},
};
use lambda_runtime::Error;

use crate::Env;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The terms of new invites.
///
/// # Errors
///
/// [`Error`] when a value is missing or no number, or the two do not fit together.
pub fn terms(env: &Env) -> Result<Terms, Error> {
    let (days, reminder_day) = (number(env, "INVITATION_DAYS")?, number(env, "REMINDER_DAY")?);
    Terms::new(days, reminder_day).map_err(|fault| format!("INVITATION_DAYS, REMINDER_DAY: {fault}").into())
}

/// How many single requests one officer may make.
///
/// # Errors
///
/// [`Error`] when a value is missing or no positive number.
pub fn single_caps(env: &Env) -> Result<SingleCaps, Error> {
    Ok(SingleCaps { per_hour: number(env, "INVITES_PER_HOUR")?, per_day: number(env, "INVITES_PER_DAY")? })
}

/// How many people one officer may submit in batches within a day.
///
/// # Errors
///
/// [`Error`] when the value is missing or no positive number.
pub fn batch_cap(env: &Env) -> Result<BatchCap, Error> {
    number(env, "BATCH_PEOPLE_PER_DAY").map(BatchCap)
}

/// How the workers that create accounts share the directory's quotas. `None`: the function is no such worker.
///
/// # Errors
///
/// [`Error`] when one of the two values is missing, or one is no number.
pub(crate) fn directory_share(env: &Env) -> Result<Option<Share>, Error> {
    if env.optional("CREATIONS_PER_SECOND").is_none() {
        return Ok(None);
    }
    let (creations_per_second, processes) = (number(env, "CREATIONS_PER_SECOND")?, number(env, "WORKERS")?);
    Ok(Some(Share { creations_per_second, processes }))
}

/// How long something is kept. The variable has whole days.
///
/// # Errors
///
/// [`Error`] when the value is missing, no positive number, or so large that it must be a mistake.
pub fn days(env: &Env, name: &'static str) -> Result<Duration, Error> {
    let days: NonZeroU16 = number(env, name)?;
    Ok(DAY * u32::from(days.get()))
}

/// The address that mails are sent from or to.
///
/// # Errors
///
/// [`Error`] when the value is missing or no address.
pub fn address(env: &Env, name: &'static str) -> Result<EmailAddress, Error> {
    let text = env.required(name)?;
    EmailAddress::parse(&text).map_err(|fault| format!("{name}: {}", fault.code()).into())
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
        let kept = |days_given| days(&env(&[("PEOPLE_RETENTION_DAYS", days_given)]), "PEOPLE_RETENTION_DAYS");
        assert_eq!(kept("90").unwrap(), 90 * DAY);
        for nonsense in ["", "0", "-1", "ninety", "90.0", "100000"] {
            assert!(kept(nonsense).is_err(), "{nonsense}");
        }
        assert!(address(&env(&[("CANARY_ADDRESS", "success@simulator.amazonses.com")]), "CANARY_ADDRESS").is_ok());
        assert!(address(&env(&[("CANARY_ADDRESS", "nobody")]), "CANARY_ADDRESS").is_err());
    }

    #[test]
    fn only_the_workers_of_accounts_share_the_directorys_quotas() {
        let share = |pairs| directory_share(&env(pairs));
        assert_eq!(share(&[("WORKERS", "10")]).unwrap(), None);
        let expected = Share { creations_per_second: 50, processes: 10 };
        assert_eq!(share(&[("CREATIONS_PER_SECOND", "50"), ("WORKERS", "10")]).unwrap(), Some(expected));
        assert!(share(&[("CREATIONS_PER_SECOND", "50")]).is_err());
        assert!(share(&[("CREATIONS_PER_SECOND", "many"), ("WORKERS", "10")]).is_err());
    }
}
