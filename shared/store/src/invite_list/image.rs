//! A summary in the JSON of DynamoDB, which is read without the maps in between that the client makes.

use domain::{
    BatchId, InviteId, Timestamp,
    invite::{SeedStatus, TechpassStatus},
    mail::MailStatus,
};
use serde::Deserialize;

use super::summary::{Left, Name, Summary};
use crate::{StoreError, item};

/// What the index `listing` holds of an invite.
#[derive(Deserialize)]
pub(crate) struct Listed {
    v: Option<Number>,
    summary: Option<Map<Image>>,
}

/// A value under the name of its type, as DynamoDB writes each.
#[derive(Deserialize)]
struct Text<T> {
    #[serde(rename = "S")]
    value: T,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "N")]
    digits: String,
}

#[derive(Deserialize)]
struct Map<T> {
    #[serde(rename = "M")]
    value: T,
}

#[derive(Deserialize)]
struct List<T> {
    #[serde(rename = "L")]
    values: Vec<T>,
}

/// The fields of a [`Summary`].
#[derive(Deserialize)]
struct Image {
    id: Text<InviteId>,
    created_at: Text<Timestamp>,
    techpass: Text<TechpassStatus>,
    seed: Text<SeedStatus>,
    mail: Option<Text<MailStatus>>,
    batch: Option<Text<BatchId>>,
    email: Text<String>,
    username: Option<Text<String>>,
    name: Option<Map<NameImage>>,
    places: Option<List<Text<String>>>,
    left: Option<Text<Left>>,
}

#[derive(Deserialize)]
struct NameImage {
    last: Text<String>,
    first: Text<String>,
}

impl Listed {
    /// The summary, if this build reads its form.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it has another form, or is missing.
    pub(crate) fn summary(self) -> Result<Summary, StoreError> {
        let corrupt = |problem: String| StoreError::Corrupt { entity: Summary::ENTITY, problem };
        item::check_form(self.v.and_then(|number| number.digits.parse().ok())).map_err(corrupt)?;
        let Map { value: image } = self.summary.ok_or_else(|| corrupt("no summary".to_owned()))?;
        let text = |Text { value }: Text<String>| value;
        Ok(Summary {
            id: image.id.value,
            created_at: image.created_at.value,
            techpass: image.techpass.value,
            seed: image.seed.value,
            mail: image.mail.map(|mail| mail.value),
            batch: image.batch.map(|batch| batch.value),
            email: image.email.value,
            username: image.username.map(text),
            name: image.name.map(|Map { value: name }| Name { last: name.last.value, first: name.first.value }),
            places: image.places.map_or_else(Vec::new, |places| places.values.into_iter().map(text).collect()),
            left: image.left.map(|left| left.value),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testing::people::{account_invite, beginning, officer, officer_form, vendor_form};

    use super::*;

    fn read(image: Value) -> Result<Summary, StoreError> {
        serde_json::from_value::<Listed>(image).unwrap().summary()
    }

    fn image(summary: &Summary) -> Value {
        serde_json::to_value(serde_dynamo::to_attribute_value::<_, serde_dynamo::AttributeValue>(summary).unwrap())
            .unwrap()
    }

    #[test]
    fn a_summary_is_read_as_it_was_written() {
        let entropy = testing::seeded(1);
        for form in [officer_form("bo"), vendor_form("cy")] {
            let mut invite = account_invite(&officer("ada"), &form, beginning(), &entropy);
            let whole = Summary::of(&invite);
            invite.profile = None;
            invite.origin = domain::invite::Origin::Batch {
                batch: BatchId::generate(beginning(), &entropy),
                row: 1,
                kind: domain::invite::Kind::Account,
            };
            for summary in [whole, Summary::of(&invite), Summary::left(&invite)] {
                let listed = json!({"v": {"N": "1"}, "summary": image(&summary), "later": {"S": "new"}});
                assert!(read(listed).unwrap() == summary, "{form:?}");
            }
        }
    }

    #[test]
    fn another_form_or_none_is_corrupt() {
        let summary =
            Summary::of(&account_invite(&officer("ada"), &officer_form("bo"), beginning(), &testing::seeded(1)));
        for (listed, expected) in [
            (json!({"summary": image(&summary)}), "no form"),
            (json!({"v": {"N": "2"}, "summary": image(&summary)}), "form 2; this build reads form 1"),
            (json!({"v": {"N": "1"}}), "no summary"),
        ] {
            let error = read(listed).map(|_| ()).unwrap_err();
            assert!(matches!(&error, StoreError::Corrupt { problem, .. } if problem == expected), "{error}");
        }
    }
}
