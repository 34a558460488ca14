//! The fields of a community, from JSON and from CSV.

use serde_json::Value;
use topic_import_core::{DraftAppDefined, Field, GroupDraft};

use crate::input::field::create_time;
use crate::input::field::kind::kind;
use crate::input::field::time_zone::TimeZone;
use crate::input::field::whole_cell::{check_ends, check_whole};
use crate::input::problem::Problem;
use crate::input::text::formula_guard::{GUARD, unguarded};
use crate::input::text::legible::legible;

/// The members of the object that a record is: those of its cells that are not empty.
pub(crate) fn members_of(columns: &[Column], record: Vec<String>) -> Vec<(String, Value)> {
    columns
        .iter()
        .zip(record)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| (column.name.clone(), column.value(cell)))
        .collect()
}

/// What is wrong with cells that a spreadsheet has not left as they were written, or that have a space too many.
pub(crate) fn cut_cells(line: u64, columns: &[Column], record: &[String]) -> Vec<Problem> {
    let fields = columns.iter().map(|column| column.field).zip(record);
    let fields = fields.filter_map(|(field, cell)| {
        let field = field?;
        let checked = check_whole(line, field, cell).and_then(|()| check_ends(line, field, cell));
        checked.err()
    });
    fields.collect()
}

/// A column of CSV.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) field: Option<Field>,
    /// Whether its cells are guarded against being taken for formulas, which an apostrophe before its name says.
    is_guarded: bool,
}

impl Column {
    /// A cell as a value of JSON: CSV cannot tell a number, or a list, from text.
    fn value(&self, cell: String) -> Value {
        let cell = if self.is_guarded {
            legible(&unguarded(cell.as_bytes()))
        } else {
            cell
        };
        match self.field {
            Some(Field::MaxMemberCount | Field::SupportTopic | Field::CreateTime) => {
                cell.parse::<i64>().map_or(Value::String(cell), Value::from)
            }
            Some(Field::AppDefinedData) => {
                serde_json::from_str(&cell).unwrap_or(Value::String(cell))
            }
            _ => Value::String(cell),
        }
    }
}

/// The columns that a header names.
pub(crate) fn columns_of(
    line: u64,
    names: Vec<String>,
    problems: &mut Vec<Problem>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for name in names {
        let bare = name
            .strip_prefix(GUARD)
            .filter(|bare| field(bare).is_some());
        let is_guarded = bare.is_some();
        let name = bare.map_or(name.clone(), ToOwned::to_owned);
        let field = field(&name);
        match field {
            // A column in which nothing stands needs no name.
            None if name.is_empty() => {}
            None => problems.push(Problem::unknown_group_field(line, &name)),
            Some(field) if columns.iter().any(|column| column.field == Some(field)) => {
                problems.push(Problem::field_twice(line, field));
            }
            Some(_) => {}
        }
        columns.push(Column {
            name,
            field,
            is_guarded,
        });
    }
    columns
}

/// How many of these names in a header are known.
pub(crate) fn known_names(names: &[&str]) -> usize {
    let is_known = |name: &&&str| field(name.strip_prefix(GUARD).unwrap_or(name)).is_some();
    names.iter().filter(is_known).count()
}

fn field(name: &str) -> Option<Field> {
    let mut fields = Field::OF_GROUP.into_iter();
    fields.find(|field| field.name() == name)
}

/// A community as far as it could be read, and what is wrong with what could not.
/// Times without a zone are of this one.
pub(crate) fn draft(
    line: u64,
    members: Vec<(String, Value)>,
    zone: Option<&TimeZone>,
) -> (GroupDraft, Vec<Problem>) {
    let (mut draft, mut problems) = (GroupDraft::default(), Vec::new());
    let mut seen = Vec::new();
    for (name, value) in members {
        let Some(field) = field(&name) else {
            problems.push(Problem::unknown_group_field(line, &name));
            continue;
        };
        if seen.contains(&field) {
            problems.push(Problem::field_twice(line, field));
        }
        seen.push(field);
        if let Err(problem) = set(&mut draft, line, field, value, zone) {
            problems.push(problem);
        }
    }
    (draft, problems)
}

fn set(
    draft: &mut GroupDraft,
    line: u64,
    field: Field,
    value: Value,
    zone: Option<&TimeZone>,
) -> Result<(), Problem> {
    match (field, value) {
        (_, Value::Null) => {}
        (Field::CreateTime, value) => draft.create_time = Some(time(line, value, zone)?),
        (Field::AppDefinedData, value) => {
            const WANTED: &str = r#"a list of {"Key": text, "Value": text}"#;
            let found = kind(&value);
            let entries: Vec<DraftAppDefined> = serde_json::from_value(value)
                .map_err(|_| Problem::of_type(line, field, WANTED, found))?;
            draft.app_defined_data = Some(entries);
        }
        (field, value) => {
            if let Some(place) = draft.number_mut(field) {
                let number = value.as_i64();
                let wrong = || Problem::of_type(line, field, "an integer", kind(&value));
                *place = Some(number.ok_or_else(wrong)?);
            } else if let Some(place) = draft.text_mut(field) {
                match value {
                    Value::String(text) => *place = Some(text),
                    other => return Err(Problem::of_type(line, field, "text", kind(&other))),
                }
            }
        }
    }
    Ok(())
}

fn time(line: u64, value: Value, zone: Option<&TimeZone>) -> Result<i64, Problem> {
    match value {
        Value::String(text) => create_time::from_text_in_zone(line, &text, zone),
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(seconds), _) => create_time::from_integer(line, seconds),
            (None, Some(seconds)) if seconds.fract() == 0.0 => Err(create_time::huge(line)),
            _ => Err(not_a_time(line, "a number that is no integer")),
        },
        other => Err(not_a_time(line, kind(&other))),
    }
}

fn not_a_time(line: u64, found: &str) -> Problem {
    let wanted = "an integer of Unix seconds, or text in RFC 3339";
    Problem::of_type(line, Field::CreateTime, wanted, found)
}
