//! Checks a whole input and sends nothing.

pub(crate) mod all_problems;
pub(crate) mod communities;
mod delta;
pub(crate) mod derived_id;
mod own_communities;
pub(crate) mod placed;
pub(crate) mod plan;
pub(crate) mod problem_kinds;
pub(crate) mod problem_table;
pub(crate) mod repeats;
pub(crate) mod row_store;
pub(crate) mod settings;
pub(crate) mod spread;
pub(crate) mod valid_rows;

pub use all_problems::{AllProblems, ProblemsGiven};
pub use communities::NamedCommunity;
pub use delta::{Delta, Differing, DifferingTopic, delta};
pub use derived_id::TopicIds;
pub use own_communities::{CommunityReport, MAX_PROBLEMS_LISTED, MadeCommunity};
pub use placed::Placed;
pub use plan::{Plan, PlannedCommunity, plan};
pub use problem_kinds::ProblemKind;
pub use problem_table::ProblemTable;
pub use repeats::Alike;
pub use settings::{CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY};
pub use spread::{FurtherCommunity, Spread};
pub use valid_rows::{ValidRows, valid_rows};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU64;
use std::ops::ControlFlow;

use serde::Serialize;
use topic_import_core::{CreateTime, Field, GroupId, ImportTopic, TopicDraft, Violations};

use crate::check::communities::{NamedCommunities, alike_but_for_case};
use crate::check::own_communities::OwnCommunities;
use crate::check::problem_kinds::ProblemKinds;
use crate::check::repeats::{
    Adding, Earlier, Entry, Kind, Rank, Repeat, Repeats, ShortName, Standing, Surplus,
};
use crate::check::row_store::{Nowhere, RowStore};
use crate::check::spread::{SpreadRows, TooLong};
use crate::input::element::Element;
use crate::input::field::shorten::ELLIPSIS;
use crate::input::fingerprint::Fingerprint;
use crate::input::left_out::LeftOut;
use crate::input::problem::Problem;
use crate::input::row::InputRow;
use crate::input::rows::InputEnd;
use crate::input::text::sheet::Sheet;
use crate::input::{Input, InputError};
use crate::request::json;

/// How many rows are passed to the row store at a time.
const ROWS_AT_ONCE: usize = 1000;

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
    /// The first problems by line, at most [`MAX_PROBLEMS_LISTED`].
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
    /// All problems, and what was shortened, guessed or replaced, where [`CheckSettings::keep_problems`] says so.
    #[serde(skip)]
    pub all_problems: Option<AllProblems>,
    /// The fingerprint of the bytes that were checked.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// Whether the header, the document or a mapping has problems, so that no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// Which sheet was read of each spreadsheet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<Sheet>,
    /// How many rows are left out as they repeat an earlier one of the same channel wholly.
    #[serde(skip_serializing_if = "is_default")]
    pub repeated_channels: u64,
    /// How many things of an export do not become topics, by reason.
    #[serde(skip_serializing_if = "is_default")]
    pub left_out: LeftOut,
    /// The sources that no row belongs to, though the list of groups names them.
    #[serde(skip_serializing_if = "is_default")]
    pub unnamed_sources: Vec<String>,
    /// How many rows were found where in JSON documents, where that was searched for and is not their top.
    #[serde(rename = "rows_at", skip_serializing_if = "is_default")]
    pub places: BTreeMap<String, u64>,
    /// The lists of people or messages, and those within an error, that were passed over where the rows were searched for.
    #[serde(skip_serializing_if = "is_default")]
    pub passed_over: BTreeSet<String>,
    /// What the source has to say of the export beside its rows.
    #[serde(rename = "notes_beside_rows", skip_serializing_if = "is_default")]
    pub beside_rows: Vec<Note>,
    /// How many files of a directory or an archive were passed over, as they are attachments of an export beside them.
    #[serde(skip_serializing_if = "is_default")]
    pub attachments: u64,
    /// Pages of an API's answers are missing: each one says that others follow or came before, or all have more elements.
    #[serde(rename = "more_pages", skip_serializing_if = "is_default")]
    pub has_more_pages: bool,
    /// IDs of communities that differ in nothing but upper and lower case, each group of such IDs in a list. Each ID is
    /// imported as a community of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub alike_but_for_case: Vec<Vec<String>>,
    /// How many texts of rows were shortened, by field.
    #[serde(skip_serializing_if = "is_default")]
    pub shortened: BTreeMap<String, u64>,
    /// How many things were guessed or replaced in rows.
    #[serde(skip_serializing_if = "is_default")]
    pub notes_total: u64,
    /// The first of them, at most [`MAX_PROBLEMS_LISTED`].
    #[serde(skip_serializing_if = "is_default")]
    pub notes: Vec<Note>,
    /// How many rows exceed their community's limit of topics, by GroupId. Only communities over their limit appear.
    #[serde(skip)]
    pub(crate) over_limit: BTreeMap<String, u64>,
    /// What checking the communities that the run creates has found; `None` if it creates none.
    #[serde(rename = "communities", skip_serializing_if = "Option::is_none")]
    pub own_communities: Option<CommunityReport>,
    /// The communities that sound rows name, or go into as rows are spread, and the run does not make itself, in the order
    /// of the first of these rows; none where the header is bad.
    #[serde(skip)]
    pub communities: Vec<NamedCommunity>,
    /// The communities into which rows go that name another one, by the community that they name.
    #[serde(skip)]
    pub further_communities: Vec<FurtherCommunity>,
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
    /// The file, where the input is several, and what begins there, such as `channel 17 "general"`, where an export is read.
    #[serde(flatten)]
    pub element: Option<Box<Element>>,
    /// What was done.
    pub message: Box<str>,
}

