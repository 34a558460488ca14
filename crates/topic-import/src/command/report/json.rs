//! The report as JSON: the counts, then every row that failed. Rows are written as they are read.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{JournalError, RowPlace, Summary};
use topic_import_bulk::report::{ReportError, ReportedRow};
use topic_import_bulk::request::Kind;
use topic_import_core::Code;

use crate::show::explanation::Explanation;

#[derive(Serialize)]
struct Report<'a, F> {
    #[serde(flatten)]
    summary: &'a Summary,
    failed: F,
}

/// Serializes rows while it reads them, so that they are never in memory together.
struct FailedRows<R> {
    rows: RefCell<R>,
    /// Why they could not be read to the end.
    error: RefCell<Option<JournalError>>,
}

impl<R: Iterator<Item = Result<ReportedRow, JournalError>>> Serialize for FailedRows<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for row in &mut *self.rows.borrow_mut() {
            match row {
                Ok(row) => list.serialize_element(&FailedRow::from(row))?,
                Err(error) => {
                    let told = S::Error::custom(&error);
                    *self.error.borrow_mut() = Some(error);
                    return Err(told);
                }
            }
        }
        list.end()
    }
}

/// A row whose topic is not there, explained in the program's own words instead of those in the journal.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FailedRow {
    #[serde(flatten)]
    place: RowPlace,
    #[serde(rename = "kind")]
    kind: Kind,
    group_id: Option<String>,
    topic_id: Option<String>,
    topic_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "outcome")]
    outcome: Outcome,
    #[serde(rename = "code")]
    code: Option<i64>,
    #[serde(rename = "message")]
    message: Option<String>,
    #[serde(rename = "remedy")]
    remedy: Option<&'static str>,
}

impl From<ReportedRow> for FailedRow {
    fn from(row: ReportedRow) -> Self {
        let (message, remedy) = match Explanation::of_row(&row) {
            Some(Explanation { what, remedy, .. }) => (Some(what), remedy),
            None => (None, None),
        };
        Self {
            place: row.place,
            kind: row.kind,
            group_id: row.group_id,
            topic_id: row.topic_id,
            topic_name: row.topic_name,
            name: row.name,
            outcome: row.outcome,
            code: row.cause.code.map(Code::get),
            message,
            remedy,
        }
    }
}

/// Prints one object on one line.
pub(super) fn print(
    summary: &Summary,
    failed: impl Iterator<Item = Result<ReportedRow, JournalError>>,
    stdout: &mut impl Write,
) -> Result<(), ReportError> {
    let report = Report {
        summary,
        failed: FailedRows {
            rows: RefCell::new(failed),
            error: RefCell::new(None),
        },
    };
    let written = serde_json::to_writer(&mut *stdout, &report);
    if let Some(error) = report.failed.error.into_inner() {
        return Err(error.into());
    }
    written.map_err(io::Error::from)?;
    Ok(writeln!(stdout)?)
}
