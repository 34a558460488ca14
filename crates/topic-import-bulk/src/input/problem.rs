//! What is wrong with a row of the input.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use topic_import_core::{Field, Found, Limit, MAX_EXCERPT_BYTES, Rule, Violation, escaped};

use crate::input::element::Element;
use crate::input::text::encoding::TextEncoding;

/// An integer that no type of 64 bits holds, in words.
pub(crate) const HUGE: &str = "a number of more than 64 bits";

const NOT_UTF8: &str = "is not UTF-8: save the file in that encoding";

/// The kind of rule that a row broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemRule {
    /// A required field is missing or empty.
    Required,
    /// A text has more bytes of UTF-8 than its limit.
    MaxBytes,
    /// A text does not have the form that the field demands.
    Format,
    /// A `TopicId` is well formed and belongs to another group.
    OtherGroup,
    /// A value has another type than the field.
    Type,
    /// A number lies outside its range.
    Range,
    /// The API has no field of this name.
    UnknownField,
    /// A field or a key is given twice in a row, or a topic twice in the input.
    Duplicate,
    /// A community has more topics in the input than it takes.
    MaxTopics,
    /// Topics are beyond what their community takes, and its ID is too long for that of a further one.
    NoFurtherCommunity,
    /// The line cannot be read as a row.
    Syntax,
    /// A name has a character that cannot be shown.
    ControlCharacter,
    /// A name is made of what cannot be seen.
    NothingVisible,
    /// A time has no zone, and none is said for all.
    NoTimeZone,
    /// Nothing says whether the day or the month of a date comes first.
    DateOrder,
    /// A time is a number of days, as spreadsheets count them.
    DayNumber,
    /// A text is not in the encoding of the input.
    Encoding,
    /// A document holds two lists of objects, either of which may be the rows.
    SecondList,
    /// An expression cannot be used, or has found nothing in any row.
    Expression,
    /// The input, or an element of it, is not what the chat system exports that was said.
    OtherSystem,
    /// What the row belongs to where it came from becomes no community.
    NoCommunity,
    /// A text was shortened, as it was asked to be: nothing stands in the way of the row.
    Shortened,
    /// Something was guessed or replaced in the row, which does not stand in its way.
    Guessed,
}

impl From<Rule> for ProblemRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Required => Self::Required,
            Rule::MaxBytes => Self::MaxBytes,
            Rule::OtherGroup => Self::OtherGroup,
            Rule::Range => Self::Range,
            Rule::Duplicate => Self::Duplicate,
            _ => Self::Format,
        }
    }
}

/// One thing that is wrong with a row. Displayed as `line: field: what and how to mend it`, the element after the line where
/// there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// The line of the input on which the row begins, from 1.
    pub line: u64,
    /// The file, where the input is several, and what begins there, such as `channel 17 "general"`, where an export is read;
    /// elsewhere the line says it all.
    #[serde(flatten)]
    pub element: Option<Box<Element>>,
    /// The field, by the name that stands in the input, cut if it is very long; `None` where the whole line is meant.
    pub field: Option<Box<str>>,
    /// The rule.
    pub rule: ProblemRule,
    /// What is allowed: a number of bytes, a range, or words; null where the rule says it all.
    pub limit: Value,
    /// What was found: a number of bytes, the value, or words; null where nothing was.
    pub found: Value,
    /// What is wrong and how to mend it.
    pub message: Box<str>,
}

fn limit(limit: Option<&Limit>) -> Value {
    match limit {
        Some(Limit::Bytes { max }) => (*max).into(),
        Some(Limit::Form { form }) => (*form).into(),
        Some(Limit::Prefix { prefix }) => prefix.as_str().into(),
        Some(Limit::UnixSeconds { min, max }) => vec![*min, *max].into(),
        _ => Value::Null,
    }
}

fn found(found: &Found) -> Value {
    match found {
        Found::Bytes(bytes) => (*bytes).into(),
        Found::Text(text) => text.as_str().into(),
        Found::Number(number) => (*number).into(),
        _ => Value::Null,
    }
}

impl Problem {
    pub(crate) fn violation(line: u64, violation: &Violation) -> Self {
        Self {
            line,
            element: None,
            field: Some(violation.field.name().into()),
            rule: violation.rule.into(),
            limit: limit(violation.limit.as_ref()),
            found: found(&violation.found),
            message: violation.to_string().into(),
        }
    }

