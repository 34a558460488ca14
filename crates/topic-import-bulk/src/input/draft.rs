//! A row as far as it could be read.

use jiff::Timestamp;
use topic_import_core::{Field, ImportTopic, Rule, TopicDraft};

use crate::input::element::Element;
use crate::input::field::create_time::{ClockTime, Told};
use crate::input::field::day_number::{DAY_NUMBERS, date_of_digits};
use crate::input::field::name;
use crate::input::field::shorten::{Shortened, shorten};
use crate::input::field::time_zone::TimeZone;
use crate::input::groups::Source;
use crate::input::left_out::LeftOutReason;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row::InputRow;
use crate::input::settings::RowSettings;

/// What stands in a TopicId between the group's ID and the part that an app chooses.
const TOPIC_ID_SEPARATOR: &str = "@TOPIC#_";

/// A row as far as it could be read.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) line: u64,
    pub(crate) topic: TopicDraft,
    pub(crate) problems: Vec<Problem>,
    /// What begins on the line, where that is not the line alone.
    pub(crate) element: Option<Box<Element>>,
    /// What the row belongs to where it came from.
    pub(crate) source: Option<Source>,
    /// When it was created, where the zone of that is not said.
    pub(crate) clock_time: Option<ClockTime>,
    /// The fields that are too long and could not be shortened.
    pub(crate) not_shortened: Vec<Field>,
    /// It was made of a row of another shape.
    pub(crate) is_converted: bool,
    /// What the topic is called where it came from, unlike every other there.
    pub(crate) own_id: Option<String>,
    /// The part of its TopicId that follows the group's, where an app has chosen it.
    pub(crate) custom_id: Option<String>,
    /// Why it becomes no topic, unless that is wanted.
    pub(crate) left_out: Vec<LeftOutReason>,
    /// What was guessed or replaced in it.
    pub(crate) notes: Vec<Box<str>>,
    /// It is no row, and only its notes are of use.
    pub(crate) is_only_noted: bool,
}

impl Draft {
    pub(crate) fn new(line: u64) -> Self {
        Self {
            line,
            topic: TopicDraft::default(),
            problems: Vec::new(),
            element: None,
            source: None,
            clock_time: None,
            not_shortened: Vec::new(),
            is_converted: false,
            own_id: None,
            custom_id: None,
            left_out: Vec::new(),
            notes: Vec::new(),
            is_only_noted: false,
        }
    }

    pub(crate) fn unreadable(problem: Problem) -> Self {
        Self {
            line: problem.line,
            problems: vec![problem],
            ..Self::new(0)
        }
    }

    pub(crate) fn set_text(&mut self, field: Field, text: Option<String>) {
        if let Some(place) = self.topic.text_mut(field) {
            *place = text;
        }
    }

    pub(crate) fn set_time(&mut self, told: Told) {
        match told {
            Told::Moment(seconds) => self.topic.create_time = Some(seconds),
            Told::Clock(time) => self.clock_time = Some(time),
        }
    }

    /// Takes a time whose zone is not said for one of this zone.
    pub(crate) fn find_moment(&mut self, zone: Option<&TimeZone>) {
        if let Some(time) = self.clock_time.take() {
            match time.in_zone(self.line, zone) {
                Ok(seconds) => self.topic.create_time = Some(seconds),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    fn is_unreadable(&self) -> bool {
        self.problems.iter().any(|problem| match problem.rule {
            ProblemRule::Syntax => true,
            ProblemRule::OtherSystem | ProblemRule::Encoding => problem.field.is_none(),
            _ => false,
        })
    }

    /// Sets the group, where the row does not name one itself.
    pub(crate) fn find_group(&mut self, settings: &RowSettings) {
        if self.is_unreadable() {
            return;
        }
        let groups = settings.groups.as_ref();
        if groups.is_some() && settings.mappings.has(Field::GroupId) {
            let id = self.topic.group_id.take();
            self.source = Some(Source::new("source", id));
        }
        if self.topic.group_id.is_some() {
            return;
        }
        let otherwise = settings.group_id.as_ref();
        let group = match &self.source {
            Some(source) => source.group(self.line, groups, otherwise).map(Some),
            None => Ok(otherwise),
        };
        let own = self
            .source
            .as_mut()
            .and_then(|source| source.group_id.take());
        match (group, own) {
            (Ok(Some(group)), _) => self.topic.group_id = Some(group.as_str().to_owned()),
            (Err(_) | Ok(None), Some(own)) if groups.is_none() => self.topic.group_id = Some(own),
            (Ok(None), _) => {}
            (Err(problem), _) => self.problems.push(problem),
        }
        if let (Some(group), Some(custom)) = (&self.topic.group_id, self.custom_id.take()) {
            self.topic.topic_id = Some(format!("{group}{TOPIC_ID_SEPARATOR}{custom}"));
        }
    }

    /// Shortens what is too long, as far as that can be done.
    pub(crate) fn shorten(&mut self) -> Vec<Shortened> {
        let (shortened, too_long) = shorten(&mut self.topic);
        self.not_shortened = too_long;
        shortened
    }

    pub(crate) fn validate(mut self, shortened: Vec<Shortened>) -> InputRow {
        let line = self.line;
        self.notes.extend(self.day_number());
        let element = self.element.take();
        let topic_id = self.topic.topic_id.clone().map(Into::into);
        let source = self.source.take().map(Box::new);
        let own_id = self.own_id.take().map(Into::into);
        let notes = std::mem::take(&mut self.notes);
        let topic = if self.is_unreadable() {
            Err(self.problems)
        } else {
            self.into_request()
        };
        let topic = topic.map_err(|mut problems| {
            for problem in &mut problems {
                problem.element.clone_from(&element);
            }
            problems
        });
        InputRow {
            line,
            element,
            shortened,
            notes,
            own_id,
            topic,
            is_derived: false,
            source,
            topic_id,
            as_read: None,
        }
    }

    /// Says of a time that it may be the number of a day, as spreadsheets count them, or a date in digits; as seconds it is
    /// in 1970.
    fn day_number(&self) -> Option<Box<str>> {
        let field = Field::CreateTime.name();
        let number = self.topic.create_time?;
        if DAY_NUMBERS.contains(&number) {
            return Some(format!("{field}: {number} is a second of January 1970: if it is a spreadsheet's day number, format the column as a date there, and save the file again").into());
        }
        let date = date_of_digits(number)?;
        let month = Timestamp::from_second(number).ok()?.strftime("%B %Y");
        Some(format!("{field}: {number} is a second of {month}: if it is the date {date}, write it with its time and offset, such as {date}T00:00:00+08:00").into())
    }

    fn into_request(self) -> Result<ImportTopic, Vec<Problem>> {
        let mut problems = self.problems;
        let name = self.topic.topic_name.as_deref().unwrap_or_default();
        problems.extend(name::problem(self.line, Field::TopicName, name));
        match self.topic.validate() {
            Ok(topic) if problems.is_empty() => Ok(topic),
            Ok(_) => Err(problems),
            Err(violations) => {
                for violation in violations.iter() {
                    let is_said = violation.rule == Rule::Required
                        && problems
                            .iter()
                            .any(|problem| problem.is_of(violation.field));
                    if is_said {
                        continue;
                    }
                    let problem = Problem::violation(self.line, violation);
                    problems.push(problem.unless_shortened(&self.not_shortened));
                }
                Err(problems)
            }
        }
    }
}
