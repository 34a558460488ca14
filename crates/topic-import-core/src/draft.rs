//! A topic as a person or another system wrote it down, before anything is known to hold.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::error::{Found, Rule, Violation, Violations};
use crate::field::{
    CreateTime, CustomString, FaceUrl, Field, FromAccount, GroupId, GroupType, Introduction,
    Notification, TopicId, TopicName, UserId,
};
use crate::operation::ImportTopic;

/// A topic to import, unchecked. [`validate`](Self::validate) turns it into a request or says all that is wrong.
///
/// As JSON it has the API's field names; `null` is absent.
///
/// ```
/// use topic_import_core::{Field, TopicDraft};
///
/// let mut draft = TopicDraft::new("@TGS#_riverside", "一二三四五六七八九十!");
/// draft.create_time = Some(1_448_357_837_000);
/// let violations = draft.validate().unwrap_err();
/// assert_eq!(violations.len(), 2);
/// assert_eq!(violations[0].field, Field::TopicName);
/// assert_eq!(
///     violations[0].to_string(),
///     "is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TopicDraft {
    /// `Type`
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
    /// `GroupId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// `TopicId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<String>,
    /// `TopicName`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_name: Option<String>,
    /// `From_Account`
    #[serde(rename = "From_Account", skip_serializing_if = "Option::is_none")]
    pub from_account: Option<DraftAccount>,
    /// `CustomString`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_string: Option<String>,
    /// `FaceUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_url: Option<String>,
    /// `Notification`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// `Introduction`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// `CreateTime`, Unix seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<i64>,
}

/// `From_Account` as it was written: a number stays a number, text stays text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum DraftAccount {
    /// An unsigned integer.
    Number(u64),
    /// Text, to become a user ID.
    Text(String),
}

impl TopicDraft {
    /// A draft with the two fields that every request needs.
    pub fn new(group_id: impl Into<String>, topic_name: impl Into<String>) -> Self {
        Self {
            group_id: Some(group_id.into()),
            topic_name: Some(topic_name.into()),
            ..Self::default()
        }
    }

    /// The request, if every rule holds.
    ///
    /// # Errors
    /// Every violation of every field, in the order of [`Field::ALL`].
    pub fn validate(self) -> Result<ImportTopic, Violations> {
        let mut check = Check::default();
        let group_type = check.optional(self.group_type, |text| GroupType::parse(&text));
        let group_id = check.required(Field::GroupId, self.group_id, GroupId::parse);
        let topic_id = check.optional(self.topic_id, |id| match &group_id {
            Some(group_id) => TopicId::parse_in(id, group_id),
            None => TopicId::parse(id),
        });
        let topic_name = check.required(Field::TopicName, self.topic_name, TopicName::parse);
        let from_account = check.optional(self.from_account, DraftAccount::validate);
        let custom_string = check.optional(self.custom_string, CustomString::parse);
        let face_url = check.optional(self.face_url, FaceUrl::parse);
        let notification = check.optional(self.notification, Notification::parse);
        let introduction = check.optional(self.introduction, Introduction::parse);
        let create_time = check.optional(self.create_time, CreateTime::parse);

        let (Some(group_id), Some(topic_name)) = (group_id, topic_name) else {
            return Err(Violations::new(check.violations));
        };
        Violations::none_or(check.violations)?;
        Ok(ImportTopic {
            group_type,
            group_id,
            topic_id,
            topic_name,
            from_account,
            custom_string,
            face_url,
            notification,
            introduction,
            create_time,
        })
    }
}

impl DraftAccount {
    fn validate(self) -> Result<FromAccount, Violations> {
        match self {
            Self::Number(number) => Ok(FromAccount::Number(number)),
            Self::Text(text) => UserId::parse(text).map(FromAccount::Text),
        }
    }
}

/// Parses field after field and keeps what is wrong.
#[derive(Default)]
struct Check {
    violations: Vec<Violation>,
}

impl Check {
    fn optional<V, T, E: Into<Violations>>(
        &mut self,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<T> {
        value.and_then(|value| self.note(parse(value)))
    }

    fn required<V, T, E: Into<Violations>>(
        &mut self,
        field: Field,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<T> {
        if value.is_none() {
            self.violations
                .push(Violation::new(field, Rule::Required, None, Found::Missing));
        }
        self.optional(value, parse)
    }

    fn note<T, E: Into<Violations>>(&mut self, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|broken| self.violations.extend(broken.into()))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn all_violations_come_at_once_in_the_order_of_the_fields() {
        let draft = TopicDraft {
            group_type: Some("Public".into()),
            topic_id: Some("x".into()),
            topic_name: Some("n".repeat(31)),
            from_account: Some(DraftAccount::Text("é".into())),
            custom_string: Some("c".repeat(3001)),
            face_url: Some("f".repeat(101)),
            notification: Some("n".repeat(301)),
            introduction: Some("i".repeat(241)),
            create_time: Some(-1),
            ..TopicDraft::default()
        };
        let violations = draft.validate().unwrap_err();
        let fields: Vec<Field> = violations.iter().map(|violation| violation.field).collect();
        assert_eq!(fields, Field::ALL);
    }

    #[test]
    fn a_topic_of_another_group_is_refused() {
        let mut draft = TopicDraft::new("@TGS#_a", "General");
        draft.topic_id = Some("@TGS#_b@TOPIC#_general".into());
        let violations = draft.validate().unwrap_err();
        assert_eq!(violations[0].field, Field::TopicId);
        assert_eq!(violations[0].rule, Rule::Format);
        assert_eq!(
            violations.to_string(),
            "TopicId: is \"@TGS#_b@TOPIC#_general\": it must be an ID of the row's own group, \
             `{GroupId}@TOPIC#_{custom}`, and this one names another group"
        );
    }

    #[test]
    fn json_uses_the_names_of_the_api_and_null_is_absent() {
        let draft: TopicDraft = serde_json::from_str(
            r#"{"Type":"Community","GroupId":"@TGS#_a","TopicName":"n","From_Account":7,"FaceUrl":null}"#,
        )
        .unwrap();
        assert_eq!(draft.from_account, Some(DraftAccount::Number(7)));
        assert_eq!(draft.face_url, None);
        assert!(serde_json::from_str::<TopicDraft>(r#"{"TopicNmae":"n"}"#).is_err());
    }
}