impl CheckReport {
    fn note(&mut self, row: &InputRow) {
        for text in &row.shortened {
            let field = text.field.name().to_owned();
            *self.shortened.entry(field).or_default() += 1;
        }
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

    /// Takes what is known of an input once everything was read, and gives what is wrong with all of it.
    fn end(&mut self, end: InputEnd) -> Vec<Problem> {
        self.sheets = end.sheets;
        self.left_out = end.left_out;
        self.unnamed_sources = end.unnamed_sources;
        self.places = end.places;
        self.passed_over = end.passed_over;
        self.attachments = end.attachments;
        self.has_more_pages = end.has_more_pages;
        let notes = end.notes.into_iter().map(|note| Note {
            line: note.line,
            element: note.element,
            message: note.message,
        });
        self.beside_rows = notes.collect();
        end.problems
    }

    /// Whether any row or community has problems.
    pub fn has_problems(&self) -> bool {
        let own = self.own_communities.as_ref();
        self.problems_total > 0 || own.is_some_and(|own| own.problems_total > 0)
    }

    /// Whether nothing can be imported, because a header has problems.
    pub fn is_unreliable(&self) -> bool {
        let own = self.own_communities.as_ref();
        self.header_is_bad || own.is_some_and(|own| own.header_is_bad)
    }
}

/// What is found while an input is checked.
struct Findings {
    report: CheckReport,
    kinds: ProblemKinds,
    /// The files in the order in which they were read, where the input is several.
    files: HashMap<Box<str>, usize>,
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
            files: HashMap::new(),
        })
    }

    fn note_file(&mut self, row: &InputRow) {
        let file = row.element.as_deref().and_then(Element::file);
        if let Some(file) = file.filter(|file| !self.files.contains_key(*file)) {
            self.files.insert(file.into(), self.files.len());
        }
    }

    /// Notes what was shortened, guessed or replaced in a row.
    fn note(&mut self, row: &InputRow) -> rusqlite::Result<()> {
        self.note_file(row);
        self.report.note(row);
        let Some(all) = &self.report.all_problems else {
            return Ok(());
        };
        let shortened = row.shortened.iter();
        let shortened = shortened.map(|text| text.noted(row.line));
        let notes = row.notes.iter();
        let notes = notes.map(|what| Problem::guessed(row.line, what));
        for mut done in shortened.chain(notes) {
            done.element.clone_from(&row.element);
            all.add(&done)?;
        }
        Ok(())
    }

    fn note_beside_rows(&self, end: &InputEnd) -> rusqlite::Result<()> {
        match &self.report.all_problems {
            Some(all) => end.notes.iter().try_for_each(|note| all.add(note)),
            None => Ok(()),
        }
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
        let Repeat {
            line,
            file,
            element,
            first_line,
            first_file,
            ..
        } = repeat;
        self.list_in_order(Problem {
            element: Element::of_parts(file.as_deref(), element.as_deref()),
            ..Problem::topic_twice(line, first_line, first_file.as_deref())
        })
    }

    fn list_surpluses(&mut self, repeats: &Repeats, limit: NonZeroU64) -> rusqlite::Result<()> {
        for surplus in repeats.limit_communities(limit)? {
            self.list_surplus(surplus, |line, group_id, rows| {
                Problem::too_many_topics(line, group_id, rows, limit.get())
            })?;
        }
        Ok(())
    }

    fn list_surplus(
        &mut self,
        surplus: Surplus,
        problem: impl FnOnce(u64, &str, u64) -> Problem,
    ) -> rusqlite::Result<()> {
        let Surplus {
            group_id,
            rows,
            line,
            file,
            element,
        } = surplus;
        self.report.invalid += rows;
        self.list_in_order(Problem {
            element: Element::of_parts(file.as_deref(), element.as_deref()),
            ..problem(line, &group_id, rows)
        })?;
        self.report.over_limit.insert(group_id, rows);
        Ok(())
    }

    fn list_spread(&mut self, spread: SpreadRows, limit: NonZeroU64) -> rusqlite::Result<()> {
        for surplus in spread.without_further {
            self.list_surplus(surplus, |line, group_id, rows| {
                Problem::no_further_community(line, group_id, rows, limit.get())
            })?;
        }
        for too_long in spread.too_long {
            let TooLong {
                line,
                element,
                violations,
            } = too_long;
            self.report.invalid += 1;
            for violation in violations.iter() {
                self.list_in_order(Problem {
                    element: element.clone(),
                    ..Problem::violation(line, violation)
                })?;
            }
        }
        self.report.further_communities = spread.further;
        Ok(())
    }

    /// Adds a problem that was found out of order; the listed problems stay the first ones by file, as the files were read,
    /// and by line.
    fn list_in_order(&mut self, problem: Problem) -> rusqlite::Result<()> {
        self.count(&problem)?;
        let listed = &mut self.report.problems;
        let files = &self.files;
        let key = |problem: &Problem| {
            let file = problem.element.as_deref().and_then(Element::file);
            (file.and_then(|file| files.get(file)), problem.line)
        };
        let place = listed.partition_point(|listed| key(listed) <= key(&problem));
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

/// Reads every row and collects the problems, including repeated topics and communities with too many topics. Memory
/// grows with the number of communities, not of rows.
///
/// # Errors
/// If the input cannot be read. Invalid rows are not an error: the report lists them.
pub fn check(input: &Input) -> Result<CheckReport, InputError> {
    check_each(input, &CheckSettings::default(), |_| {})
}

/// Checks an input with these settings, and calls `see` with each row as soon as it is read. The row may still turn out
/// to be a duplicate or to exceed its community's limit, which is only found out at the end of the input.
///
/// # Errors
/// If the input cannot be read.
pub fn check_each(
    input: &Input,
    settings: &CheckSettings,
    see: impl FnMut(&InputRow),
) -> Result<CheckReport, InputError> {
    read(input, settings, see, &mut Nowhere)
}

/// Checks an input and keeps its rows as they would be imported, reading it only once.
pub(crate) fn read<S: RowStore>(
    input: &Input,
    settings: &CheckSettings,
    see: impl FnMut(&InputRow),
    store: &mut S,
) -> Result<CheckReport, S::Error> {
    let repeats = Repeats::new().map_err(InputError::of_comparing)?;
    let mut reading = Reading::new(input, settings, see, store, &repeats)?;
    let mut failure = None;
    let (end, fingerprint) = input.read(&mut |row| match reading.take(row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    reading.end(end, fingerprint)
}

/// An input while it is read.
struct Reading<'a, S, F> {
    settings: &'a CheckSettings,
    see: F,
    store: &'a mut S,
    findings: Findings,
    repeats: &'a Repeats,
    adding: Adding<'a>,
    own: OwnCommunities<'a>,
    communities: NamedCommunities,
    /// Rows that are not stored yet.
    batch: Vec<InputRow>,
}

impl<'a, S: RowStore, F: FnMut(&InputRow)> Reading<'a, S, F> {
    fn new(
        input: &'a Input,
        settings: &'a CheckSettings,
        see: F,
        store: &'a mut S,
        repeats: &'a Repeats,
    ) -> Result<Self, InputError> {
        Ok(Self {
            settings,
            see,
            store,
            findings: Findings::new(settings).map_err(InputError::of_comparing)?,
            repeats,
            adding: repeats.adding().map_err(InputError::of_comparing)?,
            own: OwnCommunities::of(input),
            communities: NamedCommunities::default(),
            batch: Vec::new(),
        })
    }

    fn take(&mut self, mut row: InputRow) -> Result<(), S::Error> {
        if let Some(earlier) = self.earlier(&row).map_err(InputError::of_comparing)? {
            if earlier.is_equal {
                self.findings.report.repeated_channels += 1;
                return Ok(());
            }
            row = of_channel_twice(row, &earlier);
        }
        self.findings.report.rows += 1;
        let noted = self.findings.note(&row);
        noted.map_err(InputError::of_comparing)?;
        (self.see)(&row);
        let row = named(row, self.settings.topic_ids);
        self.compare_later(&row).map_err(InputError::of_comparing)?;
        match &row.topic {
            Ok(topic) => {
                self.own.note(&row);
                self.communities.add(topic.group_id(), row.line);
            }
            Err(problems) => {
                self.findings.report.invalid += 1;
                for problem in problems {
                    let listed = self.findings.list(problem);
                    listed.map_err(InputError::of_comparing)?;
                }
            }
        }
        if S::KEEPS_ROWS {
            self.batch.push(row);
            if self.batch.len() == ROWS_AT_ONCE {
                self.store.append(&self.batch)?;
                self.batch.clear();
            }
        }
        Ok(())
    }

    /// The sound row of the same channel that came before.
    fn earlier(&self, row: &InputRow) -> rusqlite::Result<Option<Earlier>> {
        match (&row.topic, &row.own_id) {
            (Ok(topic), Some(own_id)) => {
                let file = row.element.as_deref().and_then(Element::file);
                self.repeats.earlier(row.line, file, topic, own_id)
            }
            _ => Ok(None),
        }
    }

    /// Keeps what a row is compared with others by.
    fn compare_later(&mut self, row: &InputRow) -> rusqlite::Result<()> {
        let content = content(row);
        let mut entry = entry(row, content.as_deref());
        if self.settings.spread.is_none() {
            // It makes no difference which topic is the older one.
            entry.rank.created = None;
        }
        self.adding.add(entry)?;
        match short_name(row) {
            Some(short) => self.repeats.add_short_name(short),
            None => Ok(()),
        }
    }

    /// Compares the rows with each other once all were read.
    fn end(self, end: InputEnd, fingerprint: Fingerprint) -> Result<CheckReport, S::Error> {
        let Self {
            settings,
            store,
            mut findings,
            repeats,
            own,
            mut communities,
            batch,
            ..
        } = self;
        store.append(&batch)?;
        findings.report.fingerprint = fingerprint;
        let noted = findings.note_beside_rows(&end);
        noted.map_err(InputError::of_comparing)?;
        let of_all = findings.report.end(end);
        if !of_all.is_empty() {
            findings.report.own_communities = own.finish(&[]).1;
            let listed = findings.list_alone(&of_all);
            let report = listed.and_then(|()| findings.into_report());
            return Ok(report.map_err(InputError::of_comparing)?);
        }
        let limit = settings.topics_per_community;
        let group_ids = communities.group_ids().chain(own.group_ids());
        findings.report.alike_but_for_case = alike_but_for_case(group_ids);
        compare(&mut findings, repeats).map_err(InputError::of_comparing)?;
        if let Some(settings) = &settings.spread {
            let spread = spread::spread(repeats, limit, settings, &mut communities)?;
            let listed = findings.list_spread(spread, limit);
            listed.map_err(InputError::of_comparing)?;
        } else if communities.any_over(limit) {
            let listed = findings.list_surpluses(repeats, limit);
            listed.map_err(InputError::of_comparing)?;
        }
        let (own, own_report) = own.finish(&findings.report.further_communities);
        findings.report.own_communities = own_report;
        store.append_communities(&own)?;
        communities.remove(own.iter().filter_map(|row| row.community.as_ref().ok()));
        findings.report.communities = communities.in_order();
        if S::KEEPS_ROWS {
            correct(repeats, limit, store)?;
        }
        Ok(findings.into_report().map_err(InputError::of_comparing)?)
    }
}

/// A row that says of a channel something else than an earlier one.
fn of_channel_twice(row: InputRow, earlier: &Earlier) -> InputRow {
    let own_id = row.own_id.as_deref().unwrap_or_default();
    let first_file = earlier.file.as_deref();
    let mut problem = Problem::channel_twice(row.line, own_id, earlier.line, first_file);
    problem.element.clone_from(&row.element);
    InputRow {
        as_read: row.topic.as_ref().ok().map(|topic| json(topic).into()),
        topic: Err(vec![problem]),
        ..row
    }
}

/// The name of a sound row, if it was shortened or looks as if it was.
fn short_name(row: &InputRow) -> Option<ShortName<'_>> {
    let topic = row.topic.as_ref().ok()?;
    let name = topic.topic_name.as_str();
    let mut shortened = row.shortened.iter();
    let shortened = shortened.find(|text| text.field == Field::TopicName);
    let written = shortened.map_or(name, |text| &text.from);
    name.ends_with(ELLIPSIS).then(|| ShortName {
        group_id: topic.group_id().as_str(),
        name,
        written,
        line: row.line,
        file: row.element.as_deref().and_then(Element::file),
    })
}

/// Compares the rows with each other.
fn compare(findings: &mut Findings, repeats: &Repeats) -> rusqlite::Result<()> {
    let mut listed = Ok(());
    let repeated = repeats.find(|repeat| {
        if listed.is_ok() {
            listed = findings.list_repeat(repeat);
        }
    })?;
    listed?;
    findings.report.repeated = repeated;
    findings.report.names_made_equal = repeats.names_made_equal()?;
    Ok(())
}

/// Corrects the stored rows that repeat an earlier row's topic or exceed their community's limit.
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
            match place {
                Ok(place) => corrected(row, page[place].1, limit),
                Err(_) => row,
            }
        })?;
    }
}

