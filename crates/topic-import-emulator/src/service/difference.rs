use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::service::limits;

/// A point in which an emulator differs from the documents, for testing programs that detect such differences.
///
/// A difference is parsed from text:
///
/// | text | meaning |
/// | --- | --- |
/// | `max-bytes:TopicName=100` | the field may have this many bytes |
/// | `code:10021=10004` | the second code is answered instead of the first |
/// | `max-ids=20` | a `TopicIdList` may have this many IDs; more get 10004 |
/// | `hide:Introduction` | `get_topic` does not show the field |
/// | `omit-missing` | `get_topic` returns no item for an ID without a topic |
/// | `shut-up-all-flag` | `get_topic` shows `ShutUpAllFlag` instead of `MuteAllMember` |
/// | `text-accounts` | `From_Account` must be text; a number gets 60015 |
/// | `strict-fields` | an import with a field that no document names gets 10004 |
/// | `without-service:million_group_open_http_svc` | the service does not exist: calls to it get 60009 |
///
/// ```
/// use topic_import_emulator::{Difference, Emulator};
///
/// let difference: Difference = "max-bytes:TopicName=100".parse()?;
/// let emulator = Emulator::builder().differ(difference).start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Difference(pub(crate) Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    MaxBytes { field: &'static str, bytes: usize },
    Code { documented: u32, answered: u32 },
    MaxIds(usize),
    Hide(&'static str),
    OmitMissing,
    ShutUpAllFlag,
    TextAccounts,
    StrictFields,
    WithoutService(&'static str),
}

const LIMITED: [&str; 12] = [
    limits::GROUP_ID.name,
    limits::TOPIC_ID.name,
    limits::TOPIC_NAME.name,
    limits::NAME.name,
    limits::FROM_ACCOUNT.name,
    limits::OWNER_ACCOUNT.name,
    limits::CUSTOM_STRING.name,
    limits::FACE_URL.name,
    limits::NOTIFICATION.name,
    limits::INTRODUCTION.name,
    limits::APP_DEFINED_KEY.name,
    limits::APP_DEFINED_VALUE.name,
];

/// The fields of a topic that `get_topic` shows \[T\].
const SHOWN: [&str; 11] = [
    "TopicId",
    "GroupID",
    "TopicName",
    "FaceUrl",
    "Notification",
    "Introduction",
    "CustomString",
    "CreateTime",
    "LastMsgTime",
    "NextMsgSeq",
    "MuteAllMember",
];

const SERVICES: [&str; 2] = ["group_open_http_svc", "million_group_open_http_svc"];

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::MaxBytes { field, bytes } => write!(f, "max-bytes:{field}={bytes}"),
            Kind::Code {
                documented,
                answered,
            } => write!(f, "code:{documented}={answered}"),
            Kind::MaxIds(ids) => write!(f, "max-ids={ids}"),
            Kind::Hide(field) => write!(f, "hide:{field}"),
            Kind::OmitMissing => f.write_str("omit-missing"),
            Kind::ShutUpAllFlag => f.write_str("shut-up-all-flag"),
            Kind::TextAccounts => f.write_str("text-accounts"),
            Kind::StrictFields => f.write_str("strict-fields"),
            Kind::WithoutService(service) => write!(f, "without-service:{service}"),
        }
    }
}

impl FromStr for Difference {
    type Err = ParseDifferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map(Self).ok_or_else(|| ParseDifferenceError {
            found: text.to_owned(),
        })
    }
}

fn parse(text: &str) -> Option<Kind> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let (word, of) = name.split_once(':').unwrap_or((name, ""));
    match (word, of, value) {
        ("max-bytes", field, bytes) => Some(Kind::MaxBytes {
            field: one_of(&LIMITED, field)?,
            bytes: bytes.parse().ok()?,
        }),
        // Code 0 cannot be exchanged: the answer's `ActionStatus` would contradict it.
        ("code", documented, answered) => Some(Kind::Code {
            documented: documented.parse().ok().filter(|code| *code != 0)?,
            answered: answered.parse().ok().filter(|code| *code != 0)?,
        }),
        ("max-ids", "", ids) => Some(Kind::MaxIds(ids.parse().ok()?)),
        ("hide", field, "") => Some(Kind::Hide(one_of(&SHOWN, field)?)),
        ("omit-missing", "", "") => Some(Kind::OmitMissing),
        ("shut-up-all-flag", "", "") => Some(Kind::ShutUpAllFlag),
        ("text-accounts", "", "") => Some(Kind::TextAccounts),
        ("strict-fields", "", "") => Some(Kind::StrictFields),
        ("without-service", service, "") => Some(Kind::WithoutService(one_of(&SERVICES, service)?)),
        _ => None,
    }
}

fn one_of(known: &[&'static str], name: &str) -> Option<&'static str> {
    known.iter().copied().find(|known| *known == name)
}

/// A text is not a [`Difference`]. Displayed, the error lists the differences.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{found:?} is not a difference; the differences are max-bytes:TopicName=100, code:10021=10004, max-ids=20, \
     hide:Introduction, omit-missing, shut-up-all-flag, text-accounts, strict-fields and \
     without-service:million_group_open_http_svc"
)]
pub struct ParseDifferenceError {
    found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_reads_back_as_it_is_written() {
        for text in [
            "max-bytes:From_Account=0",
            "code:10021=10004",
            "max-ids=20",
            "hide:MuteAllMember",
            "omit-missing",
            "shut-up-all-flag",
            "text-accounts",
            "strict-fields",
            "without-service:group_open_http_svc",
        ] {
            assert_eq!(text.parse::<Difference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "max-bytes",
            "max-bytes:CreateTime=4",
            "max-bytes:TopicName",
            "code:10021",
            "code:0=10004",
            "code:10021=0",
            "max-ids:x=1",
            "hide:GroupId",
            "hide:TopicName=1",
            "strict-fields=1",
            "omit-missing=1",
            "without-service:openim",
        ] {
            let error = text.parse::<Difference>().unwrap_err();
            let message = error.to_string();
            assert!(message.starts_with(&format!("{text:?} is not a difference; ")));
        }
    }
}
