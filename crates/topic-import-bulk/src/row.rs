//! One row of the input, checked.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use topic_import_core::{Field, GroupId, ImportTopic, Rule, TopicDraft};

use crate::csv::CsvRows;
use crate::duplicates::Key;
use crate::element::Element;
use crate::export::{DocumentRows, ElementKind, Export, MattermostRows};
use crate::fingerprint::Fingerprint;
use crate::fit::{Shortened, fit};
use crate::groups::{Groups, Source};
use crate::input::Format;
use crate::json::{self, JsonRows};
use crate::left_out::LeftOut;
use crate::line::MAX_LINE_BYTES;
use crate::mapping::{Mapped, Mappings};
use crate::problem::{Problem, ProblemRule};
use crate::read_ahead::ReadAhead;

/// How a `From_Account` of digits is sent from CSV, which cannot tell a number from text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccountDigits {
    /// As text, as every sample of the service's other calls shows an account.
    #[default]
    Text,
    /// As a number, as the specification's table says.
    Number,
}

/// What holds for every row of an input.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RowSettings {
    /// The group of rows that name none.
    pub group_id: Option<GroupId>,
    /// How digits are sent as `From_Account`, in CSV.
    pub account_digits: AccountDigits,
    /// Where fields stand, where it is somewhere else than the format says. With any, a row may hold what is no field
    /// of the API.
    pub mappings: Mappings,
    /// Which source of an export becomes which group; where `GroupId` is mapped, its value is the source.
    pub groups: Option<Groups>,
    /// What is archived or deleted in an export becomes a topic all the same.
    pub include_archived: bool,
    /// Text that is too long is shortened: `TopicName`, `Notification` and `Introduction`.
    pub fit: bool,
}

/// A row of the input.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What begins there, such as `channel 17 "general"`, where an export is read.
    pub element: Option<Box<Element>>,
    /// What was shortened to fit.
    pub shortened: Vec<Shortened>,
    /// The request, or everything that is wrong with it; never empty.
    pub topic: Result<ImportTopic, Vec<Problem>>,
    /// Stands for its TopicId, where the row has one.
    pub(crate) key: Option<Key>,
    /// What was read, as a line of JSONL that is invalid as well, for somebody to mend. `None` where the row is sound,
    /// and where it was passed over for its length, or would be as this line.
    pub(crate) as_read: Option<Box<str>>,
}

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
    /// It was made of a row of another shape.
    pub(crate) is_converted: bool,
}

impl Draft {
    pub(crate) fn new(line: u64) -> Self {
        Self {
            line,
            topic: TopicDraft::default(),
            problems: Vec::new(),
            element: None,
            source: None,
            is_converted: false,
        }
    }

    pub(crate) fn unreadable(problem: Problem) -> Self {
        Self {
            line: problem.line,
            problems: vec![problem],
            ..Self::new(0)
        }
    }

    fn is_unreadable(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.rule == ProblemRule::Syntax)
    }

    /// Sets the group, where the row does not name one itself.
    fn find_group(&mut self, settings: &RowSettings) {
        if self.is_unreadable() {
            return;
        }
        let groups = settings.groups.as_ref();
        if groups.is_some() && settings.mappings.has(Field::GroupId) {
            self.source = Some(Source::new("source", self.topic.group_id.take()));
        }
        if self.topic.group_id.is_some() {
            return;
        }
        let otherwise = settings.group_id.as_ref();
        let group = match &self.source {
            Some(source) => source.group(self.line, groups, otherwise).map(Some),
            None => Ok(otherwise),
        };
        match group {
            Ok(group) => self.topic.group_id = group.map(|id| id.as_str().to_owned()),
            Err(problem) => self.problems.push(problem),
        }
    }

    fn validate(mut self, shortened: Vec<Shortened>) -> Row {
        let line = self.line;
        let element = self.element.take();
        let key = self.topic.topic_id.as_deref().map(Key::of);
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
        Row {
            line,
            element,
            shortened,
            topic,
            key,
            as_read: None,
        }
    }

    fn into_request(self) -> Result<ImportTopic, Vec<Problem>> {
        let mut problems = self.problems;
        match self.topic.validate() {
            Ok(topic) if problems.is_empty() => Ok(topic),
            Ok(_) => Err(problems),
            Err(violations) => {
                for violation in violations.iter() {
                    let is_said = violation.rule == Rule::Required
                        && problems
                            .iter()
                            .any(|problem| problem.is_of(violation.field));
                    if !is_said {
                        problems.push(Problem::violation(self.line, violation));
                    }
                }
                Err(problems)
            }
        }
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

/// Text in which bytes that are not UTF-8 stand as `\xff` after a mark. JSON allows no such escape, nor the mark after a
/// backslash: a line that has them stays unreadable, and is not imported with less in it.
pub(crate) fn legible(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            text.extend(chunk.invalid().escape_ascii().map(char::from));
        }
    }
    text
}

