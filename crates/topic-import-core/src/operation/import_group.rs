//! `import_group`: imports one existing community, before its topics (Importing a Group Profile, 1047/34967).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope};
use super::{Answer, Effect, GetGroupInfo, GroupInfo, GroupsFound, Operation, Settled, to_json};
use crate::command::Command;
use crate::draft::GroupDraft;
use crate::endpoint::Service;
use crate::error::{Conflict, Difference};
use crate::failure::UnreadableReason;
use crate::field::{
    AppDefinedData, AppDefinedEntry, CreateTime, FaceUrl, GroupId, GroupName, GroupType,
    Introduction, MaxMemberCount, Notification, OwnerAccount, SupportTopic, UserId,
};
use crate::limits::Field;

/// A community to import, with topics enabled and every rule checked. It is made by [`GroupDraft::validate`] or from
/// parsed fields. Set its original `CreateTime`: topics, members
/// and messages must not be older than their group.
///
/// Set a `GroupId` wherever possible. Without one, the service assigns an ID, and if an answer is lost nobody can tell
/// whether the community was created.
///
/// ```
/// use topic_import_core::{CreateTime, GroupId, GroupName, ImportGroup};
///
/// let mut request = ImportGroup::new(GroupName::parse("Riverside")?);
/// request.group_id = Some(GroupId::parse("@TGS#_riverside")?);
/// request.create_time = Some(CreateTime::parse(1_448_357_837)?);
/// assert_eq!(
///     serde_json::to_string(&request)?,
///     r#"{"Type":"Community","GroupId":"@TGS#_riverside","Name":"Riverside","SupportTopic":1,"CreateTime":1448357837}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ImportGroup {
    #[serde(rename = "Type")]
    pub(crate) group_type: GroupType,
    /// `GroupId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// `Name`
    pub name: GroupName,
    pub(crate) support_topic: SupportTopic,
    /// `Owner_Account`; if absent, the community has no owner.
    #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
    pub owner_account: Option<OwnerAccount>,
    /// `Introduction`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduction>,
    /// `Notification`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    /// `FaceUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_url: Option<FaceUrl>,
    /// `MaxMemberCount`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_member_count: Option<MaxMemberCount>,
    /// `AppDefinedData`; left out if it is empty
    #[serde(skip_serializing_if = "AppDefinedData::is_empty")]
    pub app_defined_data: AppDefinedData,
    /// `CreateTime`; if absent, the service uses the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<CreateTime>,
}

/// A community that exists after the call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an existing community was created either by this call or before it"
)]
pub enum ImportedGroup {
    /// This call created it.
    Created(GroupId),
    /// The community already existed with the same content: from an attempt whose answer was lost, or from an earlier
    /// run.
    Existing(GroupId),
}

impl ImportedGroup {
    /// The community's ID.
    pub const fn group_id(&self) -> &GroupId {
        match self {
            Self::Created(id) | Self::Existing(id) => id,
        }
    }
}

impl ImportGroup {
    /// A request with the only field that every request needs.
    pub fn new(name: GroupName) -> Self {
        Self {
            group_type: GroupType::Community,
            group_id: None,
            name,
            support_topic: SupportTopic,
            owner_account: None,
            introduction: None,
            notification: None,
            face_url: None,
            max_member_count: None,
            app_defined_data: AppDefinedData::default(),
            create_time: None,
        }
    }

    /// The fields of this request whose content in `group` differs. Only fields that are set in both are compared.
    pub fn differences(&self, group: &GroupInfo) -> Vec<Difference> {
        fn text(value: &impl ToString) -> String {
            value.to_string()
        }
        let GroupType::Community = self.group_type;
        let mut differences = Difference::among([
            (
                Field::Type,
                Some("Community".to_string()),
                group.group_type.clone(),
            ),
            (Field::Name, Some(text(&self.name)), group.name.clone()),
            (
                Field::SupportTopic,
                Some(text(&SupportTopic::VALUE)),
                group.support_topic.as_ref().map(text),
            ),
            (
                Field::OwnerAccount,
                self.owner_account.as_ref().map(text),
                group.owner_account.clone(),
            ),
            (
                Field::Introduction,
                self.introduction.as_ref().map(text),
                group.introduction.clone(),
            ),
            (
                Field::Notification,
                self.notification.as_ref().map(text),
                group.notification.clone(),
            ),
            (
                Field::FaceUrl,
                self.face_url.as_ref().map(text),
                group.face_url.clone(),
            ),
            (
                Field::MaxMemberCount,
                self.max_member_count.map(|members| text(&members.get())),
                group.max_member_num.as_ref().map(text),
            ),
            (
                Field::CreateTime,
                self.create_time.map(|time| text(&time.unix_seconds())),
                group.create_time.as_ref().map(text),
            ),
        ]);
        differences.extend(self.app_defined_differences(group));
        differences
    }

