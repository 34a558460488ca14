//! Which part of a row becomes which field, and which rows count, where somebody says so.

use std::fmt;
use std::str::FromStr;

use topic_import_core::Field;

use crate::input::jq::filter::Filter;
use crate::input::problem::similar_field;

/// A field of the API and where in a row of another shape it is found. Written as `FIELD=expression`.
///
/// The expression is one of jq, `.display_name // .name`, or the name of a column or a key.
///
/// ```
/// use topic_import_bulk::input::{Format, Input, Mapping, Mappings, RowSettings};
///
/// let mapping: Mapping = "TopicName=.display.en // .name".parse()?;
/// assert_eq!(mapping.to_string(), "TopicName=.display.en // .name");
///
/// let mut settings = RowSettings::default();
/// settings.mappings = Mappings::new([mapping])?;
/// let text = r#"{"GroupId": "@TGS#_riverside", "display": {"en": "Welcome"}, "members": 12}"#;
/// let input = Input::bytes(text.as_bytes(), Format::Jsonl, settings);
/// input.each_row(|row| {
///     assert_eq!(row.topic.expect("a sound row").topic_name.as_str(), "Welcome");
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub(crate) field: Field,
    pub(crate) expression: Expression,
    /// A program that tells null from no value at all; `None` where the expression is no path.
    pub(crate) is_there: Option<Filter>,
}

/// Why something is no mapping, or why mappings do not go together, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MappingError(String);

/// Why something is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expression:?} is no expression of jq: {what}")]
#[non_exhaustive]
pub struct ExpressionError {
    /// What was written.
    pub expression: String,
    /// What is wrong with it, and where.
    pub what: String,
}

fn unknown_field(name: &str) -> String {
    if let Some(field) = similar_field(name) {
        return format!("{name:?} is no field of import_topic: did you mean `{field}`?");
    }
    let all = Field::ALL.map(Field::name).join(", ");
    format!("{name:?} is no field of import_topic: it has {all}")
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let (name, expression) = text.split_once('=').ok_or_else(|| {
            MappingError("write it as FIELD=expression, such as TopicName=.display_name".into())
        })?;
        let unknown = || MappingError(unknown_field(name));
        let field = Field::from_name(name).ok_or_else(unknown)?;
        let expression = expression.parse();
        let expression: Expression =
            expression.map_err(|error: ExpressionError| MappingError(error.to_string()))?;
        let is_there = Filter::compile(&is_there(expression.filter.code()), &[]);
        Ok(Self {
            field,
            expression,
            is_there: is_there.ok(),
        })
    }
}

/// Whether an expression leads to something that is there: null is, what is missing is not.
fn is_there(code: &str) -> String {
    format!(
        "[path({code}\n)][0] as $path | $path[-1] as $last \
         | getpath($path[:-1]) | if isobject then has($last) else false end"
    )
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field, self.expression)
    }
}

/// At most one mapping for each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mappings(pub(crate) Vec<Mapping>);

impl Mappings {
    /// Takes them in any order.
    pub fn new(mappings: impl IntoIterator<Item = Mapping>) -> Result<Self, MappingError> {
        let mut all: Vec<Mapping> = mappings.into_iter().collect();
        all.sort_by_key(|mapping| mapping.field);
        match all.windows(2).find(|pair| pair[0].field == pair[1].field) {
            Some(pair) => Err(MappingError(format!(
                "{} is mapped twice: keep one",
                pair[0].field
            ))),
            None => Ok(Self(all)),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one for this field.
    pub fn has(&self, field: Field) -> bool {
        self.0.iter().any(|mapping| mapping.field == field)
    }
}

/// As they would be written on a command line, in the order of the API's fields.
impl fmt::Display for Mappings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mapping) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{mapping}")?;
        }
        Ok(())
    }
}

