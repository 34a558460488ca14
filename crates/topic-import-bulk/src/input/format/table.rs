//! Rows of a table, the fields' names in its first record.

use std::borrow::Cow;
use std::io;
use std::str;

use jaq_json::{Rc, Val};
use serde::{Serialize, Serializer as _};
use topic_import_core::{DraftAccount, Field, GROUP_ID_PREFIX};

use crate::input::draft::Draft;
use crate::input::field::create_time;
use crate::input::field::lenient::as_it_is;
use crate::input::field::whole_cell::{check_ends, check_whole, is_whole};
use crate::input::jq::json::{as_text, object, text};
use crate::input::mapped::Mapped;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row_reader::RowReader;
use crate::input::settings::{AccountDigits, RowSettings};
use crate::input::text::csv_records::SEPARATORS;
use crate::input::text::formula_guard::{GUARD, unguarded};
use crate::input::text::legible::legible;
use crate::input::text::table::{Record, Table, are_empty, too_long, unclosed};

/// Reads a draft from every record after the first.
#[derive(Debug)]
pub(crate) struct TableRows<T> {
    records: T,
    columns: Vec<Column>,
    /// How many columns there are up to the last that has a name.
    named: usize,
    /// The first column without a name in which something stands, and its line.
    unnamed: Option<(usize, u64)>,
    header_problems: Vec<Problem>,
    /// Whether each row has to name its community, as nothing else does.
    names_group: bool,
    /// Whether a list says which community a row belongs to, so that what is mapped to GroupId is a name in it.
    has_groups: bool,
    account_digits: AccountDigits,
    mapped: Mapped,
}

/// What the header says of a column.
#[derive(Debug)]
struct Column {
    name: String,
    /// Whether its cells are guarded against being taken for formulas, which an apostrophe before its name says.
    is_guarded: bool,
    /// The field of this name.
    field: Option<Field>,
    /// The fields that it is mapped to.
    mapped: Vec<Field>,
}

impl Column {
    fn is_of(&self, field: Field) -> bool {
        self.field == Some(field) || self.mapped.contains(&field)
    }

    fn bare<'a>(&self, cell: &'a [u8]) -> Cow<'a, [u8]> {
        if self.is_guarded {
            unguarded(cell)
        } else {
            Cow::Borrowed(cell)
        }
    }
}

/// The name of a column, and whether its cells are guarded. Others write apostrophes as well: this one stands before a
/// field.
fn column_name(cell: &[u8]) -> (String, bool) {
    let name = String::from_utf8_lossy(cell).into_owned();
    match name.strip_prefix(GUARD) {
        Some(field) if Field::from_name(field).is_some() => (field.to_owned(), true),
        _ => (name, false),
    }
}

/// What stands in no cell.
const OTHER_CELL: &str = "\0";

/// A cell as a value of JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Missing,
    Integer(i128),
    Account(DraftAccount),
    Text(&'a str),
    /// What is no text must not become one that could be imported.
    NotUtf8 {
        #[serde(rename = "not UTF-8")]
        text: String,
    },
    /// What a spreadsheet has left of something else must not become a value that could be imported.
    NotWhole {
        #[serde(rename = "not whole")]
        text: &'a str,
    },
}

/// How many of these names in a header are known.
pub(crate) fn known_names(names: &[&str], mapped: &Mapped) -> usize {
    let is_known = |name: &&&str| {
        let (name, _) = column_name(name.as_bytes());
        Field::from_name(&name).is_some() || mapped.has_column(&name)
    };
    names.iter().filter(is_known).count()
}

impl<T: Table> TableRows<T> {
    pub(crate) fn new(records: T, settings: &RowSettings, mapped: Mapped) -> io::Result<Self> {
        let mut rows = Self {
            records,
            columns: Vec::new(),
            named: 0,
            unnamed: None,
            header_problems: Vec::new(),
            names_group: settings.group_id.is_none() && settings.groups.is_none(),
            has_groups: settings.groups.is_some(),
            account_digits: settings.account_digits,
            mapped,
        };
        rows.read_header()?;
        Ok(rows)
    }

