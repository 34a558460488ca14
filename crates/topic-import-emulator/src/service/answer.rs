use serde::Serialize;

use crate::service::code;
use crate::service::refusal::Refusal;

/// What the API answers: the envelope \[S\] as JSON, and its `ErrorCode`.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u32,
    pub(crate) json: Vec<u8>,
}

impl Answer {
    /// A success, with the command's own fields beside the envelope's. What it says is of no meaning, and another word for
    /// each command: none \[S\], `ok` \[T\].
    pub(crate) fn success(info: &str, fields: impl Serialize) -> Self {
        Self::new("OK", info, code::OK, fields)
    }

    fn new(status: &'static str, info: &str, code: u32, fields: impl Serialize) -> Self {
        let envelope = Envelope {
            status,
            info,
            code,
            fields,
        };
        Self {
            code,
            json: serde_json::to_vec(&envelope).expect("an envelope has only JSON in it"),
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::new("FAIL", &refusal.info, refusal.code, Nothing {})
    }
}

#[derive(Serialize)]
struct Envelope<'a, F> {
    #[serde(rename = "ActionStatus")]
    status: &'static str,
    #[serde(rename = "ErrorInfo")]
    info: &'a str,
    #[serde(rename = "ErrorCode")]
    code: u32,
    #[serde(flatten)]
    fields: F,
}

#[derive(Serialize)]
struct Nothing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_the_envelope_alone() {
        let answer = Answer::from(Refusal::new(10004, "no \"name\""));
        assert_eq!(answer.code, 10004);
        assert_eq!(
            String::from_utf8(answer.json).unwrap(),
            r#"{"ActionStatus":"FAIL","ErrorInfo":"no \"name\"","ErrorCode":10004}"#
        );
    }
}
