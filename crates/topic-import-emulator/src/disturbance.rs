//! What a fault makes of an answer.

use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::cut::Cut;
use crate::fault::{CODE_WITH_OK, Fault};
use crate::refusal::Refusal;
use crate::response::{self, Body};
use crate::trickle::Trickle;

/// What leaves in place of an answer that a fault keeps from being given: for want of the work, or after it.
pub(crate) fn replace(fault: Fault) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => Err(Cut::Reset),
        Fault::Status { status, .. } => Ok(response::page(
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        )),
        Fault::Code { code, .. } => {
            let answer = Answer::from(Refusal::new(code, "a fault of the emulator's plan"));
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
            envelope.insert("ErrorCode".into(), CODE_WITH_OK.into());
        })),
        Fault::NoTopicId => response::json(r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#),
        _ => return replace(fault),
    })
}

fn add_fields(envelope: &mut Map<String, Value>) {
    envelope.insert("RequestId".into(), "5f0c-77".into());
    envelope.insert("ErrorDisplay".into(), "".into());
    envelope.insert("Extra".into(), json!({"Nested": [1, null, {"Deep": true}]}));
}

fn edited(json: &[u8], edit: impl FnOnce(&mut Map<String, Value>)) -> Vec<u8> {
    let mut envelope =
        serde_json::from_slice(json).expect("an answer of the emulator's own is an object");
    edit(&mut envelope);
    Value::Object(envelope).to_string().into()
}
