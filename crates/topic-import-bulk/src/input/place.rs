//! Where in a document something stands.

use std::fmt;
use std::str::FromStr;

/// A step from a value to values within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the member of this name.
    Key(String),
    /// Into each item of a list.
    Item,
    /// Into each member of an object.
    Member,
}

/// Where in a document elements stand: `.channels[]` for the items of a list, `.streams.*` for the members of an object,
/// `.` for the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(pub(crate) Vec<Step>);

/// Why something is no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no path: write it as .name, .outer.inner or .\"odd name\"")]
pub struct NotAPlace(String);

impl Place {
    /// How many members lead to it.
    pub(crate) fn keys(&self) -> usize {
        self.0.iter().filter(|step| **step != Step::Item).count()
    }

    /// It is that of the members of an object.
    pub(crate) fn ends_at_a_member(&self) -> bool {
        self.0.last() == Some(&Step::Member)
    }

    /// The place of a list's items: `.data.groups` and `.data.groups[]` are the same.
    #[must_use]
    pub(crate) fn of_items(mut self) -> Self {
        if self.0.last() != Some(&Step::Item) {
            self.0.push(Step::Item);
        }
        self
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let no_path = || NotAPlace(text.to_owned());
        let mut steps = Vec::new();
        let mut rest = text.trim();
        if rest == "." {
            return Ok(Self(steps));
        }
        if !rest.starts_with('.') {
            return Err(no_path());
        }
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[]") {
                steps.push(Step::Item);
                rest = after;
                continue;
            }
            let Some(name) = rest.strip_prefix('.') else {
                return Err(no_path());
            };
            if name.starts_with("[]") && steps.is_empty() {
                rest = name;
                continue;
            }
            if name.starts_with('"') {
                let mut names = serde_json::Deserializer::from_str(name).into_iter::<String>();
                match names.next() {
                    Some(Ok(key)) => steps.push(Step::Key(key)),
                    _ => return Err(no_path()),
                }
                rest = &name[names.byte_offset()..];
                continue;
            }
            let end = name.find(['.', '[']).unwrap_or(name.len());
            match &name[..end] {
                "" => return Err(no_path()),
                "*" => steps.push(Step::Member),
                key if key.contains(['"', ']', ' ', '|', '(', ')', '{', '}']) => {
                    return Err(no_path());
                }
                key => steps.push(Step::Key(key.to_owned())),
            }
            rest = &name[end..];
        }
        Ok(Self(steps))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self.0.first(), Some(Step::Key(_) | Step::Member)) {
            f.write_str(".")?;
        }
        for step in &self.0 {
            match step {
                Step::Item => f.write_str("[]")?,
                Step::Member => f.write_str(".*")?,
                Step::Key(key) => f.write_str(&dotted(key))?,
            }
        }
        Ok(())
    }
}

/// A name as a step of a path: `.name`, or `."odd name"`.
pub(crate) fn dotted(key: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "_-@$".contains(character);
    if !key.is_empty() && key.chars().all(is_plain) {
        format!(".{key}")
    } else {
        format!(".{}", serde_json::Value::from(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_it_is_read() {
        for (text, shown) in [
            (".", "."),
            (".[]", ".[]"),
            (".channels[]", ".channels[]"),
            (".d.channels[]", ".d.channels[]"),
            (".streams.*.topic_data.*", ".streams.*.topic_data.*"),
            (".\"odd name\".x[][]", ".\"odd name\".x[][]"),
            (".\"plain\"", ".plain"),
            (".@odata", ".@odata"),
        ] {
            let place: Place = text.parse().unwrap();
            assert_eq!(place.to_string(), shown);
            assert_eq!(shown.parse::<Place>(), Ok(place));
        }
        for text in [
            "", "..", ".a.", "a", ".a[0]", ".a | .b", ".a..b", ".\"a", ".a b",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
        let list = ".data.groups".parse::<Place>().unwrap();
        assert_eq!(list.clone().of_items(), ".data.groups[]".parse().unwrap());
        assert_eq!(list.of_items().of_items().to_string(), ".data.groups[]");
    }
}
