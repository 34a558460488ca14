//! A topic as it was written down.

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::account::DraftAccount;
use super::check::Check;
use crate::field::{
    CreateTime, CustomString, FaceUrl, GroupId, GroupType, Introduction, Notification,
    TOPIC_ID_SEPARATOR, TopicId, TopicName, UnixSeconds,
};
use crate::limits::Field;
use crate::operation::ImportTopic;
use crate::violation::Violations;

/// A topic to import, unchecked. [`validate`](Self::validate) turns it into a request or reports all that is wrong.
///
/// ```
/// use topic_import_core::TopicDraft;
///
/// let request = TopicDraft::new("@TGS#_riverside", "Welcome")
///     .own_id("welcome")
///     .from_account("founder")
///     .introduction("Say hello")
///     .created_at(1_448_357_837)
///     .validate()?;
/// assert_eq!(request.topic_id().unwrap().as_str(), "@TGS#_riverside@TOPIC#_welcome");
/// # Ok::<(), topic_import_core::Violations>(())
/// ```
///
/// All violations are reported at once:
///
/// ```
/// use topic_import_core::{Field, TopicDraft};
///
/// let draft = TopicDraft::new("@TGS#_riverside", "一二三四五六七八九十!").created_at(1_448_357_837_000);
/// let violations = draft.validate().unwrap_err();
/// assert_eq!(violations.len(), 2);
/// assert_eq!(violations[0].field, Field::TopicName);
/// assert_eq!(
///     violations[0].to_string(),
///     "is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it"
/// );
/// ```
///
/// As JSON, a draft uses the API's field names. `null` means absent, and an unknown field is an error.
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

impl TopicDraft {
    /// A draft with the two fields that every request needs.
    pub fn new(group_id: impl Into<String>, topic_name: impl Into<String>) -> Self {
        Self {
            group_id: Some(group_id.into()),
            topic_name: Some(topic_name.into()),
            ..Self::default()
        }
    }

    /// Sets `Type`; only `Community` is valid.
    #[must_use]
    pub fn group_type(mut self, group_type: impl Into<String>) -> Self {
        self.group_type = Some(group_type.into());
        self
    }

    /// Sets `TopicId` to `{GroupId}@TOPIC#_{custom}`, where `GroupId` is the draft's group and `custom` is the part
    /// that the app chooses.
    ///
    /// A topic with its own `TopicId` is never imported twice, even if an answer is lost.
    #[must_use]
    pub fn own_id(self, custom: impl fmt::Display) -> Self {
        let group_id = self.group_id.as_deref().unwrap_or_default();
        let topic_id = format!("{group_id}{TOPIC_ID_SEPARATOR}{custom}");
        self.topic_id(topic_id)
    }

    /// Sets the whole `TopicId`, group included. [`own_id`](Self::own_id) builds it from the custom part alone.
    #[must_use]
    pub fn topic_id(mut self, topic_id: impl Into<String>) -> Self {
        self.topic_id = Some(topic_id.into());
        self
    }

    /// Sets `From_Account`, the account that creates the topic: a number or a user ID.
    #[must_use]
    pub fn from_account(mut self, account: impl Into<DraftAccount>) -> Self {
        self.from_account = Some(account.into());
        self
    }

    /// Sets `CustomString`, the app's own text about the topic.
    #[must_use]
    pub fn custom_string(mut self, text: impl Into<String>) -> Self {
        self.custom_string = Some(text.into());
        self
    }

    /// Sets `FaceUrl`, the URL of the topic's picture.
    #[must_use]
    pub fn face_url(mut self, url: impl Into<String>) -> Self {
        self.face_url = Some(url.into());
        self
    }

    /// Sets `Notification`, the topic's notice.
    #[must_use]
    pub fn notification(mut self, text: impl Into<String>) -> Self {
        self.notification = Some(text.into());
        self
    }

    /// Sets `Introduction`, a text on what the topic is about.
    #[must_use]
    pub fn introduction(mut self, text: impl Into<String>) -> Self {
        self.introduction = Some(text.into());
        self
    }

    /// Sets `CreateTime`, when the topic was created: an `i64` in Unix seconds, or a `SystemTime` (feature `std`).
    #[must_use]
    pub fn created_at(mut self, time: impl Into<UnixSeconds>) -> Self {
        self.create_time = Some(time.into().0);
        self
    }

    /// The place of a field that holds text; `None` for `From_Account` and `CreateTime`, and for what no topic has.
    ///
    /// ```
    /// use topic_import_core::{Field, TopicDraft};
    ///
    /// let mut draft = TopicDraft::default();
    /// if let Some(name) = draft.text_mut(Field::TopicName) {
    ///     *name = Some("Welcome".into());
    /// }
    /// assert_eq!(draft.topic_name.as_deref(), Some("Welcome"));
    /// assert_eq!(draft.text_mut(Field::CreateTime), None);
    /// ```
    pub fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>> {
        match field {
            Field::Type => Some(&mut self.group_type),
            Field::GroupId => Some(&mut self.group_id),
            Field::TopicId => Some(&mut self.topic_id),
            Field::TopicName => Some(&mut self.topic_name),
            Field::CustomString => Some(&mut self.custom_string),
            Field::FaceUrl => Some(&mut self.face_url),
            Field::Notification => Some(&mut self.notification),
            Field::Introduction => Some(&mut self.introduction),
            _ => None,
        }
    }

    /// The place of a field that holds a number, which is `CreateTime` alone; `None` for all others.
    pub const fn number_mut(&mut self, field: Field) -> Option<&mut Option<i64>> {
        match field {
            Field::CreateTime => Some(&mut self.create_time),
            _ => None,
        }
    }

    /// Checks every rule and returns the request.
    ///
    /// # Errors
    /// All violations of all fields, in the order of [`Field::ALL`].
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

        let request = group_id
            .zip(topic_name)
            .map(|(group_id, topic_name)| ImportTopic {
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
            });
        check.finish(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Rule;
    use alloc::string::ToString;
    use alloc::vec::Vec;

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
        assert_eq!(violations[0].rule, Rule::OtherGroup);
        assert_eq!(
            violations.to_string(),
            "TopicId: is \"@TGS#_b@TOPIC#_general\", the ID of a topic in another group: it must begin with \
             \"@TGS#_a@TOPIC#_\""
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
