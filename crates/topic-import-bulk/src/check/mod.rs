//! Checks a whole input and sends nothing.

pub(crate) mod all_problems;
pub(crate) mod derived_id;
pub(crate) mod plan;
pub(crate) mod problem_kinds;
pub(crate) mod problem_table;
pub(crate) mod repeats;
pub(crate) mod row_store;
pub(crate) mod sound_rows;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroU64;

use serde::Serialize;
use topic_import_core::{Field, TopicDraft, TopicId};

use crate::check::all_problems::AllProblems;
use crate::check::derived_id::TopicIds;
use crate::check::problem_kinds::{ProblemKind, ProblemKinds};
use crate::check::repeats::{Alike, Entry, Kind, Repeat, Repeats, ShortName, Standing, Surplus};
use crate::check::row_store::{Nowhere, RowStore};
use crate::input::element::Element;
use crate::input::field::shorten::ELLIPSIS;
use crate::input::fingerprint::Fingerprint;
use crate::input::left_out::LeftOut;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row::InputRow;
use crate::input::rows::Rows;
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
    /// Every problem is kept, and not only the first [`MAX_PROBLEMS_LISTED`]: [`CheckReport::all_problems`].
    pub keep_problems: bool,
}

impl Default for CheckSettings {
    /// The limits that the service documents.
    fn default() -> Self {
        Self {
            topics_per_community: DOCUMENTED_TOPICS_PER_COMMUNITY,
            topic_ids: TopicIds::default(),
            keep_problems: false,
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
    /// Rows without a `TopicId` that repeat earlier ones wholly: each becomes a topic of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated: Option<Alike>,
    /// Rows whose names became equal to earlier ones of their community when they were shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_made_equal: Option<Alike>,
    /// All problems by field and rule, the most frequent first; of each the first few.
    #[serde(skip)]
    pub kinds: Vec<ProblemKind>,
    /// All problems, where [`CheckSettings::keep_problems`] says so.
    #[serde(skip)]
    pub all_problems: Option<AllProblems>,
    /// The fingerprint of the bytes that were checked.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// The header itself has problems, or the document, or a mapping: no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// Which sheet was read, where the input is a spreadsheet.
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// What is found while an input is checked.
struct Findings {
    report: CheckReport,
    kinds: ProblemKinds,
}

impl Findings {
    fn new(settings: &CheckSettings) -> rusqlite::Result<Self> {
        let mut report = CheckReport::default();
        if settings.keep_problems {
            report.all_problems = Some(AllProblems::new()?);
        }
        Ok(Self {
            report,
            kinds: ProblemKinds::default(),
        })
    }

    fn count(&mut self, problem: &Problem) -> rusqlite::Result<()> {
        self.report.problems_total += 1;
        self.kinds.add(problem);
        match &self.report.all_problems {
            Some(all) => all.add(problem),
            None => Ok(()),
        }
    }

    fn list(&mut self, problem: &Problem) -> rusqlite::Result<()> {
        self.count(problem)?;
        if self.report.problems.len() < MAX_PROBLEMS_LISTED {
            self.report.problems.push(problem.clone());
        }
        Ok(())
    }

    /// Takes what concerns the whole input: no row can be trusted, and what else was found may come of it.
    fn list_alone(&mut self, problems: &[Problem]) -> rusqlite::Result<()> {
        self.report.header_is_bad = true;
        self.report.invalid = self.report.rows;
        self.report.problems_total = 0;
        self.report.problems.clear();
        self.kinds = ProblemKinds::default();
        if let Some(all) = &self.report.all_problems {
            all.clear()?;
        }
        problems.iter().try_for_each(|problem| self.list(problem))
    }

    fn list_repeat(&mut self, repeat: Repeat) -> rusqlite::Result<()> {
        self.report.invalid += u64::from(repeat.kind == Kind::Named);
        self.list_in_order(Problem::topic_twice(repeat.line, repeat.first_line))
    }

    fn list_surplus(&mut self, surplus: Surplus, limit: NonZeroU64) -> rusqlite::Result<()> {
        let Surplus {
            group_id,
            rows,
            line,
            element,
        } = surplus;
        self.report.invalid += rows;
        self.list_in_order(Problem {
            element: element.map(|element| Box::new(Element::in_words(element))),
            ..Problem::too_many_topics(line, &group_id, rows, limit.get())
        })?;
        self.report.over_limit.insert(group_id, rows);
        Ok(())
    }

    /// Takes a problem that comes out of turn: the listed ones stay the first by line.
    fn list_in_order(&mut self, problem: Problem) -> rusqlite::Result<()> {
        self.count(&problem)?;
        let listed = &mut self.report.problems;
        let place = listed.partition_point(|listed| listed.line <= problem.line);
        listed.insert(place, problem);
        listed.truncate(MAX_PROBLEMS_LISTED);
        Ok(())
    }

    fn into_report(mut self) -> rusqlite::Result<CheckReport> {
        self.report.kinds = self.kinds.by_count();
        if let Some(all) = &self.report.all_problems {
            all.complete()?;
        }
        Ok(self.report)
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
    let mut findings = Findings::new(settings).map_err(InputError::of_comparing)?;
    let mut repeats = Repeats::new().map_err(InputError::of_comparing)?;
    let mut batch = Vec::new();
    let (mut rows, fingerprint) = input.hashed_rows()?;
    for row in &mut rows {
        let row = row.map_err(unreadable)?;
        findings.report.rows += 1;
        see(&row);
        let row = Named::new(row, settings.topic_ids);
        row.add_to(&mut repeats, findings.report.rows)
            .map_err(InputError::of_comparing)?;
        if let Err(problems) = &row.row.topic {
            findings.report.invalid += 1;
            for problem in problems {
                findings.list(problem).map_err(InputError::of_comparing)?;
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
    let of_all = of_all_rows(&mut rows);
    let report = &mut findings.report;
    report.sheet = rows.sheet().cloned();
    report.left_out = rows.left_out();
    report.unnamed_sources = rows.unnamed_sources().map(ToOwned::to_owned).collect();
    rows.read_on().map_err(unreadable)?;
    report.fingerprint = fingerprint.so_far();
    let limit = settings.topics_per_community;
    let found = if of_all.is_empty() {
        compare(&mut findings, &repeats, limit)
    } else {
        findings.list_alone(&of_all)
    };
    found.map_err(InputError::of_comparing)?;
    if S::KEEPS_ROWS && !findings.report.header_is_bad {
        correct(&repeats, limit, store)?;
    }
    Ok(findings.into_report().map_err(InputError::of_comparing)?)
}

/// What concerns all rows, once they were read. Another encoding may be the cause of everything else.
fn of_all_rows(rows: &mut Rows<'_>) -> Vec<Problem> {
    let closing = rows.closing_problems();
    let is_encoding = |problem: &Problem| problem.rule == ProblemRule::Encoding;
    if closing.iter().any(is_encoding) {
        return closing;
    }
    [rows.header_problems(), &closing].concat()
}

/// Compares the rows with each other.
fn compare(findings: &mut Findings, repeats: &Repeats, limit: NonZeroU64) -> rusqlite::Result<()> {
    let mut listed = Ok(());
    let repeated = repeats.find(|repeat| {
        if listed.is_ok() {
            listed = findings.list_repeat(repeat);
        }
    })?;
    listed?;
    findings.report.repeated = repeated;
    findings.report.names_made_equal = repeats.names_made_equal()?;
    for surplus in repeats.limit_communities(limit)? {
        findings.list_surplus(surplus, limit)?;
    }
    Ok(())
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
    /// What another row without an ID has as well that is the same, where the service names topics.
    content: Option<TopicId>,
}

impl Named {
    fn new(mut row: InputRow, topic_ids: TopicIds) -> Self {
        let (mut is_derived, mut content) = (false, None);
        match topic_ids {
            TopicIds::Derived => {
                row.topic = row.topic.map(|topic| {
                    is_derived = topic.topic_id().is_none();
                    derived_id::named(topic)
                });
            }
            TopicIds::Service => {
                let unnamed = row.topic.as_ref().ok();
                let unnamed = unnamed.filter(|topic| topic.topic_id().is_none());
                content = unnamed.and_then(|topic| derived_id::derive(topic).ok());
            }
        }
        Self {
            row,
            is_derived,
            content,
        }
    }

    fn add_to(&self, repeats: &mut Repeats, number: u64) -> rusqlite::Result<()> {
        repeats.add(self.entry(number))?;
        match self.short_name() {
            Some(short) => repeats.add_short_name(short),
            None => Ok(()),
        }
    }

    /// The name of a sound row, if it was shortened or looks as if it was.
    fn short_name(&self) -> Option<ShortName<'_>> {
        let topic = self.row.topic.as_ref().ok()?;
        let name = topic.topic_name.as_str();
        let mut shortened = self.row.shortened.iter();
        let shortened = shortened.find(|text| text.field == Field::TopicName);
        let written = shortened.map_or(name, |text| &text.from);
        name.ends_with(ELLIPSIS).then(|| ShortName {
            group_id: topic.group_id().as_str(),
            name,
            written,
            line: self.row.line,
        })
    }

    fn entry(&self, number: u64) -> Entry<'_> {
        let topic = self.row.topic.as_ref();
        let kind = match topic {
            Err(_) => Kind::Invalid,
            Ok(topic) if self.is_derived || topic.topic_id().is_none() => Kind::Unnamed,
            Ok(_) => Kind::Named,
        };
        let topic_id = match topic {
            Ok(topic) => topic
                .topic_id()
                .or(self.content.as_ref())
                .map(AsRef::as_ref),
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
