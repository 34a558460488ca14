use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::change::{Change, ImportedGroup};
use crate::memory::group::GroupProfile;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::limits;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// `import_group` \[IG\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let differences = situation.differences;
    differences.check_fields(body, &FIELDS)?;
    let body: Body = body::parse(body)?;
    let text = |documented| differences.text(documented);
    let kind = body.kind.ok_or_else(|| field::missing("Type"))?;
    field::check_type(Some(kind))?;
    let group_id = match body.group_id {
        Some(id) => Some(field::group_id(Some(id), differences)?),
        None => None,
    };
    let owner_account = match body.owner_account {
        Some(id) => Some(field::user_id(
            limits::OWNER_ACCOUNT,
            Some(id),
            differences,
        )?),
        None => None,
    };
    let profile = GroupProfile {
        name: text(limits::NAME).required(body.name)?,
        support_topic: field::integer("SupportTopic", body.support_topic, 0..=1)? == Some(1),
        owner_account,
        introduction: text(limits::INTRODUCTION).optional(body.introduction)?,
        notification: text(limits::NOTIFICATION).optional(body.notification)?,
        face_url: text(limits::FACE_URL).optional(body.face_url)?,
        max_member_count: field::integer("MaxMemberCount", body.max_member_count, 1..=100_000)?,
        app_defined_data: field::app_defined_data(body.app_defined_data, differences)?,
        create_time: field::create_time(body.create_time)?
            .unwrap_or_else(|| situation.now.unix_seconds()),
    };
    if let Some(owner) = &profile.owner_account {
        situation.communities.check_owner(owner)?;
    }
    let is_taken = |id: &str| situation.is_group_id_taken(id);
    if group_id.as_deref().is_some_and(is_taken) {
        let info = "the GroupId is already in use";
        return Err(Refusal::new(code::ID_IN_USE, info));
    }
    let increase = &situation.communities.daily_increase;
    increase.check(situation.now.unix)?;
    let group_id = group_id.unwrap_or_else(|| situation.groups.next_id(is_taken));
    Ok(Decision {
        answer: Answer::success("", json!({"GroupId": group_id})),
        change: Change {
            imported_group: Some(ImportedGroup { group_id, profile }),
            ..Change::default()
        },
    })
}

/// The fields that the documents name.
const FIELDS: [&str; 11] = [
    "Type",
    "Name",
    "GroupId",
    "SupportTopic",
    "Owner_Account",
    "Introduction",
    "Notification",
    "FaceUrl",
    "MaxMemberCount",
    "AppDefinedData",
    "CreateTime",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "Type", deserialize_with = "given")]
    kind: Option<Value>,
    #[serde(rename = "Name", deserialize_with = "given")]
    name: Option<Value>,
    #[serde(rename = "GroupId", deserialize_with = "given")]
    group_id: Option<Value>,
    #[serde(rename = "SupportTopic", deserialize_with = "given")]
    support_topic: Option<Value>,
    #[serde(rename = "Owner_Account", deserialize_with = "given")]
    owner_account: Option<Value>,
    #[serde(rename = "Introduction", deserialize_with = "given")]
    introduction: Option<Value>,
    #[serde(rename = "Notification", deserialize_with = "given")]
    notification: Option<Value>,
    #[serde(rename = "FaceUrl", deserialize_with = "given")]
    face_url: Option<Value>,
    #[serde(rename = "MaxMemberCount", deserialize_with = "given")]
    max_member_count: Option<Value>,
    #[serde(rename = "AppDefinedData", deserialize_with = "given")]
    app_defined_data: Option<Value>,
    #[serde(rename = "CreateTime", deserialize_with = "given")]
    create_time: Option<Value>,
}
