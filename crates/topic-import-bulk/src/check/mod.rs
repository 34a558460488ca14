//! Checks a whole input and sends nothing.

pub(crate) mod derived_id;
pub(crate) mod duplicates;
pub(crate) mod plan;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use topic_import_core::{GroupId, ImportTopic};

use crate::check::derived_id::TopicIds;
use crate::check::duplicates::{Duplicate, Duplicates, Key, Kind, Merge, Sorted, Sorter, Stored};
use crate::input::element::Element;
use crate::input::fingerprint::Fingerprint;
use crate::input::left_out::LeftOut;
use crate::input::problem::Problem;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};

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
}

impl Default for CheckSettings {
    /// Takes what the service documents.
    fn default() -> Self {
        Self {
            topics_per_community: DOCUMENTED_TOPICS_PER_COMMUNITY,
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
    /// What of an export becomes no topic.
    #[serde(skip)]
    pub left_out: LeftOut,
    /// The sources in the list of groups to which no row belongs.
    #[serde(skip)]
    pub unnamed_sources: Vec<String>,
    /// What it was checked against.
    #[serde(skip)]
    pub(crate) settings: CheckSettings,
    /// The rows that are not the first of their topic, or too many for their community.
    #[serde(skip)]
    marked: Marked,
}

impl CheckReport {
    /// The request of a row that is sound, also among all others; rows are counted from 1, and read in turn.
    ///
    /// # Errors
    /// Where the temporary file that says so cannot be read.
    pub fn sound(&self, number: u64, row: InputRow) -> io::Result<Option<ImportTopic>> {
        let is_sound = !self.header_is_bad && self.standing(number)?.is_sound();
        Ok(row.topic.ok().filter(|_| is_sound))
    }

    /// What a row is among all others. Rows that are asked for in turn take one pass.
    pub(crate) fn standing(&self, number: u64) -> io::Result<Standing> {
        self.marked.standing(number)
    }

    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
    }

    fn take(&mut self, duplicate: &Duplicate, marks: &mut Sorter<Mark>) -> io::Result<()> {
        let number = duplicate.number;
        match duplicate.kind {
            Kind::Unnamed => {
                let standing = Standing::Nth(duplicate.ordinal);
                return marks.add(Mark { number, standing });
            }
            Kind::Named => {
                self.invalid += 1;
                let standing = Standing::Repeated;
                marks.add(Mark { number, standing })?;
            }
            Kind::Invalid => {}
        }
        self.list_in_order(Problem::topic_twice(duplicate.line, duplicate.first_line));
        Ok(())
    }

    /// Marks the rows that are too many for their community, and lists a problem for each such community. The input is
    /// read once more: only now is it known which rows are topics of their own.
    fn limit_communities(&mut self, input: &Input) -> Result<(), InputError> {
        let limit = self.settings.topics_per_community;
        let mut counts = TopicCounts::default();
        let mut surpluses = BTreeMap::new();
        let mut marks = Sorter::default();
        for (number, row) in (1..).zip(input.rows()?) {
            let row = row.map_err(|error| input.error(error))?;
            let standing = self.standing(number);
            let mut standing = standing.map_err(|error| input.error(error))?;
            if let Ok(topic) = &row.topic
                && standing.is_sound()
                && counts.add(topic.group_id()) > limit.get()
            {
                standing = Standing::Surplus;
                let surplus = surpluses
                    .entry(topic.group_id().clone())
                    .or_insert_with(|| Surplus::from(row.line, row.element));
                surplus.rows += 1;
            }
            if standing != Standing::FIRST {
                let mark = Mark { number, standing };
                marks.add(mark).map_err(|error| input.error(error))?;
            }
        }
        let marks = marks.sorted().map_err(|error| input.error(error))?;
        self.marked = Marked::new(marks);
        for (group_id, surplus) in surpluses {
            self.invalid += surplus.rows;
            self.list_in_order(surplus.problem(&group_id, limit));
        }
        Ok(())
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

/// What a row is among all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Another row names its topic before.
    Repeated,
    /// Rows before it are as many topics as its community takes.
    Surplus,
    /// Which of several equal topics without a TopicId it is, from 1; any other is the first.
    Nth(u64),
}

impl Standing {
    const FIRST: Self = Self::Nth(1);

    const fn is_sound(self) -> bool {
        matches!(self, Self::Nth(_))
    }

    /// The topic of the row as it is called, and whether its TopicId is derived.
    pub(crate) fn named(self, topic: ImportTopic, topic_ids: TopicIds) -> (ImportTopic, bool) {
        let is_derived = topic.topic_id().is_none() && topic_ids == TopicIds::Derived;
        match self {
            _ if !is_derived => (topic, false),
            Self::Nth(ordinal) => (derived_id::named(topic, ordinal), true),
            Self::Repeated | Self::Surplus => (derived_id::named(topic, 1), true),
        }
    }
}

/// A row that is something else than the first of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    number: u64,
    standing: Standing,
}

impl Stored for Mark {
    type Bytes = [u8; 16];
    const ZEROES: Self::Bytes = [0; 16];