/// An expression of jq on a row, as it was written. The name of a column or a key stands for what is there.
///
/// ```
/// use topic_import_bulk::input::Expression;
///
/// let expression: Expression = ".members > 3".parse()?;
/// assert_eq!(expression.to_string(), ".members > 3");
/// assert!(".members >".parse::<Expression>().is_err());
/// # Ok::<(), topic_import_bulk::input::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    written: String,
    /// The program of jq that it stands for.
    pub(crate) filter: Filter,
}

impl Expression {
    /// Whether a column of this name is meant.
    pub(crate) fn is_column(&self, name: &str) -> bool {
        let written = self.written.strip_prefix('.').unwrap_or(&self.written);
        name == self.written || name == written
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let is_of_jq =
            |character: char| character.is_ascii_punctuation() && !"_-".contains(character);
        let is_of_program =
            |character: char| character.is_ascii_punctuation() && !"_-,:/&#'()".contains(character);
        let as_written = || Filter::compile(text, &[]);
        let filter = if text.is_empty() || text.contains(is_of_program) {
            as_written()
        } else if text.contains(is_of_jq)
            && let Ok(filter) = as_written()
        {
            Ok(filter)
        } else {
            // Nothing in it is of jq, or so little that it is a name where it is no program.
            Filter::compile(&format!(".[{}]", serde_json::Value::from(text)), &[])
        };
        match filter {
            Ok(filter) => Ok(Self {
                written: text.to_owned(),
                filter,
            }),
            Err(error) => Err(ExpressionError {
                expression: text.to_owned(),
                what: error.to_string(),
            }),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_what_is_there_and_everything_else_is_jq() {
        for (text, code) in [
            ("name", ".[\"name\"]"),
            ("Channel Name", ".[\"Channel Name\"]"),
            ("群组", ".[\"群组\"]"),
            ("made-on_2", ".[\"made-on_2\"]"),
            ("Name, short (EN)", ".[\"Name, short (EN)\"]"),
            ("Team/Channel", ".[\"Team/Channel\"]"),
            ("length, keys", "length, keys"),
            (".a.b", ".a.b"),
            ("if .a then .b else .c end", "if .a then .b else .c end"),
            ("\"fixed\"", "\"fixed\""),
        ] {
            assert_eq!(text.parse::<Expression>().unwrap().filter.code(), code);
        }
        let expression: Expression = ".x".parse().unwrap();
        assert!(expression.is_column("x"));
    }

    #[test]
    fn what_is_no_mapping_says_why() {
        for (text, why) in [
            (
                "TopicName",
                "write it as FIELD=expression, such as TopicName=.display_name",
            ),
            (
                "TopicNmae=.a",
                "\"TopicNmae\" is no field of import_topic: did you mean `TopicName`?",
            ),
            (
                "members=.a",
                "\"members\" is no field of import_topic: it has Type, GroupId, TopicId, TopicName, From_Account, \
                 CustomString, FaceUrl, Notification, Introduction, CreateTime",
            ),
            (
                "TopicName=",
                "\"\" is no expression of jq: term is missing at the end",
            ),
            (
                "TopicName=.Channel name",
                "\".Channel name\" is no expression of jq: it does not compile at \"name\"; \
                 a key with a space is written .[\"Channel name\"]",
            ),
            (
                "TopicName=.a | lowercase",
                "\".a | lowercase\" is no expression of jq: `lowercase` is no filter here at \"lowercase\"",
            ),
        ] {
            assert_eq!(text.parse::<Mapping>().unwrap_err().to_string(), why);
        }
        let twice =
            ["TopicName=.a", "GroupId=.b", "TopicName=.c"].map(|text| text.parse().unwrap());
        assert_eq!(
            Mappings::new(twice).unwrap_err().to_string(),
            "TopicName is mapped twice: keep one"
        );
    }

    #[test]
    fn the_order_does_not_matter() {
        let parse =
            |texts: [&str; 2]| Mappings::new(texts.map(|text| text.parse().unwrap())).unwrap();
        let mappings = parse(["Introduction=.a", "TopicName=b"]);
        assert_eq!(mappings, parse(["TopicName=b", "Introduction=.a"]));
        assert_eq!(mappings.to_string(), "TopicName=b Introduction=.a");
    }
}
