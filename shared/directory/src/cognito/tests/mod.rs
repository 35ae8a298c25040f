mod names;
mod network;
mod sign_in;

use std::sync::{Arc, Mutex};

use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use domain::{
    DomainRules, Keys, Officer, OfficerId, Timestamp, TraceId,
    fields::Form,
    invite::{Creation, Invite, Origin},
    licence::LicenceFault,
    terms::Terms,
};
use serde_json::{Value, json};

use network::{Answer, Network};

use super::*;
use crate::{
    AccountPage, AccountToCreate, Accounts as _, AssignOutcome, CreateOutcome, Elsewhere, FirstPasswordOutcome,
    Licences as _, SignIn as _, WithdrawOutcome,
};

fn directory(answers: Vec<Answer>) -> (Cognito, Network) {
    let network = Network { answers: Arc::new(Mutex::new(answers.into())), asked: Arc::default() };
    let connector = network.clone();
    // The client begins with the SDK's own retries: the directory has to disable them.
    let config = aws_sdk_cognitoidentityprovider::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("ap-southeast-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .build();
    let pool = UserPool { id: "ap-southeast-1_test".to_owned(), seed_group: "seed".to_owned() };
    (Cognito::new(&Client::from_conf(config), pool), network)
}

const RULES: &str = r#"{"version":1,"domains":[
    {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
    {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

fn invite(email: &str, username: &str) -> Invite {
    named(email, username, ["Ada", "Tan"])
}

fn named(email: &str, username: &str, [first_name, last_name]: [&str; 2]) -> Invite {
    let now = Timestamp::from_unix_ms(1_763_875_442_000);
    let entropy = testing::seeded(1);
    let form = Form {
        email: email.into(),
        username: username.into(),
        first_name: first_name.into(),
        last_name: last_name.into(),
        contact_number: "91234567".into(),
        organisation: "Example".into(),
        reason: "Project".into(),
        ..Form::default()
    };
    let inviter = EmailAddress::parse("officer@agency.gov.sg").unwrap();
    let request = form.account(&DomainRules::from_json(RULES).unwrap(), &inviter).unwrap();
    let creation = Creation {
        terms: Terms::USUAL,
        id: InviteId::generate(now, &entropy),
        officer: Officer { id: OfficerId::parse("officer-1").unwrap(), email: inviter },
        address_key: Keys::derive(b"test").address(&request.email),
        at: now,
        trace: TraceId::generate(now, &entropy),
    };
    Invite::queued(creation, Origin::Account, request)
}

fn vendor() -> Invite {
    invite("Ada@Vendor.example.com", "Ada.Tan")
}

fn nobody() -> Answer {
    Answer::Ok(json!({"Users": []}))
}

fn made() -> Answer {
    Answer::Ok(json!({"User": {"Username": "ada.tan"}}))
}

fn attributes(invite: Option<InviteId>, email: &str) -> Value {
    let mut attributes = vec![json!({"Name": "email", "Value": email})];
    attributes.extend(invite.map(|invite| json!({"Name": INVITE_ID, "Value": invite.to_string()})));
    Value::Array(attributes)
}

fn listed(invite: Option<InviteId>) -> Answer {
    let attributes = attributes(invite, "ada@vendor.example.com");
    Answer::Ok(json!({"Users": [{"Username": "somebody", "Attributes": attributes}]}))
}

fn user(status: &str, invite: Option<InviteId>, email: &str) -> Answer {
    let attributes = attributes(invite, email);
    Answer::Ok(json!({"Username": "ada.tan", "Enabled": true, "UserStatus": status, "UserAttributes": attributes}))
}

fn enabled() -> Answer {
    user("CONFIRMED", None, "ada@vendor.example.com")
}

async fn create(invite: &Invite, answers: Vec<Answer>) -> (Result<CreateOutcome, DirectoryError>, Vec<String>) {
    let (directory, network) = directory(answers);
    let outcome = directory.create(&wanted(invite)).await;
    (outcome, network.operations())
}

/// The account of an invite whose address no list of another system's accounts has.
fn wanted(invite: &Invite) -> AccountToCreate<'_> {
    AccountToCreate::of(invite, Elsewhere::NotListed).unwrap()
}

fn account(name: &str) -> Account {
    Account { directory_id: name.to_owned() }
}

#[tokio::test]
async fn an_account_is_made_by_one_request_that_mails_nothing() {
    let invite = vendor();
    let (directory, network) = directory(vec![made()]);
    let outcome = directory.create(&wanted(&invite)).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created(account("ada.tan"))));
    assert_eq!(network.operations(), ["AdminCreateUser"]);
    assert_eq!(
        network.asked.lock().unwrap()[0].1,
        json!({
            "UserPoolId": "ap-southeast-1_test",
            "Username": "ada.tan",
            "UserAttributes": [
                {"Name": "email", "Value": "ada@vendor.example.com"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "given_name", "Value": "Ada"},
                {"Name": "family_name", "Value": "Tan"},
                {"Name": "phone_number", "Value": "+6591234567"},
                {"Name": "custom:invite_id", "Value": invite.id.to_string()},
            ],
            "MessageAction": "SUPPRESS",
            "DesiredDeliveryMediums": ["EMAIL"],
        })
    );
}

