//! The caller of a route, as API Gateway's authorizer has verified them.
//!
//! A verified token says what was true at sign-in. Whether the account may still act is asked from the directory, and
//! an answer is valid for a minute. [`SignedIn`] and [`SignedInHolder`] ask; they are for routes that change something
//! or export people. [`Reader`] does not ask; it is for routes that show a page, where the ten minutes of a token are
//! the bound.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{DomainRules, EmailAddress, Officer, OfficerId, invite::Account};
use lambda_http::{RequestExt as _, request::RequestContext};
use serde_json::Value;
use store::StoreError;

use crate::{Problem, Slug};

/// Bytes of an account's name at most, as in user pools.
const MAX_ACCOUNT: usize = 128;

/// The stage variable with the id of the portal's own client at the user pool.
const CLIENT_ID: &str = "ClientId";

/// A signed-in officer who may invite and whose account was active within the last minute, with the rules that say so.
///
/// It comes only from the claims that the authorizer puts into the context of the request. API Gateway writes that
/// context, so no header of a client can change it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The officer, from verified claims only.
    pub officer: Officer,
    pub rules: Arc<DomainRules>,
}

/// A signed-in officer who may see what is theirs. The directory is not asked, so pages are shown while it is out.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The officer, from verified claims only.
    pub officer: Officer,
    pub account: Account,
    pub rules: Arc<DomainRules>,
}

/// The holder of an account that was active within the last minute, with the domain rules. The holder may be an officer
/// or a vendor.
///
/// For routes about the caller's own account, which is the account that the directory signed in.
#[derive(Clone, Debug)]
pub struct SignedInHolder {
    /// The holder. Whether they may invite is not checked.
    pub holder: Officer,
    pub account: Account,
    pub rules: Arc<DomainRules>,
}

/// What a function with officers' routes needs to know its callers.
pub trait Officers: Send + Sync {
    /// The domain rules, at most five minutes old.
    fn officer_rules(&self) -> impl Future<Output = Result<Arc<DomainRules>, StoreError>> + Send;

    /// The app clients whose tokens are accepted beside the portal's.
    fn other_clients(&self) -> &OtherClients;

    /// Whether the account may act, as the directory answered at most a minute ago. [`Problem::directory_out`] is the
    /// answer when the directory does not say.
    fn is_active(&self, account: &Account, id: &OfficerId) -> impl Future<Output = Result<bool, Problem>> + Send;
}

impl<T: Officers> Officers for Arc<T> {
    fn officer_rules(&self) -> impl Future<Output = Result<Arc<DomainRules>, StoreError>> + Send {
        T::officer_rules(self)
    }

    fn other_clients(&self) -> &OtherClients {
        T::other_clients(self)
    }

    fn is_active(&self, account: &Account, id: &OfficerId) -> impl Future<Output = Result<bool, Problem>> + Send {
        T::is_active(self, account, id)
    }
}

/// App clients of the user pool, beside the portal's, whose tokens are accepted.
#[derive(Clone, Debug, Default)]
pub struct OtherClients(BTreeSet<String>);

impl OtherClients {
    /// Reads ids that are separated by commas. An empty text has none.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect())
    }
}

impl<S: Officers> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Reader { officer, account, rules } = Reader::from_request_parts(parts, state).await?;
        check_active(state, &account, &officer.id).await?;
        Ok(Self { officer, rules })
    }
}

impl<S: Officers> FromRequestParts<S> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (officer, account) = verified(parts, state.other_clients())?;
        let rules = state.officer_rules().await?;
        if !rules.may_invite(&officer.email) {
            return Err(not_an_officer());
        }
        Ok(Self { officer, account, rules })
    }
}

impl<S: Officers> FromRequestParts<S> for SignedInHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (holder, account) = verified(parts, state.other_clients())?;
        check_active(state, &account, &holder.id).await?;
        Ok(Self { holder, account, rules: state.officer_rules().await? })
    }
}

