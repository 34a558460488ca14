use std::io::{self, Write};

use serde::Serialize;

use super::ReportedRow;
use super::RowFormat;
use super::row_writer::RowWriter;

const COLUMNS: [&str; 8] = [
    "line",
    "GroupId",
    "TopicId",
    "TopicName",
    "outcome",
    "code",
    "message",
    "CustomString",
];

/// Writes which topic became of each row: the map from what an app had to what is there now, for the next step of a
/// migration. What is not known is `null` in JSONL and an empty cell in CSV.
#[derive(Debug)]
pub struct RowMap<W: Write> {
    rows: RowWriter<W>,
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
        let rows = RowWriter::new(writer, format, &COLUMNS)?;
        Ok(Self { rows })
    }

    /// Adds a row.
    pub fn write(&mut self, row: &ReportedRow) -> io::Result<()> {
        match &mut self.rows {
            RowWriter::Jsonl(writer) => {
                let entry = Entry {
                    row,
                    custom_string: &row.custom_string,
                };
                serde_json::to_writer(&mut *writer, &entry)?;
                writer.write_all(b"\n")
            }
            RowWriter::Csv(writer) => {
                let line = row.line.to_string();
                let code = row.code.map(|code| code.to_string());
                let cells = [
                    Some(&*line),
                    row.group_id.as_deref(),
                    row.topic_id.as_deref(),
                    row.topic_name.as_deref(),
                    Some(row.outcome.name()),
                    code.as_deref(),
                    row.message.as_deref(),
                    row.custom_string.as_deref(),
                ];
                Ok(writer.write_record(cells.map(Option::unwrap_or_default))?)
            }
        }
    }

    /// Writes what is left in buffers.
    pub fn finish(self) -> io::Result<()> {
        self.rows.finish()
    }
}