    /// The next record that is not wholly empty.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            match self.records.next()? {
                Some(Record::Whole { .. }) if are_empty(self.records.cells()) => {}
                record => return Ok(record),
            }
        }
    }

    fn read_header(&mut self) -> io::Result<()> {
        match self.next_record()? {
            None => {}
            Some(Record::TooLong { line }) => self.header_problems.push(too_long(line)),
            Some(Record::Unclosed { line }) => self.header_problems.push(unclosed(line)),
            Some(Record::Whole { line }) => {
                if self
                    .records
                    .cells()
                    .any(|name| str::from_utf8(name).is_err())
                {
                    self.header_problems.push(Problem::not_utf8(line, None));
                    return Ok(());
                }
                if let Some(problem) = self.wrong_separator(line) {
                    self.header_problems.push(problem);
                    return Ok(());
                }
                if self.is_no_header() {
                    self.header_problems.push(Problem::no_header(line));
                    return Ok(());
                }
                self.mapped.begin_table();
                for name in self.records.cells() {
                    let (name, is_guarded) = column_name(name);
                    let mapped = self.mapped.fields_of_column(&name);
                    let field = Field::from_name(&name).filter(|field| !self.mapped.has(*field));
                    if field.is_none() && self.mapped.is_empty() && !name.is_empty() {
                        self.header_problems
                            .push(Problem::unknown_field(line, &name));
                    }
                    for field in mapped.iter().copied().chain(field) {
                        if self.columns.iter().any(|column| column.is_of(field)) {
                            self.header_problems.push(Problem::field_twice(line, field));
                        }
                    }
                    self.columns.push(Column {
                        name,
                        is_guarded,
                        field,
                        mapped,
                    });
                }
                self.find_missing_columns(line);
                let is_named = |column: &Column| !column.name.is_empty();
                self.named = self
                    .columns
                    .iter()
                    .rposition(is_named)
                    .map_or(0, |last| last + 1);
            }
        }
        Ok(())
    }

    /// Whether the first line is a row: it has the ID of a community, and no field's name.
    fn is_no_header(&self) -> bool {
        let is_group = |cell: &[u8]| cell.starts_with(GROUP_ID_PREFIX.as_bytes());
        let is_field = |cell: &[u8]| Field::from_name(&column_name(cell).0).is_some();
        self.records.cells().any(is_group) && !self.records.cells().any(is_field)
    }

    /// What is wrong with a line that names a separator, where the header is one cell and would be several known names with
    /// another one.
    fn wrong_separator(&self, line: u64) -> Option<Problem> {
        let told = self.records.told_separator()?;
        let mut cells = self.records.cells().filter(|cell| !cell.is_empty());
        let header = str::from_utf8(cells.next()?).ok()?;
        let is_known = |separator: &u8| {
            let names: Vec<&str> = header.split(char::from(*separator)).collect();
            names.len() > 1 && known_names(&names, &self.mapped) > 0
        };
        let is_one = cells.next().is_none() && known_names(&[header], &self.mapped) == 0;
        (is_one && SEPARATORS.iter().any(is_known))
            .then(|| Problem::wrong_separator(line, header, told))
    }

    /// Says that no column is called after a field that every row needs.
    fn find_missing_columns(&mut self, line: u64) {
        let needed = [
            Some(Field::GroupId).filter(|_| self.names_group),
            Some(Field::TopicName),
        ];
        let missing = needed.into_iter().flatten().filter(|field| {
            let is_near =
                |problem: &Problem| problem.limit == field.name() || problem.is_of(*field);
            !self.columns.iter().any(|column| column.is_of(*field))
                && !self.mapped.has(*field)
                && !self.header_problems.iter().any(is_near)
        });
        let columns = || self.columns.iter().map(|column| column.name.as_str());
        let missing: Vec<Problem> = missing
            .map(|field| Problem::no_column(line, field, columns()))
            .collect();
        self.header_problems.splice(..0, missing);
    }

    /// What is wrong with the number of cells in the last record.
    fn wrong_cells(&self, line: u64) -> Option<Problem> {
        let (found, wanted) = (self.records.cells().len(), self.columns.len());
        if found < self.named {
            return Some(Problem::few_cells(line, found, wanted));
        }
        if found <= wanted || self.is_padded() {
            return None;
        }
        let are_empty = are_empty(self.records.cells().skip(wanted));
        let separators = self.records.separators();
        Some(Problem::many_cells(
            line, found, wanted, separators, are_empty,
        ))
    }

    /// Whether the last record has more cells than the header, and something only in those up to the last column that every
    /// row needs. Where a separator that is not quoted had made one more of them, the row would be without that column.
    fn is_padded(&self) -> bool {
        let is_needed = |column: &Column| {
            column.is_of(Field::TopicName) || self.names_group && column.is_of(Field::GroupId)
        };
        let last = self.columns.iter().rposition(is_needed);
        let is_surplus = self.records.cells().len() > self.columns.len();
        is_surplus && last.is_some_and(|last| are_empty(self.records.cells().skip(last + 1)))
    }

    fn parse(&mut self, line: u64) -> Draft {
        if let Some(problem) = self.wrong_cells(line) {
            return Draft::unreadable(problem);
        }
        self.unnamed = self.unnamed.or_else(|| Some((self.first_unnamed()?, line)));
        let cells = self.records.cells();
        let mut draft = Draft::new(line);
        draft.is_converted = !self.mapped.is_empty();
        for (cell, column) in cells.zip(&self.columns) {
            let cell = column.bare(cell);
            if cell.is_empty() {
                continue;
            }
            let set = column
                .field
                .map_or(Ok(()), |field| self.set(&mut draft, field, &cell));
            let mapped = column.mapped.iter();
            let set_mapped =
                mapped.map(|field| self.set_mapped(&mut draft, *field, &column.name, &cell));
            let problems: Vec<_> = set_mapped.chain([set]).filter_map(Result::err).collect();
            draft.problems.extend(problems);
        }
        if self.mapped.needs_row() {
            match self.row() {
                Some(row) => {
                    self.mapped.apply(&mut draft, &row, as_it_is);
                    self.check_cells(&mut draft, &row);
                }
                None => draft.problems.push(Problem::not_utf8(line, None)),
            }
        }
        draft
    }

    /// Finds the fields whose expressions give another result when a cell that a spreadsheet has damaged is replaced by
    /// another one.
    fn check_cells(&self, draft: &mut Draft, row: &Val) {
        let Val::Obj(cells) = row else {
            return;
        };
        for (column, cell) in cells.iter() {
            let cell = as_text(cell).unwrap_or_default();
            if is_whole(&cell) {
                continue;
            }
            let mut others = (**cells).clone();
            others.insert(column.clone(), text(OTHER_CELL));
            for field in self.mapped.differing(row, &Val::Obj(Rc::new(others))) {
                if let Err(problem) = check_whole(draft.line, field, &cell) {
                    draft.clear(field);
                    draft.problems.retain(|problem| !problem.is_of(field));
                    draft.problems.push(problem);
                }
            }
        }
    }

    /// The first column without a name in which the last record has something, where columns must be fields.
    fn first_unnamed(&self) -> Option<usize> {
        let mut cells = self.records.cells().zip(&self.columns);
        let is_stray =
            |(cell, column): (&[u8], &Column)| !cell.is_empty() && column.name.is_empty();
        cells.position(is_stray).filter(|_| self.mapped.is_empty())
    }

    /// The cells of the last record under the names of their columns; an empty one is null. `None` where one is no text.
    fn row(&self) -> Option<Val> {
        let cells = self.records.cells().zip(&self.columns);
        let cells = cells.map(|(cell, column)| {
            let cell = String::from_utf8(column.bare(cell).into_owned()).ok()?;
            let value = if cell.is_empty() {
                Val::Null
            } else {
                text(cell)
            };
            Some((column.name.clone(), value))
        });
        cells.collect::<Option<Vec<_>>>().map(object)
    }

    /// A cell of any column as a field, as leniently as other systems write.
    fn set_mapped(
        &self,
        draft: &mut Draft,
        field: Field,
        column: &str,
        cell: &[u8],
    ) -> Result<(), Problem> {
        if field == Field::FromAccount {
            return self.set(draft, field, cell);
        }
        let text = str::from_utf8(cell).map_err(|_| Problem::not_utf8(draft.line, Some(field)))?;
        check_whole(draft.line, field, text)?;
        if field != Field::GroupId || !self.has_groups {
            check_ends(draft.line, field, text)?;
        }
        draft.take(field, column, &text.into(), as_it_is);
        Ok(())
    }

    fn set(&self, draft: &mut Draft, field: Field, cell: &[u8]) -> Result<(), Problem> {
        let line = draft.line;
        let text = str::from_utf8(cell).map_err(|_| Problem::not_utf8(line, Some(field)))?;
        check_whole(line, field, text)?;
        check_ends(line, field, text)?;
        match field {
            Field::CreateTime => {
                draft.set_time(create_time::from_cell(line, text)?);
            }
            Field::FromAccount => draft.topic.from_account = Some(self.account(text)),
            _ => draft.set_text(field, Some(text.to_owned())),
        }
        Ok(())
    }

    fn value<'a>(&self, field: Option<Field>, cell: &'a [u8]) -> Value<'a> {
        let Ok(text) = str::from_utf8(cell) else {
            let text = legible(cell);
            return Value::NotUtf8 { text };
        };
        match (field, text.parse()) {
            (Some(Field::CreateTime), Ok(seconds)) => Value::Integer(seconds),
            (Some(_), _) if !is_whole(text) => Value::NotWhole { text },
            (Some(Field::FromAccount), _) => Value::Account(self.account(text)),
            _ => Value::Text(text),
        }
    }

    /// Digits are a number, unless they would not come out as they went in.
    fn account(&self, text: &str) -> DraftAccount {
        match (self.account_digits, text.parse::<u64>()) {
            (AccountDigits::Number, Ok(number)) if number.to_string() == text => {
                DraftAccount::Number(number)
            }
            _ => DraftAccount::Text(text.to_owned()),
        }
    }
}

