//! The officer who asks, as API Gateway's authorizer has verified them.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{DomainRules, EmailAddress, Officer, OfficerId, invite::Account};
use lambda_http::request::RequestContext;
use serde_json::Value;
use store::StoreError;

use crate::{Problem, Slug};

/// Bytes of an account's name at the most, as user pools have them.
const MAX_ACCOUNT: usize = 128;

/// A signed-in officer who may invite, and the rules that say so.
///
/// Taken only from the claims that the authorizer puts into the request's context. No header has any say: whatever a
/// client sends, the context is written by API Gateway.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub officer: Officer,
    /// The rules in force.
    pub rules: Arc<DomainRules>,
}

/// Whoever is signed in with an account of theirs, officer or not, and the rules that say which.
///
/// For routes about the caller's own account. The account is the one that the directory signed in.
#[derive(Clone, Debug)]
pub struct SignedInHolder {
    /// Who. Whether they may invite is not looked at.
    pub holder: Officer,
    /// Their account.
    pub account: Account,
    /// The rules in force.
    pub rules: Arc<DomainRules>,
}

/// What knows the domain rules: the state of a function whose routes need an officer.
pub trait OfficerRules: Send + Sync {
    /// The rules in force.
    fn officer_rules(&self) -> impl Future<Output = Result<Arc<DomainRules>, StoreError>> + Send;
}

impl<T: OfficerRules> OfficerRules for Arc<T> {
    fn officer_rules(&self) -> impl Future<Output = Result<Arc<DomainRules>, StoreError>> + Send {
        T::officer_rules(self)
    }
}

impl<S: OfficerRules> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let officer = verified(claims(parts))?;
        let rules = state.officer_rules().await?;
        if !rules.may_invite(&officer.email) {
            return Err(not_an_officer());
        }
        Ok(Self { officer, rules })
    }
}

impl<S: OfficerRules> FromRequestParts<S> for SignedInHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let claims = claims(parts);
        let holder = verified(claims)?;
        let name = claims.and_then(|claims| claims.get("cognito:username")).and_then(Value::as_str);
        let name = name.filter(|name| (1..=MAX_ACCOUNT).contains(&name.len()));
        let directory_id = name.ok_or_else(|| Problem::new(Slug::Unauthorized))?.to_owned();
        Ok(Self { holder, account: Account { directory_id }, rules: state.officer_rules().await? })
    }
}

/// The claims that the authorizer verified.
fn claims(parts: &Parts) -> Option<&Value> {
    let context = parts.extensions.get::<RequestContext>()?;
    context.authorizer()?.fields.get("claims")
}

fn verified(claims: Option<&Value>) -> Result<Officer, Problem> {
    let claim = |name| claims.and_then(|claims| claims.get(name));
    let text = |name| claim(name).and_then(Value::as_str);
    // An access token has no address in it; the ID token says who somebody is.
    let id = text("sub")
        .filter(|_| text("token_use") == Some("id"))
        .and_then(OfficerId::parse)
        .ok_or_else(|| Problem::new(Slug::Unauthorized))?;
    // API Gateway turns every claim into text; an emulator may leave a boolean one.
    let is_verified = text("email_verified") == Some("true") || claim("email_verified") == Some(&Value::Bool(true));
    if !is_verified {
        return Err(Problem::new(Slug::EmailNotVerified)
            .detail("Ask your agency's administrator to verify your email address, then sign in again."));
    }
    let email = text("email").and_then(|email| EmailAddress::parse(email).ok()).ok_or_else(not_an_officer)?;
    Ok(Officer { id, email })
}

fn not_an_officer() -> Problem {
    Problem::new(Slug::NotAnOfficer)
        .detail("Sign in with your agency's email address. Vendors raise a service request.")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
    use serde_json::json;

    use super::*;

    struct Rules;

    impl OfficerRules for Rules {
        async fn officer_rules(&self) -> Result<Arc<DomainRules>, StoreError> {
            let rules = r#"{"version":1,"domains":[
                {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
                {"domain":"vendor.com.sg","match":"exact","persona":"vendor","seed":"eligible"}]}"#;
            Ok(Arc::new(DomainRules::from_json(rules).unwrap()))
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
            .into_parts();
        parts
    }

    async fn signed_in(claims: Option<Value>) -> Result<Officer, Slug> {
        let mut parts = parts(claims);
        SignedIn::from_request_parts(&mut parts, &Rules)
            .await
            .map(|signed_in| signed_in.officer)
            .map_err(|problem| problem.slug())
    }

    fn claims() -> Value {
        json!({"sub": "0a1b-2c", "email": "ada@agency.gov.sg", "email_verified": "true", "token_use": "id"})
    }

    #[tokio::test]
    async fn the_verified_claims_say_who_it_is() {
        let officer = signed_in(Some(claims())).await.unwrap();
        assert_eq!(officer.id.as_str(), "0a1b-2c");
        assert_eq!(officer.email.as_str(), "ada@agency.gov.sg");
    }

    #[tokio::test]
    async fn a_vendor_reaches_what_is_about_their_own_account() {
        let holder = |claims| async {
            let mut parts = parts(Some(claims));
            SignedInHolder::from_request_parts(&mut parts, &Rules).await.map_err(|problem| problem.slug())
        };
        let mut claims = claims();
        assert_eq!(holder(claims.clone()).await.unwrap_err(), Slug::Unauthorized, "no account is named");
        claims["cognito:username"] = json!("Bo.Lim");
        claims["email"] = json!("bo@vendor.com.sg");
        let signed_in = holder(claims.clone()).await.unwrap();
        assert_eq!((signed_in.account.directory_id.as_str(), signed_in.holder.id.as_str()), ("Bo.Lim", "0a1b-2c"));
        claims["token_use"] = json!("access");
        assert_eq!(holder(claims).await.unwrap_err(), Slug::Unauthorized);
    }

    #[tokio::test]
    async fn without_every_claim_nobody_is_let_in() {
        assert_eq!(signed_in(None).await, Err(Slug::Unauthorized));
        for (name, value, expected) in [
            ("sub", json!(null), Slug::Unauthorized),
            ("sub", json!("a/../b"), Slug::Unauthorized),
            ("token_use", json!("access"), Slug::Unauthorized),
            ("token_use", json!(null), Slug::Unauthorized),
            ("email_verified", json!("false"), Slug::EmailNotVerified),
            ("email_verified", json!(false), Slug::EmailNotVerified),
            ("email_verified", json!(null), Slug::EmailNotVerified),
            ("email", json!(null), Slug::NotAnOfficer),
            ("email", json!("ada@vendor.com.sg"), Slug::NotAnOfficer),
            ("email", json!("ada@evil-gov.sg"), Slug::NotAnOfficer),
            ("email", json!("a@x.gov.sg@evil.com"), Slug::NotAnOfficer),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert_eq!(signed_in(Some(claims)).await, Err(expected), "{name}: {value}");
        }
    }
}