    /// Says of a text that is too long why it was not shortened, where it should have been.
    #[must_use]
    pub(crate) fn unless_shortened(mut self, not_shortened: &[Field]) -> Self {
        let is_meant = |field: &Field| self.is_of(*field);
        if self.rule == ProblemRule::MaxBytes && not_shortened.iter().any(is_meant) {
            self.message = format!(
                "{}; it cannot be shortened for you, because its first character, as people see it, is too long by itself",
                self.message
            )
            .into();
        }
        self
    }

    /// The problem in the words of [`Display`](fmt::Display), in an input that is called so: the file, or else the input,
    /// before the line.
    pub fn in_input(&self, name: &str) -> String {
        let element = self.element.as_deref();
        let file = escaped(element.and_then(Element::file).unwrap_or(name));
        let words = element
            .map(Element::words)
            .filter(|words| !words.is_empty());
        match words {
            Some(words) => format!("{file}:{}: {words}: {}", self.line, self.without_line()),
            None => format!("{file}:{}: {}", self.line, self.without_line()),
        }
    }

    /// What is wrong, for whoever knows the line. A message may repeat what a source has read.
    pub(crate) fn without_line(&self) -> String {
        let message = escaped(&self.message);
        match self.field.as_deref() {
            None => message.to_string(),
            Some("") => format!("\"\": {message}"),
            Some(name) => format!("{}: {message}", name.escape_debug()),
        }
    }

    pub(crate) fn is_of(&self, field: Field) -> bool {
        self.field.as_deref() == Some(field.name())
    }

    pub(crate) fn syntax(line: u64, message: impl Into<Box<str>>) -> Self {
        Self {
            line,
            element: None,
            field: None,
            rule: ProblemRule::Syntax,
            limit: Value::Null,
            found: Value::Null,
            message: message.into(),
        }
    }

    /// Something was guessed or replaced in a row, for whoever goes through all that was done.
    pub(crate) fn guessed(line: u64, what: &str) -> Self {
        Self {
            rule: ProblemRule::Guessed,
            ..Self::syntax(line, what)
        }
    }

    pub(crate) fn not_utf8(line: u64, field: Option<Field>) -> Self {
        Self {
            line,
            element: None,
            field: field.map(|field| field.name().into()),
            rule: ProblemRule::Encoding,
            limit: "UTF-8".into(),
            found: Value::Null,
            message: NOT_UTF8.into(),
        }
    }

    /// The whole input is in another encoding; this is the first line on which that shows.
    pub(crate) fn input_not_utf8(line: u64) -> Self {
        Self {
            message: "the input is not UTF-8: save it in that encoding".into(),
            ..Self::not_utf8(line, None)
        }
    }

    /// The whole input is in UTF-8, although another encoding is named.
    pub(crate) fn input_is_utf8(encoding: TextEncoding) -> Self {
        Self {
            rule: ProblemRule::Format,
            limit: encoding.to_string().into(),
            found: "UTF-8".into(),
            ..Self::syntax(
                1,
                format!("the input is UTF-8, not {encoding}: leave out the encoding"),
            )
        }
    }

    /// Says which encoding was expected, where that is another.
    pub(crate) fn name_encoding(&mut self, encoding: Option<TextEncoding>) {
        if let (ProblemRule::Encoding, Some(encoding)) = (self.rule, encoding) {
            self.limit = encoding.to_string().into();
            self.message = format!("is not {encoding}: save the file as UTF-8").into();
        }
    }

    pub(crate) fn of_type(line: u64, field: Field, wanted: &str, found: &str) -> Self {
        Self {
            line,
            element: None,
            field: Some(field.name().into()),
            rule: ProblemRule::Type,
            limit: wanted.into(),
            found: found.into(),
            message: format!("is {found}: it must be {wanted}").into(),
        }
    }

    /// A text was written as a number that is too large to be read to its last digit.
    pub(crate) fn digits_lost(line: u64, field: Field, found: &str) -> Self {
        Self {
            found: excerpt(found).into(),
            message: format!("is {HUGE}, whose last digits are lost: write it as text").into(),
            ..Self::of_type(line, field, "text", HUGE)
        }
    }

    /// What is allowed is the field that is likely to be meant, where there is one.
    pub(crate) fn unknown_field(line: u64, name: &str) -> Self {
        let similar = similar_field(name);
        Self {
            limit: similar.map_or(Value::Null, |field| field.name().into()),
            message: match similar {
                Some(field) => {
                    format!("is no field of import_topic: did you mean `{field}`?").into()
                }
                None => {
                    "is no field of import_topic: leave it out, or put it into CustomString".into()
                }
            },
            ..Self::of_no_field(line, name)
        }
    }

