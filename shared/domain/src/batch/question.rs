//! What a reader of a file has to ask its officer, and what the officer answers.

use serde::{Deserialize, Serialize};

use super::{
    column::{Column, ColumnFault, MAX_TITLE},
    encoding::{Encoding, EncodingChoice},
};
use crate::{
    Fault, Field,
    fields::{Form, text},
    invite::Kind,
};

/// Texts of a column that its officer is shown at most.
pub const MAX_SAMPLES: usize = 3;

/// What a reader has to ask before it can tell who is on a list. What is asked is not guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questions {
    /// Why it has to ask, in sentences for the officer. There is at least one.
    pub reasons: Vec<Reason>,
    /// Every visible column with what it was taken for, if the columns are asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<AskedColumn>,
    /// The required fields that no column holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Field>,
    /// What the rows can become, if that has to be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// The worksheets that could be the list, if one has to be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worksheets: Vec<WorksheetChoice>,
    /// The ways in which its letters can be read, if one has to be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encodings: Vec<EncodingChoice>,
}

/// Why a reader has to ask, with a code of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub detail: String,
}

/// A column, with texts of its cells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedColumn {
    #[serde(flatten)]
    pub column: Column,
    /// At most [`MAX_SAMPLES`] different texts, each cut at [`MAX_SAMPLE`](super::MAX_SAMPLE) characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}

/// A worksheet that could be the list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorksheetChoice {
    /// The name on its tab, cut at [`MAX_TITLE`] characters.
    pub name: String,
    /// How many rows with a person it has.
    pub rows: u32,
}

/// What the officer says about a file. Where it says nothing, the reader decides or asks.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// What columns hold. It has priority over what their titles say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// A text for every row, for each field that has one: used if no column holds the field.
    #[serde(default, skip_serializing_if = "Form::is_blank")]
    pub values: Form,
    /// The name of the worksheet with the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<String>,
    /// How the letters of a text file are to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// What the rows become when they are submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

/// Why answers cannot be used, with a code of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    Column(ColumnFault),
    /// A text that every row is to have is not allowed in this field.
    Value(Field, Fault),
    Worksheet(Fault),
    /// No encoding has this name.
    Encoding,
}

