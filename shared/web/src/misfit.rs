//! A JSON value to deserialise from. Its errors are values that say what does not fit, not English text.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        self, IntoDeserializer, Visitor,
        value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

#[derive(Debug)]
pub(crate) enum Misfit {
    /// A member is not part of the type.
    Unknown,
    /// The required member with this name is missing.
    Missing(&'static str),
    /// It has another JSON type.
    Type,
    /// It has the right type, but its value cannot be used.
    Value,
}

impl Misfit {
    /// The stable code, and a sentence for the client.
    pub(crate) fn message(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => ("unknown-field", "This is not part of the request."),
            Self::Missing(_) => ("missing-field", "This is required."),
            Self::Type => ("wrong-type", "This has the wrong JSON type."),
            Self::Value => ("invalid-value", "This value cannot be used here."),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().1)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Value
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::Type
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// A value to deserialise from. It works like `serde_json`, but its error is [`Misfit`].
#[derive(Clone, Copy)]
pub(crate) struct Source<'a>(pub(crate) &'a Value);

impl<'a> Source<'a> {
    fn members(members: &'a Map<String, Value>) -> MapDeserializer<'a, impl Iterator<Item = (&'a str, Self)>, Misfit> {
        MapDeserializer::new(members.iter().map(|(name, value)| (name.as_str(), Self(value))))
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Source<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Source<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(whole), _, _) => visitor.visit_u64(whole),
                (None, Some(whole), _) => visitor.visit_i64(whole),
                (None, None, Some(float)) => visitor.visit_f64(float),
                (None, None, None) => Err(Misfit::Value),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(elements) => SeqDeserializer::new(elements.iter().map(Self)).deserialize_any(visitor),
            Value::Object(members) => Self::members(members).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(members) if members.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(Self::members(members)))
            }
            Value::Object(_) => Err(Misfit::Value),
            _ => Err(Misfit::Type),
        }
    }

    /// A variant is named by a text, never by a number.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            _ => Err(Misfit::Type),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Tagged {
        One { value: i8 },
        Two,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Untagged {
        Number(u32),
        Text(String),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum External {
        Unit,
        New(u8),
        Struct { a: bool },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(u16);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Plain {
        a: u8,
        b: Option<f32>,
    }

    /// Checks that a value is read as `serde_json` reads it and, where it does not fit, for the same reason.
    fn reads_as_serde_json<T: DeserializeOwned + fmt::Debug + PartialEq>(value: &Value) {
        let theirs = serde_json::from_value::<T>(value.clone());
        match (T::deserialize(Source(value)), theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{value}"),
            (Err(misfit), Err(error)) => {
                let (text, code) = (error.to_string(), misfit.message().0);
                let expected = match text.split(' ').take(2).collect::<Vec<_>>().join(" ").as_str() {
                    "unknown field" => "unknown-field",
                    "missing field" => "missing-field",
                    "invalid type:" => "wrong-type",
                    _ => "invalid-value",
                };
                assert_eq!(code, expected, "{value}: {text}");
            }
            (ours, theirs) => panic!("{value}: {ours:?}, {theirs:?}"),
        }
    }

    #[test]
    fn every_value_reads_as_serde_json_reads_it() {
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(255),
            json!(256),
            json!(65536),
            json!(u64::MAX),
            json!(1.5),
            json!(""),
            json!("one"),
            json!("Unit"),
            json!([]),
            json!([1]),
            json!([1, 2]),
            json!([1, 2, 3]),
            json!({}),
            json!({"kind": "one", "value": 1}),
            json!({"kind": "one", "value": 1000}),
            json!({"kind": "one"}),
            json!({"kind": "two"}),
            json!({"kind": "three"}),
            json!({"kind": 1}),
            json!({"New": 1}),
            json!({"New": "1"}),
            json!({"Struct": {"a": true}}),
            json!({"Struct": {}}),
            json!({"Unit": null}),
            json!({"Unit": null, "New": 1}),
            json!({"a": 1}),
            json!({"a": 1, "b": null}),
            json!({"a": 1, "b": 2}),
            json!({"a": 1, "c": 2}),
            json!({"b": 1}),
        ];
        for value in &values {
            reads_as_serde_json::<Tagged>(value);
            reads_as_serde_json::<Untagged>(value);
            reads_as_serde_json::<External>(value);
            reads_as_serde_json::<Wrapped>(value);
            reads_as_serde_json::<Plain>(value);
            reads_as_serde_json::<(u8, u8)>(value);
            reads_as_serde_json::<Vec<u8>>(value);
            reads_as_serde_json::<Option<String>>(value);
            reads_as_serde_json::<BTreeMap<String, Value>>(value);
            reads_as_serde_json::<bool>(value);
        }
    }
}
