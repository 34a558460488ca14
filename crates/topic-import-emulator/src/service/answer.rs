use serde::Serialize;
use serde_json::{Value, json};

use crate::service::code;
use crate::service::refusal::Refusal;

/// An answer of the API: the envelope \[S\], and the command's own fields next to it.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    #[serde(rename = "ActionStatus")]
    pub(crate) status: &'static str,
    #[serde(rename = "ErrorInfo")]
    pub(crate) info: String,
    #[serde(rename = "ErrorCode")]
    pub(crate) code: u32,
    /// The command's own fields, as a JSON object.
    #[serde(flatten)]
    pub(crate) fields: Value,
}

impl Answer {
    /// A success, with the command's own fields. `info` means nothing and differs by command: it is empty \[S\] or `ok`
    /// \[T\].
    pub(crate) fn success(info: &str, fields: Value) -> Self {
        Self {
            status: "OK",
            info: info.to_owned(),
            code: code::OK,
            fields,
        }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an envelope has only JSON in it")
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: "FAIL",
            info: refusal.info,
            code: refusal.code,
            fields: json!({}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_the_envelope_alone() {
        let answer = Answer::from(Refusal::new(10004, "no \"name\""));
        assert_eq!(answer.code, 10004);
        assert_eq!(
            String::from_utf8(answer.to_json()).unwrap(),
            r#"{"ActionStatus":"FAIL","ErrorInfo":"no \"name\"","ErrorCode":10004}"#
        );
    }
}
