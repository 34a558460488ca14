//! Which part of an export becomes which community.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

use topic_import_core::{Field, GroupId};

use crate::input::fingerprint::Fingerprint;
use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::text::csv_records::{Cells, CellsError};

/// Which source, such as a Zulip stream or a Mattermost team, becomes which community.
///
/// ```
/// use topic_import_bulk::Groups;
///
/// let groups = Groups::read(&b"source,GroupId\nlobby,@TGS#_a\n\"read, write\",@TGS#_b\n"[..])?;
/// assert_eq!(groups.get("read, write").map(|group| group.as_str()), Some("@TGS#_b"));
/// assert_eq!(groups.get("Lobby"), None);
/// # Ok::<(), topic_import_bulk::GroupsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(Arc<BTreeMap<String, GroupId>>);

/// Why a list of groups cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupsError {
    /// It cannot be read.
    #[error("cannot be read")]
    Io(#[from] std::io::Error),
    /// A line is not a source and a group.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it, and what it should be.
        what: String,
    },
}

const COLUMNS: [&str; 2] = ["source", "GroupId"];

impl Groups {
    /// Reads CSV with the columns `source` and `GroupId`.
    ///
    /// # Errors
    /// Where a line is not a source and a GroupId, or a source is there twice.
    pub fn read(reader: impl Read) -> Result<Self, GroupsError> {
        let mut cells = Cells::new(std::io::BufReader::new(reader))?;
        let mut groups = BTreeMap::new();
        let mut is_first = true;
        loop {
            let (line, record) = match cells.next() {
                Ok(None) => return Ok(Self(Arc::new(groups))),
                Ok(Some(record)) => record,
                Err(CellsError::Io(error)) => return Err(error.into()),
                Err(CellsError::Record(problem)) => {
                    return Err(GroupsError::Line {
                        line: problem.line,
                        what: problem.message.into(),
                    });
                }
            };
            let bad = |what: String| GroupsError::Line { line, what };
            let is_header = std::mem::take(&mut is_first) && record == COLUMNS;
            if is_header {
                continue;
            }
            let Ok([source, group]) = <[String; 2]>::try_from(record) else {
                return Err(bad("it must be source,GroupId".into()));
            };
            let group = GroupId::parse(group).map_err(|violations| bad(violations.to_string()))?;
            if groups.contains_key(&source) {
                return Err(bad(format!("{source:?} is there twice: keep one")));
            }
            groups.insert(source, group);
        }
    }

    /// The community that a source becomes; names are compared as they are.
    pub fn get(&self, source: &str) -> Option<&GroupId> {
        self.0.get(source)
    }

    /// The sources, in the order of their names.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What tells these groups from others, in whichever order they were written.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut text = String::new();
        for (source, group) in self.0.iter() {
            let _ = writeln!(text, "{}\0{source}\0{group}", source.len());
        }
        Fingerprint::of(text.as_bytes())
    }
}

/// What a row belongs to where it came from.
#[derive(Debug)]
pub(crate) struct Source {
    /// What it is, in words.
    pub(crate) kind: String,
    /// What it is called there, unlike every other; `None` where the export does not tell it.
    pub(crate) id: Option<String>,
    /// Its name; `None` where the export does not tell it.
    pub(crate) name: Option<String>,
    /// The community that it is already, unless another one is named.
    pub(crate) group_id: Option<String>,
    /// The second in which it was created, where the export tells it.
    pub(crate) create_time: Option<i64>,
}

impl Source {
    pub(crate) fn new(kind: &str, name: Option<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: None,
            name,
            group_id: None,
            create_time: None,
        }
    }

    /// What a list of groups can name it by.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.name.as_deref().into_iter().chain(self.id.as_deref())
    }

    /// The community that this becomes, or what is wrong.
    pub(crate) fn group<'a>(
        &self,
        line: u64,
        groups: Option<&'a Groups>,
        otherwise: Option<&'a GroupId>,
    ) -> Result<&'a GroupId, Problem> {
        let kind = &self.kind;
        let listed = groups.and_then(|groups| self.names().find_map(|name| groups.get(name)));
        if let Some(group) = listed.or(otherwise) {
            return Ok(group);
        }
        let name = self.names().next().map(excerpt);
        let (rule, message) = match (name, groups) {
            (Some(name), Some(_)) => (
                ProblemRule::Required,
                format!("the {kind} {name:?} is not in the list of groups: add it"),
            ),
            (None, Some(_)) => (
                ProblemRule::Required,
                format!("the row does not name its {kind}"),
            ),
            (Some(name), None) => (
                ProblemRule::NoCommunity,
                format!("the {kind} {name:?} becomes no community yet"),
            ),
            (None, None) => (
                ProblemRule::NoCommunity,
                format!("the {kind} becomes no community yet"),
            ),
        };
        Err(Problem {
            line,
            element: None,
            field: Some(Field::GroupId.name().into()),
            rule,
            limit: serde_json::Value::Null,
            found: name.into(),
            message: message.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Groups::read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_header_may_be_missing_and_lines_end_as_they_like() {
        let groups =
            Groups::read("\u{feff}source,GroupId\r\na,@TGS#_1\r\n\r\n\"b\nc\",@TGS#_2".as_bytes());
        let groups = groups.unwrap();
        assert_eq!(groups.get("a").unwrap().as_str(), "@TGS#_1");
        assert_eq!(groups.get("b\nc").unwrap().as_str(), "@TGS#_2");
        assert_eq!(groups.get("source"), None);
        let other = Groups::read(&b"\"b\nc\",@TGS#_2\na,@TGS#_1\n"[..]).unwrap();
        assert_eq!(
            (&groups, groups.fingerprint()),
            (&other, other.fingerprint())
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        assert_eq!(
            error("source,GroupId\na\n"),
            "line 2: it must be source,GroupId"
        );
        assert_eq!(error("a,@TGS#_1,\n"), "line 1: it must be source,GroupId");
        assert!(error("a,@TGS#_1\n\nb,c\n").starts_with("line 3: GroupId: is \"c\": it must be"));
        assert_eq!(
            error("a,@TGS#_1\na,@TGS#_2\n"),
            "line 2: \"a\" is there twice: keep one"
        );
        assert!(
            error("a,@TGS#_1\n\"b").starts_with("line 2: has a quotation mark that nothing closes")
        );
        assert_eq!(
            Groups::read(&b"\xff,@TGS#_1"[..]).unwrap_err().to_string(),
            "line 1: is not UTF-8: save the file in that encoding"
        );
    }
}
