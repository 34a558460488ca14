//! The rows of an input, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::input::draft::Draft;
use crate::input::element::Element;
use crate::input::export::Export;
use crate::input::format::answer::{failure, has_failed, has_more, has_previous, total};
use crate::input::format::export::ExportRows;
use crate::input::format::jsonl::{self, JsonRows};
use crate::input::format::page::is_without_rows;
use crate::input::format::table::{TableRows, known_names};
use crate::input::format::{Format, json};
use crate::input::groups::{Groups, Source};
use crate::input::jq::json::to_text;
use crate::input::left_out::{LeftOut, LeftOutReason};
use crate::input::mapped::Mapped;
use crate::input::parts::Part;
use crate::input::place::Place;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row::InputRow;
use crate::input::row_reader::RowReader;
use crate::input::settings::RowSettings;
use crate::input::text::SheetRecords;
use crate::input::text::csv_records::Records;
use crate::input::text::elements::{Broken, Document, Found, Names, Null, Wanted, read};
use crate::input::text::encoding::{Decoded, Utf8Count};
use crate::input::text::json_text::JsonText;
use crate::input::text::lines::MAX_LINE_BYTES;
use crate::input::text::sheet::Sheet;

/// What is known of an input once its rows were read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct InputEnd {
    /// What is wrong with the input itself, and so with every row: a header, a document that is not whole, a mapping that
    /// has found nothing anywhere.
    pub problems: Vec<Problem>,
    /// What became no topic.
    pub left_out: LeftOut,
    /// The sources in the list of groups to which no row belongs.
    pub unnamed_sources: Vec<String>,
    /// Which sheet was read of each spreadsheet.
    pub sheets: Vec<Sheet>,
    /// How many rows were found where in JSON documents, where that was searched for and is not their top.
    pub places: BTreeMap<String, u64>,
    /// The lists of people or messages, and those within an error, that were passed over where the rows were searched for.
    pub passed_over: BTreeSet<String>,
    /// What a source has to say of an export beside its rows, with the rule [`Guessed`](ProblemRule::Guessed).
    pub notes: Vec<Problem>,
    /// How many files of a directory or an archive were passed over, as they are attachments of an export beside them.
    pub attachments: u64,
    /// Pages of an API's answers are missing: each one says that others follow or came before, or all have more elements.
    pub has_more_pages: bool,
}

/// Takes a row; breaks off where no more are wanted.
type Take<'t> = dyn FnMut(InputRow) -> ControlFlow<()> + 't;

/// Rows on their way out of an input.
#[derive(Debug)]
pub(crate) struct Rows<'i> {
    settings: &'i RowSettings,
    mapped: Mapped,
    /// The sources of [`RowSettings::groups`] that no row has named.
    unnamed: BTreeSet<String>,
    end: InputEnd,
    pages: Pages,
    /// The file that is read, where there are several.
    file: Option<Arc<str>>,
    /// The first line of it with a text that is not in its encoding.
    undecodable: Option<u64>,
}

/// How many answers of an API say that further ones follow, and how many that they are the last; how many say that others
/// came before, and how many do not; and how many elements came of how many that all have together.
#[derive(Debug, Default)]
struct Pages {
    with_more: u64,
    last: u64,
    with_previous: u64,
    first: u64,
    total: u64,
    came: u64,
}

impl Pages {
    /// Takes what an answer with so many elements says.
    fn add(&mut self, document: &Document, elements: u64) {
        let says = &document.says;
        match has_more(says) {
            Some(true) => self.with_more += 1,
            Some(false) => self.last += 1,
            None => self.last += u64::from(document.is_found),
        }
        if has_previous(says) {
            self.with_previous += 1;
        } else {
            self.first += u64::from(document.is_found);
        }
        if document.is_found {
            self.total = self.total.max(total(says).unwrap_or(0));
            self.came += elements;
        }
    }

    const fn are_missing(&self) -> bool {
        self.with_more > 0 && self.last == 0
            || self.with_previous > 0 && self.first == 0
            || self.came < self.total
    }
}

