//! What begins on a line of an export.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use topic_import_core::escaped;

/// So much of a name is shown.
const SHOWN_BYTES: usize = 80;

/// What begins on a line of an export. Displayed such as `channel 17 "general"`: which of all elements it is, those that are
/// left out included, and its name. Where an input is several files, the name of the file stands before it. In JSON, the two
/// are `file` and `element`, each where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Read")]
pub struct Element {
    file: Option<Arc<str>>,
    words: Box<str>,
}

/// An element in JSON.
#[derive(Deserialize)]
struct Read {
    file: Option<Box<str>>,
    element: Option<Box<str>>,
}

impl TryFrom<Read> for Element {
    type Error = &'static str;

    fn try_from(read: Read) -> Result<Self, Self::Error> {
        if read.file.is_none() && read.element.is_none() {
            return Err("neither a file nor an element is named");
        }
        Ok(Self {
            file: read.file.map(Arc::from),
            words: read.element.unwrap_or_default(),
        })
    }
}

impl Element {
    pub(crate) fn new(kind: &str, number: Option<u64>, name: Option<&str>) -> Self {
        let mut words = String::with_capacity(kind.len() + SHOWN_BYTES);
        words.push_str(kind);
        if let Some(number) = number {
            let _ = write!(words, " {number}");
        }
        if let Some(name) = name {
            let shown = &name[..name.floor_char_boundary(SHOWN_BYTES)];
            let _ = if shown.len() < name.len() {
                write!(words, " {:?}", format!("{shown}…"))
            } else {
                write!(words, " {name:?}")
            };
        }
        Self::in_words(words)
    }

    /// An element as it is displayed.
    pub(crate) fn in_words(words: String) -> Self {
        Self {
            file: None,
            words: words.into(),
        }
    }

    /// An element in this file; with `None`, whatever stands there.
    pub(crate) fn in_file(element: Option<&Self>, file: &Arc<str>) -> Self {
        Self {
            file: Some(Arc::clone(file)),
            words: element.map_or_else(Box::default, |element| element.words.clone()),
        }
    }

    /// What is known of it where it was kept apart: its file, and its words.
    pub(crate) fn of_parts(file: Option<&str>, words: Option<&str>) -> Option<Box<Self>> {
        let is_known = file.is_some() || words.is_some();
        is_known.then(|| {
            Box::new(Self {
                file: file.map(Arc::from),
                words: words.unwrap_or_default().into(),
            })
        })
    }

    /// The file in which it stands, where an input is several.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The name of its file, to be kept without a copy; `None` where the input is not several files.
    pub(crate) const fn shared_file(&self) -> Option<&Arc<str>> {
        self.file.as_ref()
    }

    /// The element without its file; empty where nothing but the line is known.
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) if self.words.is_empty() => write!(f, "{}", escaped(file)),
            Some(file) => write!(f, "{}: {}", escaped(file), self.words),
            None => f.write_str(&self.words),
        }
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(file) = self.file() {
            map.serialize_entry("file", file)?;
        }
        if !self.words.is_empty() {
            map.serialize_entry("element", self.words())?;
        }
        map.end()
    }
}
