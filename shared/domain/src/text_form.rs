//! Types that are stored and sent as their text, and read by their `parse`.

/// Implements both directions for a type that holds one `String` and has `parse(&str) -> Option<Self>`.
macro_rules! text_form {
    ($name:ident, $otherwise:literal) => {
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or($otherwise)
            }
        }
    };
}

pub(crate) use text_form;
