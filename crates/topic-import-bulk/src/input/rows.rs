//! The rows of an input, one at a time.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead};

use crate::input::draft::Draft;
use crate::input::format::document::{DocumentRows, ElementKind};
use crate::input::format::jsonl::{self, JsonRows};
use crate::input::format::mattermost::MattermostRows;
use crate::input::format::table::{TableRows, known_names};
use crate::input::format::{Export, Format};
use crate::input::groups::Groups;
use crate::input::left_out::LeftOut;
use crate::input::mapped::Mapped;
use crate::input::mapping::Mappings;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row::InputRow;
use crate::input::row_reader::RowReader;
use crate::input::settings::RowSettings;
use crate::input::text::csv_records::Records;
use crate::input::text::encoding::{Decoded, Utf8Count};
use crate::input::text::lines::MAX_LINE_BYTES;
use crate::input::text::spreadsheet::{Sheet, SheetRecords};

/// Rows, one at a time.
pub struct Rows<'a> {
    reader: Box<dyn RowReader + 'a>,
    settings: RowSettings,
    /// The sources of [`RowSettings::groups`] that no row has named.
    unnamed: BTreeSet<String>,
    header_problems: Vec<Problem>,
    sheet: Option<Sheet>,
    utf8: Utf8Count,
    /// The first line with a text that is not in the encoding of the input.
    undecodable: Option<u64>,
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<'a> Rows<'a> {
    /// Reads rows from anything that is buffered.
    ///
    /// # Errors
    /// Where the beginning cannot be read.
    pub fn new(
        reader: impl BufRead + 'a,
        format: Format,
        settings: RowSettings,
    ) -> io::Result<Self> {
        let utf8 = Utf8Count::default();
        if format == Format::Spreadsheet {
            let mapped = Mapped::new(&settings.mappings);
            let (records, sheet) = SheetRecords::read(reader, settings.sheet.as_deref())?;
            let rows = TableRows::new(records, settings.account_digits, mapped)?;
            let mut rows = Self::of(rows, settings, utf8);
            rows.sheet = Some(sheet);
            return Ok(rows);
        }
        let reader = Decoded::new(reader, settings.encoding, utf8.clone())?;
        let mapped = Mapped::new(&settings.mappings);
        let is_archived_wanted = settings.include_archived;
        let kind = match format {
            Format::Jsonl => return Ok(Self::of(JsonRows::new(reader, mapped)?, settings, utf8)),
            Format::Csv | Format::Spreadsheet => {
                let records = Records::new(reader, |names| known_names(names, &mapped))?;
                let rows = TableRows::new(records, settings.account_digits, mapped)?;
                return Ok(Self::of(rows, settings, utf8));
            }
            Format::Export(Export::Mattermost) => {
                let rows = MattermostRows::new(reader, mapped, is_archived_wanted)?;
                return Ok(Self::of(rows, settings, utf8));
            }
            Format::Json => ElementKind::Row,
            Format::Export(Export::Slack) => ElementKind::SlackChannel,
            Format::Export(Export::Discord) => ElementKind::DiscordChannel,
            Format::Export(Export::Zulip) => ElementKind::ZulipTopic,
        };
        let rows = DocumentRows::new(reader, kind, mapped, is_archived_wanted)?;
        Ok(Self::of(rows, settings, utf8))
    }

    fn of(reader: impl RowReader + 'a, settings: RowSettings, utf8: Utf8Count) -> Self {
        let sources = settings.groups.iter().flat_map(Groups::sources);
        let mut rows = Self {
            unnamed: sources.map(ToOwned::to_owned).collect(),
            header_problems: reader.header_problems().to_vec(),
            reader: Box::new(reader),
            settings,
            sheet: None,
            utf8,
            undecodable: None,
        };
        let mut problems = std::mem::take(&mut rows.header_problems);
        rows.note_encoding(&mut problems);
        rows.header_problems = problems;
        rows
    }

    /// Says which encoding was expected where a text is not in it, and keeps the first line of one.
    fn note_encoding(&mut self, problems: &mut [Problem]) {
        for problem in problems {
            if problem.rule == ProblemRule::Encoding {
                self.undecodable.get_or_insert(problem.line);
                problem.name_encoding(self.settings.encoding);
            }
        }
    }

    /// Which sheet is read, where the input is a spreadsheet.
    pub const fn sheet(&self) -> Option<&Sheet> {
        self.sheet.as_ref()
    }

    /// What is wrong with the header of a CSV input, and so with every row.
    pub fn header_problems(&self) -> &[Problem] {
        &self.header_problems
    }

    /// What shows only once every row was read, and concerns them all: the input is in another encoding, the document is not
    /// whole, or a mapping has found nothing anywhere.
    pub fn closing_problems(&mut self) -> Vec<Problem> {
        let mut problems = self.reader.closing_problems();
        self.note_encoding(&mut problems);
        match self.undecodable {
            Some(line) if self.utf8.is_of_another_encoding() => {
                vec![Problem::input_not_utf8(line)]
            }
            _ => problems,
        }
    }

    /// What of an export became no topic, as far as it was read.
    pub fn left_out(&self) -> LeftOut {
        self.reader.left_out()
    }

    /// The sources in the list of groups to which no row belongs that was read.
    pub fn unnamed_sources(&self) -> impl Iterator<Item = &str> {
        self.unnamed.iter().map(String::as_str)
    }

    fn finish(&mut self, mut draft: Draft) -> InputRow {
        self.note_encoding(&mut draft.problems);
        let is_converted = draft.is_converted;
        draft.find_moment(self.settings.time_zone.as_ref());
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
            draft.shorten()
        } else {
            Vec::new()
        };
        let converted = (is_converted && has_every_field).then(|| draft.topic.clone());
        let mut row = draft.validate(shortened);
        if row.topic.is_err() {
            let line = match converted {
                Some(topic) => serde_json::to_string(&topic).ok(),
                None => self.reader.as_read(),
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
        let Ok(mut draft) = jsonl::parse(1, line.as_bytes(), plain) else {
            return true;
        };
        if draft.topic.group_id.is_none() {
            let group_id = self.settings.group_id.as_ref();
            draft.topic.group_id = group_id.map(|id| id.as_str().to_owned());
        }
        draft.validate(Vec::new()).topic.is_err()
    }

    /// Reads to the end of the input what follows the last row.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        self.reader.read_on()
    }
}