    /// The entries of `AppDefinedData` whose value in `group` differs. A key that is not shown has an empty value.
    fn app_defined_differences(&self, group: &GroupInfo) -> impl Iterator<Item = Difference> {
        let shown = group.app_defined_data.as_deref();
        let entries = self.app_defined_data.entries().iter();
        entries.flat_map(move |AppDefinedEntry { key, value }| {
            let found = shown.map(|entries| {
                let entry = entries.iter().find(|entry| entry.key == key.as_str());
                let value = entry.map_or("", |entry| &entry.value);
                format!("{key}={value}")
            });
            let wanted = Some(format!("{key}={value}"));
            Difference::among([(Field::AppDefinedData, wanted, found)])
        })
    }
}

impl From<ImportGroup> for GroupDraft {
    fn from(request: ImportGroup) -> Self {
        let GroupType::Community = request.group_type;
        let mut draft = Self::new(request.name.into_string());
        draft.group_type = Some("Community".into());
        draft.group_id = request.group_id.map(GroupId::into_string);
        draft.support_topic = Some(SupportTopic::VALUE.into());
        draft.owner_account = request.owner_account.map(OwnerAccount::into_string);
        draft.introduction = request.introduction.map(Introduction::into_string);
        draft.notification = request.notification.map(Notification::into_string);
        draft.face_url = request.face_url.map(FaceUrl::into_string);
        draft.max_member_count = request.max_member_count.map(|members| members.get().into());
        for AppDefinedEntry { key, value } in request.app_defined_data.into_entries() {
            draft = draft.app_defined(key.into_string(), value.into_string());
        }
        draft.create_time = request.create_time.map(|time| time.unix_seconds().into());
        draft
    }
}

impl Operation for ImportGroup {
    const COMMAND: Command = Command::IMPORT_GROUP;
    type Output = ImportedGroup;
    type ReadBack = GetGroupInfo;

    fn service(&self, _configured: Service) -> Service {
        Service::GroupOpenHttpSvc
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(self)
    }

    fn read(&self, body: &[u8]) -> Result<Answer<ImportedGroup>, UnreadableReason> {
        let id = match envelope::read::<ImportGroupAnswer>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
            Answer::Done(id) => id
                .and_then(|id| GroupId::parse(id).ok())
                .ok_or(UnreadableReason::WithoutId)?,
        };
        match &self.group_id {
            Some(sent) if *sent != id => Err(UnreadableReason::WithoutId),
            _ => Ok(Answer::Done(ImportedGroup::Created(id))),
        }
    }

    fn effect(&self) -> Effect {
        if self.group_id.is_some() {
            Effect::Once
        } else {
            Effect::EachTime
        }
    }

    fn read_back(&self) -> Option<GetGroupInfo> {
        let keys = self.app_defined_data.entries().iter();
        let keys = keys.map(|entry| entry.key.clone()).collect();
        let group_id = self.group_id.clone()?;
        Some(GetGroupInfo::one(group_id).with_app_defined(keys))
    }

    /// A deleted community cannot be told from one that never existed, because the service answers 10010 for both. So a
    /// read-back never finds that the ID is used up.
    fn settle(&self, found: &GroupsFound) -> Settled<ImportedGroup> {
        let Some(group_id) = self.group_id.clone() else {
            return Settled::Absent;
        };
        let Some(group) = found.get(&group_id) else {
            return Settled::Absent;
        };
        let differences = self.differences(group);
        if differences.is_empty() {
            Settled::There(ImportedGroup::Existing(group_id))
        } else {
            Settled::Conflict(Conflict {
                id: group_id.into_string(),
                differences,
            })
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ImportGroupAnswer {
    action_status: Option<ActionStatus>,
    error_code: Option<i64>,
    error_info: Option<String>,
    group_id: Option<String>,
}

impl Document for ImportGroupAnswer {
    type Payload = Option<String>;

    fn split(self) -> (Envelope, Option<String>) {
        let envelope = Envelope {
            action_status: self.action_status,
            error_code: self.error_code,
            error_info: self.error_info,
        };
        (envelope, self.group_id)
    }
}
