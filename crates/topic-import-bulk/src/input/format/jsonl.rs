//! Rows as JSON objects, one on a line.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead};

use jaq_json::{Map, Num, Val};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use topic_import_core::{DraftAccount, Field, TopicDraft};

use crate::input::draft::Draft;
use crate::input::field::create_time;
use crate::input::field::lenient::as_it_is;
use crate::input::jq::json::{as_text, kind};
use crate::input::mapped::Mapped;
use crate::input::problem::{HUGE, Problem, ProblemRule};
use crate::input::row_reader::RowReader;
use crate::input::text::json_error;
use crate::input::text::json_text::At;
use crate::input::text::json_value::{self, Reading};
use crate::input::text::legible::legible;
use crate::input::text::lines::{Line, Lines, MAX_LINE_BYTES};

/// What may stand around an object on its line.
const WHITE_SPACE: [char; 3] = [' ', '\t', '\r'];

/// Reads a draft from every line that is not blank.
#[derive(Debug)]
pub(crate) struct JsonRows<R> {
    lines: Lines<R>,
    mapped: Mapped,
}

impl<R: BufRead> JsonRows<R> {
    pub(crate) fn new(reader: R, mapped: Mapped) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::new(reader)?,
            mapped,
        })
    }
}

impl<R: BufRead> RowReader for JsonRows<R> {
    fn next(&mut self) -> io::Result<Option<Draft>> {
        while let Some((number, line)) = self.lines.next()? {
            match line {
                Line::Whole(text) if text.trim_ascii().is_empty() => {}
                Line::Whole(text) => {
                    let text = trim_end(text);
                    let draft = parse(number, text, &mut self.mapped);
                    return Ok(Some(draft.unwrap_or_else(|error| {
                        Draft::unreadable(not_a_row(number, text, &error))
                    })));
                }
                Line::TooLong => return Ok(Some(Draft::unreadable(too_long(number)))),
            }
        }
        Ok(None)
    }

    /// The line of the last draft; `None` where it was passed over.
    fn as_read(&self) -> Option<String> {
        let line = legible(trim_end(self.lines.last()));
        let line = line.trim_start_matches(WHITE_SPACE);
        (!line.is_empty()).then(|| line.to_owned())
    }

    fn read_on(&mut self) -> io::Result<()> {
        self.lines.read_on()
    }

    fn into_mapped(self) -> Mapped {
        self.mapped
    }
}

pub(crate) fn too_long(line: u64) -> Problem {
    Problem {
        limit: MAX_LINE_BYTES.into(),
        ..Problem::syntax(
            line,
            format!(
                "is longer than {} MiB: a row is one JSON object on one line",
                MAX_LINE_BYTES / 1024 / 1024
            ),
        )
    }
}

/// A line without the white space at its end. In a text that is not closed it would count, and the line that is kept,
/// which is without it, would have another problem.
fn trim_end(line: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !WHITE_SPACE.contains(&char::from(*byte));
    let length = line.iter().rposition(is_text).map_or(0, |last| last + 1);
    &line[..length]
}

/// A draft from an object with the API's field names and whatever is mapped.
pub(crate) fn parse(line: u64, text: &[u8], mapped: &mut Mapped) -> serde_json::Result<Draft> {
    let mut draft = Draft::new(line);
    let row = RowSeed {
        draft: &mut draft,
        mapped,
    };
    // Text is read faster than bytes, whose every name and value is checked for UTF-8.
    match str::from_utf8(text) {
        Ok(text) => read(row, serde_json::Deserializer::from_str(text))?,
        Err(_) => read(row, serde_json::Deserializer::from_slice(text))?,
    }
    if !mapped.is_empty() {
        draft.is_converted = true;
        let at = At::default();
        let mut reading = Reading::new(&at);
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let row = json_value::ValueSeed(&mut reading).deserialize(&mut deserializer)?;
        let others = reading
            .twice
            .iter()
            .filter(|name| Field::from_name(name).is_none());
        draft
            .problems
            .extend(others.map(|name| Problem::name_twice(line, name)));
        mapped.apply(&mut draft, &row, as_it_is);
    }
    Ok(draft)
}

/// A draft from the members of an object with the API's field names; `twice` are the names that stand twice.
pub(crate) fn draft_of(
    line: u64,
    members: &Map<Val, Val>,
    twice: &[String],
    mapped: &Mapped,
) -> Draft {
    let mut draft = Draft::new(line);
    for (name, value) in members {
        let name = as_text(name).unwrap_or_default();
        match Field::from_name(&name) {
            Some(field) if mapped.has(field) => {}
            None if !mapped.is_empty() => {}
            None => draft.problems.push(Problem::unknown_field(line, &name)),
            Some(field) => {
                if let Err(problem) = set(&mut draft.topic, line, field, Value::of(value)) {
                    draft.problems.push(problem);
                }
            }
        }
    }
    let fields = twice.iter().filter_map(|name| Field::from_name(name));
    let fields = fields.filter(|field| !mapped.has(*field));
    draft
        .problems
        .extend(fields.map(|field| Problem::field_twice(line, field)));
    draft
}

