//! A belief about the service, and how it is tested.

use serde_json::Value;
use topic_import_core::{CallError, Code, Failure, Recovery, Refusal, Service, UnreadableReason};

use crate::show::explanation;
use crate::show::text;

/// A statement about the service that this program relies on.
#[derive(Debug)]
pub(crate) struct Belief {
    pub(crate) text: String,
    /// The service's documents that state it, by the letters of `docs/beliefs.md`; or `decided` if none does.
    pub(crate) source: &'static str,
    pub(crate) trial: Trial,
    pub(crate) expected: Expected,
}

/// How a belief is tested.
#[derive(Debug)]
pub(crate) enum Trial {
    /// Import a topic. If it is accepted, read it back: it must be shown as it was sent.
    Import(Import),
    /// Send this body to `import_topic` as it is.
    ImportText(&'static str),
    /// Import another topic under the ID of the first topic, which must stay unchanged.
    ImportTaken,
    /// Import a topic without `CreateTime`, and read it back.
    ImportNow,
    /// Call `get_topic` for the first topic, with these fields changed.
    Get(Fields),
    /// Import a topic with every field, and look at what `get_topic` shows.
    GetWhole,
    /// Ask `get_topic` for a topic that does not exist.
    GetMissing,
    /// Ask `get_topic` for this number of topics by their IDs, the first one among them.
    GetMany(usize),
    /// Ask `get_topic` for all topics.
    GetAll,
    /// Import a topic and destroy it.
    Destroy,
    /// Import a topic and destroy it twice.
    DestroyTwice,
    /// Import a topic, destroy it, and import another one under its ID.
    ImportDestroyed,
    /// Import topics until the community is full or has this number of topics. It should be full at
    /// [`TOPICS_PER_COMMUNITY`].
    Fill(usize),
    /// Call `get_topic` with a signature made with another key.
    WrongSignature,
}

/// How many topics a community takes at most, unless an app has another limit (Use Limits).
pub(crate) const TOPICS_PER_COMMUNITY: usize = 200;

/// Fields of a body that are set to a value or, if it is `None`, left out.
pub(crate) type Fields = Vec<(&'static str, Option<Value>)>;

/// An import with `GroupId`, `TopicId` and `TopicName`, changed by `fields`.
#[derive(Debug, Default)]
pub(crate) struct Import {
    /// The service name to call; `None` for the configured one.
    pub(crate) service: Option<Service>,
    pub(crate) topic_id: TopicIdForm,
    pub(crate) fields: Fields,
}

/// The `TopicId` of an import. Each import has a different one, so that earlier topics cannot affect it.
#[derive(Debug, Default)]
pub(crate) enum TopicIdForm {
    #[default]
    Fresh,
    /// A fresh ID with this text after it.
    With(&'static str),
    /// A fresh ID, padded to this number of bytes.
    OfBytes(usize),
    /// A fresh ID without the `{GroupId}@TOPIC#_` at its beginning.
    WithoutGroup,
    /// A fresh ID of another group.
    OfOtherGroup,
    /// `{GroupId}@TOPIC#_` and nothing more.
    WithoutOwnPart,
    /// No ID: the service assigns one.
    Absent,
}

/// What the service does if the belief is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It does what was asked; these words describe it.
    Done(&'static str),
    /// It does what was asked or refuses with this code, depending on the state of the app.
    DoneOr(&'static str, i64),
    /// It refuses with one of these codes.
    Refused(&'static [i64]),
}

/// The result of a trial.
#[derive(Debug)]
pub(crate) enum Found {
    /// The service did what was asked; the word describes it.
    Done(&'static str),
    /// The service did it, or says so, but something is not as it should be.
    Otherwise(String),
    /// The service refused with this code and these words. The table leaves out the words if the code was expected.
    Refused(Code, String),
    /// Nothing that allows a verdict, for this reason.
    Nothing(String),
}

/// Whether a belief is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Agrees,
    Differs,
    /// It could not be tested.
    Untried,
}

/// Refusals that have nothing to do with what is tested: no more topics are prepaid (10037), or a text failed the
/// security check (80001).
const BESIDE_THE_POINT: [i64; 2] = [10037, 80001];

impl Expected {
    /// Compares the result of a trial with what was expected.
    pub(crate) fn verdict(self, found: &Found) -> Verdict {
        match (self, found) {
            (Self::Done(_) | Self::DoneOr(..), Found::Done(_)) => Verdict::Agrees,
            (Self::DoneOr(_, expected), Found::Refused(code, _)) if code.get() == expected => {
                Verdict::Agrees
            }
            (Self::Refused(codes), Found::Refused(code, _)) if codes.contains(&code.get()) => {
                Verdict::Agrees
            }
            (_, Found::Refused(code, _)) if is_beside_the_point(*code) => Verdict::Untried,
            (_, Found::Nothing(_)) => Verdict::Untried,
            _ => Verdict::Differs,
        }
    }

    /// What is expected, in words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Done(words) => words.to_owned(),
            Self::DoneOr(words, code) => format!("{words}, or {code}"),
            Self::Refused(codes) => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                codes.join(" or ")
            }
        }
    }
}

/// Whether a refusal proves nothing, because it may not occur a moment later or in another app.
fn is_beside_the_point(code: Code) -> bool {
    let passes = !matches!(code.verdict().recovery, Recovery::Fix | Recovery::ReadBack);
    passes || BESIDE_THE_POINT.contains(&code.get())
}

impl Found {
    /// What the service did, including all that it said.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Done(word) => (*word).to_owned(),
            Self::Refused(_, words) | Self::Otherwise(words) | Self::Nothing(words) => {
                words.clone()
            }
        }
    }