impl Iterator for Rows<'_> {
    type Item = io::Result<InputRow>;

    fn next(&mut self) -> Option<io::Result<InputRow>> {
        let draft = self.reader.next();
        let row = draft.map(|draft| draft.map(|draft| self.finish(draft)));
        row.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::settings::AccountDigits;
    use crate::input::text::legible::legible;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;
    use topic_import_core::Field;

    const GROUP: &str = "@TGS#_a";

    fn read(settings: &RowSettings, format: Format, text: &[u8]) -> Vec<InputRow> {
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
        assert_eq!(as_read(Format::Csv, "CreateTime,From_Account\n,"), []);
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
            // The first characters of an input could tell its encoding.
            let text = [b"\n", &*lines.join(&b'\n')].concat();
            for row in read(&settings, Format::Jsonl, &text) {
                let Err(problems) = row.topic else { continue };
                let again = read_again(&settings, &row.as_read.unwrap())?;
                let line = &lines[usize::try_from(row.line).unwrap() - 2];
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
            // What is wholly empty is no record, and no header.
            prop_assume!(header.iter().any(|name| !name.is_empty()));
            let is_something = |cells: &Vec<Vec<u8>>| cells.iter().any(|cell| !cell.is_empty());
            let records: Vec<_> = records.into_iter().filter(is_something).collect();
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
