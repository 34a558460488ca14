//! Communities that a run is to make itself, in a file of their own.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use topic_import_core::{Field, GroupDraft, ImportGroup, Rule};

use crate::input::field::name;
use crate::input::field::shorten::{Shortened, shorten};
use crate::input::field::time_zone::TimeZone;
use crate::input::fingerprint::{BUFFER_BYTES, Fingerprint, Hashing, RunningFingerprint};
use crate::input::format::jsonl::{not_a_row, too_long};
use crate::input::group_fields::{Column, columns_of, cut_cells, draft, known_names, members_of};
use crate::input::problem::Problem;
use crate::input::text::SheetRecords;
use crate::input::text::csv_records::Records;
use crate::input::text::encoding::{Decoded, TextEncoding, Utf8Count};
use crate::input::text::legible::legible;
use crate::input::text::lines::{Line, Lines, MAX_LINE_BYTES};
use crate::input::text::members::members;
use crate::input::text::table::{Cells, CellsError, Table};
use crate::request::{Community, json};

/// Communities that a run makes itself, with the fields of `import_group`. They are all in memory: even a million topics
/// need no more than five thousand.
///
/// ```
/// use topic_import_bulk::input::{Communities, CommunitiesFormat};
///
/// let text = "GroupId,Name,CreateTime\n@TGS#_riverside,Riverside,1448357837\n,Hilltop,\n";
/// let communities = Communities::read(text.as_bytes(), CommunitiesFormat::Csv, false)?;
/// let rows = communities.rows();
/// assert_eq!(rows[0].community.as_ref().unwrap().group_id().as_str(), "@TGS#_riverside");
/// assert_eq!(
///     rows[1].community.as_ref().unwrap_err()[0].to_string(),
///     "3: GroupId: is missing: topics name their community by it"
/// );
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Communities {
    rows: Arc<[InputCommunity]>,
    header_problems: Arc<[Problem]>,
    /// `None` where no file was read.
    fingerprint: Option<Fingerprint>,
}

/// How a file of communities is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommunitiesFormat {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, the fields' names in the first record.
    Csv,
    /// A spreadsheet, of which the first sheet is read: `.xlsx`, `.xls` or `.ods`.
    Spreadsheet,
}

impl CommunitiesFormat {
    /// The format that a file's extension tells: `jsonl`, `ndjson`, `csv`, `xlsx`, `xls` or `ods`, in any case.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*extension {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Self::Spreadsheet),
            _ => None,
        }
    }
}

/// A community of the input, checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InputCommunity {
    /// The line on which it begins, from 1; of one that is made for topics, that of the first of them.
    pub line: u64,
    /// The file of that topic, where the input is several.
    pub(crate) file: Option<Arc<str>>,
    /// What was shortened to fit.
    pub shortened: Vec<Shortened>,
    /// The request, or everything that is wrong with it; never empty.
    pub community: Result<Community, Vec<Problem>>,
    /// The `GroupId`, sound or not.
    pub(crate) group_id: Option<Box<str>>,
    /// What was read, as a line of JSONL, for somebody to mend. `None` where it is sound, and where it was passed over for
    /// its length.
    pub(crate) as_read: Option<Box<str>>,
}

impl InputCommunity {
    /// The community that begins on this line and is requested so.
    pub fn sound(line: u64, community: Community) -> Self {
        Self {
            line,
            file: None,
            shortened: Vec::new(),
            group_id: Some(community.group_id().as_str().into()),
            community: Ok(community),
            as_read: None,
        }
    }

    /// One that cannot be imported for this reason, and what was read of it as a line of JSONL.
    pub fn invalid(line: u64, why: impl Into<Box<str>>, as_read: Option<Box<str>>) -> Self {
        Self {
            line,
            file: None,
            shortened: Vec::new(),
            community: Err(vec![Problem::syntax(line, why)]),
            group_id: None,
            as_read,
        }
    }

    fn unreadable(problem: Problem, as_read: Option<String>) -> Self {
        Self {
            line: problem.line,
            file: None,
            shortened: Vec::new(),
            community: Err(vec![problem]),
            group_id: None,
            as_read: as_read.map(Into::into),
        }
    }

    /// Everything that is wrong with it, in one line.
    pub(crate) fn cause(&self) -> Option<String> {
        let problems = self.community.as_ref().err()?.iter();
        let words: Vec<String> = problems.map(Problem::without_line).collect();
        Some(words.join("; "))
    }

    /// Takes a further problem, which shows only beside what else is in the input.
    pub(crate) fn reject(&mut self, problem: Problem) {
        match &mut self.community {
            Err(problems) => problems.push(problem),
            Ok(community) => {
                self.as_read = Some(json(&**community.request()).into());
                self.community = Err(vec![problem]);
            }
        }
    }
}

impl Communities {
    /// Reads a file of communities. Text that is too long is shortened where it is to `fit`.
    ///
    /// # Errors
    /// Where it cannot be read. What is wrong with a community is in its place.
    pub fn read(reader: impl Read, format: CommunitiesFormat, fit: bool) -> io::Result<Self> {
        Self::read_in(reader, format, None, None, fit)
    }

