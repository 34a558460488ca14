//! What a fault makes of an answer.

use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::faults::fault::Fault;
use crate::http::cut::Cut;
use crate::http::response::{self, Body};
use crate::http::trickle::Trickle;
use crate::service::answer::Answer;
use crate::service::code;
use crate::service::refusal::Refusal;

/// What leaves in place of an answer that a fault keeps from being given: for want of the work, or after it.
pub(crate) fn replace(fault: Fault) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => Err(Cut::Reset),
        Fault::Status { status, .. } => Ok(response::page(status_code(status))),
        Fault::Code { code, .. } => {
            let answer = Answer::from(Refusal::new(code, info(code)));
            Ok(response::json(answer.json))
        }
        _ => Err(Cut::Close),
    }
}

/// What leaves of an answer under a fault.
pub(crate) async fn disturb(fault: Fault, answer: Answer) -> Result<Response<Body>, Cut> {
    let json = answer.json;
    Ok(match fault {
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            response::json(json)
        }
        Fault::Drip(pause) => response::trickling_json(Trickle::by_bytes(json.into(), pause)),
        Fault::Truncated => response::trickling_json(Trickle::half(json.into())),
        Fault::CutJson => response::json(json[..json.len() / 2].to_vec()),
        Fault::NotJson => response::page(StatusCode::OK),
        Fault::ExtraFields => response::json(edited(&json, add_fields)),
        Fault::ZeroWithFail => response::json(edited(&json, |envelope| {
            envelope.insert("ActionStatus".into(), "FAIL".into());
            envelope.insert("ErrorCode".into(), 0.into());
        })),
        Fault::CodeWithOk => response::json(edited(&json, |envelope| {
            envelope.insert("ActionStatus".into(), "OK".into());
            envelope.insert("ErrorCode".into(), code::INTERNAL_ERROR.into());
        })),
        Fault::Envelope { code } => response::json(edited(&json, |envelope| {
            envelope.insert("ActionStatus".into(), "FAIL".into());
            envelope.insert("ErrorInfo".into(), info(code).into());
            envelope.insert("ErrorCode".into(), code.into());
        })),
        Fault::Item { code, all } => response::json(edited(&json, |envelope| {
            fail_items(envelope, code, all);
        })),
        Fault::Status { status, .. } if matches!(status, 201..=299) => {
            let mut response = response::json(json);
            *response.status_mut() = status_code(status);
            response
        }
        Fault::NoTopicId => response::json(r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#),
        _ => return replace(fault),
    })
}

fn add_fields(envelope: &mut Map<String, Value>) {
    envelope.insert("RequestId".into(), "5f0c-77".into());
    envelope.insert("ErrorDisplay".into(), "".into());
    envelope.insert("Extra".into(), json!({"Nested": [1, null, {"Deep": true}]}));
}

/// Makes the first item, or all, one that failed: of its topic it names the ID and nothing more.
fn fail_items(envelope: &mut Map<String, Value>, code: u32, all: bool) {
    for list in ["TopicAndSelfInfo", "DestroyResultItem"] {
        let Some(Value::Array(items)) = envelope.get_mut(list) else {
            continue;
        };
        let failed = if all { items.len() } else { 1 };
        for item in items.iter_mut().take(failed) {
            item["ErrorCode"] = code.into();
            item["ErrorInfo"] = info(code).into();
            if let Value::Object(item) = item {
                item.remove("SelfInfo");
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

fn edited(json: &[u8], edit: impl FnOnce(&mut Map<String, Value>)) -> Vec<u8> {
    let mut envelope =
        serde_json::from_slice(json).expect("an answer of the emulator's own is an object");
    edit(&mut envelope);
    Value::Object(envelope).to_string().into()
}