async fn check_active(state: &impl Officers, account: &Account, id: &OfficerId) -> Result<(), Problem> {
    if state.is_active(account, id).await? {
        return Ok(());
    }
    Err(Problem::new(Slug::AccountNotActive)
        .detail("Ask your agency's administrator to enable your account, then sign in again."))
}

/// The holder that a verified token names, and the account that it was issued for.
fn verified(parts: &Parts, other_clients: &OtherClients) -> Result<(Officer, Account), Problem> {
    let unauthorized = || Problem::new(Slug::Unauthorized);
    let context = parts.extensions.get::<RequestContext>();
    let claims = context.and_then(RequestContext::authorizer).and_then(|authorizer| authorizer.fields.get("claims"));
    let claim = |name| claims.and_then(|claims| claims.get(name));
    let text = |name| claim(name).and_then(Value::as_str);
    // An access token has no address; only the ID token identifies a person.
    let id = text("sub").filter(|_| text("token_use") == Some("id")).and_then(OfficerId::parse);
    let id = id.ok_or_else(unauthorized)?;
    // The authorizer accepts tokens of every client of the pool.
    let variables = parts.stage_variables_ref();
    let own_client = variables.and_then(|variables| variables.first(CLIENT_ID));
    let is_for_us = |client: &str| own_client == Some(client) || other_clients.0.contains(client);
    text("aud").filter(|client| is_for_us(client)).ok_or_else(unauthorized)?;
    let name = text("cognito:username").filter(|name| (1..=MAX_ACCOUNT).contains(&name.len()));
    let account = Account { directory_id: name.ok_or_else(unauthorized)?.to_owned() };
    // API Gateway converts every claim into a text; an emulator may send a boolean.
    let is_verified = text("email_verified") == Some("true") || claim("email_verified") == Some(&Value::Bool(true));
    if !is_verified {
        return Err(Problem::new(Slug::EmailNotVerified)
            .detail("Ask your agency's administrator to verify your email address, then sign in again."));
    }
    let email = text("email").and_then(|email| EmailAddress::parse(email).ok()).ok_or_else(not_an_officer)?;
    Ok((Officer { id, email }, account))
}

