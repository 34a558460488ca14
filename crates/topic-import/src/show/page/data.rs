//! Rows as data for the page's script, which shows a part of them at a time.
//!
//! The data stand in the page as JSON, a thousand rows in each element, so that the browser reads only what is looked at.

use std::collections::HashMap;
use std::io::{self, BufWriter, Seek as _, Write};

use serde::Serialize;
use tempfile::SpooledTempFile;
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::request::Kind;
use topic_import_core::{Code, TOPIC_ID_SEPARATOR};

use super::totals;
use crate::show::explanation::Explanation;
use crate::show::text::one_line;

/// How many rows stand in one element.
const ROWS_TOGETHER: usize = 1000;
/// If there are more bytes than this, they are kept in a temporary file.
const MOST_IN_MEMORY: usize = 1024 * 1024;

/// Rows that were written as data, before their place in the page is known.
pub(super) struct Data {
    class: &'static str,
    elements: BufWriter<SpooledTempFile>,
    open: Element,
}

/// What is not finished yet of an element. Texts that many rows share are in it once.
#[derive(Default, Serialize)]
struct Element {
    groups: Texts<String>,
    reasons: Texts<Reason>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    files: Texts<String>,
    rows: Vec<Row>,
    /// The place of each failed row among the reasons of all rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alike: Vec<Option<usize>>,
}

/// Line, place of the group, name, ID (of a topic of a group, its own part), place of the reason, place of the file if there
/// is one.
type Row = (u64, Option<usize>, String, String, usize, Option<usize>);

/// What became of a row, and why.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize)]
struct Reason {
    kind: &'static str,
    outcome: &'static str,
    words: &'static str,
    code: Option<i64>,
    why: Option<String>,
}

/// Different texts, found by their place.
#[derive(Default)]
struct Texts<T>(Vec<T>, HashMap<T, usize>);

impl<T> Texts<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Clone + Eq + std::hash::Hash> Texts<T> {
    fn place(&mut self, text: T) -> usize {
        let Self(texts, places) = self;
        *places.entry(text).or_insert_with_key(|text| {
            texts.push(text.clone());
            texts.len() - 1
        })
    }
}

impl<T: Serialize> Serialize for Texts<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Data {
    /// Nothing yet; the script finds the elements by this class.
    pub(super) fn new(class: &'static str) -> Self {
        Self {
            class,
            elements: BufWriter::new(SpooledTempFile::new(MOST_IN_MEMORY)),
            open: Element::default(),
        }
    }

    /// Adds a row that failed for the reason at this place.
    pub(super) fn add_failed(
        &mut self,
        row: &ReportedRow,
        is_valid: bool,
        reason: Option<usize>,
    ) -> io::Result<()> {
        self.open.alike.push(reason);
        self.add(row, is_valid)
    }

    /// Adds a row, which is a topic of a community's list if it is valid.
    pub(super) fn add(&mut self, row: &ReportedRow, is_valid: bool) -> io::Result<()> {
        let id = row.topic_id.as_ref().or(row.group_id.as_ref());
        let id = id.map(one_line).unwrap_or_default();
        let group = row.group_id.as_deref().map(one_line);
        let group = group.filter(|_| is_valid && row.kind == Kind::Topic);
        let in_group = group.and_then(|group| {
            let rest = id.strip_prefix(&group)?;
            let own = match rest {
                "" => rest,
                rest => rest.strip_prefix(TOPIC_ID_SEPARATOR)?,
            };
            Some((self.open.groups.place(group), own.to_owned()))
        });
        let (group, id) = match in_group {
            Some((group, own)) => (Some(group), own),
            None => (None, id),
        };
        let why = Explanation::of_row(row).map(|why| Explanation { code: None, ..why });
        let reason = self.open.reasons.place(Reason {
            kind: row.kind.name(),
            outcome: row.outcome.name(),
            words: totals::name(row.outcome),
            code: row.cause.code.map(Code::get),
            why: why.map(|why| why.to_string()),
        });
        let name = one_line(row.called().unwrap_or_default());
        let file = row.place.file.as_ref().map(one_line);
        let file = file.map(|file| self.open.files.place(file));
        self.open
            .rows
            .push((row.place.line, group, name, id, reason, file));
        if self.open.rows.len() == ROWS_TOGETHER {
            self.close()?;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let element = std::mem::take(&mut self.open);
        let json = serde_json::to_string(&element)?;
        // So that no text can end the element.
        let json = json.replace('<', "\\u003c");
        let (class, rows) = (self.class, element.rows.len());
        writeln!(
            self.elements,
            "<script type=\"application/json\" class=\"{class}\" data-rows=\"{rows}\">{json}</script>"
        )
    }

    /// Writes the elements into the page.
    pub(super) fn write(mut self, html: &mut impl Write) -> io::Result<()> {
        if !self.open.rows.is_empty() {
            self.close()?;
        }
        let elements = self.elements.into_inner();
        let mut elements = elements.map_err(io::IntoInnerError::into_error)?;
        elements.rewind()?;
        io::copy(&mut elements, html)?;
        Ok(())
    }
}
