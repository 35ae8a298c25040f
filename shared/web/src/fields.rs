//! Bodies with fields of an invite. The table of fields decides which fields a body has.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use domain::{
    Field,
    fields::{Form, Part, Profile, Required},
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

/// The body of a request with fields of an invite, and with members of its own.
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

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.members.next_key::<String>()? {
            let Some(field) = Field::parse(&name).filter(|field| T::has(*field)) else {
                return seed.deserialize(name.into_deserializer()).map(Some);
            };
            if let Some(text) = self.members.next_value_seed(FieldText { field, json: T::JSON })? {
                self.texts.insert(field, text);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
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