impl<'i> Rows<'i> {
    pub(crate) fn new(settings: &'i RowSettings) -> Self {
        let sources = settings.groups.iter().flat_map(Groups::sources);
        Self {
            settings,
            mapped: Mapped::new(settings),
            unnamed: sources.map(ToOwned::to_owned).collect(),
            end: InputEnd::default(),
            pages: Pages::default(),
            file: None,
            undecodable: None,
        }
    }

    /// Reads the rows of a file, and reads it to its end.
    pub(crate) fn read(
        &mut self,
        part: Part<'_>,
        format: &Format,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let Part { name, path, reader } = part;
        self.file = name.map(Arc::from);
        self.undecodable = None;
        let before = self.end.problems.len();
        let utf8 = Utf8Count::default();
        let flow = if *format == Format::Spreadsheet {
            self.sheet(reader, take)?
        } else {
            let mut reader = Decoded::new(reader, self.settings.encoding, utf8.clone())?;
            self.read_as(format, &mut reader, path, take)?
        };
        let mut problems = self.end.problems.split_off(before);
        self.note_encoding(&mut problems);
        if let Some(line) = self.undecodable
            && utf8.is_of_another_encoding()
        {
            problems = vec![Problem::input_not_utf8(line)];
        }
        if let Some(encoding) = self.settings.encoding
            && encoding.is_unlike(&utf8)
        {
            problems = vec![Problem::input_is_utf8(encoding)];
        }
        if let Some(file) = &self.file {
            for problem in &mut problems {
                let element = Element::in_file(problem.element.as_deref(), file);
                problem.element = Some(Box::new(element));
            }
        }
        self.end.problems.extend(problems);
        Ok(flow)
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

    fn sheet(
        &mut self,
        reader: &mut dyn BufRead,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let (records, sheet) = SheetRecords::read(reader, self.settings.sheet.as_deref())?;
        self.end.sheets.push(Sheet {
            file: self.file.as_deref().map(ToOwned::to_owned),
            ..sheet
        });
        let mapped = std::mem::take(&mut self.mapped);
        let rows = TableRows::new(records, self.settings, mapped)?;
        self.pull(rows, take)
    }

    fn read_as(
        &mut self,
        format: &Format,
        reader: &mut dyn BufRead,
        path: &str,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        match format {
            Format::Jsonl => {
                let mapped = std::mem::take(&mut self.mapped);
                self.pull(JsonRows::new(reader, mapped)?, take)
            }
            Format::Csv | Format::Spreadsheet => {
                let mapped = std::mem::take(&mut self.mapped);
                let records = Records::new(reader, |names| known_names(names, &mapped))?;
                let rows = TableRows::new(records, self.settings, mapped)?;
                self.pull(rows, take)
            }
            Format::Json => self.documents(reader, take),
            Format::Export(export) => self.export(export, reader, path, take),
        }
    }

    /// What is known once everything was read.
    pub(crate) fn end(mut self) -> InputEnd {
        if self.end.problems.is_empty() {
            self.end.problems = self.mapped.problems();
        }
        self.end.unnamed_sources = self.unnamed.into_iter().collect();
        self.end.has_more_pages = self.pages.are_missing();
        self.end.places.retain(|place, _| place != ".");
        self.end
    }

    fn pull(
        &mut self,
        mut reader: impl RowReader,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let problems = reader.header_problems().iter().cloned();
        self.end.problems.extend(problems);
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue()
            && let Some(draft) = reader.next()?
        {
            flow = self.give(draft, &|| reader.as_read(), take);
        }
        self.end.problems.extend(reader.closing_problems());
        reader.read_on()?;
        self.mapped = reader.into_mapped();
        Ok(flow)
    }

    /// Reads rows that are items of the first list of objects, or of the one that is named.
    fn documents(
        &mut self,
        reader: &mut dyn BufRead,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let at = self.settings.rows_at.clone();
        let wanted = Wanted {
            places: at.into_iter().map(Place::of_items).collect(),
            members: None,
            own: Vec::new(),
            is_lines: false,
        };
        let mut count = 0;
        let mut before = 0;
        self.walk(reader, &wanted, &mut |rows, found| match found {
            Found::Element(element) => {
                count += 1;
                let draft = json::draft(&element, count, &mut rows.mapped);
                let as_read = || Some(to_text(&element.value));
                let is_kept = !element.is_too_long;
                rows.give(draft, &|| is_kept.then(as_read).flatten(), take)
            }
            Found::End(document) => {
                let elements = count - before;
                before = count;
                if let Some(place) = &document.list {
                    *rows.end.places.entry(place.clone()).or_default() += elements;
                }
                rows.end
                    .passed_over
                    .extend(document.passed_over.iter().cloned());
                let missing = rows.settings.rows_at.as_ref().map_or_else(
                    || (ProblemRule::Syntax, format!("is not {}", json::WANTED)),
                    |place| {
                        let message = format!("holds no list at `{}`", place.clone().of_items());
                        (ProblemRule::Expression, message)
                    },
                );
                rows.document(&document, elements, missing);
                ControlFlow::Continue(())
            }
            Found::BadLine { .. } | Found::Stray { .. } => ControlFlow::Continue(()),
        })
    }

    fn export(
        &mut self,
        export: &Export,
        reader: &mut dyn BufRead,
        path: &str,
        take: &mut Take<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let head = export.head();
        let is_anything_wanted = !self.mapped.is_empty();
        let places = match &self.settings.rows_at {
            Some(place) => vec![place.clone()],
            None => head.places.clone(),
        };
        let names = head.members.as_deref().map(Names::new);
        let wanted = Wanted {
            places,
            members: names.filter(|_| !is_anything_wanted),
            own: head.own_members(),
            is_lines: head.lines,
        };
        let zone = self.settings.time_zone.as_ref();
        let mut drafts = ExportRows::new(export, path, zone);
        let mut elements = 0;
        self.walk(reader, &wanted, &mut |rows, found| match found {
            Found::Element(element) => {
                elements += 1;
                let as_read = || Some(to_text(&element.value));
                let is_kept = !element.is_too_long;
                for draft in drafts.drafts(&element, &mut rows.mapped) {
                    rows.give(draft, &|| is_kept.then(as_read).flatten(), take)?;
                }
                ControlFlow::Continue(())
            }
            Found::Stray {
                line,
                name,
                member,
                is_missing,
            } => {
                let draft = drafts.stray(line, &name, member.as_deref(), is_missing);
                rows.give(draft, &|| None, take)
            }
            Found::BadLine { problem, is_rest } => {
                let mut draft = Draft::unreadable(problem);
                if is_rest {
                    let rest = Element::in_words("the rest of the line".to_owned());
                    draft.element = Some(Box::new(rest));
                }
                rows.give(draft, &|| None, take)
            }
            Found::End(document) => {
                for (element, draft) in drafts.gathered(&mut rows.mapped) {
                    let as_read = || Some(to_text(&element.value));
                    rows.give(draft, &as_read, take)?;
                }
                let message = format!("is not {}", head.wanted());
                let elements = std::mem::take(&mut elements);
                rows.document(&document, elements, (ProblemRule::OtherSystem, message));
                ControlFlow::Continue(())
            }
        })
    }

    /// Walks through documents, and reads them to their end whatever stands there.
    fn walk(
        &mut self,
        reader: &mut dyn BufRead,
        wanted: &Wanted,
        take: &mut dyn FnMut(&mut Self, Found) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut text = JsonText::new(reader)?;
        let mut flow = ControlFlow::Continue(());
        let read = read(&mut text, wanted, &mut |found| {
            flow = take(self, found);
            flow
        });
        match read {
            Ok(()) => {}
            Err(Broken::Io(error)) => return Err(error),
            Err(Broken::Document(problem) | Broken::Cut(problem)) => {
                self.end.problems.push(problem);
            }
        }
        text.read_on()?;
        Ok(flow)
    }

    /// Takes what a document says beside its elements; `missing` says what it is not, where there were none.
    fn document(&mut self, document: &Document, elements: u64, missing: (ProblemRule, String)) {
        if document.is_of_answers {
            return;
        }
        let says = &document.says;
        self.pages.add(document, elements);
        // Who says where the rows are knows what is null there.
        let is_named = self.settings.rows_at.is_some() && document.null == Null::InPlace;
        let is_empty = is_named && failure(says).is_none() || is_without_rows(document);
        if (document.is_found || is_empty) && !has_failed(says) {
            return;
        }
        let (rule, message) = if document.is_found {
            (ProblemRule::OtherSystem, "says that it failed".to_owned())
        } else {
            missing
        };
        let message = match failure(says) {
            Some(words) => format!("{message}; it says {words}"),
            None => message,
        };
        self.end.problems.push(Problem {
            rule,
            ..Problem::syntax(document.line, message)
        });
    }

    fn give(
        &mut self,
        draft: Draft,
        as_read: &dyn Fn() -> Option<String>,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        if let Some(reason) = self.reason(&draft) {
            self.end.left_out.add(reason);
            return ControlFlow::Continue(());
        }
        if draft.is_only_noted {
            self.note(draft);
            return ControlFlow::Continue(());
        }
        let row = self.finish(draft, as_read);
        take(row)
    }

    /// Takes what a source says where it makes no row.
    fn note(&mut self, draft: Draft) {
        let element = match &self.file {
            Some(file) => {
                let element = Element::in_file(draft.element.as_deref(), file);
                Some(Box::new(element))
            }
            None => draft.element,
        };
        let notes = draft.notes.iter().map(|note| Problem {
            element: element.clone(),
            ..Problem::guessed(draft.line, note)
        });
        self.end.notes.extend(notes);
    }

    /// Why a row becomes no topic; `None` where it becomes one.
    fn reason(&self, draft: &Draft) -> Option<LeftOutReason> {
        let reasons = draft.left_out.iter().copied();
        reasons.into_iter().find(|reason| match reason {
            LeftOutReason::Archived => !self.settings.include_archived,
            LeftOutReason::Private => !self.settings.include_private,
            _ => true,
        })
    }

    fn finish(&mut self, mut draft: Draft, as_read: &dyn Fn() -> Option<String>) -> InputRow {
        self.note_encoding(&mut draft.problems);
        let is_element = draft.element.is_some();
        if let Some(file) = &self.file {
            let element = Element::in_file(draft.element.as_deref(), file);
            draft.element = Some(Box::new(element));
        }
        let is_converted = draft.is_converted;
        draft.find_moment(self.settings.time_zone.as_ref());
        let has_every_field = draft.problems.is_empty();
        draft.find_group(self.settings);
        for name in draft.source.iter().flat_map(Source::names) {
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
                None => as_read(),
            };
            row.as_read = line
                .filter(|line| line.len() <= MAX_LINE_BYTES)
                .filter(|line| !(is_converted || is_element) || self.is_invalid(line))
                .map(String::into_boxed_str);
        }
        row
    }

