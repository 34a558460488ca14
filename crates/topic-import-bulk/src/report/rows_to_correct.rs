use std::borrow::Cow;
use std::io::{self, Seek as _, Write};

use ::csv::Writer;
use serde_json::Value;
use tempfile::SpooledTempFile;
use topic_import_core::{Field, TOPIC_ID_SEPARATOR, TopicDraft};

use super::RowFormat;
use super::error::ReportError;
use crate::input::field::whole_cell::has_space_at_an_end;
use crate::input::problem::excerpt;
use crate::input::settings::AccountDigits;
use crate::input::text::encoding::first_bytes_tell_an_encoding;
use crate::input::text::formula_guard::{GUARD, guarded};
use crate::input::text::members::members;
use crate::journal::{JournalError, RowPlace, StoredRow};
use crate::outcome::Outcome;

/// How many bytes of a CSV are kept in memory until its header can be written; a longer one goes to a temporary file.
const MOST_IN_MEMORY: usize = 1024 * 1024;

/// Writes rows back as an input, to be corrected and imported again.
///
/// In CSV, apostrophes keep a spreadsheet from taking texts for formulas, as in [`RowMap`](super::RowMap). A column
/// with such a cell also has an apostrophe before its name, so that an import knows that the apostrophes are to be
/// removed.
///
/// A `TopicId` that was derived from the content of its row is left out: if the row stays as it is, an import derives
/// the same one again; if the row is corrected, it becomes a different topic. The `TopicId` is kept if it distinguishes
/// the row from equal ones, or if the topic may already exist under it.
#[derive(Debug)]
pub struct RowsToCorrect<W: Write> {
    rows: Rows<W>,
    is_empty: bool,
    accounts: Accounts,
}

#[derive(Debug)]
enum Rows<W: Write> {
    Jsonl(W),
    Csv(Box<GuardedCsv<W>>),
}

/// Collects the records first, because only they tell which columns the header has to mark with an apostrophe.
#[derive(Debug)]
struct GuardedCsv<W> {
    to: W,
    records: Writer<SpooledTempFile>,
    is_guarded: [bool; Field::ALL.len()],
}

impl<W: Write> GuardedCsv<W> {
    fn new(to: W) -> Self {
        Self {
            to,
            records: Writer::from_writer(SpooledTempFile::new(MOST_IN_MEMORY)),
            is_guarded: [false; Field::ALL.len()],
        }
    }

    fn write(&mut self, cells: &[String; Field::ALL.len()]) -> io::Result<()> {
        let cells = cells.each_ref().map(|cell| guarded(cell));
        for (is_guarded, cell) in self.is_guarded.iter_mut().zip(&cells) {
            *is_guarded |= matches!(cell, Cow::Owned(_));
        }
        Ok(self
            .records
            .write_record(cells.each_ref().map(|cell| cell.as_bytes()))?)
    }

    fn finish(mut self) -> io::Result<()> {
        let mut header = Writer::from_writer(&mut self.to);
        for (field, is_guarded) in Field::ALL.into_iter().zip(self.is_guarded) {
            let guard = if is_guarded { GUARD } else { "" };
            header.write_field(format!("{guard}{field}"))?;
        }
        header.write_record(None::<&[u8]>)?;
        header.flush()?;
        drop(header);
        let records = self.records.into_inner();
        let mut records = records.map_err(::csv::IntoInnerError::into_error)?;
        records.rewind()?;
        io::copy(&mut records, &mut self.to)?;
        self.to.flush()
    }
}

impl<W: Write> RowsToCorrect<W> {
    /// Begins an input in this format.
    pub fn new(writer: W, format: RowFormat) -> Self {
        Self {
            rows: match format {
                RowFormat::Jsonl => Rows::Jsonl(writer),
                RowFormat::Csv => Rows::Csv(Box::new(GuardedCsv::new(writer))),
            },
            is_empty: true,
            accounts: Accounts::default(),
        }
    }

