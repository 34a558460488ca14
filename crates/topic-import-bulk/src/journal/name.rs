use std::fmt;
use std::path::Path;

/// Which journal it is, in an error's words. It never has a password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalName(String);

impl JournalName {
    /// A name that is printed as it is.
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
        f.write_str(&self.0)
    }
}