    /// Whether a line is no row of JSONL. One that was invalid only as it was mapped must not become one.
    fn is_invalid(&self, line: &str) -> bool {
        let plain = &mut Mapped::default();
        let Ok(mut draft) = jsonl::parse(1, line.as_bytes(), plain) else {
            return true;
        };
        if draft.topic.group_id.is_none() {
            let group_id = self.settings.group_id.as_ref();
            draft.topic.group_id = group_id.map(|id| id.as_str().to_owned());
        }
        draft.validate(Vec::new()).topic.is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::mapping::Mappings;
    use crate::input::settings::AccountDigits;
    use crate::input::text::legible::legible;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;
    use topic_import_core::Field;

    const GROUP: &str = "@TGS#_a";

    #[allow(
        clippy::needless_pass_by_value,
        reason = "a format is mostly made where it is given"
    )]
    fn read(settings: &RowSettings, format: Format, text: &[u8]) -> Vec<InputRow> {
        let mut rows = Vec::new();
        let mut take = |row| {
            rows.push(row);
            ControlFlow::Continue(())
        };
        let mut reader = text;
        let part = Part {
            name: None,
            path: "text",
            reader: &mut reader,
        };
        let read = Rows::new(settings).read(part, &format, &mut take);
        assert!(read.unwrap().is_continue());
        rows
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
                    // An ID with a space at an end is a problem in a table alone.
                    let is_told = problem.rule == ProblemRule::Syntax
                        || problem.message.contains(", with a space at the ")
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
