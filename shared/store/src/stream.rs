//! The table's stream in the form that Lambda gives it to a function: an invite before and after each change.
//!
//! The form is that of <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.

use domain::invite::Invite;
use serde::{Deserialize, Serialize};
use serde_dynamo::AttributeValue;

use crate::{
    StoreError,
    record::{Layout, Stored, stored},
};

/// Some changes of the table. The changes of one item are in order; all of them may be delivered again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StreamEvent {
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

/// One change of an invite.
#[derive(Clone, Debug)]
pub struct InviteChange {
    /// The invite before the change. `None`: it is new.
    pub old: Option<Invite>,
    pub new: Stored<Invite>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    dynamodb: Images,
}

#[derive(Default, Serialize, Deserialize)]
struct Images {
    #[serde(rename = "OldImage", default, skip_serializing_if = "Option::is_none")]
    old: Option<serde_dynamo::Item>,
    #[serde(rename = "NewImage", default, skip_serializing_if = "Option::is_none")]
    new: Option<serde_dynamo::Item>,
}

impl std::fmt::Debug for Images {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Images")
    }
}

impl StreamEvent {
    /// The changes of invites, each as far as it can be read. Changes of other records are skipped.
    pub fn invites(self) -> impl Iterator<Item = Result<InviteChange, StoreError>> {
        self.records.into_iter().filter_map(|record| {
            let new = record.dynamodb.new.filter(is_invite)?;
            let read = || {
                let old = record.dynamodb.old.map(invite).transpose()?.map(Stored::into_value);
                Ok(InviteChange { old, new: invite(new)? })
            };
            Some(read())
        })
    }
}

fn is_invite(item: &serde_dynamo::Item) -> bool {
    matches!(item.inner().get("entity"), Some(AttributeValue::S(entity)) if entity == Invite::KIND)
}

fn invite(item: serde_dynamo::Item) -> Result<Stored<Invite>, StoreError> {
    stored(item.into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testing::people::{account_invite, beginning, draft, officer, officer_form};

    use super::*;
    use crate::record::{Record as Written, item_of};

    fn image<T: Written>(value: &T, version: u64) -> Value {
        serde_json::to_value(serde_dynamo::Item::from(item_of(value, version).unwrap())).unwrap()
    }

    #[test]
    fn only_changes_of_invites_are_read() {
        let (ada, entropy) = (officer("ada"), testing::seeded(1));
        let new = account_invite(&ada, &officer_form("new"), beginning(), &entropy);
        let later = new.clone().postponed(beginning());
        let (batch, _) = draft(&ada, Vec::new(), beginning(), &entropy);
        let records = json!({ "Records": [
            { "dynamodb": { "NewImage": image(&new, 1) } },
            { "dynamodb": { "NewImage": image(&batch, 1) } },
            { "dynamodb": { "OldImage": image(&new, 1), "NewImage": image(&later, 2) } },
            { "dynamodb": { "OldImage": image(&later, 2) } },
            { "dynamodb": { "NewImage": { "entity": { "S": "invite" } } } },
        ] });
        let event: StreamEvent = serde_json::from_value(records).unwrap();
        let changes: Vec<_> = event.invites().collect();
        let [Ok(first), Ok(second), Err(_)] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((&first.old, &*first.new, first.new.version()), (&None, &new, 1));
        assert_eq!((&second.old, &*second.new, second.new.version()), (&Some(new), &later, 2));
    }
}
