//! What a form shows about a domain while the officer types.

use serde_json::json;
use testing::people;
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

#[tokio::test]
async fn what_is_no_host_name_is_refused() {
    let app = App::start().await;
    let officer = app.officer("ada");
    for domain in
        ["sg", "gov.sg.", "a..gov.sg", "a_b.gov.sg", "a%20b.gov.sg", "%3Cb%3E.gov.sg", "127.0.0.1", "a@gov.sg"]
    {
        let answer = officer.get(&format!("/api/domains/{domain}")).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (400, "bad-request".to_owned()), "{domain}");
        assert_eq!(answer.faults(), ["/domain: invalid-value"], "{domain}");
    }
    let long = format!("{}.gov.sg", ["a"; 130].join("."));
    assert_eq!(officer.get(&format!("/api/domains/{long}")).await.problem(), "bad-request");
}

#[tokio::test]
async fn a_sub_domain_of_a_domain_that_is_listed_alone_is_nobodys() {
    let app = App::start().await;
    let officer = app.officer("ada");
    let meaning = officer.get("/api/domains/y.schools.gov.sg").await.expect(200).body;
    assert_eq!(meaning, json!({"code": "email.domain-not-allowed"}));
    let pupil = domain::Officer { email: people::email("x@y.schools.gov.sg"), ..people::officer("x") };
    let answer = app.signed_in(&pupil).get("/api/me").await;
    assert_eq!((answer.status.as_u16(), answer.problem()), (403, "not-an-officer".to_owned()));
}