impl<T: Table> RowReader for TableRows<T> {
    fn next(&mut self) -> io::Result<Option<Draft>> {
        Ok(self.next_record()?.map(|record| match record {
            Record::Whole { line } => self.parse(line),
            Record::TooLong { line } => Draft::unreadable(too_long(line)),
            Record::Unclosed { line } => Draft::unreadable(unclosed(line)),
        }))
    }

    /// The record of the last draft as a JSON object, the header's names before its cells; `None` where it was passed
    /// over. With too many cells or too few, nobody knows which cell is whose: a name that is no field's says where the
    /// header and the record part, so that somebody has to look at it.
    fn as_read(&self) -> Option<String> {
        let cells = self.records.cells();
        let (found, wanted) = (cells.len(), self.columns.len());
        let is_short = found < self.named;
        if found == 0 {
            return None;
        }
        let cell = |index: usize| format!("cell {}", index + 1).into();
        let texts: Vec<_> = cells
            .zip(&self.columns)
            .map(|(cell, column)| (column.bare(cell), column))
            .collect();
        let known = texts
            .iter()
            .filter(|(text, _)| !text.is_empty())
            .map(|(text, column)| (column.name.as_str().into(), self.value(column.field, text)));
        let surplus = self
            .records
            .cells()
            .enumerate()
            .skip(wanted)
            .filter(|_| !self.is_padded())
            .map(|(index, text)| (cell(index), self.value(None, text)));
        let missing = is_short.then(|| (cell(found), Value::Missing));
        let all = known.chain(surplus).chain(missing);
        let mut object = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut object);
        serializer.collect_map::<Cow<'_, str>, _, _>(all).ok()?;
        String::from_utf8(object).ok()
    }

    fn header_problems(&self) -> &[Problem] {
        &self.header_problems
    }

    /// That something stands in a column without a name.
    fn closing_problems(&self) -> Vec<Problem> {
        let unnamed = self.unnamed.map(|(column, line)| {
            let column = column + 1;
            Problem {
                found: column.into(),
                rule: ProblemRule::UnknownField,
                ..Problem::syntax(
                    line,
                    format!("something stands in column {column}, which has no name: name it, or empty it"),
                )
            }
        });
        unnamed.into_iter().collect()
    }

    fn read_on(&mut self) -> io::Result<()> {
        self.records.read_on()
    }

    fn into_mapped(self) -> Mapped {
        self.mapped
    }
}
