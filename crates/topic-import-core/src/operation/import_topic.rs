//! `import_topic`: brings one existing topic into a community (Importing Topic Profiles).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope};
use super::{Answer, Effect, GetTopic, Operation, Settled, TopicInfo, TopicsFound, to_json};
use crate::command::Command;
use crate::draft::{DraftAccount, TopicDraft};
use crate::endpoint::Service;
use crate::error::{Conflict, Difference};
use crate::failure::UnreadableReason;
use crate::field::{
    CreateTime, CustomString, FaceUrl, FromAccount, GroupId, GroupType, Introduction, KnownTopicId,
    Notification, TopicId, TopicName, UserId,
};
use crate::limits::Field;
use crate::violation::Violations;

/// A topic to import, with every rule checked. It is made by [`TopicDraft::validate`] or from parsed fields.
///
/// Set a `TopicId` wherever possible. Without one, the service assigns an ID, and if an answer is lost nobody can tell
/// whether the topic was created.
///
/// ```
/// use topic_import_core::{GroupId, ImportTopic, TopicId, TopicName};
///
/// let request = ImportTopic::new(GroupId::parse("@TGS#_riverside")?, TopicName::parse("Welcome")?)
///     .with_topic_id(TopicId::parse("@TGS#_riverside@TOPIC#_welcome")?)?;
/// assert_eq!(
///     serde_json::to_string(&request)?,
///     r#"{"GroupId":"@TGS#_riverside","TopicId":"@TGS#_riverside@TOPIC#_welcome","TopicName":"Welcome"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ImportTopic {
    /// `Type`
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub group_type: Option<GroupType>,
    pub(crate) group_id: GroupId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) topic_id: Option<TopicId>,
    /// `TopicName`
    pub topic_name: TopicName,
    /// `From_Account`
    #[serde(rename = "From_Account", skip_serializing_if = "Option::is_none")]
    pub from_account: Option<FromAccount>,
    /// `CustomString`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_string: Option<CustomString>,
    /// `FaceUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_url: Option<FaceUrl>,
    /// `Notification`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    /// `Introduction`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduction>,
    /// `CreateTime`; if absent, the service uses the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<CreateTime>,
}

/// A topic that exists after the call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an existing topic was created either by this call or before it"
)]
pub enum Imported {
    /// This call created it.
    Created(KnownTopicId),
    /// The topic already existed with the same content: from an attempt whose answer was lost, or from an earlier run.
    Existing(KnownTopicId),
}

impl Imported {
    /// The topic's ID.
    pub const fn topic_id(&self) -> &KnownTopicId {
        match self {
            Self::Created(id) | Self::Existing(id) => id,
        }
    }
}

impl ImportTopic {
    /// A request with the two fields that every request needs.
    pub const fn new(group_id: GroupId, topic_name: TopicName) -> Self {
        Self {
            group_type: None,
            group_id,
            topic_id: None,
            topic_name,
            from_account: None,
            custom_string: None,
            face_url: None,
            notification: None,
            introduction: None,
            create_time: None,
        }
    }

    /// Sets `TopicId`.
    ///
    /// # Errors
    /// [`Rule::OtherGroup`](crate::Rule::OtherGroup) if the ID belongs to another group.
    pub fn with_topic_id(mut self, topic_id: TopicId) -> Result<Self, Violations> {
        TopicId::check_group(topic_id.as_str(), &self.group_id)?;
        self.topic_id = Some(topic_id);
        Ok(self)
    }

    /// `GroupId`
    pub const fn group_id(&self) -> &GroupId {
        &self.group_id
    }

    /// `TopicId`
    pub const fn topic_id(&self) -> Option<&TopicId> {
        self.topic_id.as_ref()
    }