    /// A community has a field that `import_group` does not have.
    pub(crate) fn unknown_group_field(line: u64, name: &str) -> Self {
        Self {
            message: match most_similar(name, &Field::OF_GROUP) {
                Some(field) => {
                    format!("is no field of import_group: did you mean `{field}`?").into()
                }
                None => "is no field of import_group: leave it out".into(),
            },
            ..Self::of_no_field(line, name)
        }
    }

    fn of_no_field(line: u64, name: &str) -> Self {
        Self {
            line,
            element: None,
            field: Some(excerpt(name).into()),
            rule: ProblemRule::UnknownField,
            limit: Value::Null,
            found: excerpt(name).into(),
            message: Box::default(),
        }
    }

    /// The first line of a table is a row.
    pub(crate) fn no_header(line: u64) -> Self {
        Self::syntax(
            line,
            "is no header, as it holds the GroupId of a topic: write a line with the names of the columns before it, \
             such as GroupId,TopicName",
        )
    }

    /// No column of a table is called after a required field. What is allowed is the column that is likely to be meant, where
    /// there is one.
    pub(crate) fn no_column<'a>(
        line: u64,
        field: Field,
        columns: impl Iterator<Item = &'a str>,
    ) -> Self {
        let columns: Vec<&str> = columns
            .filter(|name| !name.is_empty())
            .map(excerpt)
            .collect();
        let shown: Vec<String> = columns.iter().map(|name| format!("{name:?}")).collect();
        let others = columns.iter().copied();
        let others = others.filter(|name| Field::from_name(name).is_none());
        let nearest = nearest_column(field, others);
        let there = match (&nearest, &shown[..]) {
            (_, [only]) => format!("there is only {only}"),
            (None, _) => format!("there are {}", shown.join(", ")),
            (Some(nearest), _) => {
                format!("the nearest is {nearest:?}; there are {}", shown.join(", "))
            }
        };
        Self {
            field: Some(field.name().into()),
            rule: ProblemRule::Required,
            limit: nearest.into(),
            found: columns.into(),
            ..Self::syntax(line, format!("no column is called so; {there}"))
        }
    }

    pub(crate) fn field_twice(line: u64, field: Field) -> Self {
        Self {
            line,
            element: None,
            field: Some(field.name().into()),
            rule: ProblemRule::Duplicate,
            limit: Value::Null,
            found: field.name().into(),
            message: "is given twice: keep one".into(),
        }
    }

    /// A name that is no field's stands twice in one object.
    pub(crate) fn name_twice(line: u64, name: &str) -> Self {
        Self {
            rule: ProblemRule::Duplicate,
            found: excerpt(name).into(),
            ..Self::syntax(line, format!("`{}` stands twice: keep one", excerpt(name)))
        }
    }

    /// A document holds two lists of objects, and nothing says which of them the rows are.
    pub(crate) fn second_list(line: u64, first: &str, second: &str) -> Self {
        Self {
            rule: ProblemRule::SecondList,
            limit: first.into(),
            found: excerpt(second).into(),
            ..Self::syntax(
                line,
                format!(
                    "is a second list of objects, `{}`, beside `{}`: leave only the rows in the document",
                    excerpt(second),
                    excerpt(first)
                ),
            )
        }
    }

    /// The community of the row on this line has its `limit` of topics before, and so many rows more from there on.
    pub(crate) fn too_many_topics(line: u64, group_id: &str, over: u64, limit: u64) -> Self {
        let topics = limit + over;
        Self {
            line,
            element: None,
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::MaxTopics,
            limit: limit.into(),
            found: topics.into(),
            message: format!(
                "{group_id} has {topics} topics here, {over} over the limit of {limit} for a community: \
                 spread them over several communities, or raise the limit if the app has a larger one"
            )
            .into(),
        }
    }

    /// The row on this line is beyond the `limit` of topics that its community takes.
    pub(crate) fn topic_in_surplus(line: u64, limit: u64) -> Self {
        let message = format!(
            "earlier lines are the {limit} topics that a community takes: choose another community"
        );
        Self {
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::MaxTopics,
            limit: limit.into(),
            ..Self::syntax(line, message)
        }
    }

    /// The community of the row on this line has its `limit` of topics, so many rows are beyond it, and no ID can be made
    /// for a further community.
    pub(crate) fn no_further_community(line: u64, group_id: &str, over: u64, limit: u64) -> Self {
        let message = format!(
            "{group_id} has {over} topics over the limit of {limit} for a community here, and is too long for a further \
             community to be called after it: choose a shorter GroupId, or spread them over several communities"
        );
        Self {
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::NoFurtherCommunity,
            limit: limit.into(),
            found: over.into(),
            ..Self::syntax(line, message)
        }
    }

    /// The row on this line is beyond the `limit` of topics that its community takes, and no ID can be made for a further
    /// one.
    pub(crate) fn topic_without_further_community(line: u64, limit: u64) -> Self {
        let message = format!(
            "other rows are the {limit} topics that a community takes, and its ID is too long for that of a further one: \
             choose another community"
        );
        Self {
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::NoFurtherCommunity,
            limit: limit.into(),
            ..Self::syntax(line, message)
        }
    }

    /// The row on this line names a topic that an earlier one names.
    pub(crate) fn topic_repeated(line: u64) -> Self {
        Self {
            field: Some(Field::TopicId.name().into()),
            rule: ProblemRule::Duplicate,
            ..Self::syntax(
                line,
                "is the same as in an earlier line: every topic needs an ID of its own",
            )
        }
    }

    /// An earlier line is the same channel with other content.
    pub(crate) fn channel_twice(
        line: u64,
        own_id: &str,
        first_line: u64,
        first_file: Option<&str>,
    ) -> Self {
        let id = own_id.split_once('-').map_or(own_id, |(_, id)| id);
        let place = earlier_place(line, first_line, first_file);
        Self {
            rule: ProblemRule::Duplicate,
            found: excerpt(id).into(),
            ..Self::syntax(
                line,
                format!(
                    "has the ID {:?}, which stands {place} with other content: keep the one that is right",
                    excerpt(id)
                ),
            )
        }
    }

    /// An earlier row is the same topic; its file is named where it is another one.
    pub(crate) fn topic_twice(line: u64, first_line: u64, first_file: Option<&str>) -> Self {
        let place = earlier_place(line, first_line, first_file);
        Self {
            line,
            element: None,
            field: Some(Field::TopicId.name().into()),
            rule: ProblemRule::Duplicate,
            limit: Value::Null,
            found: line_of(first_line, first_file).into(),
            message: format!("is the same as {place}: every topic needs an ID of its own").into(),
        }
    }
}

