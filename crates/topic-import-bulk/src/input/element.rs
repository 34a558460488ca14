//! What begins on a line of an export.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// So much of a name is shown.
const SHOWN_BYTES: usize = 80;

/// What begins on a line of an export. Displayed, and in JSON, such as `channel 17 "general"`: which of all elements it
/// is, those that are left out included, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Element(Box<str>);

impl Element {
    pub(crate) fn new(kind: &'static str, number: Option<u64>, name: Option<&str>) -> Self {
        let mut words = kind.to_owned();
        if let Some(number) = number {
            words = format!("{words} {number}");
        }
        if let Some(name) = name {
            let shown = &name[..name.floor_char_boundary(SHOWN_BYTES)];
            let dots = if shown.len() < name.len() { "…" } else { "" };
            words = format!("{words} {:?}", format!("{shown}{dots}"));
        }
        Self::in_words(words)
    }

    /// An element as it is displayed.
    pub(crate) fn in_words(words: String) -> Self {
        Self(words.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