fn corrected(row: InputRow, standing: Standing, limit: NonZeroU64) -> InputRow {
    let InputRow {
        line,
        topic: Ok(topic),
        is_derived,
        ..
    } = row
    else {
        return row;
    };
    let problems = match standing {
        Standing::Topic { ordinal, community } => match at_its_place(&topic, ordinal, community) {
            Ok(topic) => {
                return InputRow {
                    is_derived,
                    ..InputRow::sound(line, topic)
                };
            }
            Err(violations) => {
                let violations = violations.iter();
                violations
                    .map(|violation| Problem::violation(line, violation))
                    .collect()
            }
        },
        Standing::Repeated => vec![Problem::topic_repeated(line)],
        Standing::Surplus => vec![Problem::topic_in_surplus(line, limit.get())],
        Standing::NoFurther => vec![Problem::topic_without_further_community(line, limit.get())],
    };
    let mut as_read = TopicDraft::from(topic);
    if is_derived {
        as_read.topic_id = None;
    }
    let as_read = serde_json::to_string(&as_read).expect("a draft is JSON");
    InputRow::of_problems(line, problems, Some(as_read.into()))
}

/// A topic as the one of several equal ones that it is, in the community that has room for it.
fn at_its_place(
    topic: &ImportTopic,
    ordinal: u64,
    community: u64,
) -> Result<ImportTopic, Violations> {
    let topic = match ordinal {
        1 => topic.clone(),
        ordinal => derived_id::of_equals(topic.clone(), ordinal),
    };
    match community {
        1 => Ok(topic),
        number => spread::moved(topic, number),
    }
}

