//! Officers are found by user id and by address.

use super::*;

#[tokio::test]
async fn an_officer_is_found_by_user_id_only_with_a_verified_address() {
    let answer = |verified: &str, sub: &str| {
        Answer::Ok(json!({"Users": [{
            "Username": "bo", "Enabled": true, "UserStatus": "CONFIRMED",
            "Attributes": [
                {"Name": "sub", "Value": sub},
                {"Name": "email", "Value": "bo@agency.gov.sg"},
                {"Name": "email_verified", "Value": verified},
            ],
        }]}))
    };
    let id = OfficerId::parse("0a1b-2c").unwrap();
    for (answer, expected) in [
        (answer("true", "0a1b-2c"), true),
        (answer("false", "0a1b-2c"), false),
        (answer("true", "another"), false),
        (nobody(), false),
    ] {
        let (directory, network) = directory(vec![answer]);
        let officer = directory.find_officer(&id).await.unwrap();
        assert_eq!(officer.is_some(), expected);
        let asked = network.asked.lock().unwrap();
        assert_eq!(asked[0].1["Filter"], r#"sub = "0a1b-2c""#, "an account may be named like a user id");
    }
}

#[tokio::test]
async fn an_officer_is_found_by_address_only_if_it_is_verified_and_one_persons() {
    let user = |sub: &str, address: &str, verified: &str, enabled: bool| {
        json!({
            "Username": sub, "Enabled": enabled, "UserStatus": "EXTERNAL_PROVIDER",
            "Attributes": [
                {"Name": "sub", "Value": sub},
                {"Name": "email", "Value": address},
                {"Name": "email_verified", "Value": verified},
            ],
        })
    };
    let own = || user("1a", "Bo@Agency.gov.sg", "true", true);
    for (users, expected) in [
        (vec![own()], Some("1a")),
        (vec![own(), user("2b", "bo@agency.gov.sg", "true", false)], Some("1a")),
        (vec![own(), user("2b", "bo@agency.gov.sg", "false", true)], Some("1a")),
        (vec![own(), user("2b", "bo@agency.gov.sg", "true", true)], None),
        (vec![user("1a", "bo@agency.gov.sg", "false", true)], None),
        (vec![user("1a", "bo+x@agency.gov.sg", "true", true)], None),
        (vec![], None),
    ] {
        let (directory, network) = directory(vec![Answer::Ok(json!({"Users": users}))]);
        let found = directory.find_officer_at(&EmailAddress::parse("BO@agency.gov.sg").unwrap()).await.unwrap();
        assert_eq!(found.as_ref().map(|officer| officer.id.as_str()), expected);
        let asked = network.asked.lock().unwrap();
        assert_eq!(asked[0].1["Filter"], r#"email = "bo@agency.gov.sg""#);
    }
}
