use std::fmt;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use topic_import_core::{CallError, Code, Command, Failure, Refusal, escaped};

use crate::request::Kind;

/// Why a topic or community does not exist, or may not exist, as far as is known. It is displayed as one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// The service's error code, if it answered with one.
    pub code: Option<Code>,
    /// The text that the service sent with the code, unchanged.
    pub said: Option<String>,
    /// This program's description of what happened; `None` if the code says it.
    pub what: Option<String>,
}

impl Cause {
    /// A cause without an answer from the service.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            code: None,
            said: None,
            what: Some(what.into()),
        }
    }

    /// The same of a row of this kind, whose command may give the code another meaning: then it is told in words.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: Kind) -> Self {
        if let (Kind::Community, Some(code), None) = (kind, self.code, &self.what) {
            let refusal = Refusal::new(Command::IMPORT_GROUP, code, "");
            if refusal.meaning() != code.meaning() {
                self.what = Some(with_what_was_said(refusal.meaning(), self.said.as_deref()));
            }
        }
        self
    }

    /// Whether nothing is known about the cause.
    pub const fn is_empty(&self) -> bool {
        self.code.is_none() && self.said.is_none() && self.what.is_none()
    }

    /// The sentence without the code: what happened, or what the code means and the text that the service sent with it.
    pub fn words(&self) -> String {
        match (&self.what, self.code) {
            (Some(what), _) => what.clone(),
            (None, Some(code)) => with_what_was_said(code.meaning(), self.said.as_deref()),
            (None, None) => String::new(),
        }
    }
}

fn with_what_was_said(meaning: &str, said: Option<&str>) -> String {
    match said {
        Some(said) if said != meaning => format!("{meaning} ({})", escaped(said)),
        _ => meaning.to_owned(),
    }
}

impl From<&CallError> for Cause {
    fn from(error: &CallError) -> Self {
        let Some(refusal) = error.refusal() else {
            let what = match error.failure() {
                Some(Failure::Withdrawn) if error.maybe_executed() => {
                    "the work stopped before the outcome was known; it is settled when the work continues".to_owned()
                }
                Some(Failure::Withdrawn) => "the work stopped before it was sent".to_owned(),
                _ => error.cause().to_string(),
            };
            return Self {
                code: error.code(),
                ..Self::new(what)
            };
        };
        Self {
            code: Some(refusal.code),
            said: Some(refusal.info.clone()).filter(|said| !said.is_empty()),
            what: None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, &self.what) {
            (Some(code), None) => write!(f, "{code} {}", self.words()),
            (Some(code), Some(what)) => write!(f, "{code}: {what}"),
            (None, _) => f.write_str(&self.words()),
        }
    }
}

/// Serializes as `code` and, with the displayed sentence, `message`; each is null if there is none.
impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = (!self.is_empty()).then(|| self.to_string());
        let mut fields = serializer.serialize_struct("Cause", 2)?;
        fields.serialize_field("code", &self.code.map(Code::get))?;
        fields.serialize_field("message", &message)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(code: Option<i64>, said: Option<&str>, what: Option<&str>) -> Cause {
        Cause {
            code: code.map(Code::new),
            said: said.map(str::to_owned),
            what: what.map(str::to_owned),
        }
    }

    #[test]
    fn a_cause_is_told_in_one_sentence() {
        let meaning = Code::new(10004).meaning();
        for (cause, sentence, words) in [
            (cause(None, None, None), String::new(), String::new()),
            (
                cause(None, None, Some("lost")),
                "lost".into(),
                "lost".into(),
            ),
            (
                cause(Some(10004), None, None),
                format!("10004 {meaning}"),
                meaning.into(),
            ),
            (
                cause(Some(10004), Some("no\nname"), None),
                format!("10004 {meaning} (no\\nname)"),
                format!("{meaning} (no\\nname)"),
            ),
            (
                cause(Some(10004), Some(meaning), None),
                format!("10004 {meaning}"),
                meaning.into(),
            ),
            (
                cause(Some(10021), None, Some("taken")),
                "10021: taken".into(),
                "taken".into(),
            ),
        ] {
            assert_eq!((cause.to_string(), cause.words()), (sentence, words));
        }
    }

    #[test]
    fn a_code_that_means_something_else_for_communities_is_told_so() {
        let of_day = cause(Some(10006), Some("net increase"), None);
        assert_eq!(of_day.clone().of_kind(Kind::Topic), of_day);
        let told = of_day.of_kind(Kind::Community);
        let meaning = Refusal::new(Command::IMPORT_GROUP, Code::new(10006), "").meaning();
        assert_eq!(told.words(), format!("{meaning} (net increase)"));
        let same = cause(Some(10004), Some("no"), None);
        assert_eq!(same.clone().of_kind(Kind::Community), same);
    }

    #[test]
    fn an_error_without_a_refusal_is_told_in_words_of_this_program() {
        let error = CallError::NotExecuted(Failure::IdUsedUp);
        let cause = Cause::from(&error);
        assert_eq!((cause.code, &cause.said), (error.code(), &None));
        assert_eq!(cause.what, Some(Failure::IdUsedUp.to_string()));
    }

    #[test]
    fn json_has_the_code_and_the_sentence() {
        let json = |cause: &Cause| serde_json::to_string(cause).unwrap();
        assert_eq!(json(&Cause::default()), r#"{"code":null,"message":null}"#);
        let taken = cause(Some(10021), None, Some("taken"));
        assert_eq!(json(&taken), r#"{"code":10021,"message":"10021: taken"}"#);
    }

    #[test]
    fn a_call_that_was_withdrawn_says_what_that_means_for_its_row() {
        let error = CallError::NotExecuted(Failure::Withdrawn);
        assert_eq!(
            Cause::from(&error).to_string(),
            "the work stopped before it was sent"
        );
    }
}