/// Rows, one at a time.
#[derive(Debug)]
pub struct Rows<R> {
    reader: Reader<R>,
    settings: RowSettings,
    /// The sources of [`RowSettings::groups`] that no row has named.
    unnamed: BTreeSet<String>,
}

#[derive(Debug)]
enum Reader<R> {
    Json(JsonRows<R>),
    Csv(Box<CsvRows<R>>),
    Document(Box<DocumentRows<R>>),
    Mattermost(Box<MattermostRows<R>>),
}

impl<R: BufRead> Rows<R> {
    /// Reads rows from anything that is buffered.
    ///
    /// # Errors
    /// Where the beginning cannot be read.
    pub fn new(reader: R, format: Format, settings: RowSettings) -> io::Result<Self> {
        let mapped = Mapped::new(&settings.mappings);
        let is_archived_wanted = settings.include_archived;
        let document = |reader, kind, mapped| {
            DocumentRows::new(reader, kind, mapped, is_archived_wanted)
                .map(|rows| Reader::Document(Box::new(rows)))
        };
        let reader = match format {
            Format::Jsonl => Reader::Json(JsonRows::new(reader, mapped)?),
            Format::Csv => {
                let rows = CsvRows::new(reader, settings.account_digits, mapped)?;
                Reader::Csv(Box::new(rows))
            }
            Format::Json => document(reader, ElementKind::Row, mapped)?,
            Format::Export(Export::Slack) => document(reader, ElementKind::SlackChannel, mapped)?,
            Format::Export(Export::Discord) => {
                document(reader, ElementKind::DiscordChannel, mapped)?
            }
            Format::Export(Export::Zulip) => document(reader, ElementKind::ZulipTopic, mapped)?,
            Format::Export(Export::Mattermost) => {
                let rows = MattermostRows::new(reader, mapped, is_archived_wanted)?;
                Reader::Mattermost(Box::new(rows))
            }
        };
        let sources = settings.groups.iter().flat_map(Groups::sources);
        Ok(Self {
            reader,
            unnamed: sources.map(ToOwned::to_owned).collect(),
            settings,
        })
    }

    /// What is wrong with the header of a CSV input, and so with every row.
    pub fn header_problems(&self) -> &[Problem] {
        match &self.reader {
            Reader::Csv(rows) => rows.header_problems(),
            Reader::Json(_) | Reader::Document(_) | Reader::Mattermost(_) => &[],
        }
    }

    /// What shows only once every row was read, and concerns them all: the document is not whole, or a mapping has
    /// found nothing anywhere.
    pub fn closing_problems(&self) -> Vec<Problem> {
        match &self.reader {
            // The header has told already.
            Reader::Csv(_) => Vec::new(),
            Reader::Json(rows) => rows.mapped().problems(),
            Reader::Mattermost(rows) => rows.mapped().problems(),
            Reader::Document(rows) => match rows.broken() {
                Some(broken) => vec![broken.clone()],
                None => rows.mapped().problems(),
            },
        }
    }

    /// What of an export became no topic, as far as it was read.
    pub fn left_out(&self) -> LeftOut {
        match &self.reader {
            Reader::Document(rows) => *rows.left_out(),
            Reader::Mattermost(rows) => *rows.left_out(),
            Reader::Json(_) | Reader::Csv(_) => LeftOut::default(),
        }
    }

    /// The sources in the list of groups to which no row belongs that was read.
    pub fn unnamed_sources(&self) -> impl Iterator<Item = &str> {
        self.unnamed.iter().map(String::as_str)
    }

    fn finish(&mut self, mut draft: Draft) -> Row {
        let is_converted = draft.is_converted;
        let has_every_field = draft.problems.is_empty();
        draft.find_group(&self.settings);
        if let Some(name) = draft
            .source
            .as_ref()
            .and_then(|source| source.name.as_deref())
        {
            self.unnamed.remove(name);
        }
        let shortened = if self.settings.fit {
            fit(&mut draft.topic)
        } else {
            Vec::new()
        };
        let converted = (is_converted && has_every_field).then(|| draft.topic.clone());
        let mut row = draft.validate(shortened);
        if row.topic.is_err() {
            let line = match converted {
                Some(topic) => serde_json::to_string(&topic).ok(),
                None => self.as_read(),
            };
            row.as_read = line
                .filter(|line| line.len() <= MAX_LINE_BYTES)
                .filter(|line| !is_converted || self.is_invalid(line))
                .map(String::into_boxed_str);
        }
        row
    }

