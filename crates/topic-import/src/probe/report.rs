//! The results of a probe.

use serde::{Serialize, Serializer};

use super::belief::{Belief, Verdict};
use super::prober::Prober;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) group_id: String,
    pub(crate) agrees: usize,
    pub(crate) differs: usize,
    pub(crate) untried: usize,
    pub(crate) beliefs: Vec<Tried>,
    /// The IDs of the topics that may still exist.
    pub(crate) left_behind: Vec<String>,
}

/// A belief with the result of its trial.
#[derive(Debug, Serialize)]
pub(crate) struct Tried {
    pub(crate) belief: String,
    pub(crate) source: &'static str,
    pub(crate) expected: String,
    pub(crate) found: String,
    /// The short form of `found`, without the service's own words, for the table.
    #[serde(skip)]
    pub(crate) brief: String,
    pub(crate) verdict: Verdict,
}

impl Report {
    /// The report about these beliefs; those that the probe did not reach are untried.
    pub(crate) fn new(group_id: &str, beliefs: &[Belief], prober: &Prober) -> Self {
        let mut found = prober.found().iter();
        let beliefs: Vec<Tried> = beliefs
            .iter()
            .map(|belief| Tried::new(belief, found.next()))
            .collect();
        let count = |verdict| {
            let same = |tried: &&Tried| tried.verdict == verdict;
            beliefs.iter().filter(same).count()
        };
        Self {
            group_id: group_id.to_owned(),
            agrees: count(Verdict::Agrees),
            differs: count(Verdict::Differs),
            untried: count(Verdict::Untried),
            beliefs,
            left_behind: prober.left_behind(),
        }
    }
}

impl Tried {
    fn new(belief: &Belief, found: Option<&super::belief::Found>) -> Self {
        let expected = belief.expected;
        let (verdict, words, brief) = match found {
            Some(found) => (expected.verdict(found), found.words(), found.brief()),
            None => (
                Verdict::Untried,
                "stopped before".to_owned(),
                "stopped before".to_owned(),
            ),
        };
        Self {
            belief: belief.text.clone(),
            source: belief.source,
            expected: expected.words(),
            found: words,
            brief,
            verdict,
        }
    }
}

impl Verdict {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Untried => "untried",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
