//! Reads JSON text, and refuses objects that name a member twice.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{
    Problem, ProblemItem, Slug,
    pointer::{MAX_ITEMS, MAX_POINTER, pointer},
};

/// Reads JSON text in which no object names a member twice. `serde_json` limits the depth to 128.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let mut twice = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { pointer: String::new(), twice: &mut twice };
    let value = strict.deserialize(&mut deserializer);
    let ended = deserializer.end();
    match (value, ended) {
        (Ok(value), Ok(())) if twice.is_empty() => Ok(value),
        (Ok(_), Ok(())) => Err(Problem::new(Slug::BadRequest).items(twice)),
        _ => Err(Problem::new(Slug::BadRequest).detail("The body is not valid JSON.")),
    }
}

/// Builds a [`Value`], and records the members that are named twice.
struct Strict<'a> {
    pointer: String,
    twice: &'a mut Vec<ProblemItem>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements
            .next_element_seed(Strict { pointer: format!("{}/{}", self.pointer, array.len()), twice: self.twice })?
        {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(Name(name)) = members.next_key()? {
            let pointer: String =
                format!("{}{}", self.pointer, pointer(std::slice::from_ref(&name))).chars().take(MAX_POINTER).collect();
            let value = members.next_value_seed(Strict { pointer: pointer.clone(), twice: self.twice })?;
            if object.insert(name, value).is_some() && self.twice.len() < MAX_ITEMS {
                self.twice.push(ProblemItem::new(pointer, "repeated-field", "This is named more than once."));
            }
        }
        Ok(Value::Object(object))
    }
}

#[derive(Deserialize)]
struct Name(String);
