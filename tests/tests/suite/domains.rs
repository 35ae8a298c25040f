//! What a form is told about a domain while it is filled in.

use serde_json::json;
use tests::app::App;

#[tokio::test]
async fn a_domain_is_told_by_what_its_people_are() {
    let app = App::start().await;
    let officer = app.officer("ada");
    for (domain, meaning) in [
        ("agency.gov.sg", json!({"persona": "officer", "seed": "eligible"})),
        ("AGENCY.gov.sg", json!({"persona": "officer", "seed": "eligible"})),
        ("stranger.example", json!({"code": "email.domain-not-allowed"})),
    ] {
        let answer = officer.get(&format!("/api/domains/{domain}")).await;
        assert_eq!((answer.status.as_u16(), answer.body), (200, meaning), "{domain}");
    }
}
