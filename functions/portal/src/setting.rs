//! What the pages are told about where they run.

use serde::Serialize;

#[derive(Clone, Debug)]
pub struct Setting {
    /// The issuer of the user pool's tokens.
    pub authority: String,
    /// Base address of the hosted sign-in page, without a trailing slash.
    pub sign_in_url: String,
    /// Scheme and host that workbooks are posted to.
    pub upload_origin: String,
    pub support_address: String,
    /// Where vendors ask for SEED.
    pub service_request_url: String,
    /// Whether the pages stand under the banner of the Singapore government: only where they are its pages.
    pub official_masthead: bool,
}

/// What the pages read from `config.json` as they start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config<'a> {
    /// The issuer of the user pool's tokens.
    pub authority: &'a str,
    /// The portal's client at the user pool.
    pub client_id: &'a str,
    /// Base address of the hosted sign-in page.
    pub sign_in_url: &'a str,
    pub support_address: &'a str,
    /// Where vendors ask for SEED.
    pub service_request_url: &'a str,
    /// Whether to show the banner of the Singapore government.
    pub official_masthead: bool,
}

impl Setting {
    /// The settings as the pages read them.
    #[must_use]
    pub fn config<'a>(&'a self, client_id: &'a str) -> Config<'a> {
        Config {
            authority: &self.authority,
            client_id,
            sign_in_url: &self.sign_in_url,
            support_address: &self.support_address,
            service_request_url: &self.service_request_url,
            official_masthead: self.official_masthead,
        }
    }
}
