//! The settings of the pages.

use serde::Serialize;

#[derive(Clone, Debug)]
pub struct Setting {
    /// The issuer of the user pool's tokens.
    pub authority: String,
    /// The base address of the hosted sign-in page, without a trailing slash.
    pub sign_in_url: String,
    /// The scheme and host that workbooks are posted to.
    pub upload_origin: String,
    pub support_address: String,
    /// Where vendors raise a service request for SEED.
    pub service_request_url: String,
    /// Whether the pages have the banner of the Singapore government: only if they are pages of the government.
    pub official_masthead: bool,
}

/// The content of `config.json`, which the pages read when they start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config<'a> {
    /// The issuer of the user pool's tokens.
    pub authority: &'a str,
    /// The portal's client at the user pool.
    pub client_id: &'a str,
    /// The base address of the hosted sign-in page.
    pub sign_in_url: &'a str,
    pub support_address: &'a str,
    /// Where vendors raise a service request for SEED.
    pub service_request_url: &'a str,
    /// Whether the pages have the banner of the Singapore government.
    pub official_masthead: bool,
}

impl Setting {
    /// The settings in the form of `config.json`.
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