    /// Adds a row; `false` if the journal has kept nothing of it that could be written.
    pub fn write(&mut self, row: &StoredRow) -> Result<bool, ReportError> {
        let json: Cow<'_, str> = match (&row.request, &row.as_read) {
            (Some(request), _) => match named_anew(row, request)? {
                Some(unnamed) => unnamed.into(),
                None => request.into(),
            },
            (None, Some(as_read)) => as_read.into(),
            (None, None) => return Ok(false),
        };
        match &mut self.rows {
            Rows::Jsonl(writer) => {
                // An invalid row may begin like that by chance. After an empty line, it is not taken for a sign.
                if self.is_empty && first_bytes_tell_an_encoding(json.as_bytes()) {
                    writer.write_all(b"\n")?;
                }
                writer.write_all(json.as_bytes())?;
                writer.write_all(b"\n")?;
            }
            Rows::Csv(csv) => {
                let not_in_csv = |reason| ReportError::NotInCsv {
                    place: row.place.clone(),
                    reason,
                };
                let record = Record::of(&json).map_err(not_in_csv)?;
                if let Some(digits) = record.account_digits {
                    self.accounts.add(&row.place, digits).map_err(not_in_csv)?;
                }
                csv.write(&record.cells)?;
            }
        }
        self.is_empty = false;
        Ok(true)
    }

    /// Writes what is left in buffers. Returns how an import has to read digits in the CSV's `From_Account`.
    pub fn finish(self) -> io::Result<AccountDigits> {
        match self.rows {
            Rows::Jsonl(mut writer) => writer.flush()?,
            Rows::Csv(csv) => csv.finish()?,
        }
        let first = self.accounts.first.map(|(_, digits)| digits);
        Ok(first.unwrap_or_default())
    }
}

/// The row without the TopicId that was derived from it; `None` if the row is to be written unchanged.
fn named_anew(row: &StoredRow, request: &str) -> Result<Option<String>, JournalError> {
    if !row.is_derived || row.outcome == Outcome::Unknown {
        return Ok(None);
    }
    let damaged = |_| JournalError::Damaged { number: row.number };
    let mut topic: TopicDraft = serde_json::from_str(request).map_err(damaged)?;
    let topic_id = topic.topic_id.take().unwrap_or_default();
    let derived = topic_id.rsplit_once(TOPIC_ID_SEPARATOR);
    if derived.is_some_and(|(_, hash_and_ordinal)| hash_and_ordinal.contains('-')) {
        return Ok(None);
    }
    serde_json::to_string(&topic).map(Some).map_err(damaged)
}

/// Whether digits in `From_Account` are a number or text, which must be the same in all rows of a CSV.
#[derive(Debug, Default)]
struct Accounts {
    /// Where the first row with digits stands, and which of the two they are.
    first: Option<(RowPlace, AccountDigits)>,
}

impl Accounts {
    fn add(&mut self, place: &RowPlace, digits: AccountDigits) -> Result<(), String> {
        match self.first.get_or_insert_with(|| (place.clone(), digits)) {
            (first, other) if *other != digits => Err(format!(
                "its From_Account is {}, that of {first} is {}, and CSV cannot tell them apart",
                in_words(digits),
                in_words(*other)
            )),
            _ => Ok(()),
        }
    }
}

const fn in_words(digits: AccountDigits) -> &'static str {
    match digits {
        AccountDigits::Number => "a number",
        AccountDigits::Text => "a number written as text",
    }
}

/// A row as cells, one for each of [`Field::ALL`]. Reading the cells gives the same row again.
#[derive(Default)]
struct Record {
    cells: [String; Field::ALL.len()],
    /// Whether its `From_Account` is a number or text, if it consists of digits.
    account_digits: Option<AccountDigits>,
}

impl Record {
    /// # Errors
    /// What CSV cannot hold, in words.
    fn of(json: &str) -> Result<Self, String> {
        let mut record = Self::default();
        let mut seen = [false; Field::ALL.len()];
        for (name, value) in members(json.as_bytes()).map_err(|_| "it is not a JSON object")? {
            let Some(field) = Field::from_name(&name) else {
                let name = excerpt(&name);
                return Err(format!("{name:?} is no field of import_topic"));
            };
            if std::mem::replace(&mut seen[field as usize], true) {
                return Err(format!("{field} is given twice"));
            }
            if field == Field::FromAccount {
                record.account_digits = account_digits(&value);
            }
            record.cells[field as usize] =
                cell(field, value).map_err(|found| format!("{field} is {found}"))?;
        }
        if record.cells.iter().all(String::is_empty) {
            return Err("nothing stands in it".into());
        }
        Ok(record)
    }
}

