//! The part that all answers share: `ActionStatus`, `ErrorCode`, `ErrorInfo`.

use alloc::string::String;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::Answer;
use crate::code::Code;
use crate::command::Command;
use crate::failure::{Refusal, UnreadableReason};

/// The shared fields. Any of them may be missing, and unknown fields are ignored.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Envelope {
    pub(super) action_status: Option<ActionStatus>,
    pub(super) error_code: Option<i64>,
    pub(super) error_info: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ActionStatus {
    Ok,
    Fail,
    #[serde(other)]
    Other,
}

/// An answer's JSON document, which splits into the envelope and the part specific to the call.
pub(super) trait Document: DeserializeOwned {
    type Payload;
    fn split(self) -> (Envelope, Self::Payload);

    /// Whether the call's own part is all that counts, so that the envelope is ignored.
    fn overrules_envelope(&self) -> bool {
        false
    }
}

/// An answer without a part of its own.
impl Document for Envelope {
    type Payload = ();

    fn split(self) -> (Envelope, ()) {
        (self, ())
    }
}

impl Envelope {
    /// The refusal in the envelope, if there is one.
    fn judge(self, command: Command) -> Result<Option<Refusal>, UnreadableReason> {
        let code = self
            .error_code
            .map(Code::new)
            .ok_or(UnreadableReason::NotEnvelope)?;
        match (code == Code::OK, self.action_status) {
            (true, Some(ActionStatus::Fail)) | (false, Some(ActionStatus::Ok)) => {
                Err(UnreadableReason::Contradiction)
            }
            (true, _) => Ok(None),
            (false, _) => {
                let info = self.error_info.unwrap_or_default();
                Ok(Some(Refusal::new(command, code, info)))
            }
        }
    }
}

/// Reads a field that nothing depends on. If its type differs from the documented one, the field counts as absent.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Reads an answer to this command. A refusal is recognised even if the call's own part cannot be read.
pub(super) fn read<D: Document>(
    command: Command,
    body: &[u8],
) -> Result<Answer<D::Payload>, UnreadableReason> {
    match from_json::<D>(body) {
        // serde would accept a JSON list and take its items for the fields in order.
        Ok(_) if body.trim_ascii_start().first() != Some(&b'{') => {
            Err(UnreadableReason::NotEnvelope)
        }
        Ok(document) if document.overrules_envelope() => Ok(Answer::Done(document.split().1)),
        Ok(document) => {
            let (envelope, payload) = document.split();
            Ok(match envelope.judge(command)? {
                Some(refusal) => Answer::Refused(refusal),
                None => Answer::Done(payload),
            })
        }
        Err(_) => read_envelope(command, body),
    }
}

/// Parses a body as text where possible, which is faster: from bytes, every string is checked for UTF-8 separately.
/// From bytes, on the other hand, invalid UTF-8 in a field that is not read does no harm.
fn from_json<D: DeserializeOwned>(body: &[u8]) -> serde_json::Result<D> {
    match core::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// Reads only the envelope of an answer whose own part cannot be read: it may still be a refusal.
fn read_envelope<T>(command: Command, body: &[u8]) -> Result<Answer<T>, UnreadableReason> {
    let refusal = match serde_json::from_slice::<Envelope>(body) {
        Ok(envelope) => envelope.judge(command)?,
        Err(_) if serde_json::from_slice::<IgnoredAny>(body).is_ok() => None,
        Err(_) => return Err(UnreadableReason::NotJson),
    };
    refusal
        .map(Answer::Refused)
        .ok_or(UnreadableReason::NotEnvelope)
}
