//! One row of the input, checked.

use topic_import_core::ImportTopic;

use crate::input::element::Element;
use crate::input::field::shorten::Shortened;
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
    /// The `TopicId` of a row with problems, where it has one.
    pub(crate) topic_id: Option<Box<str>>,
    /// What the topic is called where it came from, with the name of that source.
    pub(crate) own_id: Option<Box<str>>,
    /// What was read, as a line of JSONL that is invalid as well, for somebody to mend. `None` where the row is sound,
    /// and where it was passed over for its length, or would be as this line.
    pub(crate) as_read: Option<Box<str>>,
}
