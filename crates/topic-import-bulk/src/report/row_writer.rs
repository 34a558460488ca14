use std::io::{self, Write};

use ::csv::Writer;

use super::RowFormat;

/// Writes rows one after another, in either format.
#[derive(Debug)]
pub(super) enum RowWriter<W: Write> {
    Jsonl(W),
    Csv(Box<Writer<W>>),
}

impl<W: Write> RowWriter<W> {
    /// CSV begins with the columns' names, whether or not any row follows.
    pub(super) fn new(writer: W, format: RowFormat, columns: &[&str]) -> io::Result<Self> {
        Ok(match format {
            RowFormat::Jsonl => Self::Jsonl(writer),
            RowFormat::Csv => {
                let mut writer = Writer::from_writer(writer);
                writer.write_record(columns)?;
                Self::Csv(Box::new(writer))
            }
        })
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Jsonl(mut writer) => writer.flush(),
            Self::Csv(mut writer) => writer.flush(),
        }
    }
}
