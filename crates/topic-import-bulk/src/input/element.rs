//! What begins on a line of an export.

use std::fmt;

use serde::{Serialize, Serializer};

/// So much of a name is shown.
const SHOWN_BYTES: usize = 80;

/// What begins on a line of an export. Displayed, and in JSON, such as `channel 17 "general"`: which of all elements it
/// is, those that are left out included, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    kind: &'static str,
    number: Option<u64>,
    name: Option<Box<str>>,
}

impl Element {
    pub(crate) fn new(kind: &'static str, number: Option<u64>, name: Option<&str>) -> Self {
        let shown = |name: &str| {
            let end = name.floor_char_boundary(SHOWN_BYTES);
            let dots = if end < name.len() { "…" } else { "" };
            format!("{}{dots}", &name[..end]).into()
        };
        Self {
            kind,
            number,
            name: name.map(shown),
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if let Some(number) = self.number {
            write!(f, " {number}")?;
        }
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        Ok(())
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
