//! The name of a person: a first name, a last name, or both.

use serde::{Deserialize, Serialize};

use crate::fields::{Fault, Field, FieldFault, PersonName, blank::is_blank_name};

/// The name of a person. Many people have one name only, and it may be given as the first or as the last.
///
/// It is stored as two members, of which one may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub enum FullName {
    First(PersonName),
    Last(PersonName),
    Both { first: PersonName, last: PersonName },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_name: Option<PersonName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_name: Option<PersonName>,
}

impl FullName {
    /// The name of two parts. `None`: there is neither.
    #[must_use]
    pub fn new(first: Option<PersonName>, last: Option<PersonName>) -> Option<Self> {
        match (first, last) {
            (Some(first), Some(last)) => Some(Self::Both { first, last }),
            (Some(first), None) => Some(Self::First(first)),
            (None, Some(last)) => Some(Self::Last(last)),
            (None, None) => None,
        }
    }

    /// Reads the two fields of a form. One of them may be blank, or hold a mark for nothing such as `-`.
    ///
    /// # Errors
    ///
    /// Every fault of the two. [`Fault::NameRequired`], at the first name: both are blank.
    pub fn parse(first: &str, last: &str) -> Result<Self, Vec<FieldFault>> {
        let (first, last) = (part(Field::FirstName, first), part(Field::LastName, last));
        match (first, last) {
            (Ok(first), Ok(last)) => {
                Self::new(first, last).ok_or_else(|| vec![Fault::NameRequired.at(Field::FirstName)])
            }
            (first, last) => Err(first.err().into_iter().chain(last.err()).collect()),
        }
    }

    #[must_use]
    pub fn first(&self) -> Option<&PersonName> {
        match self {
            Self::First(first) | Self::Both { first, .. } => Some(first),
            Self::Last(_) => None,
        }
    }

    #[must_use]
    pub fn last(&self) -> Option<&PersonName> {
        match self {
            Self::Last(last) | Self::Both { last, .. } => Some(last),
            Self::First(_) => None,
        }
    }

    /// The parts that are there, the first name before the last.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.first().into_iter().chain(self.last()).map(PersonName::as_str)
    }
}

fn part(field: Field, text: &str) -> Result<Option<PersonName>, FieldFault> {
    if is_blank_name(text) {
        return Ok(None);
    }
    PersonName::parse(text).map(Some).map_err(|fault| fault.at(field).measured(text))
}

impl From<FullName> for Stored {
    fn from(name: FullName) -> Self {
        match name {
            FullName::First(first) => Self { first_name: Some(first), last_name: None },
            FullName::Last(last) => Self { first_name: None, last_name: Some(last) },
            FullName::Both { first, last } => Self { first_name: Some(first), last_name: Some(last) },
        }
    }
}

impl TryFrom<Stored> for FullName {
    type Error = &'static str;

    fn try_from(Stored { first_name, last_name }: Stored) -> Result<Self, Self::Error> {
        Self::new(first_name, last_name).ok_or(Fault::NameRequired.code())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(first: &str, last: &str) -> Result<(Option<String>, Option<String>), Vec<FieldFault>> {
        let text = |name: &PersonName| name.as_str().to_owned();
        FullName::parse(first, last).map(|name| (name.first().map(text), name.last().map(text)))
    }

    #[test]
    fn one_name_is_enough() {
        let (ada, tan) = (Some("Ada".to_owned()), Some("Tan".to_owned()));
        for (first, last, expected) in [
            ("Ada", "Tan", (ada.clone(), tan.clone())),
            (" Ada", "", (ada.clone(), None)),
            ("Ada", "-", (ada.clone(), None)),
            ("Ada", ".", (ada.clone(), None)),
            ("Ada", "LNU", (ada, None)),
            ("FNU", "Tan", (None, tan.clone())),
            ("N/A", "Tan", (None, tan)),
            ("Young", "Na", (Some("Young".to_owned()), Some("Na".to_owned()))),
        ] {
            assert_eq!(parts(first, last), Ok(expected), "{first} {last}");
        }
    }

    #[test]
    fn each_fault_is_at_its_part() {
        let (first, last) = (Fault::NameSyntax.at(Field::FirstName), Fault::NameStart.at(Field::LastName));
        for (typed, faults) in [
            (["", " "], vec![Fault::NameRequired.at(Field::FirstName)]),
            (["-", "N/A"], vec![Fault::NameRequired.at(Field::FirstName)]),
            (["A1", "Tan"], vec![first]),
            (["A1", ""], vec![first]),
            (["", "=A"], vec![last]),
            (["A1", "=A"], vec![first, last]),
        ] {
            assert_eq!(parts(typed[0], typed[1]), Err(faults), "{typed:?}");
        }
    }

    #[test]
    fn it_is_stored_in_two_members_of_which_one_may_be_absent() {
        for stored in [
            json!({"first_name": "Ada"}),
            json!({"last_name": "Tan"}),
            json!({"first_name": "Ada", "last_name": "Tan"}),
        ] {
            let name: FullName = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(serde_json::to_value(name).unwrap(), stored);
        }
        assert!(serde_json::from_value::<FullName>(json!({})).is_err());
    }
}
