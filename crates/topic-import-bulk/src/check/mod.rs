//! Checks a whole input and sends nothing.

pub(crate) mod derived_id;
pub(crate) mod plan;
pub(crate) mod repeats;
pub(crate) mod row_store;
pub(crate) mod sound_rows;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::ops::ControlFlow;

use serde::Serialize;
use topic_import_core::{GroupId, TopicDraft};

use crate::check::derived_id::TopicIds;
use crate::check::repeats::{Earlier, Entry, Kind, Repeat, Repeats, Standing, Surplus};
use crate::check::row_store::{Nowhere, RowStore};
use crate::input::element::Element;
use crate::input::fingerprint::Fingerprint;
use crate::input::left_out::LeftOut;
use crate::input::problem::Problem;
use crate::input::row::InputRow;
use crate::input::rows::InputEnd;
use crate::input::{Input, InputError};
use crate::journal::NewRow;

/// How many rows are kept at a time.
const ROWS_AT_ONCE: usize = 1000;

/// The most problems that a report lists.
pub const MAX_PROBLEMS_LISTED: usize = 1000;

/// The most topics that the service documents for a community (Use Limits); an app's own limit may be larger.
pub const DOCUMENTED_TOPICS_PER_COMMUNITY: NonZeroU64 = NonZeroU64::new(200).expect("not zero");

/// What an input is checked against, besides what holds for every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckSettings {
    /// The most topics that a community takes. Rows beyond it are invalid.
    pub topics_per_community: NonZeroU64,
    /// Who names the topics of rows that have no `TopicId`.
    pub topic_ids: TopicIds,
}

impl Default for CheckSettings {
    /// The limits that the service documents.
    fn default() -> Self {
        Self {
            topics_per_community: DOCUMENTED_TOPICS_PER_COMMUNITY,
            topic_ids: TopicIds::default(),
        }
    }
}

/// What checking an input found.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them have problems.
    pub invalid: u64,
    /// How many problems there are in all.
    pub problems_total: u64,
    /// The first of them, at most [`MAX_PROBLEMS_LISTED`], by line.
    pub problems: Vec<Problem>,
    /// The fingerprint of the bytes that were checked.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// The header itself has problems, or the document, or a mapping: no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// How many rows are left out as they repeat an earlier one of the same channel wholly.
    #[serde(skip_serializing_if = "is_default")]
    pub repeated: u64,
    /// What of an export becomes no topic.
    #[serde(skip_serializing_if = "is_default")]
    pub left_out: LeftOut,
    /// The sources in the list of groups to which no row belongs.
    #[serde(skip_serializing_if = "is_default")]
    pub unnamed_sources: Vec<String>,
    /// How many rows were found where in JSON documents, where that was searched for and is not their top.
    #[serde(rename = "rows_at", skip_serializing_if = "is_default")]
    pub places: BTreeMap<String, u64>,
    /// The lists of people or messages that were passed over where the rows were searched for.
    #[serde(skip_serializing_if = "is_default")]
    pub passed_over: BTreeSet<String>,
    /// The last page of an API's answers is missing: each one says that further ones follow.
    #[serde(rename = "more_pages", skip_serializing_if = "is_default")]
    pub has_more_pages: bool,
    /// How many things were guessed or replaced in rows.
    #[serde(skip_serializing_if = "is_default")]
    pub notes_total: u64,
    /// The first of them, at most [`MAX_PROBLEMS_LISTED`].
    #[serde(skip_serializing_if = "is_default")]
    pub notes: Vec<Note>,
    /// How many rows are left over where a community has more than its limit of topics, by GroupId.
    #[serde(skip)]
    pub(crate) over_limit: BTreeMap<String, u64>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What was guessed or replaced in a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// What begins there, such as `channel 17 "general"`, where an export is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<Box<Element>>,
    /// What was done.
    pub message: Box<str>,
}

impl CheckReport {
    fn note(&mut self, row: &InputRow) {
        for message in &row.notes {
            self.notes_total += 1;
            if self.notes.len() < MAX_PROBLEMS_LISTED {
                self.notes.push(Note {
                    line: row.line,
                    element: row.element.clone(),
                    message: message.clone(),
                });
            }
        }
    }

    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
    }

    /// Takes what is known once everything was read. What concerns the whole input is told alone: what is wrong with the rows
    /// follows from it.
    fn end(&mut self, end: InputEnd) {
        self.header_is_bad = !end.problems.is_empty();
        if self.header_is_bad {
            self.problems.clear();
            self.problems_total = 0;
        }
        for problem in end.problems {
            self.list(problem);
        }
        self.left_out = end.left_out;
        self.unnamed_sources = end.unnamed_sources;
        self.places = end.places;
        self.passed_over = end.passed_over;
        self.has_more_pages = end.has_more_pages;
    }

    fn list_repeat(&mut self, repeat: Repeat) {
        self.invalid += u64::from(repeat.kind == Kind::Named);
        self.list_in_order(Problem::topic_twice(repeat.line, repeat.first_line));
    }

    fn list_surplus(&mut self, surplus: Surplus, limit: NonZeroU64) {
        let Surplus {
            group_id,
            rows,
            line,
            element,
        } = surplus;
        self.invalid += rows;
        self.list_in_order(Problem {
            element: element.map(|element| Box::new(Element::in_words(element))),
            ..Problem::too_many_topics(line, &group_id, rows, limit.get())
        });
        self.over_limit.insert(group_id, rows);
    }

    /// Takes a problem that comes out of turn: the listed ones stay the first by line.
    fn list_in_order(&mut self, problem: Problem) {
        self.problems_total += 1;
        let place = self
            .problems
            .partition_point(|listed| listed.line <= problem.line);
        self.problems.insert(place, problem);
        self.problems.truncate(MAX_PROBLEMS_LISTED);
    }
}

