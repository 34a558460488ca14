use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::memory::change::Change;
use crate::memory::group::GroupProfile;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// The most IDs in a `GroupIdList` \[GI\].
const IDS_MAX: usize = 50;

/// `get_group_info` \[GI\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let body: Body = body::parse(body)?;
    let ids = field::texts("GroupIdList", body.group_ids)?
        .ok_or_else(|| field::missing("GroupIdList"))?;
    if !(1..=IDS_MAX).contains(&ids.len()) {
        let fault = format!("1 to {IDS_MAX} IDs needed, {} found", ids.len());
        return Err(Refusal::of_field("GroupIdList", &fault));
    }
    let filter = Filter::parse(body.filter)?;
    let items: Vec<Value> = ids
        .into_iter()
        .map(|id| {
            let found = field::group_id(Some(id.clone().into()), situation.differences);
            match found {
                Err(refusal) => missing(&id, refusal.code),
                Ok(_) if !situation.is_group_there(&id) => missing(&id, code::NO_SUCH_GROUP),
                Ok(_) => filter.there(&id, situation.groups.profile(&id)),
            }
        })
        .collect();
    Ok(Decision {
        change: Change::default(),
        answer: Answer::success("", json!({"GroupInfo": items})),
    })
}

/// What a `ResponseFilter` lets through.
#[derive(Default)]
struct Filter {
    /// The fields; `None` stands for all of them.
    fields: Option<Vec<String>>,
    /// The keys of `AppDefinedData`, which is not shown without them.
    keys: Vec<String>,
}

impl Filter {
    fn parse(filter: Option<Value>) -> Result<Self, Refusal> {
        match filter {
            None => Ok(Self::default()),
            Some(Value::Object(mut filter)) => {
                let mut list = |name: &str| field::texts(name, filter.remove(name));
                Ok(Self {
                    fields: list("GroupBaseInfoFilter")?,
                    keys: list("AppDefinedDataFilter_Group")?.unwrap_or_default(),
                })
            }
            Some(_) => Err(Refusal::of_field("ResponseFilter", "an object needed")),
        }
    }

    /// The item of an existing community. Texts that were not imported are empty. A community that exists without
    /// having been imported shows only its `Type`.
    fn there(&self, group_id: &str, profile: Option<&GroupProfile>) -> Value {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut item = json!({"GroupId": group_id, "ErrorCode": code::OK, "ErrorInfo": ""});
        let fields = match profile {
            None => json!({"Type": "Community"}),
            Some(profile) => json!({
                "Type": "Community",
                "Name": profile.name,
                "Introduction": text(&profile.introduction),
                "Notification": text(&profile.notification),
                "FaceUrl": text(&profile.face_url),
                "Owner_Account": text(&profile.owner_account),
                "CreateTime": profile.create_time,
                "MaxMemberNum": profile.max_member_count.unwrap_or(100_000),
                "MemberNum": u32::from(profile.owner_account.is_some()),
            }),
        };
        let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
        for (name, value) in fields {
            let shown = self.fields.as_ref();
            if shown.is_none_or(|shown| shown.contains(&name)) {
                item[name] = value;
            }
        }
        if !self.keys.is_empty() {
            let entries = profile.map_or(&[][..], |profile| &profile.app_defined_data);
            let entries = entries
                .iter()
                .filter(|entry| self.keys.contains(&entry.key));
            item["AppDefinedData"] = entries.map(|entry| json!(entry)).collect();
        }
        item
    }
}

fn missing(group_id: &str, code: u32) -> Value {
    let info = code::info(code).unwrap_or_default();
    json!({"GroupId": group_id, "ErrorCode": code, "ErrorInfo": info})
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "GroupIdList", deserialize_with = "given")]
    group_ids: Option<Value>,
    #[serde(rename = "ResponseFilter", deserialize_with = "given")]
    filter: Option<Value>,
}
