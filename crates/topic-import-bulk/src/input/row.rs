//! One row of the input, checked.

use topic_import_core::ImportTopic;

use crate::input::element::Element;
use crate::input::field::shorten::Shortened;
use crate::input::groups::Source;
use crate::input::problem::Problem;

/// A row of the input.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What begins there, such as `channel 17 "general"`, where an export is read.
    pub element: Option<Box<Element>>,
    /// What was shortened to fit.
    pub shortened: Vec<Shortened>,
    /// What was guessed or replaced in it, in words.
    pub notes: Vec<Box<str>>,
    /// The request, or everything that is wrong with it; never empty.
    pub topic: Result<ImportTopic, Vec<Problem>>,
    /// The request's `TopicId` was made from its content.
    pub is_derived: bool,
    /// What it belongs to where it came from.
    pub(crate) source: Option<Box<Source>>,
    /// The `TopicId` of a row with problems, where it has one.
    pub(crate) topic_id: Option<Box<str>>,
    /// What the topic is called where it came from, with the name of that source.
    pub(crate) own_id: Option<Box<str>>,
    /// What was read, as a line of JSONL that is invalid as well, for somebody to mend. `None` where the row is sound,
    /// and where it was passed over for its length, or would be as this line.
    pub(crate) as_read: Option<Box<str>>,
}

impl InputRow {
    /// The row that begins on this line and makes this request.
    pub fn sound(line: u64, topic: ImportTopic) -> Self {
        Self {
            line,
            element: None,
            shortened: Vec::new(),
            notes: Vec::new(),
            topic: Ok(topic),
            is_derived: false,
            source: None,
            topic_id: None,
            own_id: None,
            as_read: None,
        }
    }

    /// A row that cannot be imported for this reason, and what was read of it as a line of JSONL.
    pub fn invalid(line: u64, why: impl Into<Box<str>>, as_read: Option<Box<str>>) -> Self {
        Self::of_problem(line, Problem::syntax(line, why), as_read)
    }

    /// A row that cannot be imported for this problem.
    pub(crate) fn of_problem(line: u64, problem: Problem, as_read: Option<Box<str>>) -> Self {
        Self::of_problems(line, vec![problem], as_read)
    }

    /// A row that cannot be imported for these problems.
    pub(crate) fn of_problems(
        line: u64,
        problems: Vec<Problem>,
        as_read: Option<Box<str>>,
    ) -> Self {
        Self {
            line,
            element: None,
            shortened: Vec::new(),
            notes: Vec::new(),
            topic: Err(problems),
            is_derived: false,
            source: None,
            topic_id: None,
            own_id: None,
            as_read,
        }
    }

    /// The row with a `TopicId` that was made from its content.
    #[must_use]
    pub const fn derived(mut self) -> Self {
        self.is_derived = true;
        self
    }

    /// Everything that is wrong with the row, in one line.
    pub(crate) fn cause(&self) -> Option<String> {
        let problems = self.topic.as_ref().err()?.iter();
        let words: Vec<String> = problems.map(Problem::without_line).collect();
        Some(words.join("; "))
    }
}