    /// What the service did; of a refusal, only the code.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Refused(code, _) => code.to_string(),
            found => found.words(),
        }
    }
}

impl From<&Refusal> for Found {
    fn from(refusal: &Refusal) -> Self {
        Self::Refused(refusal.code, text::one_line(refusal))
    }
}

impl From<&CallError> for Found {
    fn from(error: &CallError) -> Self {
        if let Some(refusal) = error.refusal() {
            return refusal.into();
        }
        match error.failure() {
            // JSON comes from the API, even with an unreadable envelope; anything else may come from a proxy.
            Some(failure @ Failure::Unreadable(unreadable))
                if unreadable.reason != UnreadableReason::NotJson =>
            {
                Self::Otherwise(explanation::failure(failure))
            }
            Some(failure) => Self::Nothing(explanation::failure(failure)),
            None => Self::Nothing(text::one_line(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(expected: Expected, code: i64) -> Verdict {
        expected.verdict(&Found::Refused(Code::new(code), String::new()))
    }

    #[test]
    fn only_the_very_code_agrees() {
        let expected = Expected::Refused(&[70003, 70009]);
        assert_eq!(verdict(expected, 70009), Verdict::Agrees);
        assert_eq!(verdict(expected, 70013), Verdict::Differs);
        assert_eq!(expected.verdict(&Found::Done("taken")), Verdict::Differs);
        assert_eq!(expected.words(), "70003 or 70009");

        let expected = Expected::DoneOr("taken", 70107);
        assert_eq!(expected.verdict(&Found::Done("taken")), Verdict::Agrees);
        assert_eq!(verdict(expected, 70107), Verdict::Agrees);
        assert_eq!(verdict(expected, 60015), Verdict::Differs);
        assert_eq!(expected.words(), "taken, or 70107");
    }

    #[test]
    fn what_passes_or_has_another_cause_says_nothing() {
        for code in [10002, 10006, 10037, 60008, 70001, 80001, 80005] {
            assert_eq!(verdict(Expected::Done("taken"), code), Verdict::Untried);
            assert_eq!(verdict(Expected::Refused(&[10004]), code), Verdict::Untried);
        }
        let nothing = Found::Nothing("no answer".into());
        assert_eq!(Expected::Done("taken").verdict(&nothing), Verdict::Untried);
        // If it is the expected code, the belief is true all the same.
        assert_eq!(verdict(Expected::Refused(&[10037]), 10037), Verdict::Agrees);
    }
}