/// The pool's own check finds neither another plus-tag nor an address that was never verified.
#[tokio::test]
async fn a_mailbox_is_searched_first_where_the_pools_own_check_may_miss_it() {
    let (tagged, plain) = (invite("Bo+Work@agency.gov.sg", ""), invite("Bo@agency.gov.sg", ""));
    for (invite, elsewhere) in [(&tagged, Elsewhere::NotListed), (&plain, Elsewhere::Listed)] {
        let (directory, network) = directory(vec![nobody(), nobody(), made()]);
        directory.create(&AccountToCreate { elsewhere, ..wanted(invite) }).await.unwrap();
        let asked = network.asked.lock().unwrap();
        assert_eq!(asked[0].1["Filter"], r#"email = "bo@agency.gov.sg""#);
        assert_eq!(asked[1].1["Filter"], r#"email ^= "bo+""#);
        assert_eq!(asked[2].1["Username"], wanted(invite).name());
    }
}

#[tokio::test]
async fn an_account_that_a_search_finds_is_adopted_if_ours_and_left_alone_if_not() {
    let invite = vendor();
    let listed_elsewhere = AccountToCreate { elsewhere: Elsewhere::Listed, ..wanted(&invite) };
    for (found, outcome) in
        [(Some(invite.id), CreateOutcome::AlreadyOurs(account("somebody"))), (None, CreateOutcome::EmailTaken)]
    {
        let (directory, network) = directory(vec![listed(found)]);
        assert_eq!(directory.create(&listed_elsewhere).await, Ok(outcome));
        assert_eq!(network.operations(), ["ListUsers"]);
    }
}

#[tokio::test]
async fn a_taken_name_is_ours_or_the_same_persons_or_somebody_elses() {
    let invite = vendor();
    let taken = |user| vec![Answer::Error(400, "UsernameExistsException"), user];
    let ours = taken(user("FORCE_CHANGE_PASSWORD", Some(invite.id), "ada@vendor.example.com"));
    assert_eq!(create(&invite, ours).await.0, Ok(CreateOutcome::AlreadyOurs(account("ada.tan"))));
    let same_person = taken(user("CONFIRMED", None, "ada+1@vendor.example.com"));
    assert_eq!(create(&invite, same_person).await.0, Ok(CreateOutcome::EmailTaken));
    let other = taken(user("CONFIRMED", None, "eve@vendor.example.com"));
    assert_eq!(create(&invite, other).await.0, Ok(CreateOutcome::UsernameTaken));
    let officer = self::invite("bo@agency.gov.sg", "");
    let other = taken(user("CONFIRMED", None, "renamed@agency.gov.sg"));
    assert_eq!(create(&officer, other).await.0, Ok(CreateOutcome::EmailTaken));
}

#[tokio::test]
async fn a_taken_alias_is_ours_by_its_name_or_by_a_search_and_counts_as_taken_while_the_search_lags() {
    let invite = vendor();
    let gone = || Answer::Error(400, "UserNotFoundException");
    let taken = |answers: Vec<Answer>| {
        [Answer::Error(400, "AliasExistsException")].into_iter().chain(answers).collect::<Vec<_>>()
    };
    let by_name = taken(vec![user("FORCE_CHANGE_PASSWORD", Some(invite.id), "ada@vendor.example.com")]);
    assert_eq!(create(&invite, by_name).await.0, Ok(CreateOutcome::AlreadyOurs(account("ada.tan"))));
    let by_search = taken(vec![gone(), listed(Some(invite.id))]);
    assert_eq!(create(&invite, by_search).await.0, Ok(CreateOutcome::AlreadyOurs(account("somebody"))));
    let lagging = taken(vec![gone(), nobody(), nobody()]);
    assert_eq!(create(&invite, lagging).await.0, Ok(CreateOutcome::EmailTaken));
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_its_answer() {
    use DirectoryError::{KnownNoEffect, Unknown};
    let misconfigured = |code: &str| Err(DirectoryError::Misconfigured { code: code.to_owned() });
    let throttled = || Err(DirectoryError::Throttled { retry_after: Duration::ZERO });
    let cases = [
        (Answer::Reset, Err(Unknown)),
        (Answer::Html, Err(Unknown)),
        (Answer::Error(500, "InternalErrorException"), Err(Unknown)),
        (Answer::Error(503, "ServiceUnavailable"), Err(Unknown)),
        (Answer::Refused, Err(KnownNoEffect)),
        (Answer::Error(400, "TooManyRequestsException"), throttled()),
        (Answer::Error(400, "ThrottlingException"), throttled()),
        (Answer::Error(429, "SlowDown"), throttled()),
        (Answer::Error(400, "InvalidParameterException"), Ok(CreateOutcome::DetailsRefused)),
        (Answer::Error(400, "UserLambdaValidationException"), Ok(CreateOutcome::DetailsRefused)),
        (Answer::Error(400, "ResourceNotFoundException"), misconfigured("ResourceNotFoundException")),
        (Answer::Error(400, "AccessDeniedException"), misconfigured("AccessDeniedException")),
        (Answer::Error(400, "NotAuthorizedException"), misconfigured("NotAuthorizedException")),
    ];
    for (answer, expected) in cases {
        let shown = format!("{answer:?}");
        let (outcome, operations) = create(&vendor(), vec![answer]).await;
        assert_eq!(outcome, expected, "{shown}");
        assert_eq!(operations, ["AdminCreateUser"], "{shown}");
    }
}

#[tokio::test]
async fn a_group_is_changed_once_whatever_the_answer() {
    let answers = || {
        [
            Answer::Reset,
            Answer::Html,
            Answer::Error(500, "InternalErrorException"),
            Answer::Error(503, "ServiceUnavailable"),
            Answer::Error(400, "TooManyRequestsException"),
            Answer::Refused,
        ]
    };
    let unknown = [true, true, true, true, false, false];
    for (answer, is_unknown) in answers().into_iter().zip(unknown) {
        let shown = format!("{answer:?}");
        let (directory, network) = directory(vec![enabled(), answer]);
        let error = directory.assign(&account("ada.tan")).await.unwrap_err();
        assert_eq!(error == DirectoryError::Unknown, is_unknown, "{shown}");
        assert_eq!(network.operations(), ["AdminGetUser", "AdminAddUserToGroup"], "{shown}");
    }
    for (answer, is_unknown) in answers().into_iter().zip(unknown) {
        let shown = format!("{answer:?}");
        let (directory, network) = directory(vec![answer]);
        let error = directory.withdraw(&account("ada.tan")).await.unwrap_err();
        assert_eq!(error == DirectoryError::Unknown, is_unknown, "{shown}");
        assert_eq!(network.operations(), ["AdminRemoveUserFromGroup"], "{shown}");
    }
}

#[tokio::test]
async fn a_lost_search_has_no_effect_and_nothing_is_made_without_it() {
    let tagged = invite("ada+work@vendor.example.com", "ada.tan");
    for answer in [Answer::Reset, Answer::Error(500, "InternalErrorException")] {
        let (outcome, operations) = create(&tagged, vec![answer]).await;
        assert_eq!(outcome, Err(DirectoryError::KnownNoEffect));
        assert_eq!(operations, ["ListUsers"]);
    }
}

#[tokio::test]
async fn the_seed_group_takes_the_account_or_says_that_it_is_gone() {
    let (directory, network) = directory(vec![
        enabled(),
        Answer::Ok(json!({})),
        enabled(),
        Answer::Error(400, "UserNotFoundException"),
        enabled(),
        Answer::Reset,
    ]);
    let ada = account("ada.tan");
    assert_eq!(directory.assign(&ada).await, Ok(AssignOutcome::Assigned));
    assert_eq!(directory.assign(&ada).await, Ok(AssignOutcome::AccountGone));
    assert_eq!(directory.assign(&ada).await, Err(DirectoryError::Unknown));
    assert_eq!(network.asked.lock().unwrap()[1].1["GroupName"], "seed");
}

#[tokio::test]
async fn no_licence_is_asked_for_unless_the_account_is_known_to_be_enabled() {
    let disabled = || Answer::Ok(json!({"Username": "ada.tan", "Enabled": false, "UserStatus": "CONFIRMED"}));
    for (answer, expected) in [
        (disabled(), Ok(AssignOutcome::AccountDisabled)),
        (user("ARCHIVED", None, "a@x.gov.sg"), Ok(AssignOutcome::AccountDisabled)),
        (Answer::Error(400, "UserNotFoundException"), Ok(AssignOutcome::AccountGone)),
        (Answer::Reset, Err(DirectoryError::KnownNoEffect)),
    ] {
        let (directory, network) = directory(vec![answer]);
        assert_eq!(directory.assign(&account("ada.tan")).await, expected);
        assert_eq!(network.operations(), ["AdminGetUser"]);
    }
}

#[tokio::test]
async fn an_account_is_active_while_it_is_enabled_and_still_the_same() {
    let answer = |enabled: bool, sub: &str| {
        Answer::Ok(json!({
            "Username": "bo", "Enabled": enabled, "UserStatus": "CONFIRMED",
            "UserAttributes": [{"Name": "sub", "Value": sub}],
        }))
    };
    let id = OfficerId::parse("0a1b-2c").unwrap();
    for (answer, expected) in [
        (answer(true, "0a1b-2c"), Ok(true)),
        (answer(false, "0a1b-2c"), Ok(false)),
        (answer(true, "of-a-later-bo"), Ok(false)),
        (Answer::Error(400, "UserNotFoundException"), Ok(false)),
        (Answer::Reset, Err(DirectoryError::KnownNoEffect)),
    ] {
        let (directory, network) = directory(vec![answer]);
        assert_eq!(directory.is_active(&account("bo"), &id).await, expected);
        assert_eq!(network.asked.lock().unwrap()[0].1["Username"], "bo");
    }
}

#[tokio::test]
async fn a_first_password_is_asked_for_once_and_made_by_the_directory() {
    let cases = [
        (made(), Ok(FirstPasswordOutcome::Mailed)),
        (Answer::Error(400, "UnsupportedUserStateException"), Ok(FirstPasswordOutcome::NotPending)),
        (Answer::Error(400, "UserNotFoundException"), Ok(FirstPasswordOutcome::AccountGone)),
        (Answer::Error(400, "CodeDeliveryFailureException"), Err(DirectoryError::KnownNoEffect)),
        (Answer::Reset, Err(DirectoryError::Unknown)),
    ];
    for (answer, expected) in cases {
        let (directory, network) = directory(vec![answer]);
        assert_eq!(directory.mail_first_password(&account("ada.tan")).await, expected);
        let asked = network.asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(
            asked[0].1,
            json!({
                "UserPoolId": "ap-southeast-1_test",
                "Username": "ada.tan",
                "MessageAction": "RESEND",
                "DesiredDeliveryMediums": ["EMAIL"],
            })
        );
    }
}

#[tokio::test]
async fn an_accounts_status_is_what_its_holder_has_done() {
    let disabled = Answer::Ok(json!({"Username": "a", "Enabled": false, "UserStatus": "CONFIRMED"}));
    let cases = [
        (user("FORCE_CHANGE_PASSWORD", None, "a@x.gov.sg"), Ok(AccountStatus::Pending)),
        (user("CONFIRMED", None, "a@x.gov.sg"), Ok(AccountStatus::SignedIn)),
        (disabled, Ok(AccountStatus::Disabled)),
        (Answer::Error(400, "UserNotFoundException"), Ok(AccountStatus::Gone)),
        (Answer::Reset, Err(DirectoryError::KnownNoEffect)),
    ];
    for (answer, expected) in cases {
        let (directory, _) = directory(vec![answer]);
        assert_eq!(directory.status(&account("ada.tan")).await, expected);
    }
}

#[tokio::test]
async fn no_error_shows_a_person() {
    for code in ["InternalErrorException", "AccessDeniedException", "TooManyRequestsException"] {
        let error = create(&vendor(), vec![Answer::Error(400, code)]).await.0.unwrap_err();
        let shown = format!("{error} {error:?}").to_lowercase();
        for secret in ["ada", "tan", "vendor", "9123"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn a_filter_keeps_its_value_inside_the_quotes() {
    assert_eq!(filter("email", "=", r#"a"\b"#), r#"email = "a\"\\b""#);
}

#[tokio::test]
async fn a_licence_that_cannot_be_given_says_why() {
    let assign = |answer| async {
        let (directory, network) = directory(vec![enabled(), answer]);
        (directory.assign(&account("ada.tan")).await, network.operations())
    };
    let missing = assign(Answer::Error(400, "ResourceNotFoundException")).await;
    assert_eq!(missing.0, Ok(AssignOutcome::Refused(LicenceFault::NotSetUp)));
    assert_eq!(missing.1, ["AdminGetUser", "AdminAddUserToGroup"]);
    let full = assign(Answer::Error(400, "LimitExceededException")).await;
    assert_eq!(full.0, Ok(AssignOutcome::Refused(LicenceFault::NoneLeft)));
    let denied = assign(Answer::Error(400, "AccessDeniedException")).await;
    assert!(matches!(denied.0, Err(DirectoryError::Misconfigured { .. })));
    let busy = assign(Answer::Error(400, "TooManyRequestsException")).await;
    assert!(matches!(busy.0, Err(DirectoryError::Throttled { .. })));
}

#[tokio::test]
async fn a_licence_is_taken_back_and_a_missing_group_holds_nobody() {
    for (answer, expected) in [
        (Answer::Ok(json!({})), Ok(WithdrawOutcome::Withdrawn)),
        (Answer::Error(400, "ResourceNotFoundException"), Ok(WithdrawOutcome::Withdrawn)),
        (Answer::Error(400, "UserNotFoundException"), Ok(WithdrawOutcome::AccountGone)),
        (Answer::Reset, Err(DirectoryError::Unknown)),
        (Answer::Refused, Err(DirectoryError::KnownNoEffect)),
    ] {
        let (directory, network) = directory(vec![answer]);
        assert_eq!(directory.withdraw(&account("ada.tan")).await, expected);
        assert_eq!(network.operations(), ["AdminRemoveUserFromGroup"]);
    }
}

#[tokio::test]
async fn the_seed_group_is_listed_page_by_page() {
    let invite = vendor();
    let first = json!({"NextToken": "next", "Users": [{"Username": "ada.tan", "UserStatus": "CONFIRMED",
        "Enabled": false,
        "Attributes": attributes(Some(invite.id), "ada@vendor.example.com")}]});
    let answers = [
        Answer::Ok(first),
        Answer::Error(400, "ResourceNotFoundException"),
        Answer::Error(500, "InternalErrorException"),
    ];
    let (directory, network) = directory(answers.into());
    let page = directory.list_licensed(None).await.unwrap();
    let found = FoundAccount { account: account("ada.tan"), invite: Some(invite.id) };
    let email = EmailAddress::parse("ada@vendor.example.com").ok();
    let given = attributes(Some(invite.id), "ada@vendor.example.com");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let given = given.as_array().unwrap().iter().map(|one| (text(&one["Name"]), text(&one["Value"])));
    let attributes = Attributes(given.collect());
    assert!(!format!("{attributes:?}").contains("ada"), "{attributes:?}");
    assert_eq!(
        page.accounts,
        [ListedAccount { found, status: AccountStatus::Disabled, email, person: None, attributes }]
    );
    assert_eq!(page.next.as_deref(), Some("next"));
    let nobody = AccountPage { accounts: vec![], next: None };
    assert_eq!(directory.list_licensed(Some("next")).await.unwrap(), nobody, "there is no such group");
    assert_eq!(directory.list_licensed(None).await, Err(DirectoryError::KnownNoEffect));
    let asked = network.asked.lock().unwrap();
    assert_eq!((&asked[1].1["GroupName"], &asked[1].1["NextToken"]), (&json!("seed"), &json!("next")));
}

#[tokio::test]
async fn all_accounts_are_listed_page_by_page_with_how_they_stand() {
    let invite = vendor();
    let user = |name: &str, status: &str, enabled: bool, invite: Option<InviteId>| {
        json!({"Username": name, "UserStatus": status, "Enabled": enabled,
            "Attributes": attributes(invite, "ada@vendor.example.com")})
    };
    let first = json!({"PaginationToken": "next", "Users": [
        user("ada.tan", "FORCE_CHANGE_PASSWORD", true, Some(invite.id)),
        user("bo", "CONFIRMED", true, None),
        user("kim", "CONFIRMED", false, None),
    ]});
    let (directory, network) =
        directory(vec![Answer::Ok(first), nobody(), Answer::Error(500, "InternalErrorException")]);
    let page = directory.list(None).await.unwrap();
    let listed: Vec<_> = page.accounts.iter().map(|one| (one.found.invite, one.status)).collect();
    let expected =
        [(Some(invite.id), AccountStatus::Pending), (None, AccountStatus::SignedIn), (None, AccountStatus::Disabled)];
    assert_eq!((listed, page.next.as_deref()), (expected.to_vec(), Some("next")));
    assert_eq!(directory.list(Some("next")).await.unwrap(), AccountPage { accounts: vec![], next: None });
    assert_eq!(network.asked.lock().unwrap()[1].1["PaginationToken"], "next");
    assert_eq!(directory.list(None).await, Err(DirectoryError::KnownNoEffect));
}
