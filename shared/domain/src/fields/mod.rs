//! What an invite is asked for with: its fields, what each may hold, and what can be wrong with one.
//!
//! There is one type per field, made only by its `parse`, so each value is valid. `Debug` of personal data prints
//! nothing of it, and there is no `Display`: the text leaves through `as_str`, where a reader of the code sees it go.

macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).map_err($crate::Fault::code)
            }
        }
    };
}

mod contact_number;
mod email;
mod fault;
mod form;
mod person_name;
mod plain_text;
mod seed_wish;
mod spec;
pub mod text;
mod username;

pub use contact_number::ContactNumber;
pub use email::EmailAddress;
pub(crate) use email::is_host_name;
pub use fault::{Fault, FieldFault};
pub use form::{Holder, Person, Profile, Subject};
pub use person_name::PersonName;
pub use plain_text::{Department, Organisation, Reason};
pub use seed_wish::SeedWish;
pub use spec::{Alike, Examples, Field, FieldSpec, Form, Part, Required};
pub use username::{OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX, Username};