impl Problem {
    pub(crate) fn without_group_id(line: u64) -> Self {
        Self {
            line,
            element: None,
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::Required,
            limit: Value::Null,
            found: Value::Null,
            message: "is missing: topics name their community by it".into(),
        }
    }

    pub(crate) fn community_twice(line: u64, first_line: u64) -> Self {
        Self {
            line,
            element: None,
            field: Some(Field::GroupId.name().into()),
            rule: ProblemRule::Duplicate,
            limit: Value::Null,
            found: format!("line {first_line}").into(),
            message: format!(
                "is the same as in line {first_line}: every community needs an ID of its own"
            )
            .into(),
        }
    }

    /// A community is younger than its topic on that line.
    pub(crate) fn younger_than_topic(line: u64, own: u32, topic: u32, topic_line: &str) -> Self {
        Self {
            line,
            element: None,
            field: Some(Field::CreateTime.name().into()),
            rule: ProblemRule::Range,
            limit: topic.into(),
            found: own.into(),
            message: format!(
                "is {own}, later than {topic} of its topic in {topic_line}: a topic must not be older than its community"
            )
            .into(),
        }
    }

    /// A record has more or fewer cells than the header. `separators` says in words what stands between cells.
    /// A record has fewer cells than the header.
    pub(crate) fn few_cells(line: u64, found: usize, wanted: usize) -> Self {
        let what = "write empty cells too, and quote cells that hold line breaks";
        Self::wrong_cells(line, found, wanted, what)
    }

    /// A record has more cells than the header; `are_empty` is whether nothing stands in those beyond it.
    pub(crate) fn many_cells(
        line: u64,
        found: usize,
        wanted: usize,
        separators: &str,
        are_empty: bool,
    ) -> Self {
        let quote = format!("quote cells that hold {separators}");
        let what = if are_empty {
            format!("{quote}, or remove the empty ones at the end")
        } else {
            quote
        };
        Self::wrong_cells(line, found, wanted, &what)
    }