/// The cell that is read as this value. If there is none, the error says in words what the value is.
fn cell(field: Field, value: Value) -> Result<String, &'static str> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.is_empty() => Err("an empty text"),
        Value::String(text) if field == Field::CreateTime && text.parse::<f64>().is_ok() => {
            Err("a number written as text")
        }
        // An import from a table takes the space for a slip of whoever typed it.
        Value::String(text) if has_space_at_an_end(field, &text) => {
            Err("an ID with a space at an end")
        }
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() => match field {
            Field::CreateTime | Field::FromAccount => Ok(number.to_string()),
            _ => Err("a number"),
        },
        Value::Number(number) if number.is_i64() && field == Field::CreateTime => {
            Ok(number.to_string())
        }
        Value::Number(_) => Err("a number"),
        Value::Bool(_) => Err("true or false"),
        Value::Array(_) => Err("a list"),
        Value::Object(_) => Err("an object"),
    }
}

fn account_digits(value: &Value) -> Option<AccountDigits> {
    match value {
        Value::Number(_) => Some(AccountDigits::Number),
        Value::String(text) => {
            let number: u64 = text.parse().ok()?;
            (number.to_string() == *text).then_some(AccountDigits::Text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::draft::Draft;
    use crate::input::format::jsonl::JsonRows;
    use crate::input::format::table::{TableRows, known_names};
    use crate::input::mapped::Mapped;
    use crate::input::row_reader::RowReader as _;
    use crate::input::settings::RowSettings;
    use crate::input::text::csv_records::Records;
    use crate::journal::Cause;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

    fn csv_rows(text: &str, digits: AccountDigits) -> TableRows<Records<&[u8]>> {
        let likeness = |names: &[&str]| known_names(names, &unmapped());
        let records = Records::new(text.as_bytes(), likeness).unwrap();
        let settings = RowSettings {
            account_digits: digits,
            ..RowSettings::default()
        };
        TableRows::new(records, &settings, unmapped()).unwrap()
    }

    fn rejected(line: u64, as_read: &str) -> StoredRow {
        StoredRow {
            number: line.cast_signed(),
            place: RowPlace::line(line),
            outcome: Outcome::Rejected,
            request: None,
            is_derived: false,
            as_read: Some(as_read.to_owned()),
            topic_id: None,
            cause: Cause::default(),
        }
    }

    fn derived(id: &str, outcome: Outcome) -> StoredRow {
        let topic_id = format!("@TGS#_a@TOPIC#_{id}");
        let request = json!({"GroupId": "@TGS#_a", "TopicId": topic_id, "TopicName": "x"});
        StoredRow {
            outcome,
            request: Some(request.to_string()),
            is_derived: true,
            as_read: None,
            ..rejected(1, "")
        }
    }

    fn written(format: RowFormat, rows: &[StoredRow]) -> Result<(String, AccountDigits), String> {
        let mut text = Vec::new();
        let mut to_correct = RowsToCorrect::new(&mut text, format);
        for row in rows {
            to_correct.write(row).map_err(|error| error.to_string())?;
        }
        let digits = to_correct.finish().unwrap();
        Ok((String::from_utf8(text).unwrap(), digits))
    }

    #[test]
    fn a_derived_id_stays_where_it_is_not_made_from_the_content_alone_or_the_topic_may_be_there() {
        let hash = "995431b337a1aba08190";
        let second = format!("{hash}-2");
        for (id, outcome, stays) in [
            (hash, Outcome::Rejected, false),
            (hash, Outcome::Held, false),
            (hash, Outcome::Unknown, true),
            (&second, Outcome::Rejected, true),
        ] {
            let row = derived(id, outcome);
            let (text, _) = written(RowFormat::Jsonl, &[row]).unwrap();
            assert_eq!(text.contains(id), stays, "{text}");
            assert!(text.starts_with(r#"{"GroupId":"@TGS#_a","#), "{text}");
        }
    }

    #[test]
    fn a_group_with_hyphens_is_no_ordinal() {
        let mut row = derived("995431b337a1aba08190", Outcome::Rejected);
        row.request = row.request.map(|json| json.replace("@TGS#_a", "@TGS#_a-2"));
        let (text, _) = written(RowFormat::Jsonl, &[row]).unwrap();
        assert_eq!(text, "{\"GroupId\":\"@TGS#_a-2\",\"TopicName\":\"x\"}\n");
    }

    #[test]
    fn nothing_is_written_of_what_was_not_kept() {
        let mut row = rejected(1, "");
        row.as_read = None;
        let mut text = Vec::new();
        let mut rows = RowsToCorrect::new(&mut text, RowFormat::Jsonl);
        assert!(!rows.write(&row).unwrap());
        rows.finish().unwrap();
        assert!(text.is_empty());
    }

    #[test]
    fn a_first_row_is_not_taken_for_the_sign_of_an_encoding() {
        for like_a_sign in ["\u{feff}{}", "\"\0=\0\"", "\0{\0}"] {
            let rows = [rejected(1, like_a_sign), rejected(2, like_a_sign)];
            let (text, _) = written(RowFormat::Jsonl, &rows).unwrap();
            assert_eq!(text, format!("\n{like_a_sign}\n{like_a_sign}\n"));
        }
        for short in ["{", "\"\0", "\0"] {
            let (text, _) = written(RowFormat::Jsonl, &[rejected(1, short)]).unwrap();
            assert_eq!(text, format!("{short}\n"));
        }
    }

    #[test]
    fn csv_refuses_what_it_would_change() {
        for (row, reason) in [
            ("{\"TopicName\":", "it is not a JSON object"),
            ("7", "it is not a JSON object"),
            ("{}", "nothing stands in it"),
            (r#"{"FaceUrl":null}"#, "nothing stands in it"),
            (
                r#"{"TopicNmae":"x"}"#,
                r#""TopicNmae" is no field of import_topic"#,
            ),
            (r#"{"FaceUrl":"a","FaceUrl":"b"}"#, "FaceUrl is given twice"),
            (r#"{"FaceUrl":""}"#, "FaceUrl is an empty text"),
            (r#"{"TopicName":7}"#, "TopicName is a number"),
            (
                r#"{"TopicId":"a@TOPIC#_b "}"#,
                "TopicId is an ID with a space at an end",
            ),
            (r#"{"TopicName":[]}"#, "TopicName is a list"),
            (r#"{"From_Account":-7}"#, "From_Account is a number"),
            (
                r#"{"CreateTime":"7"}"#,
                "CreateTime is a number written as text",
            ),
            (r#"{"CreateTime":7.0}"#, "CreateTime is a number"),
        ] {
            let error = written(RowFormat::Csv, &[rejected(3, row)]).unwrap_err();
            assert_eq!(
                error,
                format!("line 3 cannot be written as CSV: {reason}"),
                "{row}"
            );
            let (text, _) = written(RowFormat::Jsonl, &[rejected(3, row)]).unwrap();
            assert_eq!(text, format!("{row}\n"));
        }
    }

    #[test]
    fn a_column_of_csv_says_whether_it_is_guarded() {
        let plain = r#"{"GroupId":"@TGS#_a","TopicName":"it's","CreateTime":-7}"#;
        let formula = r#"{"GroupId":"@TGS#_a","TopicName":"=1","CustomString":"'"}"#;
        let header = |row| {
            let (text, _) = written(RowFormat::Csv, &[rejected(1, row)]).unwrap();
            text.lines().next().unwrap().to_owned()
        };
        let names = Field::ALL.map(Field::name).join(",");
        assert_eq!(header(plain), names);
        let guarded = names.replace("TopicName", "'TopicName");
        assert_eq!(
            header(formula),
            guarded.replace("CustomString", "'CustomString")
        );
    }

    #[test]
    fn a_guarded_row_that_is_bad_again_is_written_back_as_it_was() {
        let row = r#"{"GroupId":"@TGS#_a","TopicName":"'=1;@a","CreateTime":"-x"}"#;
        let (text, digits) = written(RowFormat::Csv, &[rejected(1, row)]).unwrap();
        let mut csv = csv_rows(&text, digits);
        assert!(!csv.next().unwrap().unwrap().problems.is_empty());
        assert_eq!(csv.as_read().as_deref(), Some(row));
    }

    #[test]
    fn apostrophes_of_others_are_theirs() {
        let text = "GroupId,TopicName\n@TGS#_a,'=1\n";
        let mut csv = csv_rows(text, AccountDigits::Number);
        let draft = csv.next().unwrap().unwrap();
        assert_eq!(draft.topic.topic_name.as_deref(), Some("'=1"));
    }

    #[test]
    fn digits_are_numbers_or_text_in_all_rows() {
        let number = r#"{"From_Account":7}"#;
        let text = r#"{"From_Account":"7"}"#;
        let other = r#"{"From_Account":"007"}"#;
        for (rows, digits) in [
            (vec![], AccountDigits::Text),
            (vec![other], AccountDigits::Text),
            (vec![number, other], AccountDigits::Number),
            (vec![other, text, text], AccountDigits::Text),
        ] {
            let rows: Vec<_> = rows.into_iter().map(|row| rejected(1, row)).collect();
            assert_eq!(written(RowFormat::Csv, &rows).unwrap().1, digits);
        }
        assert_eq!(
            written(RowFormat::Csv, &[rejected(1, text), rejected(9, number)]).unwrap_err(),
            "line 9 cannot be written as CSV: its From_Account is a number, \
             that of line 1 is a number written as text, and CSV cannot tell them apart"
        );
    }

    fn value() -> impl Strategy<Value = String> {
        let values = [
            "null",
            "0",
            "7",
            "-7",
            "-0",
            "7.0",
            "1e3",
            "true",
            "[1]",
            "{}",
            "18446744073709551615",
            "18446744073709551616",
            r#""""#,
            r#""7""#,
            r#""007""#,
            r#""+7""#,
            r#""-7""#,
            r#"" 7""#,
            r#""1e3""#,
            r#""2015-11-24T09:37:17Z""#,
            r#""yesterday""#,
            r#""Community""#,
            r#""@TGS#_a""#,
            r#""@TGS#_a@TOPIC#_b""#,
            r#""\r""#,
            r#""\n\r\n""#,
            r#""\"""#,
            r#""=1""#,
            r#""'=1""#,
            r#""''""#,
            r#""@all""#,
            r#""a;=1;'b""#,
            r#""\t+1""#,
            r#""＝1\n-7""#,
            r#""\u0000""#,
            r#""\ufeff""#,
        ];
        let text = any::<String>().prop_map(|text| json!(text).to_string());
        prop_oneof![4 => select(values.to_vec()).prop_map(str::to_owned), 1 => text]
    }

    fn object() -> impl Strategy<Value = String> {
        let name = select(Field::ALL.map(Field::name).to_vec());
        let member = (name, value()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(",")))
    }

    /// What a row is read as, without its line number.
    fn without_line(draft: &Draft) -> (TopicDraft, Vec<String>) {
        let mut problems: Vec<_> = draft
            .problems
            .iter()
            .map(|problem| format!("{:?} {}", problem.rule, problem.without_line()))
            .collect();
        problems.sort_unstable();
        (draft.topic.clone(), problems)
    }

    fn unmapped() -> Mapped {
        Mapped::default()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_csv_takes_is_read_as_what_it_was(objects in vec(object(), 1..6)) {
            let rows: Vec<_> = objects.iter().map(|object| rejected(1, object)).collect();
            let Ok((csv, digits)) = written(RowFormat::Csv, &rows) else {
                return Ok(());
            };
            let mut csv = csv_rows(&csv, digits);
            prop_assert!(csv.header_problems().is_empty());
            let jsonl = written(RowFormat::Jsonl, &rows).unwrap().0;
            let mut jsonl = JsonRows::new(jsonl.as_bytes(), unmapped()).unwrap();
            while let Some(draft) = jsonl.next().unwrap() {
                let from_csv = csv.next().unwrap().unwrap();
                prop_assert_eq!(without_line(&from_csv), without_line(&draft));
            }
            prop_assert!(csv.next().unwrap().is_none());
        }

        #[test]
        fn no_cell_of_csv_is_a_formula_wherever_cells_begin(objects in vec(object(), 1..6)) {
            let rows: Vec<_> = objects.iter().map(|object| rejected(1, object)).collect();
            let Ok((csv, _)) = written(RowFormat::Csv, &rows) else {
                return Ok(());
            };
            for record in ::csv::Reader::from_reader(csv.as_bytes()).records() {
                for cell in record.unwrap().iter().flat_map(|cell| cell.split([';', '\t', '\r', '\n'])) {
                    let is_number = cell.parse::<i64>().is_ok() && !cell.starts_with('+');
                    let is_safe = is_number || cell.starts_with("@TGS#_");
                    let starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
                    prop_assert!(is_safe || !cell.starts_with(starts), "{}", cell);
                }
            }
        }
    }
}
