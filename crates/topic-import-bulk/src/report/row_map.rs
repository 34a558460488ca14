use std::io::{self, Write};

use ::csv::Writer;
use serde::Serialize;

use super::ReportedRow;
use super::RowFormat;
use crate::input::text::formula_guard::guarded;

const COLUMNS: [&str; 11] = [
    "line",
    "GroupId",
    "TopicId",
    "TopicName",
    "outcome",
    "code",
    "message",
    "CustomString",
    "kind",
    "Name",
    "file",
];

/// Writes which topic, or which community, became of each row: the map from what an app had to what is there now, for the
/// next step of a migration. The file of a row is there if the input is several. What is not known is `null` in JSONL and an empty cell in CSV.
///
/// In CSV, a text that a spreadsheet would take for a formula, as it begins with `=`, `+`, `-` or `@` (but for the
/// service's IDs), has an apostrophe before it; so has one that begins with an apostrophe. The same holds after each
/// semicolon, tab and end of a line in it. Whoever takes one apostrophe off in all these places has the text.
#[derive(Debug)]
pub struct RowMap<W: Write> {
    rows: Rows<W>,
}

#[derive(Debug)]
enum Rows<W: Write> {
    Jsonl(W),
    Csv(Box<Writer<W>>),
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    row: &'a ReportedRow,
    #[serde(rename = "CustomString")]
    custom_string: &'a Option<String>,
}

impl<W: Write> RowMap<W> {
    /// Begins a map in this format.
    pub fn new(writer: W, format: RowFormat) -> io::Result<Self> {
        let rows = match format {
            RowFormat::Jsonl => Rows::Jsonl(writer),
            RowFormat::Csv => {
                let mut writer = Writer::from_writer(writer);
                writer.write_record(COLUMNS)?;
                Rows::Csv(Box::new(writer))
            }
        };
        Ok(Self { rows })
    }

    /// Adds a row.
    pub fn write(&mut self, row: &ReportedRow) -> io::Result<()> {
        match &mut self.rows {
            Rows::Jsonl(writer) => {
                let entry = Entry {
                    row,
                    custom_string: &row.custom_string,
                };
                serde_json::to_writer(&mut *writer, &entry)?;
                writer.write_all(b"\n")
            }
            Rows::Csv(writer) => {
                let line = row.place.line.to_string();
                let code = row.cause.code.map(|code| code.to_string());
                let message = row.cause.to_string();
                let cells = [
                    Some(&*line),
                    row.group_id.as_deref(),
                    row.topic_id.as_deref(),
                    row.topic_name.as_deref(),
                    Some(row.outcome.name()),
                    code.as_deref(),
                    Some(&*message),
                    row.custom_string.as_deref(),
                    Some(row.kind.name()),
                    row.name.as_deref(),
                    row.place.file.as_deref(),
                ];
                let cells = cells.map(Option::unwrap_or_default).map(guarded);
                Ok(writer.write_record(cells.each_ref().map(|cell| cell.as_bytes()))?)
            }
        }
    }

    /// Writes what is left in buffers.
    pub fn finish(self) -> io::Result<()> {
        match self.rows {
            Rows::Jsonl(mut writer) => writer.flush(),
            Rows::Csv(mut writer) => writer.flush(),
        }
    }
}
