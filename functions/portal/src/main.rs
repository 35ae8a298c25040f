//! Boots `portal`.

use std::sync::Arc;

use boot::Env;
use domain::{Clock, Entropy};
use portal::{Deps, Pages, Setting};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), boot::Error> {
    let env = Env::from_process();
    boot::init_tracing(&env);
    let deps = Deps {
        pages: Pages::embedded(),
        setting: Setting {
            authority: env.required("ISSUER")?,
            sign_in_url: env.required("SIGN_IN_URL")?,
            upload_origin: env.required("UPLOAD_ORIGIN")?,
            support_address: env.required("SUPPORT_ADDRESS")?,
            service_request_url: env.required("SERVICE_REQUEST_URL")?,
            official_masthead: env.optional("OFFICIAL_MASTHEAD").is_some_and(|value| value == "true"),
        },
        clock: Clock::System,
        entropy: Entropy::System,
    };
    boot::run_http(portal::router(Arc::new(deps))).await
}
