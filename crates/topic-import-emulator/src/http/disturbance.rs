//! The effect of a fault on an answer.

use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::faults::fault::Fault;
use crate::http::cut::Cut;
use crate::http::response::{self, Body};
use crate::http::trickle::Trickle;
use crate::service::answer::Answer;
use crate::service::code;
use crate::service::refusal::Refusal;

/// What is sent instead of an answer that a fault suppresses, whether the work was done or not.
pub(crate) fn replace(fault: Fault) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => Err(Cut::Reset),
        Fault::Status { status, .. } => Ok(response::page(status_code(status))),
        Fault::Code { code, .. } => {
            let answer = Answer::from(Refusal::new(code, info(code)));
            Ok(response::json(answer.to_json()))
        }
        _ => Err(Cut::Close),
    }
}

/// What is sent for an answer to a call with this fault whose work was done.
pub(crate) async fn disturb(fault: Fault, mut answer: Answer) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::Delay(time) => tokio::time::sleep(time).await,
        Fault::Drip(pause) => {
            let body = Trickle::by_bytes(answer.to_json().into(), pause);
            return Ok(response::trickling_json(body));
        }
        Fault::Truncated => {
            let body = Trickle::half(answer.to_json().into());
            return Ok(response::trickling_json(body));
        }
        Fault::CutJson => {
            let mut json = answer.to_json();
            json.truncate(json.len() / 2);
            return Ok(response::json(json));
        }
        Fault::NotJson => return Ok(response::page(StatusCode::OK)),
        Fault::ExtraFields => add_fields(&mut answer.fields),
        Fault::ZeroWithFail => {
            answer.status = "FAIL";
            answer.code = code::OK;
        }
        Fault::CodeWithOk => {
            answer.status = "OK";
            answer.code = code::INTERNAL_ERROR;
        }
        Fault::Envelope { code } => {
            answer.status = "FAIL";
            answer.info = info(code).into();
            answer.code = code;
        }
        Fault::Item { code, all } => fail_items(&mut answer.fields, code, all),
        Fault::Status { status, .. } if matches!(status, 201..=299) => {
            let mut response = response::json(answer.to_json());
            *response.status_mut() = status_code(status);
            return Ok(response);
        }
        Fault::NoTopicId => answer = Answer::success("", json!({})),
        _ => return replace(fault),
    }
    Ok(response::json(answer.to_json()))
}

fn add_fields(fields: &mut Value) {
    fields["RequestId"] = "5f0c-77".into();
    fields["ErrorDisplay"] = "".into();
    fields["Extra"] = json!({"Nested": [1, null, {"Deep": true}]});
}

/// Turns the first item, or all items, into failed ones, which show nothing of their topic or group but its ID.
fn fail_items(fields: &mut Value, code: u32, all: bool) {
    for list in ["TopicAndSelfInfo", "DestroyResultItem", "GroupInfo"] {
        let Some(Value::Array(items)) = fields.get_mut(list) else {
            continue;
        };
        let failed = if all { items.len() } else { 1 };
        for item in items.iter_mut().take(failed) {
            item["ErrorCode"] = code.into();
            item["ErrorInfo"] = info(code).into();
            if let Value::Object(item) = item {
                item.remove("SelfInfo");
                if list == "GroupInfo" {
                    item.retain(|field, _| {
                        ["GroupId", "ErrorCode", "ErrorInfo"].contains(&&**field)
                    });
                }
            }
            if let Some(Value::Object(topic)) = item.get_mut("TopicInfo") {
                topic.retain(|field, _| field == "TopicId");
            }
        }
    }
}

fn info(code: u32) -> &'static str {
    code::info(code).unwrap_or("a fault of the emulator's plan")
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