    fn wrong_cells(line: u64, found: usize, wanted: usize, what: &str) -> Self {
        let cells = if found == 1 { "cell" } else { "cells" };
        Self {
            limit: wanted.into(),
            found: found.into(),
            ..Self::syntax(
                line,
                format!("has {found} {cells} where the header has {wanted}: {what}"),
            )
        }
    }

    /// A first line such as `sep=;` names what separates nothing in the header.
    pub(crate) fn wrong_separator(line: u64, header: &str, told: char) -> Self {
        let header = excerpt(header);
        Self {
            found: header.into(),
            ..Self::syntax(
                line,
                format!(
                    "has one column, {header:?}, as the line `sep={told}` above it says what stands between columns: \
                     correct that line, or remove it"
                ),
            )
        }
    }
}

/// A line, and its file where that has to be said.
pub(crate) fn line_of(line: u64, file: Option<&str>) -> String {
    match file {
        Some(file) => format!("line {line} of {file}"),
        None => format!("line {line}"),
    }
}

/// Where an earlier row stands, seen from this line; its file is named where it is another one.
fn earlier_place(line: u64, first_line: u64, first_file: Option<&str>) -> String {
    if first_line == line && first_file.is_none() {
        "before on this line".to_owned()
    } else {
        format!("in {}", line_of(first_line, first_file))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.line)?;
        if let Some(element) = &self.element {
            write!(f, "{element}: ")?;
        }
        f.write_str(&self.without_line())
    }
}

/// The beginning of a text from the input, so that a report stays small whatever stands there.
pub(crate) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_EXCERPT_BYTES)]
}

/// The field of a topic that somebody who wrote `name` is likely to have meant.
pub(crate) fn similar_field(name: &str) -> Option<Field> {
    most_similar(name, &Field::ALL)
}

fn most_similar(name: &str, fields: &[Field]) -> Option<Field> {
    const LIKELY: f64 = 0.7;
    fields
        .iter()
        .map(|field| (*field, likeness(name, *field)))
        .filter(|(_, likeness)| *likeness >= LIKELY)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(field, _)| field)
}

/// How like the name of a field a name is, from 0 to 1.
fn likeness(name: &str, field: Field) -> f64 {
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return 0.0;
    }
    let plain = |name: &str| name.replace(['_', '-', ' '], "").to_lowercase();
    strsim::normalized_damerau_levenshtein(&plain(name), &plain(field.name()))
}

/// The column that is likely to hold a field: one whose name has the field's own word in it, or else the most similar one.
fn nearest_column<'a>(field: Field, columns: impl Iterator<Item = &'a str>) -> Option<String> {
    const LIKELY: f64 = 0.4;
    let word = match field {
        Field::GroupId => "group",
        _ => "name",
    };
    columns
        .map(|name| {
            let has_word = name.to_lowercase().contains(word);
            let likeness = likeness(name, field) + if has_word { 1.0 } else { 0.0 };
            (name, likeness)
        })
        .filter(|(_, likeness)| *likeness >= LIKELY)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_displayed_on_one_line_whatever_a_source_has_read_and_a_file_is_called() {
        let element = Element::new("room", Some(1), Some("x\ny"));
        let problem = Problem {
            element: Some(Box::new(Element::in_file(
                Some(&element),
                &"a\nb.json".into(),
            ))),
            field: Some("Na\nme".into()),
            ..Problem::syntax(7, "`type` is \"\u{202e}\n\"")
        };
        let said = r#"room 1 "x\ny": Na\nme: `type` is "\u{202e}\n""#;
        assert_eq!(problem.to_string(), format!(r"7: a\nb.json: {said}"));
        assert_eq!(problem.in_input("x"), format!(r"a\nb.json:7: {said}"));
        assert_eq!(
            Problem::syntax(7, "is odd").in_input("a\nb"),
            r"a\nb:7: is odd"
        );
    }

    #[test]
    fn a_misspelt_field_is_recognised() {
        for (written, meant) in [
            ("TopicNmae", Some(Field::TopicName)),
            ("topic_name", Some(Field::TopicName)),
            ("group id", Some(Field::GroupId)),
            ("FromAccount", Some(Field::FromAccount)),
            ("createTime", Some(Field::CreateTime)),
            ("members", None),
            ("", None),
        ] {
            assert_eq!(similar_field(written), meant, "{written}");
        }
    }
}