/// Gives the row the `TopicId` under which it would be imported if it were the only row. What is kept of an invalid row of
/// an export has it as well: it stays the same topic once it is mended.
fn named(mut row: InputRow, topic_ids: TopicIds) -> InputRow {
    let own_id = row.own_id.as_deref();
    match row.topic {
        Ok(topic) => {
            let is_unnamed = topic.topic_id().is_none();
            let topic = match (topic_ids, own_id) {
                (TopicIds::Service, _) | (TopicIds::OfExports, None) => topic,
                (TopicIds::Derived | TopicIds::OfExports, Some(own_id)) => {
                    derived_id::named_by_source(topic, own_id)
                }
                (TopicIds::Derived, None) => derived_id::named(topic),
            };
            row.is_derived = is_unnamed && topic.topic_id().is_some();
            row.topic = Ok(topic);
        }
        Err(problems) => {
            if let (Some(own_id), true) = (own_id, topic_ids != TopicIds::Service) {
                row.as_read = row.as_read.map(|row| named_as_read(row, own_id));
            }
            row.topic = Err(problems);
        }
    }
    row
}

fn named_as_read(row: Box<str>, own_id: &str) -> Box<str> {
    let Ok(mut draft) = serde_json::from_str::<TopicDraft>(&row) else {
        return row;
    };
    let group_id = draft.group_id.clone();
    let group_id = group_id.and_then(|id| GroupId::parse(id).ok());
    let (Some(group_id), None) = (group_id, &draft.topic_id) else {
        return row;
    };
    let topic_id = derived_id::of_own(&group_id, own_id).ok();
    draft.topic_id = topic_id.map(|id| id.as_str().to_owned());
    serde_json::to_string(&draft).map_or(row, Into::into)
}