    /// Whether a line is no row of JSONL. One that was invalid only as it was mapped must not become one.
    fn is_invalid(&self, line: &str) -> bool {
        let plain = &mut Mapped::new(&Mappings::default());
        let Ok(mut draft) = json::parse(1, line.as_bytes(), plain) else {
            return true;
        };
        if draft.topic.group_id.is_none() {
            let group_id = self.settings.group_id.as_ref();
            draft.topic.group_id = group_id.map(|id| id.as_str().to_owned());
        }
        draft.validate(Vec::new()).topic.is_err()
    }

    fn as_read(&self) -> Option<String> {
        match &self.reader {
            Reader::Json(rows) => rows.as_read(),
            Reader::Csv(rows) => rows.as_read(),
            Reader::Document(rows) => rows.as_read(),
            Reader::Mattermost(rows) => rows.as_read(),
        }
    }
}

impl Rows<ReadAhead> {
    /// The fingerprint of the whole input, however far the rows were read.
    pub(crate) fn fingerprint(self) -> io::Result<Fingerprint> {
        let reader = match self.reader {
            Reader::Json(rows) => rows.into_reader(),
            Reader::Csv(rows) => rows.into_reader(),
            Reader::Document(rows) => rows.into_reader(),
            Reader::Mattermost(rows) => rows.into_reader(),
        };
        reader.fingerprint()
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        let draft = match &mut self.reader {
            Reader::Json(rows) => rows.next(),
            Reader::Csv(rows) => rows.next(),
            Reader::Document(rows) => rows.next(),
            Reader::Mattermost(rows) => rows.next(),
        };
        let row = draft.map(|draft| draft.map(|draft| self.finish(draft)));
        row.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

    const GROUP: &str = "@TGS#_a";

    fn read(settings: &RowSettings, format: Format, text: &[u8]) -> Vec<Row> {
        let rows = Rows::new(text, format, settings.clone()).unwrap();
        rows.collect::<io::Result<_>>().unwrap()
    }

    /// What is kept of every row.
    fn as_read(format: Format, text: impl AsRef<[u8]>) -> Vec<Option<String>> {
        let rows = read(&RowSettings::default(), format, text.as_ref()).into_iter();
        rows.map(|row| row.as_read.map(String::from)).collect()
    }

    fn cells(header: &str, record: impl AsRef<[u8]>) -> serde_json::Value {
        let text = [header.as_bytes(), b"\n", record.as_ref()].concat();
        let kept = as_read(Format::Csv, text).remove(0).unwrap();
        serde_json::from_str(&kept).unwrap()
    }

    #[test]
    fn nothing_is_kept_of_a_sound_row() {
        let row = json!({"GroupId": GROUP, "TopicName": "x"}).to_string();
        assert_eq!(as_read(Format::Jsonl, row), [None]);
        let table = format!("GroupId,TopicName\n{GROUP},x\n");
        assert_eq!(as_read(Format::Csv, table), [None]);
    }

    #[test]
    fn a_line_is_kept_as_it_stands_without_what_is_around_it() {
        let text = b"\xef\xbb\xbf \t{ \"GroupId\":1}\t\r\r\n\n {\"TopicName\": \r\n7\n{\"TopicName\":\"\xe4\xbd\"}";
        let kept = as_read(Format::Jsonl, text).into_iter().map(Option::unwrap);
        let expected = [
            r#"{ "GroupId":1}"#,
            r#"{"TopicName":"#,
            "7",
            "{\"TopicName\":\"\u{fffd}\\xe4\\xbd\"}",
        ];
        assert!(kept.eq(expected));
    }

    #[test]
    fn cells_are_kept_under_the_names_in_the_header() {
        assert_eq!(
            cells(
                "TopicNmae,GroupId,CreateTime,From_Account,TopicId,FaceUrl,",
                "\"a \"\"b\"\",\nc\",,-0012,1002,,7,d"
            ),
            json!({"TopicNmae": "a \"b\",\nc", "CreateTime": -12, "From_Account": "1002", "FaceUrl": "7", "": "d"})
        );
        assert_eq!(
            cells("CreateTime,From_Account", "2015-11-24,007"),
            json!({"CreateTime": "2015-11-24", "From_Account": "007"})
        );
        assert_eq!(cells("CreateTime,From_Account", ","), json!({}));
        assert_eq!(
            cells("TopicName,FaceUrl", b"\xe4\xbd,a"),
            json!({"TopicName": {"not UTF-8": "\u{fffd}\\xe4\\xbd"}, "FaceUrl": "a"})
        );
        let twice = as_read(Format::Csv, "FaceUrl,FaceUrl\na,b").remove(0);
        assert_eq!(twice.unwrap(), r#"{"FaceUrl":"a","FaceUrl":"b"}"#);
    }

    #[test]
    fn digits_are_kept_as_the_account_that_they_would_be() {
        let settings = RowSettings {
            account_digits: AccountDigits::Number,
            ..RowSettings::default()
        };
        let row = read(&settings, Format::Csv, b"From_Account\n1002\n").remove(0);
        assert_eq!(row.as_read.as_deref(), Some(r#"{"From_Account":1002}"#));
    }

    #[test]
    fn another_number_of_cells_than_the_header_has_cannot_be_overlooked() {
        let header = "GroupId,TopicName,FaceUrl";
        assert_eq!(
            cells(header, format!("{GROUP},Hello, world,,")),
            json!({"GroupId": GROUP, "TopicName": "Hello", "FaceUrl": " world", "cell 4": "", "cell 5": ""})
        );
        assert_eq!(
            cells(header, GROUP),
            json!({"GroupId": GROUP, "cell 2": null})
        );
    }

    #[test]
    fn nothing_is_kept_of_what_was_passed_over_or_would_be() {
        let full = MAX_LINE_BYTES - 1;
        for (line, is_kept) in [
            ("x".repeat(full + 1), true),
            ("x".repeat(full + 2), false),
            (format!("{{{}\0", "é".repeat(full / 2 - 1)), true),
        ] {
            let lines = format!("{line}\n{{}}\n");
            let kept = as_read(Format::Jsonl, lines);
            assert_eq!(kept[0].as_deref(), is_kept.then_some(&*line));
            assert_eq!(kept[1].as_deref(), Some("{}"));
        }
        let not_utf8 = vec![0xff; full / 2];
        assert_eq!(as_read(Format::Jsonl, not_utf8), [None]);

        let many = ",".repeat(5000);
        let long = "x".repeat(2 * full);
        let escaped = "\0".repeat(full / 2);
        let table = format!("FaceUrl\n{many}\n{long}\n{escaped}\na\na,\"b");
        let kept = as_read(Format::Csv, table);
        let a = Some(r#"{"FaceUrl":"a"}"#.to_owned());
        assert_eq!(kept, [None, None, None, a, None]);
    }

    #[test]
    fn what_is_invalid_only_as_it_is_mapped_is_not_kept_as_a_sound_row() {
        let settings = RowSettings {
            mappings: Mappings::new(["CreateTime=.Introduction".parse().unwrap()]).unwrap(),
            ..RowSettings::default()
        };
        let text = format!(r#"{{"GroupId":"{GROUP}","TopicName":"x","Introduction":"soon"}}"#);
        let row = read(&settings, Format::Jsonl, text.as_bytes()).remove(0);
        assert!(row.topic.is_err());
        assert_eq!(row.as_read, None);
        let text = text.replace("\"x\"", "\"\"");
        let row = read(&settings, Format::Jsonl, text.as_bytes()).remove(0);
        assert_eq!(row.as_read.as_deref(), Some(&*text));
    }

    /// A problem without the line, and without the column, which white space before it moves.
    fn told(problems: Vec<Problem>) -> Vec<Problem> {
        let told = problems.into_iter().map(|problem| {
            let message = match problem.message.strip_prefix("column ") {
                Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()).into(),
                None => problem.message,
            };
            Problem {
                line: 0,
                message,
                ..problem
            }
        });
        told.collect()
    }

    /// Reads what was kept of a row as a line of JSONL.
    fn read_again(settings: &RowSettings, kept: &str) -> Result<Vec<Problem>, TestCaseError> {
        // Not the first line: a mark that the line begins with belongs to it.
        let text = format!("\n{kept}\n");
        let mut rows = read(settings, Format::Jsonl, text.as_bytes());
        prop_assert_eq!(rows.len(), 1, "{}", kept);
        let row = rows.remove(0);
        prop_assert!(row.topic.is_err(), "{}", kept);
        prop_assert_eq!(row.as_read.as_deref(), Some(kept));
        Ok(row.topic.unwrap_err())
    }

    fn settings() -> impl Strategy<Value = RowSettings> {
        let digits = select(vec![AccountDigits::Number, AccountDigits::Text]);
        (any::<bool>(), digits).prop_map(|(has_group, account_digits)| RowSettings {
            group_id: has_group.then(|| GROUP.parse().unwrap()),
            account_digits,
            ..RowSettings::default()
        })
    }

    fn name() -> impl Strategy<Value = &'static str> {
        let others = ["TopicNmae", "", "cell 2", "Gr\"uppe"];
        select([Field::ALL.map(Field::name).as_slice(), &others].concat())
    }

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let pieces: Vec<&[u8]> = vec![
            b"\"",
            b"\\",
            b"\\ud800",
            b"\xff",
            b"\xe4\xbd",
            b"\xef\xbb\xbf",
            b"\r",
            b"\t",
            b" ",
            b"\0",
            b"\x0c",
            b"{",
            b"}",
            b"[",
            b",",
            b":",
            b"null",
            b"1",
            b"-",
            b"1e9",
            b"a",
            "é".as_bytes(),
        ];
        vec(select(pieces), 0..5).prop_map(|pieces| pieces.concat())
    }

    /// Lines that are objects but for something.
    fn line() -> impl Strategy<Value = Vec<u8>> {
        let value = prop_oneof![
            4 => select(vec!["\"x\"", "\"@TGS#_a\"", "1", "-1", "18446744073709551616", "null", "[[]]"])
                .prop_map(|value| value.as_bytes().to_vec()),
            1 => pieces(),
            1 => pieces().prop_map(|text| [b"\"", &*text, b"\""].concat()),
        ];
        let member = (name(), value)
            .prop_map(|(name, value)| [format!("{name:?}:").as_bytes(), &value].concat());
        let sound = format!(r#""GroupId":"{GROUP}","TopicName":"x""#).into_bytes();
        (pieces(), any::<bool>(), vec(member, 0..3), pieces()).prop_map(
            move |(before, is_sound, mut members, after)| {
                members.extend(is_sound.then(|| sound.clone()));
                [&*before, b"{", &members.join(&b","[..]), b"}", &after].concat()
            },
        )
    }

    fn cell() -> impl Strategy<Value = Vec<u8>> {
        let cells = [
            "",
            "",
            "x",
            GROUP,
            "@TGS#_a@TOPIC#_b",
            "Community",
            "1",
            "007",
            "+5",
            "-0",
            "-1",
            "1e9",
            "1.40019E+11",
            "2015-11-24T09:37:17Z",
            "2200-01-01T00:00:00Z",
            "18446744073709551616",
            "99999999999999999999999999999999999999999999",
            "\n",
        ];
        prop_oneof![
            4 => select(cells.to_vec()).prop_map(|cell| cell.as_bytes().to_vec()),
            1 => pieces(),
        ]
    }

    fn record(cells: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let quoted = |cell: &[u8]| {
            let inner = cell.iter().flat_map(|byte| match byte {
                b'"' => vec![b'"'; 2],
                byte => vec![*byte],
            });
            [vec![b'"'], inner.collect(), vec![b'"']].concat()
        };
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
        [cells.join(&b','), vec![b'\n']].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_invalid_line_that_is_read_again_has_the_same_problems(
            settings in settings(),
            lines in vec(line(), 1..4),
        ) {
            for row in read(&settings, Format::Jsonl, &lines.join(&b'\n')) {
                let Err(problems) = row.topic else { continue };
                let again = read_again(&settings, &row.as_read.unwrap())?;
                let line = &lines[usize::try_from(row.line).unwrap() - 1];
                if str::from_utf8(line).is_ok() {
                    prop_assert_eq!(told(again), told(problems));
                }
            }
        }

        #[test]
        fn an_invalid_record_that_is_read_again_is_as_invalid_and_has_every_cell(
            settings in settings(),
            header in vec(name(), 1..6),
            records in vec(vec(cell(), 1..7), 1..4),
        ) {
            let lines: Vec<_> = records.iter().map(|cells| record(cells)).collect();
            let text = [record(&header), lines.concat()].concat();
            let rows = read(&settings, Format::Csv, &text);
            prop_assert_eq!(rows.len(), records.len());
            for (row, record) in rows.into_iter().zip(&records) {
                let Err(problems) = row.topic else { continue };
                let kept = row.as_read.unwrap();
                let again = read_again(&settings, &kept)?;
                for problem in problems {
                    let is_told = problem.rule == ProblemRule::Syntax
                        || again.iter().any(|other| other.field == problem.field);
                    prop_assert!(is_told, "{}: {}", problem, kept);
                }
                for cell in record {
                    let text = legible(cell);
                    let json = serde_json::to_string(&text).unwrap();
                    let is_kept = text.is_empty() || text.parse::<i128>().is_ok() || kept.contains(&json);
                    prop_assert!(is_kept, "{}: {}", json, kept);
                }
            }
        }
    }
}
