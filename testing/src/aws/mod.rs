//! Twins of the APIs of Cognito and SES, which the real backends speak to. They have the quotas that AWS documents, and
//! the delays that it does not, in the time of `tokio`, which a test can stop.

mod cognito;
mod ses;
mod wire;

pub use cognito::{CognitoTwin, PoolTally, PoolUsers};
pub use ses::{SesLimits, SesTwin, TakenMail};
