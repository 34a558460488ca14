//! Which part of a row becomes which field, where somebody says so.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use topic_import_core::Field;

use crate::input::problem::similar_field;

/// A field of the API and where in a row of another shape it stands. Written as `FIELD=path`.
///
/// A path is one of names and positions, `.topic.value`, `.names.0` or `["odd name"]`; in CSV it is a column's name.
///
/// ```
/// use topic_import_bulk::{Format, RowSettings};
/// use topic_import_bulk::input::{Mapping, Mappings, Rows};
///
/// let mapping: Mapping = "TopicName=.display.en".parse()?;
/// assert_eq!(mapping.to_string(), "TopicName=.display.en");
///
/// let mut settings = RowSettings::default();
/// settings.mappings = Mappings::new([mapping])?;
/// let text = r#"{"GroupId": "@TGS#_riverside", "display": {"en": "Welcome"}, "members": 12}"#;
/// let row = Rows::new(text.as_bytes(), Format::Jsonl, settings)?.next().expect("one row")?;
/// assert_eq!(row.topic.expect("a sound row").topic_name.as_str(), "Welcome");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub(crate) field: Field,
    pub(crate) path: Path,
}

/// Why something is no mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// There is no `=`.
    #[error("write it as FIELD=path, such as TopicName=.display_name")]
    NoPath,
    /// The API has no such field.
    #[error("{}", unknown_field(.name))]
    UnknownField {
        /// What stands before the `=`.
        name: String,
    },
    /// The path cannot be read.
    #[error("{path:?} is no path: write it as .name, .outer.inner, .list.0 or [\"odd name\"]")]
    Path {
        /// What stands after the `=`.
        path: String,
    },
    /// A field has two mappings.
    #[error("{field} is mapped twice: keep one")]
    Twice {
        /// The field.
        field: Field,
    },
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
        let (name, path) = text.split_once('=').ok_or(MappingError::NoPath)?;
        let field = Field::from_name(name).ok_or_else(|| MappingError::UnknownField {
            name: name.to_owned(),
        })?;
        let path = path.parse().map_err(|NotAPath| MappingError::Path {
            path: path.to_owned(),
        })?;
        Ok(Self { field, path })
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field, self.path)
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
            Some(pair) => Err(MappingError::Twice {
                field: pair[0].field,
            }),
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

/// The way from a row to a value within it, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) String, Vec<String>);

#[derive(Debug)]
pub(crate) struct NotAPath;

impl Path {
    pub(crate) fn find<'v>(&self, row: &'v Value) -> Option<&'v Value> {
        self.1.iter().try_fold(row, |value, name| match value {
            Value::Object(members) => members.get(name),
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }

    pub(crate) fn is_column(&self, name: &str) -> bool {
        let written = self.0.strip_prefix('.').unwrap_or(&self.0);
        name == self.0 || name == written || (self.1.len() == 1 && self.1[0] == name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Path {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let mut names = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let mut values = serde_json::Deserializer::from_str(inner).into_iter::<Value>();
                names.push(match values.next() {
                    Some(Ok(Value::String(name))) => name,
                    Some(Ok(Value::Number(position))) if position.is_u64() => position.to_string(),
                    _ => return Err(NotAPath),
                });
                let end = values.byte_offset();
                rest = inner[end..].strip_prefix(']').ok_or(NotAPath)?;
                continue;
            }
            // The first dot may be left out.
            let name = match rest.strip_prefix('.') {
                Some(name) => name,
                None if names.is_empty() => rest,
                None => return Err(NotAPath),
            };
            if name.starts_with('[') && rest.len() > name.len() {
                rest = name;
                continue;
            }
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return Err(NotAPath);
            }
            names.push(name[..end].to_owned());
            rest = &name[end..];
        }
        if names.is_empty() {
            return Err(NotAPath);
        }
        Ok(Self(text.to_owned(), names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_names_and_positions() {
        let row = json!({"a": {"b.c": [10, {"": 11}], "d e": 12, "0": 13}, "x[": 14});
        for (path, found) in [
            (".a[\"b.c\"][0]", Some(10)),
            (".a[\"b.c\"].0", Some(10)),
            ("a.[\"b.c\"].1[\"\"]", Some(11)),
            (".a.d e", Some(12)),
            (".a.0", Some(13)),
            ("[\"x[\"]", Some(14)),
            (".a.b", None),
            (".a[\"b.c\"].2", None),
            (".a[\"b.c\"].-1", None),
            (".x.y", None),
        ] {
            let found_there = path.parse::<Path>().unwrap();
            assert_eq!(
                found_there.find(&row).and_then(Value::as_i64),
                found,
                "{path}"
            );
        }
        for path in [
            "", ".", "..", ".a.", ".a..b", "[a]", "[\"a\"", "[\"a\"]b", ".a[-1]", "[]", ".a[[",
        ] {
            assert!(path.parse::<Path>().is_err(), "{path}");
        }
    }

    #[test]
    fn what_is_no_mapping_says_why() {
        for (text, why) in [
            (
                "TopicName",
                "write it as FIELD=path, such as TopicName=.display_name",
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
                "\"\" is no path: write it as .name, .outer.inner, .list.0 or [\"odd name\"]",
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
