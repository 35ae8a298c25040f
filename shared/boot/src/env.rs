//! The environment of the process, read once.

use std::collections::BTreeMap;

use thiserror::Error;

/// The environment variables at the start of the process.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

/// A variable is missing that the function cannot work without.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("environment variable {0} is missing or empty")]
pub struct MissingVariable(pub &'static str);

impl Env {
    /// Reads the environment. A variable that is not Unicode counts as absent: none of ours is.
    #[must_use]
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable.
    ///
    /// # Errors
    ///
    /// [`MissingVariable`] when it is absent or empty, as a template leaves a value that was not given.
    pub fn required(&self, name: &'static str) -> Result<String, MissingVariable> {
        self.optional(name).ok_or(MissingVariable(name))
    }

    /// The value of an optional variable. An empty one counts as absent.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl std::fmt::Debug for Env {
    /// Prints only the names: the values include credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named_and_an_empty_one_is_missing() {
        let env: Env = [("TABLE_NAME".to_owned(), "invites".to_owned()), ("QUEUE_URL".to_owned(), String::new())]
            .into_iter()
            .collect();
        assert_eq!(env.required("TABLE_NAME").as_deref(), Ok("invites"));
        let error = env.required("QUEUE_URL").unwrap_err();
        assert_eq!(error.to_string(), "environment variable QUEUE_URL is missing or empty");
        assert!(!format!("{env:?}").contains("invites"));
    }
}
