//! Problems written down, one after the other.

use std::io::{self, Write};

use csv::Writer;
use serde_json::Value;

use crate::input::element::Element;
use crate::input::problem::Problem;
use crate::input::text::formula_guard::guarded;
use crate::report::RowFormat;

const COLUMNS: [&str; 8] = [
    "file", "line", "element", "field", "rule", "limit", "found", "message",
];

/// By this, spreadsheets know CSV in UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes problems for whoever mends an input, one to a line. CSV begins with a byte-order mark, so that spreadsheets show it
/// right, and texts in it are guarded as in [`RowMap`](crate::report::RowMap).
#[derive(Debug)]
pub struct ProblemTable<W: Write>(Lines<W>);

#[derive(Debug)]
enum Lines<W: Write> {
    Jsonl(W),
    Csv(Box<Writer<W>>),
}

impl<W: Write> ProblemTable<W> {
    /// Begins a table in this format.
    pub fn new(mut writer: W, format: RowFormat) -> io::Result<Self> {
        Ok(Self(match format {
            RowFormat::Jsonl => Lines::Jsonl(writer),
            RowFormat::Csv => {
                writer.write_all(BYTE_ORDER_MARK.as_bytes())?;
                let mut writer = Writer::from_writer(writer);
                writer.write_record(COLUMNS)?;
                Lines::Csv(Box::new(writer))
            }
        }))
    }

    /// Adds a problem.
    pub fn write(&mut self, problem: &Problem) -> io::Result<()> {
        match &mut self.0 {
            Lines::Jsonl(writer) => {
                serde_json::to_writer(&mut *writer, problem)?;
                writer.write_all(b"\n")
            }
            Lines::Csv(writer) => {
                let element = problem.element.as_deref();
                let cells = [
                    element
                        .and_then(Element::file)
                        .unwrap_or_default()
                        .to_owned(),
                    problem.line.to_string(),
                    element.map_or("", Element::words).to_owned(),
                    problem.field.as_deref().unwrap_or_default().to_owned(),
                    text(&serde_json::to_value(problem.rule)?),
                    text(&problem.limit),
                    text(&problem.found),
                    problem.message.to_string(),
                ];
                let cells = cells.each_ref().map(|cell| guarded(cell));
                Ok(writer.write_record(cells.each_ref().map(|cell| cell.as_bytes()))?)
            }
        }
    }

    /// Writes what is left in buffers.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Lines::Jsonl(mut writer) => writer.flush(),
            Lines::Csv(mut writer) => writer.flush(),
        }
    }
}

/// A value as text; null is empty.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_core::Field;

    fn written(format: RowFormat, problems: &[Problem]) -> String {
        let mut bytes = Vec::new();
        let mut table = ProblemTable::new(&mut bytes, format).unwrap();
        for problem in problems {
            table.write(problem).unwrap();
        }
        table.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_problem_is_a_line_of_json_or_a_record_that_a_spreadsheet_shows_right() {
        let problems = [
            Problem::too_many_topics(201, "@TGS#_a", 3, 200),
            Problem {
                element: Some(Box::new(Element::new("channel", Some(1), Some("船屋")))),
                ..Problem::unknown_field(7, "=1+1")
            },
            Problem::of_type(8, Field::FaceUrl, "text", "a list"),
        ];
        let json = problems
            .each_ref()
            .map(|problem| serde_json::to_string(problem).unwrap() + "\n");
        assert_eq!(written(RowFormat::Jsonl, &problems), json.concat());
        let csv = written(RowFormat::Csv, &problems);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(
            lines[0],
            "\u{feff}file,line,element,field,rule,limit,found,message"
        );
        assert!(
            lines[1].starts_with(",201,,GroupId,max_topics,200,203,\"@TGS#_a has 203 topics here")
        );
        assert!(lines[2].starts_with(",7,\"channel 1 \"\"船屋\"\"\",'=1+1,unknown_field,,'=1+1,"));
        assert_eq!(
            lines[3],
            ",8,,FaceUrl,type,text,a list,is a list: it must be text"
        );
    }
}
