//! Bodies with fields of an invite. The table of fields decides which fields a body has.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use domain::{
    Field,
    fields::{Form, Part, Profile, Required},
    invite::Kind,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, IntoDeserializer as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

use crate::{Problem, ProblemItem, Slug};

/// The body of a request with fields of an invite, and with members of its own.
#[derive(Clone)]
pub struct WithFields<T> {
    /// The texts of the fields in the body. A field that is `null` is absent.
    pub texts: BTreeMap<Field, String>,
    pub rest: T,
}

/// The members of a body that are no fields, and the fields that it has.
pub trait Beside {
    /// The JSON types that a field may have.
    const JSON: FieldJson;

    /// Whether a body has the field.
    fn has(field: Field) -> bool;
}

/// The JSON types that a field of a body may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldJson {
    /// A text, and nothing else.
    Text,
    /// A text, or `null` for an absent field.
    Nullable,
    /// A text or `null`; for SEED also a boolean, as programs send it.
    NullableWithFlag,
}

impl<T> WithFields<T> {
    /// The texts as a form, in which an absent field is an empty text.
    #[must_use]
    pub fn form(self) -> Form {
        let mut form = Form::default();
        for (field, text) in self.texts {
            form.set(field, text);
        }
        form
    }
}

/// Faults of fields that an answer names at most.
const MAX_FOREIGN: usize = 100;

/// Checks that bodies have no text in a field that invites of this kind do not have. Each body comes with its place, as
/// a JSON pointer.
///
/// # Errors
///
/// [`Problem`] that names such fields, at most 100: the invitee fills them in when accepting.
pub fn refuse_foreign<'a, T: 'a>(
    kind: Kind,
    bodies: impl IntoIterator<Item = (String, &'a WithFields<T>)>,
) -> Result<(), Problem> {
    let detail = "An email invitation does not have this.";
    let foreign = bodies.into_iter().flat_map(|(place, body)| {
        let texts = body.texts.iter().filter(|(field, text)| !kind.asks_for(**field) && !text.is_empty());
        texts.map(move |(field, _)| ProblemItem::new(format!("{place}/{}", field.name()), "unknown-field", detail))
    });
    let foreign: Vec<ProblemItem> = foreign.take(MAX_FOREIGN).collect();
    if foreign.is_empty() { Ok(()) } else { Err(Problem::new(Slug::BadRequest).items(foreign)) }
}

impl<T> fmt::Debug for WithFields<T> {
    /// Does not print the texts, which are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithFields").field("fields", &self.texts.keys()).finish_non_exhaustive()
    }
}

impl<'de, T: Beside + Deserialize<'de>> Deserialize<'de> for WithFields<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Body(PhantomData))
    }
}

struct Body<T>(PhantomData<T>);

impl<'de, T: Beside + Deserialize<'de>> Visitor<'de> for Body<T> {
    type Value = WithFields<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<WithFields<T>, A::Error> {
        let mut texts = BTreeMap::new();
        let rest = Rest::<T, A> { members, texts: &mut texts, of: PhantomData };
        let rest = T::deserialize(MapAccessDeserializer::new(rest))?;
        Ok(WithFields { texts, rest })
    }
}

/// The members that are no fields. The fields are read on the way.
struct Rest<'t, T, A> {
    members: A,
    texts: &'t mut BTreeMap<Field, String>,
    of: PhantomData<T>,
}

impl<'de, T: Beside, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, T, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            match self.members.next_key_seed(Name { other: seed, of: self.of })? {
                None => return Ok(None),
                Some(Named::Other(key)) => return Ok(Some(key)),
                Some(Named::Field(field, other)) => {
                    if let Some(text) = self.members.next_value_seed(FieldText { field, json: T::JSON })? {
                        self.texts.insert(field, text);
                    }
                    seed = other;
                }
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// The name of a member, read where it is, so that its place is known if nothing has this name.
struct Name<K, T> {
    other: K,
    of: PhantomData<T>,
}

/// What a name says: a field, with what reads other names, or something else.
enum Named<K, V> {
    Field(Field, K),
    Other(V),
}

impl<'de, K: DeserializeSeed<'de>, T: Beside> DeserializeSeed<'de> for Name<K, T> {
    type Value = Named<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, K: DeserializeSeed<'de>, T: Beside> Visitor<'de> for Name<K, T> {
    type Value = Named<K, K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match Field::parse(name).filter(|field| T::has(*field)) {
            Some(field) => Ok(Named::Field(field, self.other)),
            None => self.other.deserialize(name.into_deserializer()).map(Named::Other),
        }
    }
}

/// The text of a field. `None`: it is `null`.
struct FieldText {
    field: Field,
    json: FieldJson,
}

impl<'de> DeserializeSeed<'de> for FieldText {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for FieldText {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<String>, E> {
        match self.json {
            FieldJson::Text => Err(E::invalid_type(de::Unexpected::Unit, &self)),
            FieldJson::Nullable | FieldJson::NullableWithFlag => Ok(None),
        }
    }