    fn to_bytes(self) -> Self::Bytes {
        let ordinal = match self.standing {
            Standing::Repeated => 0,
            Standing::Surplus => u64::MAX,
            Standing::Nth(ordinal) => ordinal,
        };
        let mut bytes = Self::ZEROES;
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..].copy_from_slice(&ordinal.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Self {
        let (numbers, _) = bytes.as_chunks::<8>();
        Self {
            number: u64::from_le_bytes(numbers[0]),
            standing: match u64::from_le_bytes(numbers[1]) {
                0 => Standing::Repeated,
                u64::MAX => Standing::Surplus,
                ordinal => Standing::Nth(ordinal),
            },
        }
    }
}

/// All marks by row, and how far they were read.
#[derive(Debug, Default)]
struct Marked {
    marks: Sorted<Mark>,
    reading: Mutex<Option<Reading>>,
}

#[derive(Debug)]
struct Reading {
    /// The row that was asked for last.
    number: u64,
    /// The first mark that is not before it.
    next: Option<Mark>,
    rest: Merge<Mark>,
}

impl Marked {
    fn new(marks: Sorted<Mark>) -> Self {
        Self {
            marks,
            reading: Mutex::default(),
        }
    }

    fn standing(&self, number: u64) -> io::Result<Standing> {
        let mut place = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken away while it is read: after an error it begins anew.
        let mut reading = match place.take() {
            Some(reading) if reading.number <= number => reading,
            _ => Reading::new(&self.marks)?,
        };
        let standing = reading.go_to(number)?;
        *place = Some(reading);
        Ok(standing)
    }
}

impl Reading {
    fn new(marks: &Sorted<Mark>) -> io::Result<Self> {
        let mut rest = marks.merge()?;
        Ok(Self {
            number: 0,
            next: rest.next().transpose()?,
            rest,
        })
    }

    fn go_to(&mut self, number: u64) -> io::Result<Standing> {
        self.number = number;
        while self.next.is_some_and(|mark| mark.number < number) {
            self.next = self.rest.next().transpose()?;
        }
        let mark = self.next.filter(|mark| mark.number == number);
        Ok(mark.map_or(Standing::FIRST, |mark| mark.standing))
    }
}

/// How many topics each community gets.
#[derive(Debug, Default)]
struct TopicCounts(HashMap<GroupId, u64>);

impl TopicCounts {
    /// One more; how many these are.
    fn add(&mut self, group_id: &GroupId) -> u64 {
        if let Some(count) = self.0.get_mut(group_id) {
            *count += 1;
            return *count;
        }
        self.0.insert(group_id.clone(), 1);
        1
    }