fn not_an_officer() -> Problem {
    Problem::new(Slug::NotAnOfficer)
        .detail("Sign in with your agency's email address. Vendors raise a service request.")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::http::Request;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
    use serde_json::json;

    use super::*;

    /// A function that accepts another client's tokens, over a pool in which only `disabled` is disabled.
    struct Function(OtherClients);

    impl Officers for Function {
        async fn officer_rules(&self) -> Result<Arc<DomainRules>, StoreError> {
            let rules = r#"{"version":1,"domains":[
                {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
                {"domain":"vendor.com.sg","match":"exact","persona":"vendor","seed":"eligible"}]}"#;
            Ok(Arc::new(DomainRules::from_json(rules).unwrap()))
        }

        fn other_clients(&self) -> &OtherClients {
            &self.0
        }

        async fn is_active(&self, account: &Account, _: &OfficerId) -> Result<bool, Problem> {
            Ok(account.directory_id != "disabled")
        }
    }

    fn parts(claims: Option<Value>) -> Parts {
        let mut context = ApiGatewayProxyRequestContext::default();
        if let Some(claims) = claims {
            context.authorizer.fields.insert("claims".to_owned(), claims);
        }
        let (parts, ()) = Request::builder()
            .header("authorization", "Bearer whatever")
            .header("x-officer-email", "boss@agency.gov.sg")
            .extension(RequestContext::ApiGatewayV1(context))
            .body(())
            .unwrap()
            .with_stage_variables(HashMap::from([(CLIENT_ID.to_owned(), vec!["portal".to_owned()])]))
            .into_parts();
        parts
    }

    async fn extract<T>(claims: Option<Value>, others: &str) -> Result<T, Slug>
    where
        T: FromRequestParts<Function, Rejection = Problem>,
    {
        let function = Function(OtherClients::parse(others));
        T::from_request_parts(&mut parts(claims), &function).await.map_err(|problem| problem.slug())
    }

    async fn signed_in(claims: Option<Value>) -> Result<Officer, Slug> {
        extract::<SignedIn>(claims, "").await.map(|signed_in| signed_in.officer)
    }

    fn claims() -> Value {
        json!({
            "sub": "0a1b-2c", "email": "ada@agency.gov.sg", "email_verified": "true", "token_use": "id",
            "cognito:username": "Ada.Tan", "aud": "portal",
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[tokio::test]
    async fn the_verified_claims_say_who_it_is() {
        let officer = signed_in(Some(claims())).await.unwrap();
        assert_eq!(officer.id.as_str(), "0a1b-2c");
        assert_eq!(officer.email.as_str(), "ada@agency.gov.sg");
    }

    #[tokio::test]
    async fn a_vendor_reaches_what_is_about_their_own_account() {
        let vendor = with("email", json!("bo@vendor.com.sg"));
        let signed_in = extract::<SignedInHolder>(Some(vendor.clone()), "").await.unwrap();
        assert_eq!((signed_in.account.directory_id.as_str(), signed_in.holder.id.as_str()), ("Ada.Tan", "0a1b-2c"));
        assert_eq!(extract::<Reader>(Some(vendor), "").await.unwrap_err(), Slug::NotAnOfficer);
        let access = with("token_use", json!("access"));
        assert_eq!(extract::<SignedInHolder>(Some(access), "").await.unwrap_err(), Slug::Unauthorized);
    }

    #[tokio::test]
    async fn a_disabled_account_reads_until_its_token_ends_and_does_nothing_else() {
        let disabled = || Some(with("cognito:username", json!("disabled")));
        assert!(extract::<Reader>(disabled(), "").await.is_ok());
        assert_eq!(extract::<SignedIn>(disabled(), "").await.unwrap_err(), Slug::AccountNotActive);
        assert_eq!(extract::<SignedInHolder>(disabled(), "").await.unwrap_err(), Slug::AccountNotActive);
    }

    #[tokio::test]
    async fn tokens_of_other_clients_are_taken_only_where_a_parameter_lists_them() {
        let of = |client: &str| Some(with("aud", json!(client)));
        for others in ["", ",", "report-tool-2", "report", "report-tool "] {
            let expected = others == "report-tool ";
            assert_eq!(extract::<Reader>(of("report-tool"), others).await.is_ok(), expected, "{others:?}");
        }
        assert!(extract::<Reader>(of("report-tool"), "a,report-tool,b").await.is_ok());
        assert!(extract::<Reader>(of("portal"), "report-tool").await.is_ok());
        for client in ["", "Portal", "portal,", "portal,report-tool"] {
            assert_eq!(extract::<Reader>(of(client), "report-tool").await.unwrap_err(), Slug::Unauthorized, "{client}");
        }
    }

    #[tokio::test]
    async fn without_every_claim_nobody_is_let_in() {
        assert_eq!(signed_in(None).await, Err(Slug::Unauthorized));
        for (name, value, expected) in [
            ("sub", json!(null), Slug::Unauthorized),
            ("sub", json!("a/../b"), Slug::Unauthorized),
            ("token_use", json!("access"), Slug::Unauthorized),
            ("token_use", json!(null), Slug::Unauthorized),
            ("aud", json!(null), Slug::Unauthorized),
            ("aud", json!(["portal"]), Slug::Unauthorized),
            ("cognito:username", json!(null), Slug::Unauthorized),
            ("cognito:username", json!("n".repeat(129)), Slug::Unauthorized),
            ("email_verified", json!("false"), Slug::EmailNotVerified),
            ("email_verified", json!(false), Slug::EmailNotVerified),
            ("email_verified", json!(null), Slug::EmailNotVerified),
            ("email", json!(null), Slug::NotAnOfficer),
            ("email", json!("ada@vendor.com.sg"), Slug::NotAnOfficer),
            ("email", json!("ada@evil-gov.sg"), Slug::NotAnOfficer),
            ("email", json!("a@x.gov.sg@evil.com"), Slug::NotAnOfficer),
        ] {
            assert_eq!(signed_in(Some(with(name, value.clone()))).await, Err(expected), "{name}: {value}");
        }
    }
}
