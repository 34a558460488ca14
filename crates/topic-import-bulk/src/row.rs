//! One row of the input, checked.

use std::io::{self, BufRead};

use topic_import_core::{Field, GroupId, ImportTopic, Rule, TopicDraft};

use crate::csv::CsvRows;
use crate::duplicates::Key;
use crate::input::Format;
use crate::json::JsonRows;
use crate::problem::{Problem, ProblemRule};

/// How a `From_Account` of digits is sent from CSV, which cannot tell a number from text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccountDigits {
    /// As a number.
    #[default]
    Number,
    /// As text.
    Text,
}

/// What holds for every row of an input.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RowSettings {
    /// The group of rows that name none.
    pub group_id: Option<GroupId>,
    /// How digits are sent as `From_Account`, in CSV.
    pub account_digits: AccountDigits,
}

/// A row of the input.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The request, or everything that is wrong with it; never empty.
    pub topic: Result<ImportTopic, Vec<Problem>>,
    /// Stands for its TopicId, where the row has one.
    pub(crate) key: Option<Key>,
}

/// A row as far as it could be read.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) line: u64,
    pub(crate) topic: TopicDraft,
    pub(crate) problems: Vec<Problem>,
}

impl Draft {
    pub(crate) fn new(line: u64) -> Self {
        Self {
            line,
            topic: TopicDraft::default(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn unreadable(problem: Problem) -> Self {
        Self {
            line: problem.line,
            topic: TopicDraft::default(),
            problems: vec![problem],
        }
    }

    fn is_unreadable(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.rule == ProblemRule::Syntax)
    }

    fn validate(mut self, settings: &RowSettings) -> Row {
        let line = self.line;
        let key = self.topic.topic_id.as_deref().map(Key::of);
        if self.topic.group_id.is_none() {
            self.topic.group_id = settings.group_id.as_ref().map(|id| id.as_str().to_owned());
        }
        if self.is_unreadable() {
            return Row {
                line,
                topic: Err(self.problems),
                key,
            };
        }
        let mut problems = self.problems;
        let topic = match self.topic.validate() {
            Ok(topic) if problems.is_empty() => Ok(topic),
            Ok(_) => Err(problems),
            Err(violations) => {
                for violation in violations.iter() {
                    let is_said = violation.rule == Rule::Required
                        && problems
                            .iter()
                            .any(|problem| problem.is_of(violation.field));
                    if !is_said {
                        problems.push(Problem::violation(line, violation));
                    }
                }
                Err(problems)
            }
        };
        Row { line, topic, key }
    }
}

/// The place of a text field in a draft.
pub(crate) fn text_of(topic: &mut TopicDraft, field: Field) -> &mut Option<String> {
    match field {
        Field::Type => &mut topic.group_type,
        Field::GroupId => &mut topic.group_id,
        Field::TopicId => &mut topic.topic_id,
        Field::CustomString => &mut topic.custom_string,
        Field::FaceUrl => &mut topic.face_url,
        Field::Notification => &mut topic.notification,
        Field::Introduction => &mut topic.introduction,
        _ => &mut topic.topic_name,
    }
}

/// Rows, one at a time.
#[derive(Debug)]
pub struct Rows<R> {
    reader: Reader<R>,
    settings: RowSettings,
}

#[derive(Debug)]
enum Reader<R> {
    Json(JsonRows<R>),
    Csv(Box<CsvRows<R>>),
}

impl<R: BufRead> Rows<R> {
    /// Reads rows from anything that is buffered.
    ///
    /// # Errors
    /// Where the beginning cannot be read.
    pub fn new(reader: R, format: Format, settings: RowSettings) -> io::Result<Self> {
        let reader = match format {
            Format::Jsonl => Reader::Json(JsonRows::new(reader)?),
            Format::Csv => Reader::Csv(Box::new(CsvRows::new(reader, settings.account_digits)?)),
        };
        Ok(Self { reader, settings })
    }

    /// What is wrong with the header of a CSV input, and so with every row.
    pub fn header_problems(&self) -> &[Problem] {
        match &self.reader {
            Reader::Json(_) => &[],
            Reader::Csv(rows) => rows.header_problems(),
        }
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        let draft = match &mut self.reader {
            Reader::Json(rows) => rows.next(),
            Reader::Csv(rows) => rows.next(),
        };
        let row = draft.map(|draft| draft.map(|draft| draft.validate(&self.settings)));
        row.transpose()
    }
}
