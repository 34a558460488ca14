//! One thing that this program believes of the service, and how it is tried.

use serde_json::Value;
use topic_import_core::{CallError, Code, Failure, Recovery, Refusal, Service, UnreadableReason};

use crate::show::explanation;
use crate::show::text;

/// One thing that this program believes of the service.
#[derive(Debug)]
pub(crate) struct Belief {
    pub(crate) text: String,
    /// A document of the service, by the letter that `docs/decisions.md` gives it; or `decided`, where none says it.
    pub(crate) source: &'static str,
    pub(crate) trial: Trial,
    pub(crate) expected: Expected,
}

/// What is done to try a belief.
#[derive(Debug)]
pub(crate) enum Trial {
    /// Import a topic. One that is taken is read back: what is shown of it must be what was sent.
    Import(Import),
    /// Send this to `import_topic` as it is.
    ImportText(&'static str),
    /// Import another topic under the ID of the first one, which must stay as it is.
    ImportTaken,
    /// Import a topic without `CreateTime`, and read it back.
    ImportNow,
    /// Call `get_topic` for the first topic, with these fields changed.
    Get(Fields),
    /// Import a topic with every field, and look at what `get_topic` shows.
    GetWhole,
    /// Ask `get_topic` for a topic that is not there.
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
    /// Import topics until the community takes no more, or has this number of them. It should be full at
    /// [`TOPICS_PER_COMMUNITY`].
    Fill(usize),
    /// Call `get_topic` with a signature that was made with another key.
    WrongSignature,
}

/// How many topics a community takes at most, unless an app has another limit (Use Limits).
pub(crate) const TOPICS_PER_COMMUNITY: usize = 200;

/// Fields of a body that are set, or left out.
pub(crate) type Fields = Vec<(&'static str, Option<Value>)>;

/// An import: `GroupId`, `TopicId` and `TopicName`, unless changed.
#[derive(Debug, Default)]
pub(crate) struct Import {
    /// `None` takes the one that is configured.
    pub(crate) service: Option<Service>,
    pub(crate) topic_id: TopicIdForm,
    pub(crate) fields: Fields,
}

/// The `TopicId` of an import. Every import has another one, lest an earlier one gets in its way.
#[derive(Debug, Default)]
pub(crate) enum TopicIdForm {
    #[default]
    Fresh,
    /// A fresh ID with this text after it.
    With(&'static str),
    /// A fresh ID, filled up to this number of bytes.
    OfBytes(usize),
    /// A fresh ID without the `{GroupId}@TOPIC#_` before its own part.
    WithoutGroup,
    /// A fresh ID of another group.
    OfOtherGroup,
    /// `{GroupId}@TOPIC#_` and nothing more.
    WithoutOwnPart,
    /// No ID: the service assigns one.
    Absent,
}

/// What the service does if the belief holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It does what was asked, as these words say.
    Done(&'static str),
    /// It does what was asked, or refuses with this code: which of the two depends on what else is there.
    DoneOr(&'static str, i64),
    /// It refuses with one of these codes.
    Refused(&'static [i64]),
}

/// What came of a trial.
#[derive(Debug)]
pub(crate) enum Found {
    /// What was asked is done, in a word.
    Done(&'static str),
    /// It is done, or claimed to be, and something is not as it should be.
    Otherwise(String),
    /// It was refused with this code, in words that are printed whole where they matter.
    Refused(Code, String),
    /// There is nothing to judge by.
    Nothing(String),
}

/// Whether a belief holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Agrees,
    Differs,
    /// It could not be tried.
    Untried,
}

/// Refusals that have nothing to do with what is tried: no more topics are prepaid, the texts failed the security
/// check.
const BESIDE_THE_POINT: [i64; 2] = [10037, 80001];

impl Expected {
    /// What came of a trial, held against this.
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

/// Whether the refusal may be another one a moment later, or in another app.
fn is_beside_the_point(code: Code) -> bool {
    let passes = !matches!(code.verdict().recovery, Recovery::Fix | Recovery::ReadBack);
    passes || BESIDE_THE_POINT.contains(&code.get())
}

impl Found {
    /// What the service did, in words; all that it said.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Done(word) => (*word).to_owned(),
            Self::Refused(_, words) | Self::Otherwise(words) | Self::Nothing(words) => {
                words.clone()
            }
        }
    }

    /// What the service did, in words, without what it said about a refusal.
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
            // An answer of the API's own kind, but for its envelope; anything else may come from a proxy in between.
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
        // Where the code was expected, there is nothing more to say.
        assert_eq!(verdict(Expected::Refused(&[10037]), 10037), Verdict::Agrees);
    }
}
