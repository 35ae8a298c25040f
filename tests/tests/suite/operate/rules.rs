//! The domain rules: how they are written, and that a deployment leaves those in force.

use testing::people;
use tests::app::App;

use super::{printed, refused};

#[tokio::test]
async fn rules_are_in_force_once_they_can_be_read_and_those_that_let_strangers_in_change_nothing() {
    let app = App::start().await;
    let broken = people::RULES.replace("vendor.example.com", "sg");
    let public = ["com.sg", "github.io", "per.sg"].map(|suffix| people::RULES.replace("vendor.example.com", suffix));
    let public = public.iter().map(|json| (json.as_str(), "domain rules: "));
    for (json, why) in [("", "domain rules are not valid"), (&broken, "domain rules entry 2")].into_iter().chain(public)
    {
        let error = refused(&app, &["rules", json]).await;
        assert!(error.starts_with(why), "{error}");
    }
    assert!(app.store.domain_rules().await.unwrap().may_invite(&people::email("a@example-agency.gov.sg")));
    assert_eq!(printed(&app, &["audit"]).await, "", "what is refused is not noted");
    let seeded = include_str!("../../../../infra/domain-rules.json");
    assert!(printed(&app, &["rules", seeded]).await.contains("within five minutes"));
    let other = people::RULES.replace("gov.sg", "gov.example");
    assert!(printed(&app, &["rules", &other]).await.contains("within five minutes"));
    let rules = app.store.domain_rules().await.unwrap();
    assert!(rules.may_invite(&people::email("a@example-agency.gov.example")));
    assert!(!rules.may_invite(&people::email("a@example-agency.gov.sg")));
    assert!(printed(&app, &["audit"]).await.contains("  PUT_RULES  domain-rules  by arn:"));
}

const SEEDED: &str = include_str!("../../../../infra/domain-rules.json");

#[tokio::test]
async fn rules_that_changed_since_a_deployment_survive_the_next_one() {
    let app = App::start().await;
    let in_force = people::RULES.replace("gov.sg", "gov.example");
    printed(&app, &["rules", &in_force]).await;
    let noted = printed(&app, &["audit"]).await;
    let said = printed(&app, &["first-rules", SEEDED]).await;
    assert!(said.starts_with("the domain rules in force are not those of the file, and stay as they are\n"), "{said}");
    assert!(said.contains("make operate STAGE=<stage> DO=\"rules @infra/domain-rules.json\"\n"), "{said}");
    assert_eq!(printed(&app, &["show-rules"]).await.trim_end(), in_force.trim_end());
    assert!(app.store.domain_rules().await.unwrap().may_invite(&people::email("a@example-agency.gov.example")));
    assert_eq!(printed(&app, &["audit"]).await, noted, "nothing was changed");
    assert!(printed(&app, &["first-rules", "no rules at all"]).await.contains("stay as they are"));
}

#[tokio::test]
async fn rules_that_are_written_otherwise_are_the_same_rules() {
    let app = App::start().await;
    printed(&app, &["rules", SEEDED]).await;
    let rules: serde_json::Value = serde_json::from_str(SEEDED).unwrap();
    for same in [SEEDED.to_owned(), rules.to_string(), SEEDED.replace('\n', "\r\n")] {
        assert_eq!(printed(&app, &["first-rules", &same]).await, "the domain rules in force are those of the file\n");
    }
    assert_eq!(printed(&app, &["show-rules"]).await, format!("{}\n", SEEDED.trim_end()));
}

#[tokio::test]
async fn a_stage_without_rules_gets_those_of_the_file_once_they_can_be_read() {
    let app = App::without_rules();
    assert_eq!(refused(&app, &["show-rules"]).await, "there are no domain rules yet");
    let public = SEEDED.replace("vendor.example.com", "com.sg");
    for (json, why) in [("{}", "domain rules are not valid"), (&public, "domain rules: com.sg is a public suffix")] {
        let error = refused(&app, &["first-rules", json]).await;
        assert!(error.starts_with(why), "{error}");
    }
    assert_eq!(printed(&app, &["audit"]).await, "", "what is refused is not noted");
    assert!(printed(&app, &["first-rules", SEEDED]).await.contains("within five minutes"));
    assert!(app.store.domain_rules().await.unwrap().may_invite(&people::email("a@example-agency.gov.sg")));
    assert_eq!(printed(&app, &["audit"]).await.matches("  PUT_RULES  domain-rules  by arn:").count(), 1);
}