    fn is_any_over(&self, limit: NonZeroU64) -> bool {
        self.0.values().any(|count| *count > limit.get())
    }
}

/// The rows of a community that are beyond its limit.
struct Surplus {
    /// Where the first of them begins.
    line: u64,
    element: Option<Box<Element>>,
    rows: u64,
}

impl Surplus {
    const fn from(line: u64, element: Option<Box<Element>>) -> Self {
        Self {
            line,
            element,
            rows: 0,
        }
    }

    fn problem(self, group_id: &GroupId, limit: NonZeroU64) -> Problem {
        Problem {
            element: self.element,
            ..Problem::too_many_topics(self.line, group_id, self.rows, limit.get())
        }
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

/// As [`check`], against what is given, and shows every row to `see` as it is read. Which rows are sound among all others
/// is not known then yet.
///
/// # Errors
/// As [`check`].
pub fn check_each(
    input: &Input,
    settings: &CheckSettings,
    mut see: impl FnMut(&InputRow),
) -> Result<CheckReport, InputError> {
    let mut report = CheckReport {
        settings: *settings,
        ..CheckReport::default()
    };
    let mut counts = TopicCounts::default();
    let mut duplicates = Duplicates::default();
    let (mut rows, fingerprint) = input.hashed_rows()?;
    for problem in rows.header_problems() {
        report.header_is_bad = true;
        report.list(problem.clone());
    }
    for row in &mut rows {
        let row = row.map_err(|error| input.error(error))?;
        report.rows += 1;
        see(&row);
        if let Some((key, kind)) = key(&row) {
            duplicates
                .add(key, report.rows, row.line, kind)
                .map_err(|error| input.error(error))?;
        }
        match row.topic {
            Ok(topic) => {
                counts.add(topic.group_id());
            }
            Err(problems) => {
                report.invalid += 1;
                for problem in problems {
                    report.list(problem);
                }
            }
        }
    }
    for problem in rows.closing_problems() {
        report.header_is_bad = true;
        report.list_in_order(problem);
    }
    report.left_out = rows.left_out();
    report.unnamed_sources = rows.unnamed_sources().map(ToOwned::to_owned).collect();
    rows.read_on().map_err(|error| input.error(error))?;
    report.fingerprint = fingerprint.so_far();
    let mut marks = Sorter::default();
    duplicates
        .find(|duplicate| report.take(&duplicate, &mut marks))
        .and_then(|()| marks.sorted())
        .map(|marks| report.marked = Marked::new(marks))
        .map_err(|error| input.error(error))?;
    if report.header_is_bad {
        report.invalid = report.rows;
    } else if counts.is_any_over(settings.topics_per_community) {
        report.limit_communities(input)?;
    }
    Ok(report)
}

/// What stands for the row's topic among all others: its own ID, or the derived one.
fn key(row: &InputRow) -> Option<(Key, Kind)> {
    match &row.topic {
        Ok(topic) if topic.topic_id().is_none() => {
            let derived = derived_id::derive(topic, 1).ok()?;
            Some((Key::of(derived.as_str()), Kind::Unnamed))
        }
        Ok(_) => Some((row.key?, Kind::Named)),
        Err(_) => Some((row.key?, Kind::Invalid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::duplicates::RUN_LENGTH;
    use crate::{Format, RowSettings};
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn checked(rows: impl Iterator<Item = String>) -> (Input, CheckReport) {
        let text: String = rows.collect();
        let input = Input::spool(text.as_bytes(), Format::Jsonl, RowSettings::default()).unwrap();
        let settings = CheckSettings {
            topics_per_community: NonZeroU64::MAX,
        };
        let report = check_each(&input, &settings, |_| {}).unwrap();
        (input, report)
    }

    fn unnamed(topic: u64) -> String {
        format!("{{\"GroupId\":\"@TGS#_a\",\"TopicName\":\"{topic}\"}}\n")
    }

    fn named(topic: u64) -> String {
        format!(
            "{{\"GroupId\":\"@TGS#_a\",\"TopicId\":\"@TGS#_a@TOPIC#_{topic}\",\"TopicName\":\"x\"}}\n"
        )
    }

    /// What the rows are, if those of odd topics have an ID.
    fn expected(topics: &[u64]) -> Vec<Standing> {
        let mut counts = HashMap::new();
        let mut standing = |topic: &u64| {
            let count = counts.entry(*topic).or_insert(0);
            *count += 1;
            match *count {
                count if count == 1 || topic.is_multiple_of(2) => Standing::Nth(count),
                _ => Standing::Repeated,
            }
        };
        topics.iter().map(&mut standing).collect()
    }

    fn row(topic: u64) -> String {
        if topic.is_multiple_of(2) {
            unnamed(topic)
        } else {
            named(topic)
        }
    }

    fn report(topics: &[u64]) -> CheckReport {
        checked(topics.iter().copied().map(row)).1
    }

    fn standings(report: &CheckReport) -> Vec<Standing> {
        (1..=report.rows)
            .map(|number| report.standing(number).unwrap())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn rows_are_told_apart_in_any_order(
            topics in prop::collection::vec(0_u64..10, 1..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let report = report(&topics);
            prop_assert!(!report.marked.marks.is_on_disk());
            let expected = expected(&topics);
            prop_assert_eq!(&standings(&report), &expected);
            for index in order {
                let index = index.index(topics.len());
                prop_assert_eq!(report.standing(index as u64 + 1).unwrap(), expected[index]);
            }
        }

        #[test]
        fn a_mark_is_read_as_it_was_written(number: u64, ordinal in 1..u64::MAX) {
            for standing in [Standing::Repeated, Standing::Surplus, Standing::Nth(ordinal)] {
                let mark = Mark { number, standing };
                prop_assert_eq!(Mark::from_bytes(mark.to_bytes()), mark);
            }
        }
    }

    #[test]
    fn rows_beyond_the_limit_are_told_apart_across_runs_on_disk() {
        // Every topic comes twice: named ones count once, equal ones without a name count each time.
        let once = 0..2 * RUN_LENGTH as u64;
        let text: String = once.clone().chain(once).map(row).collect();
        let input = Input::spool(text.as_bytes(), Format::Jsonl, RowSettings::default()).unwrap();
        let settings = CheckSettings {
            topics_per_community: NonZeroU64::new(20_000).unwrap(),
        };
        let report = check_each(&input, &settings, |_| {}).unwrap();
        assert!(report.marked.marks.is_on_disk());
        let (mut sound, mut expected) = (0_u64, Vec::new());
        for round in 1..=2 {
            for topic in 0..2 * RUN_LENGTH as u64 {
                let is_repeated = round == 2 && !topic.is_multiple_of(2);
                sound += u64::from(!is_repeated);
                expected.push(match sound {
                    _ if is_repeated => Standing::Repeated,
                    20_001.. => Standing::Surplus,
                    _ => Standing::Nth(round),
                });
            }
        }
        assert!(standings(&report) == expected);
        let repeated = RUN_LENGTH as u64;
        assert_eq!(report.invalid, repeated + sound - 20_000);
        assert_eq!(report.problems_total, repeated + 1);
        let problem = &report.problems[0];
        assert_eq!((problem.line, &problem.found), (20_001, &sound.into()));
    }

    #[test]
    fn repeated_rows_are_told_apart_across_runs_on_disk() {
        // The first topics come again at the end, and between them one that is equal each time.
        let once = 0..50;
        let same = std::iter::repeat_n(100, 2 * RUN_LENGTH + 7);
        let topics: Vec<u64> = once.clone().chain(same).chain(once).collect();
        let report = report(&topics);
        assert!(report.marked.marks.is_on_disk());
        for _ in 0..2 {
            assert!(standings(&report) == expected(&topics));
        }
        assert_eq!(report.invalid, 25);
    }
}
