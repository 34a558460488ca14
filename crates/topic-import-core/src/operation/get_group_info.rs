//! `get_group_info`: reads communities back (Getting Group Profiles, 1047/34961).

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope, lenient};
use super::{Answer, Effect, Operation, check_list, to_json};
use crate::code::Code;
use crate::command::Command;
use crate::endpoint::Service;
use crate::failure::{Refusal, UnreadableReason};
use crate::field::{AppDefinedKey, GroupId, UserId};
use crate::limits::{Field, MAX_IDS};
use crate::violation::Violations;

/// The fields that a request asks for. Without a filter the service would list the members too, and the members of a
/// large community do not fit into an answer (10018).
const SHOWN: [&str; 8] = [
    "Type",
    "Name",
    "Introduction",
    "Notification",
    "FaceUrl",
    "Owner_Account",
    "CreateTime",
    "MaxMemberNum",
];

/// Asks for the communities with the given IDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetGroupInfo {
    group_ids: Vec<GroupId>,
    app_defined_keys: Vec<AppDefinedKey>,
}

impl GetGroupInfo {
    /// The most IDs in one call (Getting Group Profiles).
    pub const MAX_IDS: usize = MAX_IDS;

    /// Asks for the communities with these IDs, 1 to [`MAX_IDS`](Self::MAX_IDS) of them.
    ///
    /// # Errors
    /// [`Rule::Count`](crate::Rule::Count) if the list is empty or too long.
    pub fn of(group_ids: Vec<GroupId>) -> Result<Self, Violations> {
        let group_ids = check_list(Field::GroupIdList, group_ids)?;
        Ok(Self {
            group_ids,
            app_defined_keys: Vec::new(),
        })
    }

    /// Asks for one community.
    pub fn one(group_id: GroupId) -> Self {
        Self {
            group_ids: Vec::from([group_id]),
            app_defined_keys: Vec::new(),
        }
    }

    /// Asks for the values of these keys in `AppDefinedData` as well. None are shown unless they are asked for.
    #[must_use]
    pub fn with_app_defined(mut self, keys: Vec<AppDefinedKey>) -> Self {
        self.app_defined_keys = keys;
        self
    }

    fn asks_for(&self, id: &str) -> bool {
        self.group_ids.iter().any(|asked| asked.as_str() == id)
    }
}

/// A community as the service shows it. Fields are not checked. A field is `None` if the service does not show it, or
/// shows it with a type that differs from the documented one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GroupInfo {
    /// `GroupId`
    #[serde(deserialize_with = "lenient")]
    pub group_id: Option<String>,
    /// `Type`
    #[serde(rename = "Type", deserialize_with = "lenient")]
    pub group_type: Option<String>,
    /// `Name`
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// `Introduction`
    #[serde(deserialize_with = "lenient")]
    pub introduction: Option<String>,
    /// `Notification`
    #[serde(deserialize_with = "lenient")]
    pub notification: Option<String>,
    /// `FaceUrl`
    #[serde(deserialize_with = "lenient")]
    pub face_url: Option<String>,
    /// `Owner_Account`
    #[serde(rename = "Owner_Account", deserialize_with = "lenient")]
    pub owner_account: Option<String>,
    /// `CreateTime`, Unix seconds
    #[serde(deserialize_with = "lenient")]
    pub create_time: Option<i64>,
    /// `MaxMemberNum`, which `import_group` calls `MaxMemberCount`
    #[serde(deserialize_with = "lenient")]
    pub max_member_num: Option<i64>,
    /// `AppDefinedData`, of the keys that were asked for
    #[serde(deserialize_with = "lenient")]
    pub app_defined_data: Option<Vec<AppDefinedInfo>>,
    /// `SupportTopic`; no document lists it among the fields of an answer
    #[serde(deserialize_with = "lenient")]
    pub support_topic: Option<i64>,
}

/// A key of `AppDefinedData` with its value, as the service shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AppDefinedInfo {
    /// `Key`
    pub key: String,
    /// `Value`
    pub value: String,
}

/// What `get_group_info` found. A community that was asked for and is not in here does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupsFound {
    /// The communities that exist.
    pub groups: Vec<GroupInfo>,
}

impl GroupsFound {
    /// The community with this ID, if it exists.
    pub fn get(&self, id: &GroupId) -> Option<&GroupInfo> {
        self.groups
            .iter()
            .find(|group| group.group_id.as_deref() == Some(id.as_str()))
    }
}

impl Operation for GetGroupInfo {
    const COMMAND: Command = Command::GET_GROUP_INFO;
    type Output = GroupsFound;
    type ReadBack = Self;

    fn service(&self, _configured: Service) -> Service {
        Service::GroupOpenHttpSvc
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(&GetGroupInfoBody {
            group_id_list: &self.group_ids,
            response_filter: ResponseFilter {
                group_base_info_filter: SHOWN,
                app_defined_data_filter: &self.app_defined_keys,
            },
        })
    }

    /// If the service could not look up a community that was asked for, the whole answer counts as refused. The call is
    /// then repeated, and the community is not mistaken for one that does not exist.
    fn read(&self, body: &[u8]) -> Result<Answer<GroupsFound>, UnreadableReason> {
        let items = match envelope::read::<GetGroupInfoAnswer>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
            Answer::Done(items) => items.ok_or(UnreadableReason::NotEnvelope)?,
        };
        let mut found = GroupsFound::default();
        for item in items {
            let code = Code::new(item.error_code);
            let info = item.error_info.unwrap_or_default();
            let refusal = Refusal::new(Self::COMMAND, code, info);
            let is_other = match &item.group.group_id {
                Some(id) => !self.asks_for(id),
                None if code == Code::OK => return Err(UnreadableReason::WithoutId),
                None => false,
            };
            if is_other || refusal.means_absent() {
                continue;
            }
            if code != Code::OK {
                return Ok(Answer::Refused(refusal));
            }
            found.groups.push(item.group);
        }
        Ok(Answer::Done(found))
    }

    fn effect(&self) -> Effect {
        Effect::None
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetGroupInfoBody<'a> {
    group_id_list: &'a [GroupId],
    response_filter: ResponseFilter<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseFilter<'a> {
    group_base_info_filter: [&'static str; 8],
    #[serde(
        rename = "AppDefinedDataFilter_Group",
        skip_serializing_if = "<[_]>::is_empty"
    )]
    app_defined_data_filter: &'a [AppDefinedKey],
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GetGroupInfoAnswer {
    action_status: Option<ActionStatus>,
    error_code: Option<i64>,
    error_info: Option<String>,
    group_info: Option<Vec<GroupItem>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GroupItem {
    error_code: i64,
    #[serde(deserialize_with = "lenient")]
    error_info: Option<String>,
    #[serde(flatten)]
    group: GroupInfo,
}

impl Document for GetGroupInfoAnswer {
    type Payload = Option<Vec<GroupItem>>;

    fn split(self) -> (Envelope, Option<Vec<GroupItem>>) {
        let envelope = Envelope {
            action_status: self.action_status,
            error_code: self.error_code,
            error_info: self.error_info,
        };
        (envelope, self.group_info)
    }

    /// If there are items, the envelope's `ErrorCode` and `ErrorInfo` mean nothing (Getting Group Profiles, "Response
    /// fields").
    fn overrules_envelope(&self) -> bool {
        self.group_info
            .as_ref()
            .is_some_and(|items| !items.is_empty())
    }
}