/// What tells a topic from others that the service is to name.
fn content(row: &InputRow) -> Option<String> {
    let topic = row.topic.as_ref().ok()?;
    let is_unnamed = topic.topic_id().is_none();
    is_unnamed.then(|| derived_id::hash(topic))
}

/// What tells a row from others. Without an ID of its own, it is the same as others of its `content`.
fn entry<'a>(row: &'a InputRow, content: Option<&'a str>) -> Entry<'a> {
    let topic = row.topic.as_ref();
    let kind = match topic {
        Err(_) => Kind::Invalid,
        Ok(topic) if row.is_derived || topic.topic_id().is_none() => Kind::Unnamed,
        Ok(_) => Kind::Named,
    };
    let topic_id = match topic {
        Ok(topic) => topic.topic_id().map(AsRef::as_ref),
        Err(_) => row.topic_id.as_deref(),
    };
    let created = topic.ok().and_then(|topic| topic.create_time);
    let element = row.element.as_deref();
    Entry {
        line: row.line,
        kind,
        topic_id,
        group_id: topic.ok().map(|topic| topic.group_id().as_str()),
        file: element.and_then(Element::file),
        element: element
            .map(Element::words)
            .filter(|words| !words.is_empty()),
        rank: Rank {
            created: created.map(CreateTime::unix_seconds),
            content,
        },
    }
}