    /// The fields of this request whose content in `topic` differs. Only fields that are set in both are compared.
    pub fn differences(&self, topic: &TopicInfo) -> Vec<Difference> {
        fn text<T: AsRef<str>>(value: Option<&T>) -> Option<String> {
            value.map(|text| text.as_ref().to_string())
        }
        let wanted_time = self.create_time.map(|time| time.unix_seconds().to_string());
        let found_time = topic.create_time.map(|time| time.to_string());
        Difference::among([
            (
                Field::TopicName,
                text(Some(&self.topic_name)),
                topic.topic_name.clone(),
            ),
            (
                Field::CustomString,
                text(self.custom_string.as_ref()),
                topic.custom_string.clone(),
            ),
            (
                Field::FaceUrl,
                text(self.face_url.as_ref()),
                topic.face_url.clone(),
            ),
            (
                Field::Notification,
                text(self.notification.as_ref()),
                topic.notification.clone(),
            ),
            (
                Field::Introduction,
                text(self.introduction.as_ref()),
                topic.introduction.clone(),
            ),
            (Field::CreateTime, wanted_time, found_time),
        ])
    }
}

impl From<ImportTopic> for TopicDraft {
    fn from(request: ImportTopic) -> Self {
        let mut draft = Self::new(
            request.group_id.into_string(),
            request.topic_name.into_string(),
        );
        draft.group_type = request
            .group_type
            .map(|GroupType::Community| "Community".into());
        draft.topic_id = request.topic_id.map(TopicId::into_string);
        draft.from_account = request.from_account.map(|account| match account {
            FromAccount::Number(number) => DraftAccount::Number(number),
            FromAccount::Text(user) => DraftAccount::Text(user.into_string()),
        });
        draft.custom_string = request.custom_string.map(CustomString::into_string);
        draft.face_url = request.face_url.map(FaceUrl::into_string);
        draft.notification = request.notification.map(Notification::into_string);
        draft.introduction = request.introduction.map(Introduction::into_string);
        draft.create_time = request.create_time.map(|time| time.unix_seconds().into());
        draft
    }
}

impl Operation for ImportTopic {
    const COMMAND: Command = Command::IMPORT_TOPIC;
    type Output = Imported;
    type ReadBack = GetTopic;

    fn service(&self, configured: Service) -> Service {
        configured
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(self)
    }

    fn read(&self, body: &[u8]) -> Result<Answer<Imported>, UnreadableReason> {
        let id = match envelope::read::<ImportTopicAnswer>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
            Answer::Done(id) => id
                .and_then(|id| KnownTopicId::parse(id).ok())
                .ok_or(UnreadableReason::WithoutId)?,
        };
        match &self.topic_id {
            Some(sent) if sent.as_str() != id.as_str() => Err(UnreadableReason::WithoutId),
            _ => Ok(Answer::Done(Imported::Created(id))),
        }
    }

    fn effect(&self) -> Effect {
        if self.topic_id.is_some() {
            Effect::Once
        } else {
            Effect::EachTime
        }
    }

    fn read_back(&self) -> Option<GetTopic> {
        let topic_id = self.topic_id.clone()?;
        Some(GetTopic::one(self.group_id.clone(), topic_id.into()))
    }

    fn settle(&self, found: &TopicsFound) -> Settled<Imported> {
        let Some(topic_id) = self.topic_id.clone().map(KnownTopicId::from) else {
            return Settled::Absent;
        };
        let Some(topic) = found.get(&topic_id) else {
            return if found.deleted.contains(&topic_id) {
                Settled::Deleted
            } else {
                Settled::Absent
            };
        };
        let differences = self.differences(topic);
        if differences.is_empty() {
            Settled::There(Imported::Existing(topic_id))
        } else {
            Settled::Conflict(Conflict {
                id: topic_id.into_string(),
                differences,
            })
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ImportTopicAnswer {
    action_status: Option<ActionStatus>,
    error_code: Option<i64>,
    error_info: Option<String>,
    topic_id: Option<String>,
}

impl Document for ImportTopicAnswer {
    type Payload = Option<String>;

    fn split(self) -> (Envelope, Option<String>) {
        let envelope = Envelope {
            action_status: self.action_status,
            error_code: self.error_code,
            error_info: self.error_info,
        };
        (envelope, self.topic_id)
    }
}
