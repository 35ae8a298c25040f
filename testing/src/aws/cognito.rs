//! A user pool behind Cognito's API.
//!
//! Quotas of an account and region, in requests a second of a category, and which requests belong to it:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#category_operations>.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_cognitoidentityprovider::Client;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::HttpRequest,
};
use directory::{Cognito, UserPool};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::wire::{self, Refusal};
use crate::mishap::Way;
use crate::rate::Bucket;

/// How long a request takes.
const REQUEST: Duration = Duration::from_millis(60);

/// How long a search and a list do not show a new user.
const LAG: Duration = Duration::from_secs(2);

/// Users that one page has at most.
const PAGE: usize = 60;

const SEED_GROUP: &str = "seed";

/// A user pool behind Cognito's API. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CognitoTwin(Arc<Mutex<State>>);

/// The requests of one operation since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolTally {
    pub requests: u64,
    /// Those that were refused for the quota.
    pub throttled: u64,
}

/// How many users the pool has, and how many of them have a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUsers {
    pub all: usize,
    pub licensed: usize,
}

#[derive(Debug, Default)]
struct State {
    /// The users by name in lower case.
    users: BTreeMap<String, User>,
    rates: HashMap<Category, Bucket>,
    tally: BTreeMap<String, PoolTally>,
    way: Way,
}

#[derive(Clone, Debug)]
struct User {
    name: String,
    /// Their attributes, as requests and answers have them.
    attributes: Vec<Value>,
    status: &'static str,
    made_at: Instant,
    is_licensed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Category {
    Creation,
    List,
    Update,
    Read,
    /// Lists of what belongs to the pool.
    PoolRead,
}

impl Category {
    fn of(operation: &str) -> Self {
        match operation {
            "AdminCreateUser" => Self::Creation,
            "ListUsers" => Self::List,
            "AdminAddUserToGroup" | "AdminRemoveUserFromGroup" => Self::Update,
            "AdminGetUser" => Self::Read,
            "ListUsersInGroup" => Self::PoolRead,
            other => panic!("no quota is known of {other}"),
        }
    }

    fn requests_per_second(self) -> f64 {
        match self {
            Self::Creation => 50.0,
            Self::List => 30.0,
            Self::Update => 25.0,
            Self::Read => 120.0,
            Self::PoolRead => 20.0,
        }
    }
}

const THROTTLED: Refusal = Refusal { status: 400, code: "TooManyRequestsException", message: "Too many requests" };

fn refused(code: &'static str) -> Refusal {
    Refusal { status: 400, code, message: "" }
}

impl User {
    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|attribute| attribute["Name"] == name)?;
        found["Value"].as_str()
    }

    fn shown(&self, attributes: &str) -> Value {
        json!({"Username": self.name, attributes: self.attributes, "Enabled": true, "UserStatus": self.status})
    }
}

impl CognitoTwin {
    /// The real backend over this pool.
    #[must_use]
    pub fn directory(&self) -> Cognito {
        let pool = UserPool { id: "ap-southeast-1_twin".to_owned(), seed_group: SEED_GROUP.to_owned() };
        Cognito::new(&Client::new(&wire::config_of(self.clone())), pool)
    }

    /// From now on, one request in `one_in` has a mishap: its answer is lost, or it is not carried out.
    pub fn break_one_in(&self, one_in: usize) {
        self.state().way.one_in = Some(one_in);
    }

    /// The requests since the beginning, by operation.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<String, PoolTally> {
        self.state().tally.clone()
    }

    #[must_use]
    pub fn users(&self) -> PoolUsers {
        let state = self.state();
        let licensed = state.users.values().filter(|user| user.is_licensed).count();
        PoolUsers { all: state.users.len(), licensed }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpConnector for CognitoTwin {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").expect("a target");
        let operation = target.rsplit('.').next().expect("an operation").to_owned();
        let body = serde_json::from_slice(request.body().bytes().expect("a body")).expect("JSON");
        let mut state = self.state();
        let mishap = state.way.next_mishap();
        wire::carried(mishap, REQUEST, || state.answer(&operation, &body))
    }
}