    fn visit_bool<E: de::Error>(self, answer: bool) -> Result<Option<String>, E> {
        match (self.json, self.field, answer) {
            (FieldJson::NullableWithFlag, Field::Seed, true) => Ok(Some("yes".to_owned())),
            (FieldJson::NullableWithFlag, Field::Seed, false) => Ok(Some("no".to_owned())),
            _ => Err(E::invalid_type(de::Unexpected::Bool(answer), &self)),
        }
    }
}

impl<T: Beside + ToSchema> PartialSchema for WithFields<T> {
    fn schema() -> RefOr<Schema> {
        let mut object = match T::schema() {
            RefOr::T(Schema::Object(object)) => object,
            _ => Object::new(),
        };
        for field in Field::ALL.into_iter().filter(|field| T::has(*field)) {
            object.properties.insert(field.name().to_owned(), text_schema(field, T::JSON));
        }
        object.into()
    }
}

impl<T: Beside + ToSchema> ToSchema for WithFields<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

/// The schema of a field in a request.
fn text_schema(field: Field, json: FieldJson) -> RefOr<Schema> {
    let types = match (json, field) {
        (FieldJson::Text, _) => SchemaType::Type(Type::String),
        (FieldJson::NullableWithFlag, Field::Seed) => SchemaType::Array(vec![Type::String, Type::Boolean, Type::Null]),
        _ => SchemaType::Array(vec![Type::String, Type::Null]),
    };
    ObjectBuilder::new().schema_type(types).description(Some(description(field))).into()
}

fn description(field: Field) -> String {
    let spec = field.spec();
    let who = match spec.required {
        Required::Always => "",
        Required::Vendors => ", of vendors",
        Required::OneOfThem => ", unless the other name is given",
        Required::Never => ", optional",
    };
    let most = spec.max.map(|max| format!(", at most {max} characters")).unwrap_or_default();
    format!("{}{who}{most}.", spec.title.trim_end_matches('?'))
}

/// The schema of a [`Form`] in an answer: the text of every field, exactly as it was typed.
#[derive(Debug)]
pub struct FormBody;

impl PartialSchema for FormBody {
    fn schema() -> RefOr<Schema> {
        let texts = Field::ALL.into_iter().fold(ObjectBuilder::new(), |object, field| {
            let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description(field)));
            object.property(field.name(), text).required(field.name())
        });
        texts.description(Some("The text of every field of a row, exactly as it was typed.")).into()
    }
}

impl ToSchema for FormBody {}

/// The details of an account's holder, as far as they are known, without the contact number.
#[derive(Clone, Debug)]
pub struct ProfileBody(Option<Profile>);

impl ProfileBody {
    #[must_use]
    pub fn of(profile: Option<&Profile>) -> Self {
        Self(profile.cloned())
    }

    fn fields() -> impl Iterator<Item = Field> {
        let is_shown = |field: &Field| {
            field.spec().part == Part::Profile && !matches!(field, Field::CountryCode | Field::ContactNumber)
        };
        Field::ALL.into_iter().filter(is_shown)
    }
}

impl Serialize for ProfileBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = Self::fields().filter_map(|field| Some((field.name(), self.0.as_ref()?.text(field)?)));
        serializer.collect_map(known)
    }
}

impl PartialSchema for ProfileBody {
    fn schema() -> RefOr<Schema> {
        let texts = Self::fields().fold(ObjectBuilder::new(), |object, field| {
            let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description(field)));
            object.property(field.name(), text)
        });
        texts.description(Some("The details of an account, once they are known.")).into()
    }
}

impl ToSchema for ProfileBody {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{shape::fit, strict::parse};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Request {
        rows: Vec<WithFields<Guess>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Guess {
        #[serde(default)]
        guessed: u8,
    }

    impl Beside for Guess {
        const JSON: FieldJson = FieldJson::Nullable;

        fn has(field: Field) -> bool {
            field != Field::Username
        }
    }

    fn faults(json: &str) -> Vec<(String, &'static str)> {
        let problem = parse(json.as_bytes()).and_then(fit::<Request>).unwrap_err();
        let trace = domain::TraceId::parse("1-67891233-abcdef012345678912345678").unwrap();
        problem.body(&trace).errors.into_iter().map(|item| (item.pointer, item.code)).collect()
    }

    #[test]
    fn fields_are_read_beside_the_other_members() {
        let json = r#"{"rows":[{"guessed":1,"email":"a@b","department":null},{"seed":""}]}"#;
        let Request { rows } = parse(json.as_bytes()).and_then(fit).unwrap();
        assert_eq!(rows[0].rest.guessed, 1);
        assert_eq!(rows[0].texts, BTreeMap::from([(Field::Email, "a@b".to_owned())]));
        assert_eq!(rows[1].texts, BTreeMap::from([(Field::Seed, String::new())]));
    }

    #[test]
    fn what_does_not_fit_is_named_where_it_is() {
        let json = r#"{"rows":[{"rows":1,"0":2,"username":"a"},{"email":7,"guessed":"x","seed":true}]}"#;
        let mut found = faults(json);
        found.sort();
        let expected = [
            ("/rows/0/0", "unknown-field"),
            ("/rows/0/rows", "unknown-field"),
            ("/rows/0/username", "unknown-field"),
            ("/rows/1/email", "wrong-type"),
            ("/rows/1/guessed", "wrong-type"),
            ("/rows/1/seed", "wrong-type"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }
}