fn read<'de, R: serde_json::de::Read<'de>>(
    row: RowSeed<'_>,
    mut deserializer: serde_json::Deserializer<R>,
) -> serde_json::Result<()> {
    row.deserialize(&mut deserializer)?;
    deserializer.end()
}

pub(crate) fn not_a_row(line: u64, text: &[u8], error: &serde_json::Error) -> Problem {
    if str::from_utf8(text).is_err() {
        return Problem::not_utf8(line, None);
    }
    // What can be read and is no row is not an object. The error itself repeats a text at its full length.
    if error.is_data() {
        return Problem::syntax(
            line,
            "is no JSON object: a row is one JSON object on one line",
        );
    }
    // The error counts lines within the text it was given, which is one: only its column says something.
    let column = error.column();
    let found = json_error::word_at(text, column.saturating_sub(1));
    let what = json_error::in_words(error, found.as_deref());
    Problem::syntax(
        line,
        format!("column {column}: {what}: a row is one JSON object on one line"),
    )
}

/// Reads a whole object and keeps every problem.
struct RowSeed<'a> {
    draft: &'a mut Draft,
    mapped: &'a Mapped,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Draft {
            line,
            topic,
            problems,
            ..
        } = self.draft;
        let mut seen = [false; Field::ALL.len()];
        while let Some(name) = map.next_key_seed(NameSeed)? {
            let field = Field::from_name(&name);
            // Who says where the fields are has rows with more in them.
            if !self.mapped.is_empty() && field.is_none_or(|field| self.mapped.has(field)) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let Some(field) = field else {
                problems.push(Problem::unknown_field(*line, &name));
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut seen[field as usize], true) {
                problems.push(Problem::field_twice(*line, field));
            }
            let value = map.next_value_seed(ValueSeed)?;
            if let Err(problem) = set(topic, *line, field, value) {
                problems.push(problem);
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// A value as far as a field can hold it.
enum Value {
    Null,
    Text(String),
    Integer(i128),
    /// Beyond 64 bits.
    Huge,
    Other(&'static str),
}

struct ValueSeed;

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }
    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::of_float(number))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Other("true or false"))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other("a list"))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other("an object"))
    }
}

fn set(topic: &mut TopicDraft, line: u64, field: Field, value: Value) -> Result<(), Problem> {
    if matches!(value, Value::Null) {
        return Ok(());
    }
    match field {
        Field::CreateTime => topic.create_time = Some(create_time(line, value)?),
        Field::FromAccount => topic.from_account = Some(account(line, value)?),
        _ => {
            let text = text(line, field, value)?;
            if let Some(place) = topic.text_mut(field) {
                *place = Some(text);
            }
        }
    }
    Ok(())
}

fn text(line: u64, field: Field, value: Value) -> Result<String, Problem> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(Problem::of_type(line, field, "text", other.kind())),
    }
}

fn create_time(line: u64, value: Value) -> Result<i64, Problem> {
    match value {
        Value::Integer(seconds) => create_time::from_integer(line, seconds),
        Value::Huge => Err(create_time::huge(line)),
        Value::Text(text) => create_time::from_text(line, &text),
        other => Err(Problem::of_type(
            line,
            Field::CreateTime,
            "an integer of Unix seconds, or text in RFC 3339",
            other.kind(),
        )),
    }
}

fn account(line: u64, value: Value) -> Result<DraftAccount, Problem> {
    match value {
        Value::Text(text) => Ok(DraftAccount::Text(text)),
        Value::Integer(number) => match u64::try_from(number) {
            Ok(number) => Ok(DraftAccount::Number(number)),
            Err(_) => Err(account_out_of_range(
                line,
                serde_json::to_value(number).unwrap_or_default(),
                &number.to_string(),
            )),
        },
        Value::Huge => Err(account_out_of_range(line, HUGE.into(), HUGE)),
        other => Err(Problem::of_type(
            line,
            Field::FromAccount,
            "an unsigned integer, or a user ID as text",
            other.kind(),
        )),
    }
}

fn account_out_of_range(line: u64, found: serde_json::Value, what: &str) -> Problem {
    Problem {
        line,
        element: None,
        field: Some(Field::FromAccount.name().into()),
        rule: ProblemRule::Range,
        limit: vec![0, u64::MAX].into(),
        found,
        message: format!("is {what}: as a number it must be from 0 to {}", u64::MAX).into(),
    }
}

impl Value {
    fn of(value: &Val) -> Self {
        match value {
            Val::Null => Self::Null,
            Val::TStr(_) | Val::BStr(_) => Self::Text(as_text(value).unwrap_or_default()),
            Val::Num(Num::Float(number)) => Self::of_float(*number),
            Val::Num(number) => number.to_string().parse().map_or(Self::Huge, Self::Integer),
            other => Self::Other(kind(other)),
        }
    }

    fn of_float(number: f64) -> Self {
        // An integer beyond 64 bits comes as such a number as well.
        const BEYOND_64_BITS: f64 = 9_223_372_036_854_775_808.0;
        if number.abs() >= BEYOND_64_BITS {
            Self::Huge
        } else {
            Self::Other("a number that is no integer")
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "text",
            Self::Integer(_) | Self::Huge => "a number",
            Self::Other(kind) => kind,
        }
    }
}