impl std::fmt::Debug for AskedColumn {
    /// Does not print the samples, which are texts of people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskedColumn").field("column", &self.column).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WorksheetChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorksheetChoice").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Answers {
    /// Answers that are about columns alone.
    #[must_use]
    pub fn of_columns(columns: Vec<Column>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// The same answers, and what the rows become.
    #[must_use]
    pub fn for_kind(self, kind: Option<Kind>) -> Self {
        Self { kind, ..self }
    }

    /// What the rows become: accounts, unless it was said otherwise.
    #[must_use]
    pub fn row_kind(&self) -> Kind {
        self.kind.unwrap_or_default()
    }

    /// Checks what an officer answered.
    ///
    /// # Errors
    ///
    /// [`AnswerFault`] for the first answer that cannot be used.
    pub fn parse(
        columns: Vec<Column>,
        mut values: Form,
        worksheet: Option<&str>,
        encoding: Option<&str>,
    ) -> Result<Self, AnswerFault> {
        let columns = Column::parse_all(columns).map_err(AnswerFault::Column)?;
        for field in Field::ALL {
            let typed = values.take(field);
            if text::trim(&typed).is_empty() {
                continue;
            }
            values.set(field, field.read(&typed).map_err(|fault| AnswerFault::Value(field, fault))?);
        }
        let worksheet = match worksheet.map(|name| text::parse(name, MAX_TITLE)) {
            None | Some(Ok(None)) => None,
            Some(Ok(name)) => name,
            Some(Err(fault)) => return Err(AnswerFault::Worksheet(fault)),
        };
        let encoding = match encoding {
            None => None,
            Some(name) => Some(Encoding::parse(name).ok_or(AnswerFault::Encoding)?),
        };
        Ok(Self { columns, values, worksheet, encoding, kind: None })
    }

    /// These answers, and where they say nothing, those of an earlier round.
    #[must_use]
    pub fn after(mut self, earlier: Self) -> Self {
        let Self { columns, mut values, worksheet, encoding, kind } = earlier;
        if self.columns.is_empty() {
            self.columns = columns;
        }
        for field in Field::ALL {
            if text::trim(self.values.get(field)).is_empty() {
                self.values.set(field, values.take(field));
            }
        }
        self.worksheet = self.worksheet.or(worksheet);
        self.encoding = self.encoding.or(encoding);
        self.kind = self.kind.or(kind);
        self
    }

    /// Whether the officer answered nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl AnswerFault {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Column(fault) => fault.code(),
            Self::Value(_, fault) | Self::Worksheet(fault) => fault.code(),
            Self::Encoding => "encoding.unknown",
        }
    }

    /// What the officer has to do about it.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Column(fault) => fault.detail(),
            Self::Value(_, fault) | Self::Worksheet(fault) => fault.detail(),
            Self::Encoding => "Choose one of the encodings that are asked about.",
        }
    }

    /// The answer with the fault, as a JSON pointer into the body.
    #[must_use]
    pub fn pointer(self) -> String {
        match self {
            Self::Column(fault) => format!("/columns{}", fault.pointer()),
            Self::Value(field, _) => format!("/values/{}", field.name()),
            Self::Worksheet(_) => "/worksheet".to_owned(),
            Self::Encoding => "/encoding".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Held;

    fn values(texts: &[(Field, &str)]) -> Form {
        let mut form = Form::default();
        texts.iter().for_each(|(field, text)| form.set(*field, (*text).to_owned()));
        form
    }

    #[test]
    fn a_text_for_every_row_is_read_like_one_in_a_row() {
        let said = values(&[(Field::Reason, " Joins\u{a0}the project "), (Field::Seed, "y"), (Field::Email, " ")]);
        let answers = Answers::parse(Vec::new(), said, Some(" Officers "), Some("Big5")).unwrap();
        assert_eq!(answers.values, values(&[(Field::Reason, "Joins the project"), (Field::Seed, "Yes")]));
        assert_eq!(answers.worksheet.as_deref(), Some("Officers"));
        assert_eq!(answers.encoding, Some(Encoding::Big5));
        assert!(!answers.is_empty());
        let nothing = Answers::parse(Vec::new(), values(&[(Field::Reason, "\u{a0}")]), Some(" "), None);
        assert_eq!(nothing, Ok(Answers::default()));
    }

    #[test]
    fn what_was_answered_before_stays_until_it_is_answered_again() {
        let column = |title: &str| vec![Column { number: 1, title: title.into(), held: None }];
        let first = Answers {
            columns: column("A"),
            values: values(&[(Field::Reason, "Old"), (Field::Seed, "Yes")]),
            worksheet: Some("Officers".into()),
            encoding: Some(Encoding::Big5),
            kind: Some(Kind::Email),
        };
        assert_eq!(Answers::default().after(first.clone()), first);
        let second = Answers { values: values(&[(Field::Reason, "New")]), ..Answers::of_columns(column("B")) };
        let both = Answers {
            columns: column("B"),
            values: values(&[(Field::Reason, "New"), (Field::Seed, "Yes")]),
            worksheet: Some("Officers".into()),
            encoding: Some(Encoding::Big5),
            kind: Some(Kind::Email),
        };
        assert_eq!(second.after(first), both);
    }

    #[test]
    fn what_the_rows_become_is_an_answer_too_and_accounts_are_usual() {
        let batch = crate::batch::samples::batch(crate::batch::Source::Upload);
        assert_eq!(batch.kind(), Kind::Account);
        let said = Answers::default().for_kind(Some(Kind::Email));
        assert!(!said.is_empty());
        let batch = batch.of_file(None, said.clone());
        assert_eq!(batch.kind(), Kind::Email);
        assert_eq!(Answers::default().after(said.clone()), said, "what was answered before stays");
        let account = Answers::default().for_kind(Some(Kind::Account));
        assert_eq!(account.clone().after(said), account, "until it is answered again");
    }

    #[test]
    fn answers_that_cannot_be_used_are_refused_where_they_are() {
        let column = |held| Column { number: 1, title: "A".into(), held };
        let twice = vec![column(Some(Held::FullName)), column(Some(Held::FullName))];
        let none: Vec<Column> = Vec::new();
        for (answers, pointer, code) in [
            (Answers::parse(twice, Form::default(), None, None), "/columns/1", "columns.twice"),
            (
                Answers::parse(none.clone(), values(&[(Field::Seed, "perhaps")]), None, None),
                "/values/seed",
                "seed.syntax",
            ),
            (
                Answers::parse(none.clone(), values(&[(Field::Reason, &"x".repeat(256))]), None, None),
                "/values/reason",
                "too-long",
            ),
            (Answers::parse(none.clone(), Form::default(), None, Some("utf-7")), "/encoding", "encoding.unknown"),
            (Answers::parse(none, Form::default(), Some(&"x".repeat(101)), None), "/worksheet", "too-long"),
        ] {
            let fault = answers.unwrap_err();
            assert_eq!((fault.pointer().as_str(), fault.code()), (pointer, code));
            let said = match fault {
                AnswerFault::Column(fault) => fault.detail(),
                AnswerFault::Value(_, fault) | AnswerFault::Worksheet(fault) => fault.detail(),
                AnswerFault::Encoding => "Choose one of the encodings that are asked about.",
            };
            assert_eq!(fault.detail(), said);
        }
    }

    #[test]
    fn nothing_of_a_person_is_printed() {
        let column = Column { number: 1, title: "Mei Ling".into(), held: None };
        let asked = AskedColumn { column, samples: vec!["Mei Ling".into()] };
        let choice = WorksheetChoice { name: "Mei Ling".into(), rows: 1 };
        let questions = Questions { columns: vec![asked], worksheets: vec![choice], ..Questions::default() };
        let answers = Answers { values: values(&[(Field::Reason, "Mei Ling")]), ..Answers::default() };
        assert!(!format!("{questions:?} {answers:?}").contains("Mei"));
    }
}
