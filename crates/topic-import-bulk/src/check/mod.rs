//! Checks a whole input and sends nothing.

pub(crate) mod derived_id;
pub(crate) mod plan;
pub(crate) mod repeats;
pub(crate) mod row_store;
pub(crate) mod sound_rows;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroU64;

use serde::Serialize;
use topic_import_core::TopicDraft;

use crate::check::derived_id::TopicIds;
use crate::check::repeats::{Entry, Kind, Repeat, Repeats, Standing, Surplus};
use crate::check::row_store::{Nowhere, RowStore};
use crate::input::element::Element;
use crate::input::fingerprint::Fingerprint;
use crate::input::left_out::LeftOut;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row::InputRow;
use crate::input::text::spreadsheet::Sheet;
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
    /// Which sheet was read, where the input is a spreadsheet.
    #[serde(skip)]
    pub sheet: Option<Sheet>,
    /// What of an export becomes no topic.
    #[serde(skip)]
    pub left_out: LeftOut,
    /// The sources in the list of groups to which no row belongs.
    #[serde(skip)]
    pub unnamed_sources: Vec<String>,
    /// How many rows are left over where a community has more than its limit of topics, by GroupId.
    #[serde(skip)]
    pub(crate) over_limit: BTreeMap<String, u64>,
}

impl CheckReport {
    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
    }

    /// Takes what concerns the whole input: no row can be trusted, and what else was found may come of it.
    fn list_alone(&mut self, problems: Vec<Problem>) {
        self.header_is_bad = true;
        self.invalid = self.rows;
        self.problems_total = problems.len() as u64;
        self.problems = problems;
        self.problems.truncate(MAX_PROBLEMS_LISTED);
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
    let unreadable = |error: io::Error| S::Error::from(input.error(error));
    let mut report = CheckReport::default();
    let mut repeats = Repeats::new().map_err(InputError::of_comparing)?;
    let mut batch = Vec::new();
    let (mut rows, fingerprint) = input.hashed_rows()?;
    for row in &mut rows {
        let row = row.map_err(unreadable)?;
        report.rows += 1;
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
                store.append(&batch)?;
                batch.clear();
            }
        }
    }
    store.append(&batch)?;
    let mut of_all = rows.header_problems().to_vec();
    let closing = rows.closing_problems();
    if closing
        .iter()
        .any(|problem| problem.rule == ProblemRule::Encoding)
    {
        of_all.clear();
    }
    of_all.extend(closing);
    report.sheet = rows.sheet().cloned();
    report.left_out = rows.left_out();
    report.unnamed_sources = rows.unnamed_sources().map(ToOwned::to_owned).collect();
    rows.read_on().map_err(unreadable)?;
    report.fingerprint = fingerprint.so_far();
    repeats
        .find(|repeat| report.list_repeat(repeat))
        .map_err(InputError::of_comparing)?;
    if !of_all.is_empty() {
        report.list_alone(of_all);
        return Ok(report);
    }
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
}

impl Named {
    fn new(mut row: InputRow, topic_ids: TopicIds) -> Self {
        let mut is_derived = false;
        if topic_ids == TopicIds::Derived {
            row.topic = row.topic.map(|topic| {
                is_derived = topic.topic_id().is_none();
                derived_id::named(topic)
            });
        }
        Self { row, is_derived }
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
            element: self.row.element.as_deref().map(Element::as_str),
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
                as_read: self.row.as_read,
                message: in_words(&problems),
            },
        }
    }
}

fn in_words(problems: &[Problem]) -> String {
    let words: Vec<String> = problems.iter().map(Problem::without_line).collect();
    words.join("; ")
}
