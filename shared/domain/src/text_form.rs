//! Types that are stored and sent as their text, and read by their `parse`.

/// Implements both directions for a type that holds one `String`. The second argument reads a text.
macro_rules! text_form {
    ($name:ident, $parse:expr) => {
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let parse: fn(&str) -> Result<Self, Self::Error> = $parse;
                parse(&text)
            }
        }
    };
}

pub(crate) use text_form;
