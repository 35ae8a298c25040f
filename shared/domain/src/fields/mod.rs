//! The fields of an invite: what each may hold, and what can be wrong with it.
//!
//! Each field has a type of its own, and its `parse` is the only way to create a value, so each value is valid. `Debug`
//! prints nothing of personal data, and there is no `Display`: code that needs the text calls `as_str`, which is easy
//! to find.

/// Declares the type of a field. The second argument reads a stored text; without it, `parse` does.
macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident) => {
        text_field! { $(#[$doc])* $name, Self::parse }
    };
    ($(#[$doc:meta])* $name:ident, Self::$stored:ident) => {
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

        $crate::text_form::text_form!($name, |text| $name::$stored(text).map_err($crate::Fault::code));
    };
}

mod blank;
mod contact_number;
mod email;
mod fault;
mod form;
mod full_name;
mod measure;
mod measured;
mod person_name;
mod plain_text;
mod seed_wish;
mod spec;
pub mod text;
mod username;
mod whole_name;

pub use blank::is_blank;
pub use contact_number::ContactNumber;
pub use email::EmailAddress;
pub(crate) use email::is_host_name;
pub use fault::{Fault, FieldFault};
pub use form::{Holder, Person, Profile, Subject};
pub use full_name::FullName;
pub use measure::Measure;
pub use person_name::PersonName;
pub use plain_text::{Department, Organisation, Reason};
pub use seed_wish::SeedWish;
pub use spec::{Alike, Examples, Field, FieldSpec, Form, Part, Required};
pub use username::{OFFICER_ACCOUNT_DIGITS, OFFICER_ACCOUNT_PREFIX, Username};
pub use whole_name::{FAMILY_FIRST, NameParts};