impl State {
    fn answer(&mut self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let now = Instant::now();
        let is_allowed = self.is_allowed(Category::of(operation), now);
        let tally = self.tally.entry(operation.to_owned()).or_default();
        tally.requests += 1;
        if !is_allowed {
            tally.throttled += 1;
            return Err(THROTTLED);
        }
        match operation {
            "AdminCreateUser" if body["MessageAction"] == "RESEND" => self.resend(body),
            "AdminCreateUser" => self.create(body, now),
            "ListUsers" => {
                let filter = body["Filter"].as_str().map(Filter::parse);
                let is_wanted = |user: &User| filter.as_ref().is_none_or(|filter| filter.holds_for(user));
                Ok(self.page(body, "PaginationToken", now, is_wanted))
            }
            "ListUsersInGroup" => Ok(self.page(body, "NextToken", now, |user| user.is_licensed)),
            "AdminGetUser" => Ok(self.user(body)?.shown("UserAttributes")),
            "AdminAddUserToGroup" => self.set_licence(body, true),
            "AdminRemoveUserFromGroup" => self.set_licence(body, false),
            other => panic!("{other} is not here"),
        }
    }

    fn is_allowed(&mut self, category: Category, now: Instant) -> bool {
        let bucket = self.rates.entry(category);
        bucket.or_insert_with(|| Bucket::full(category.requests_per_second(), now)).take_one(now)
    }

    fn create(&mut self, body: &Value, now: Instant) -> Result<Value, Refusal> {
        let name = body["Username"].as_str().expect("a name").to_owned();
        if self.users.contains_key(&name.to_lowercase()) {
            return Err(refused("UsernameExistsException"));
        }
        let attributes = body["UserAttributes"].as_array().expect("attributes").clone();
        let user = User { name, attributes, status: "FORCE_CHANGE_PASSWORD", made_at: now, is_licensed: false };
        let is_verified = |user: &User| user.attribute("email_verified") == Some("true");
        let has_alias = |other: &User| is_verified(other) && other.attribute("email") == user.attribute("email");
        if is_verified(&user) && self.users.values().any(has_alias) {
            return Err(refused("AliasExistsException"));
        }
        let answer = json!({"User": user.shown("Attributes")});
        self.users.insert(user.name.to_lowercase(), user);
        Ok(answer)
    }

    fn resend(&mut self, body: &Value) -> Result<Value, Refusal> {
        let user = self.user(body)?;
        Ok(json!({"User": user.shown("Attributes")}))
    }

    /// A page of the users that are wanted. Its request and its answer have the place in `token`.
    fn page(&self, body: &Value, token: &str, now: Instant, is_wanted: impl Fn(&User) -> bool) -> Value {
        let after = body[token].as_str();
        let is_after = |name: &str| after.is_none_or(|after| name > after);
        let is_shown = |user: &User| user.made_at + LAG <= now && is_wanted(user);
        let mut found = self.users.iter().filter(|(name, user)| is_after(name) && is_shown(user));
        let page: Vec<_> = found.by_ref().take(PAGE).collect();
        let next = page.last().filter(|_| found.next().is_some()).map(|(name, _)| name.as_str());
        let users: Vec<Value> = page.iter().map(|(_, user)| user.shown("Attributes")).collect();
        json!({"Users": users, token: next})
    }

    fn user(&mut self, body: &Value) -> Result<&mut User, Refusal> {
        let name = body["Username"].as_str().expect("a name").to_lowercase();
        self.users.get_mut(&name).ok_or(refused("UserNotFoundException"))
    }

    fn set_licence(&mut self, body: &Value, is_licensed: bool) -> Result<Value, Refusal> {
        if body["GroupName"] != SEED_GROUP {
            return Err(refused("ResourceNotFoundException"));
        }
        self.user(body)?.is_licensed = is_licensed;
        Ok(json!({}))
    }
}

/// `attribute = "value"` or `attribute ^= "value"`.
struct Filter {
    attribute: String,
    compare: fn(&str, &str) -> bool,
    value: String,
}

impl Filter {
    fn parse(text: &str) -> Self {
        let (attribute, rest) = text.split_once(' ').expect("an attribute");
        let (comparison, value) = rest.split_once(' ').expect("a comparison");
        let compare: fn(&str, &str) -> bool = match comparison {
            "=" => |known, wanted| known == wanted,
            "^=" => |known, wanted| known.starts_with(wanted),
            other => panic!("no such comparison: {other}"),
        };
        let value = value.trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
        Self { attribute: attribute.to_owned(), compare, value }
    }

    fn holds_for(&self, user: &User) -> bool {
        user.attribute(&self.attribute).is_some_and(|known| (self.compare)(known, &self.value))
    }
}
