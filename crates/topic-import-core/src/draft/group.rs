//! A community as it was written down.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::app_defined::{self, DraftAppDefined};
use super::check::Check;
use crate::field::{
    CreateTime, FaceUrl, GroupId, GroupName, GroupType, Introduction, MaxMemberCount, Notification,
    OwnerAccount, SupportTopic, UnixSeconds,
};
use crate::limits::Field;
use crate::operation::ImportGroup;
use crate::violation::Violations;

/// A community to import, unchecked. [`validate`](Self::validate) turns it into a request or reports all that is wrong.
///
/// ```
/// use topic_import_core::GroupDraft;
///
/// let request = GroupDraft::new("Riverside")
///     .group_id("@TGS#_riverside")
///     .owner_account("founder")
///     .introduction("Where the river bends")
///     .app_defined("Origin", "T0123456")
///     .created_at(1_448_357_837)
///     .validate()?;
/// assert_eq!(request.group_id.unwrap().as_str(), "@TGS#_riverside");
/// # Ok::<(), topic_import_core::Violations>(())
/// ```
///
/// As JSON, a draft uses the API's field names. `null` means absent, and an unknown field is an error. `Type` and
/// `SupportTopic` may be absent, because a request always has the same ones: a community, with topics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GroupDraft {
    /// `Type`; only `Community` is valid
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
    /// `GroupId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// `Name`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `SupportTopic`; only 1 is valid
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_topic: Option<i64>,
    /// `Owner_Account`
    #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
    pub owner_account: Option<String>,
    /// `Introduction`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// `Notification`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// `FaceUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_url: Option<String>,
    /// `MaxMemberCount`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_member_count: Option<i64>,
    /// `AppDefinedData`; an empty list means absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_defined_data: Option<Vec<DraftAppDefined>>,
    /// `CreateTime`, Unix seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<i64>,
}

impl GroupDraft {
    /// A draft with the only field that every request needs.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }

    /// Sets `GroupId`.
    ///
    /// A community with its own `GroupId` is never imported twice, even if an answer is lost.
    #[must_use]
    pub fn group_id(mut self, group_id: impl Into<String>) -> Self {
        self.group_id = Some(group_id.into());
        self
    }

    /// Sets `Owner_Account`, the account that owns the community and is its first member.
    #[must_use]
    pub fn owner_account(mut self, account: impl Into<String>) -> Self {
        self.owner_account = Some(account.into());
        self
    }

    /// Sets `Introduction`, a text on what the community is about.
    #[must_use]
    pub fn introduction(mut self, text: impl Into<String>) -> Self {
        self.introduction = Some(text.into());
        self
    }

    /// Sets `Notification`, the community's notice.
    #[must_use]
    pub fn notification(mut self, text: impl Into<String>) -> Self {
        self.notification = Some(text.into());
        self
    }

    /// Sets `FaceUrl`, the URL of the community's picture.
    #[must_use]
    pub fn face_url(mut self, url: impl Into<String>) -> Self {
        self.face_url = Some(url.into());
        self
    }

    /// Sets `MaxMemberCount`, the most members that the community may have.
    #[must_use]
    pub fn max_member_count(mut self, members: impl Into<i64>) -> Self {
        self.max_member_count = Some(members.into());
        self
    }

    /// Adds an entry to `AppDefinedData`. The key must be among those that the app's console lists.
    #[must_use]
    pub fn app_defined(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.app_defined_data
            .get_or_insert_default()
            .push(DraftAppDefined::new(key, value));
        self
    }

    /// Sets `CreateTime`, when the community was created: an `i64` in Unix seconds, or a `SystemTime` (feature `std`).
    /// Its topics, members and messages must not be older.
    #[must_use]
    pub fn created_at(mut self, time: impl Into<UnixSeconds>) -> Self {
        self.create_time = Some(time.into().0);
        self
    }

    /// The place of a field that holds text; `None` for a field of numbers or lists, and for what no community has.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>> {
        match field {
            Field::Type => Some(&mut self.group_type),
            Field::GroupId => Some(&mut self.group_id),
            Field::Name => Some(&mut self.name),
            Field::OwnerAccount => Some(&mut self.owner_account),
            Field::Introduction => Some(&mut self.introduction),
            Field::Notification => Some(&mut self.notification),
            Field::FaceUrl => Some(&mut self.face_url),
            _ => None,
        }
    }

    /// The place of a field that holds a number; `None` for all others.
    pub const fn number_mut(&mut self, field: Field) -> Option<&mut Option<i64>> {
        match field {
            Field::SupportTopic => Some(&mut self.support_topic),
            Field::MaxMemberCount => Some(&mut self.max_member_count),
            Field::CreateTime => Some(&mut self.create_time),
            _ => None,
        }
    }

    /// Checks every rule and returns the request.
    ///
    /// # Errors
    /// All violations of all fields, in the order of [`Field::OF_GROUP`].
    pub fn validate(self) -> Result<ImportGroup, Violations> {
        let mut check = Check::default();
        let group_type = check.optional(self.group_type, |text| GroupType::parse(&text));
        let group_id = check.optional(self.group_id, GroupId::parse_if_given);
        let name = check.required(Field::Name, self.name, GroupName::parse);
        let support_topic = check.optional(self.support_topic, SupportTopic::parse);
        let owner_account = check.optional(self.owner_account, OwnerAccount::parse);
        let introduction = check.optional(self.introduction, Introduction::parse);
        let notification = check.optional(self.notification, Notification::parse);
        let face_url = check.optional(self.face_url, FaceUrl::parse);
        let max_member_count = check.optional(self.max_member_count, MaxMemberCount::parse);
        let app_defined_data = check.optional(self.app_defined_data, app_defined::validate);
        let create_time = check.optional(self.create_time, CreateTime::parse);

        let request = name.map(|name| ImportGroup {
            group_type: group_type.unwrap_or(GroupType::Community),
            group_id,
            name,
            support_topic: support_topic.unwrap_or_default(),
            owner_account,
            introduction,
            notification,
            face_url,
            max_member_count,
            app_defined_data: app_defined_data.unwrap_or_default(),
            create_time,
        });
        check.finish(request)
    }
}