/// Reads every row and collects what is wrong, topics named twice and communities with too many topics included. Memory
/// grows with the communities, not with the rows.
///
/// # Errors
/// Where the input cannot be read; bad rows are no error, they are what the report is for.
pub fn check(input: &Input) -> Result<CheckReport, InputError> {
    check_each(input, &CheckSettings::default(), |_| {})
}

/// Checks an input by these settings, and shows each row to `see` as soon as it is read. At that moment later rows are not
/// known: the row may still turn out to be a duplicate, or one too many for its community.
///
/// # Errors
/// Where the input cannot be read.
pub fn check_each(
    input: &Input,
    settings: &CheckSettings,
    see: impl FnMut(&InputRow),
) -> Result<CheckReport, InputError> {
    read(input, settings, see, &mut Nowhere)
}

/// Reads an input once: checks it, and keeps its rows as they would be imported.
pub(crate) fn read<S: RowStore>(
    input: &Input,
    settings: &CheckSettings,
    mut see: impl FnMut(&InputRow),
    store: &mut S,
) -> Result<CheckReport, S::Error> {
    let mut report = CheckReport::default();
    let mut repeats = Repeats::new().map_err(InputError::of_comparing)?;
    let mut batch = Vec::new();
    let mut failure = None;
    let (end, fingerprint) = input.read(&mut |row| {
        let kept = keep(
            row,
            settings,
            &mut see,
            &mut report,
            &mut repeats,
            &mut batch,
            store,
        );
        match kept {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    store.append(&batch)?;
    report.fingerprint = fingerprint;
    report.end(end);
    if report.header_is_bad {
        report.invalid = report.rows;
        return Ok(report);
    }
    repeats
        .find(|repeat| report.list_repeat(repeat))
        .map_err(InputError::of_comparing)?;
    let limit = settings.topics_per_community;
    let surpluses = repeats.limit_communities(limit);
    for surplus in surpluses.map_err(InputError::of_comparing)? {
        report.list_surplus(surplus, limit);
    }
    if S::KEEPS_ROWS {
        correct(&repeats, limit, store)?;
    }
    Ok(report)
}

/// Takes a row as it comes.
fn keep<S: RowStore>(
    row: InputRow,
    settings: &CheckSettings,
    see: &mut impl FnMut(&InputRow),
    report: &mut CheckReport,
    repeats: &mut Repeats,
    batch: &mut Vec<NewRow>,
    store: &mut S,
) -> Result<(), S::Error> {
    let mut row = row;
    if let Some(earlier) = earlier(&row, repeats)? {
        if earlier.is_equal {
            report.repeated += 1;
            return Ok(());
        }
        let own_id = row.own_id.as_deref().unwrap_or_default();
        let mut problem = Problem::channel_twice(row.line, own_id, earlier.line);
        problem.element.clone_from(&row.element);
        row.as_read = as_read(&row);
        row.topic = Err(vec![problem]);
    }
    report.rows += 1;
    report.note(&row);
    see(&row);
    let row = Named::new(row, settings.topic_ids);
    repeats
        .add(row.entry(report.rows))
        .map_err(InputError::of_comparing)?;
    if let Err(problems) = &row.row.topic {
        report.invalid += 1;
        for problem in problems {
            report.list(problem.clone());
        }
    }
    if S::KEEPS_ROWS {
        batch.push(row.into_new_row());
        if batch.len() == ROWS_AT_ONCE {
            store.append(batch)?;
            batch.clear();
        }
    }
    Ok(())
}

/// The sound row of the same channel that came before.
fn earlier<E: From<InputError>>(row: &InputRow, repeats: &Repeats) -> Result<Option<Earlier>, E> {
    let (Ok(topic), Some(own_id)) = (&row.topic, &row.own_id) else {
        return Ok(None);
    };
    let earlier = repeats
        .earlier(row.line, topic, own_id)
        .map_err(InputError::of_comparing)?;
    Ok(earlier)
}

/// A sound row as a line of JSONL.
fn as_read(row: &InputRow) -> Option<Box<str>> {
    let topic = row.topic.as_ref().ok()?.clone();
    serde_json::to_string(&TopicDraft::from(topic))
        .ok()
        .map(Into::into)
}

/// Corrects the rows that are not the first of their topic, or too many for their community.
fn correct<S: RowStore>(
    repeats: &Repeats,
    limit: NonZeroU64,
    store: &mut S,
) -> Result<(), S::Error> {
    let mut after = 0;
    loop {
        let page = repeats
            .standings(after, ROWS_AT_ONCE)
            .map_err(InputError::of_comparing)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = *last;
        let numbers: Vec<u64> = page.iter().map(|(number, _)| *number).collect();
        store.correct(&numbers, &mut |number, row| {
            let place = page.binary_search_by_key(&number, |(number, _)| *number);
            place.map_or_else(
                |_| row.clone(),
                |place| corrected(&row, page[place].1, limit),
            )
        })?;
    }
}

fn corrected(row: &NewRow, standing: Standing, limit: NonZeroU64) -> NewRow {
    let NewRow::Sound {
        line,
        topic,
        is_derived,
    } = row
    else {
        return row.clone();
    };
    let message = match standing {
        Standing::Nth(ordinal) => {
            return NewRow::Sound {
                line: *line,
                topic: derived_id::of_equals(topic.clone(), ordinal),
                is_derived: *is_derived,
            };
        }
        Standing::Repeated => {
            "TopicId: is the same as in an earlier line: every topic needs an ID of its own".into()
        }
        Standing::Surplus => format!(
            "GroupId: earlier lines are the {limit} topics that a community takes: choose another community"
        ),
    };
    let mut as_read = TopicDraft::from(topic.clone());
    if *is_derived {
        as_read.topic_id = None;
    }
    NewRow::Invalid {
        line: *line,
        as_read: serde_json::to_string(&as_read).ok().map(Into::into),
        message,
    }
}

/// A row of the input whose topic has the ID under which it would be imported, were there no other row.
struct Named {
    row: InputRow,
    is_derived: bool,
    /// Topics of an export are called after the IDs that they have there.
    is_named_by_source: bool,
    /// What begins on its line, in words.
    element: Option<String>,
}

impl Named {
    fn new(mut row: InputRow, topic_ids: TopicIds) -> Self {
        let own_id = row.own_id.as_deref();
        let mut is_derived = false;
        row.topic = row.topic.map(|topic| {
            let is_unnamed = topic.topic_id().is_none();
            let named = match (topic_ids, own_id) {
                (TopicIds::Service, _) | (TopicIds::OfExports, None) => topic,
                (TopicIds::Derived | TopicIds::OfExports, Some(own_id)) => {
                    derived_id::named_by_source(topic, own_id)
                }
                (TopicIds::Derived, None) => derived_id::named(topic),
            };
            is_derived = is_unnamed && named.topic_id().is_some();
            named
        });
        Self {
            element: row.element.as_ref().map(ToString::to_string),
            row,
            is_derived,
            is_named_by_source: topic_ids != TopicIds::Service,
        }
    }

    fn entry(&self, number: u64) -> Entry<'_> {
        let topic = self.row.topic.as_ref();
        let kind = match topic {
            Err(_) => Kind::Invalid,
            Ok(topic) if self.is_derived || topic.topic_id().is_none() => Kind::Unnamed,
            Ok(_) => Kind::Named,
        };
        let topic_id = match topic {
            Ok(topic) => topic.topic_id().map(AsRef::as_ref),
            Err(_) => self.row.topic_id.as_deref(),
        };
        Entry {
            number,
            line: self.row.line,
            kind,
            topic_id,
            group_id: topic.ok().map(|topic| topic.group_id().as_str()),
            element: self.element.as_deref(),
        }
    }

    fn into_new_row(self) -> NewRow {
        let line = self.row.line;
        match self.row.topic {
            Ok(topic) => NewRow::Sound {
                line,
                topic,
                is_derived: self.is_derived,
            },
            Err(problems) => NewRow::Invalid {
                line,
                as_read: match (self.is_named_by_source, self.row.own_id.as_deref()) {
                    (true, Some(own_id)) => self.row.as_read.map(|row| named_as_read(row, own_id)),
                    _ => self.row.as_read,
                },
                message: in_words(&problems),
            },
        }
    }
}

/// A row that is kept to be mended, under the ID that its topic would have: it stays the same topic once it is mended.
fn named_as_read(row: Box<str>, own_id: &str) -> Box<str> {
    let Ok(mut draft) = serde_json::from_str::<TopicDraft>(&row) else {
        return row;
    };
    let group = draft
        .group_id
        .clone()
        .and_then(|id| GroupId::parse(id).ok());
    let (Some(group), None) = (group, &draft.topic_id) else {
        return row;
    };
    draft.topic_id = derived_id::of_own(&group, own_id)
        .ok()
        .map(|id| id.as_str().to_owned());
    serde_json::to_string(&draft).map_or(row, Into::into)
}

fn in_words(problems: &[Problem]) -> String {
    let words: Vec<String> = problems.iter().map(Problem::without_line).collect();
    words.join("; ")
}
