use std::fmt;
use std::path::Path;

use topic_import_core::escaped;

/// The name of a journal in error messages. It must never contain a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalName(String);

impl JournalName {
    /// A name; when it is displayed, characters that would break its line are escaped.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl From<&Path> for JournalName {
    fn from(path: &Path) -> Self {
        Self(path.display().to_string())
    }
}

impl fmt::Display for JournalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        let name = JournalName::from(Path::new("a\nb\u{202e}.journal"));
        assert_eq!(name.to_string(), r"a\nb\u{202e}.journal");
    }
}
