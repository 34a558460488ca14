use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::change::Change;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// `destroy_group` \[DG\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let body: Body = body::parse(body)?;
    let group_id = field::group_id(body.group_id, situation.differences)?;
    if !situation.is_group_there(&group_id) {
        let info = "the group does not exist or has been deleted";
        return Err(Refusal::new(code::NO_SUCH_GROUP, info));
    }
    let topics = situation.topics.of_group(&group_id);
    Ok(Decision {
        answer: Answer::success("", json!({})),
        change: Change {
            destroyed: topics.map(|(id, _)| id.to_owned()).collect(),
            destroyed_group: Some(group_id),
            ..Change::default()
        },
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "GroupId", deserialize_with = "given")]
    group_id: Option<Value>,
}