    /// Reads the same in another encoding, which a spreadsheet does not have; times without a zone are of this one.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_in(
        reader: impl Read,
        format: CommunitiesFormat,
        encoding: Option<TextEncoding>,
        zone: Option<&TimeZone>,
        fit: bool,
    ) -> io::Result<Self> {
        let running = RunningFingerprint::default();
        let hashing = Hashing::new(reader, running.clone());
        let reader = BufReader::with_capacity(BUFFER_BYTES, hashing);
        let decoded = |reader| Decoded::new(reader, encoding, Utf8Count::default());
        let (mut rows, mut header_problems) = match format {
            CommunitiesFormat::Jsonl => (read_jsonl(decoded(reader)?, zone, fit)?, Vec::new()),
            CommunitiesFormat::Csv => {
                read_table(Records::new(decoded(reader)?, known_names)?, zone, fit)?
            }
            CommunitiesFormat::Spreadsheet => {
                read_table(SheetRecords::read(reader, None)?.0, zone, fit)?
            }
        };
        let problems = rows
            .iter_mut()
            .filter_map(|row| row.community.as_mut().err());
        for problem in problems.flatten().chain(&mut header_problems) {
            problem.name_encoding(encoding);
        }
        reject_repeated(&mut rows);
        Ok(Self {
            rows: rows.into(),
            header_problems: header_problems.into(),
            fingerprint: Some(running.so_far()),
        })
    }

    /// The communities in their order.
    pub fn rows(&self) -> &[InputCommunity] {
        &self.rows
    }

    /// What is wrong with the header, and so with every community.
    pub fn header_problems(&self) -> &[Problem] {
        &self.header_problems
    }

    /// What tells these communities from others; `None` where no file was read.
    pub(crate) const fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }
}

/// A community is named once.
fn reject_repeated(rows: &mut [InputCommunity]) {
    let mut lines: HashMap<Box<str>, u64> = HashMap::new();
    for row in rows {
        let Some(group_id) = &row.group_id else {
            continue;
        };
        match lines.get(group_id) {
            Some(first_line) => row.reject(Problem::community_twice(row.line, *first_line)),
            None => {
                lines.insert(group_id.clone(), row.line);
            }
        }
    }
}

fn read_jsonl(
    reader: impl BufRead,
    zone: Option<&TimeZone>,
    fit: bool,
) -> io::Result<Vec<InputCommunity>> {
    let mut lines = Lines::new(reader)?;
    let mut rows = Vec::new();
    while let Some((number, line)) = lines.next()? {
        rows.push(match line {
            Line::TooLong => InputCommunity::unreadable(too_long(number), None),
            Line::Whole(text) if text.trim_ascii().is_empty() => continue,
            Line::Whole(text) => {
                let text = text.trim_ascii();
                let as_read = || legible(text);
                match members(text) {
                    Ok(members) => finish(number, draft(number, members, zone), fit, as_read),
                    Err(error) => {
                        let problem = not_a_row(number, text, &error);
                        InputCommunity::unreadable(problem, Some(as_read()))
                    }
                }
            }
        });
    }
    Ok(rows)
}

fn read_table(
    table: impl Table,
    zone: Option<&TimeZone>,
    fit: bool,
) -> io::Result<(Vec<InputCommunity>, Vec<Problem>)> {
    let mut cells = Cells(table);
    let mut header: Option<Vec<Column>> = None;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    loop {
        let (line, record) = match cells.next() {
            Ok(None) => {
                cells.0.read_on()?;
                return Ok((rows, problems));
            }
            Ok(Some(record)) => record,
            Err(CellsError::Io(error)) => return Err(error),
            Err(CellsError::Record(problem)) => {
                if header.is_none() {
                    problems.push(problem);
                    cells.0.read_on()?;
                    return Ok((rows, problems));
                }
                rows.push(InputCommunity::unreadable(problem, None));
                continue;
            }
        };
        let Some(columns) = &header else {
            header = Some(columns_of(line, record, &mut problems));
            continue;
        };
        rows.push(if columns.len() == record.len() {
            let cut = cut_cells(line, columns, &record);
            let members = members_of(columns, record);
            let object: Map<String, Value> = members.iter().cloned().collect();
            let as_read = || Value::Object(object).to_string();
            let (draft, mut problems) = draft(line, members, zone);
            problems.splice(..0, cut);
            finish(line, (draft, problems), fit, as_read)
        } else {
            let (found, wanted) = (record.len(), columns.len());
            let problem = if found < wanted {
                Problem::few_cells(line, found, wanted)
            } else {
                let are_empty = record[wanted..].iter().all(String::is_empty);
                Problem::many_cells(line, found, wanted, cells.0.separators(), are_empty)
            };
            InputCommunity::unreadable(problem, serde_json::to_string(&record).ok())
        });
    }
}

/// The community, or everything that is wrong with it.
pub(crate) fn finish(
    line: u64,
    (mut draft, mut problems): (GroupDraft, Vec<Problem>),
    fit: bool,
    as_read: impl FnOnce() -> String,
) -> InputCommunity {
    let (shortened, not_shortened) = if fit {
        shorten(&mut draft)
    } else {
        Default::default()
    };
    let name = draft.name.as_deref().unwrap_or_default();
    problems.extend(name::problem(line, Field::Name, name));
    let group_id = draft.group_id.as_deref().map(Into::into);
    let has_problem = |problems: &[Problem], field| problems.iter().any(|it| it.is_of(field));
    if draft.group_id.is_none() && !has_problem(&problems, Field::GroupId) {
        problems.push(Problem::without_group_id(line));
    }
    let request: Option<ImportGroup> = match draft.validate() {
        Ok(request) => Some(request),
        Err(violations) => {
            for violation in violations.iter() {
                let is_said =
                    violation.rule == Rule::Required && has_problem(&problems, violation.field);
                if !is_said {
                    let problem = Problem::violation(line, violation);
                    problems.push(problem.unless_shortened(&not_shortened));
                }
            }
            None
        }
    };
    let sound = request
        .filter(|_| problems.is_empty())
        .and_then(Community::new);
    let as_read = sound
        .is_none()
        .then(as_read)
        .filter(|text| text.len() <= MAX_LINE_BYTES)
        .map(String::into_boxed_str);
    InputCommunity {
        line,
        file: None,
        shortened,
        community: sound.ok_or(problems),
        group_id,
        as_read,
    }
}
