//! Which part of an export becomes which community.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

use topic_import_core::{Field, GroupDraft, GroupId};

use crate::input::field::time_zone::TimeZone;
use crate::input::field::whole_cell::check_ends;
use crate::input::fingerprint::Fingerprint;
use crate::input::group_fields::{Column, columns_of, cut_cells, draft, members_of};
use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::text::SheetRecords;
use crate::input::text::csv_records::Records;
use crate::input::text::encoding::{Decoded, TextEncoding, Utf8Count};
use crate::input::text::table::{Cells, CellsError, Table};

/// Which source, such as a Zulip stream or a Mattermost team, becomes which community, and with which fields where that is
/// to be made.
///
/// ```
/// use topic_import_bulk::input::Groups;
///
/// let groups = Groups::read(&b"source,GroupId\nlobby,@TGS#_a\n\"read, write\",@TGS#_b\n"[..])?;
/// assert_eq!(groups.get("read, write").map(|group| group.as_str()), Some("@TGS#_b"));
/// assert_eq!(groups.get("Lobby"), None);
/// # Ok::<(), topic_import_bulk::input::GroupsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(Arc<Listed>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Listed {
    sources: BTreeMap<String, GroupId>,
    /// What a line says of the community beside its ID, and which line.
    communities: BTreeMap<GroupId, (u64, GroupDraft)>,
}

/// Why a list of groups cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupsError {
    /// It cannot be read.
    #[error("cannot be read")]
    Io(#[from] std::io::Error),
    /// A line is not in the encoding of the list.
    #[error("line {line}: {what}")]
    Encoding {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A time has no zone, and none is said for all.
    #[error("line {line}: {what}")]
    NoTimeZone {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A line is not a source and a group.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it, and what it should be.
        what: String,
    },
}

/// Whether these can be the cells of a line.
fn likeness(cells: &[&str]) -> usize {
    let is_group = |cell: &&str| GroupId::parse(*cell).is_ok();
    usize::from(is_header(cells) || cells.get(1).is_some_and(is_group))
}

const COLUMNS: [&str; 2] = ["source", "GroupId"];

/// Whether a line names the columns. The first column may be named after what the list holds, such as `stream`.
fn is_header(cells: &[impl AsRef<str>]) -> bool {
    cells.get(1).is_some_and(|cell| cell.as_ref() == COLUMNS[1])
}

impl Groups {
    /// Reads CSV with the columns `source` and `GroupId`, and further ones with the fields of `import_group` where its header
    /// names them, in UTF-8 or with a byte-order mark.
    ///
    /// # Errors
    /// Where a line is not a source and a GroupId, or a source is there twice, or a field is not what it should be.
    pub fn read(reader: impl Read) -> Result<Self, GroupsError> {
        Self::read_in(reader, None, None)
    }

    /// Reads the same in another encoding; times without a zone are of this one.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_in(
        reader: impl Read,
        encoding: Option<TextEncoding>,
        zone: Option<&TimeZone>,
    ) -> Result<Self, GroupsError> {
        let reader = std::io::BufReader::new(reader);
        let reader = Decoded::new(reader, encoding, Utf8Count::default())?;
        Self::of(Records::new(reader, likeness)?, encoding, zone)
    }

    /// Reads the same from the first sheet of a spreadsheet; times without a zone are of this one.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_sheet(reader: impl Read, zone: Option<&TimeZone>) -> Result<Self, GroupsError> {
        let (records, _) = SheetRecords::read(reader, None)?;
        Self::of(records, None, zone)
    }

    fn of(
        table: impl Table,
        encoding: Option<TextEncoding>,
        zone: Option<&TimeZone>,
    ) -> Result<Self, GroupsError> {
        let mut cells = Cells(table);
        let mut listed = Listed::default();
        let mut further: Vec<Column> = Vec::new();
        let mut is_first = true;
        loop {
            let (line, mut record) = match cells.next() {
                Ok(None) => return Ok(Self(Arc::new(listed))),
                Ok(Some(record)) => record,
                Err(CellsError::Io(error)) => return Err(error.into()),
                Err(CellsError::Record(mut problem)) => {
                    problem.name_encoding(encoding);
                    if problem.rule == ProblemRule::Encoding {
                        return Err(GroupsError::Encoding {
                            line: problem.line,
                            what: problem.message.into(),
                        });
                    }
                    return Err(GroupsError::Line {
                        line: problem.line,
                        what: problem.message.into(),
                    });
                }
            };
            let bad = |what: String| GroupsError::Line { line, what };
            let is_header = std::mem::take(&mut is_first) && is_header(&record);
            // Columns in which nothing stands are none.
            let last = record.iter().rposition(|cell| !cell.is_empty());
            let width = last.map_or(0, |last| last + 1);
            let known = COLUMNS.len() + further.len();
            record.truncate(if is_header { width } else { width.max(known) });
            if is_header {
                further = further_columns(line, record.split_off(COLUMNS.len()))?;
                continue;
            }
            if record.len() != COLUMNS.len() + further.len() {
                let names = further.iter().map(|column| &*column.name);
                let names: Vec<&str> = COLUMNS.into_iter().chain(names).collect();
                return Err(bad(format!("it must be {}", names.join(","))));
            }
            let fields = record.split_off(COLUMNS.len());
            let Ok([source, group]) = <[String; 2]>::try_from(record) else {
                return Err(bad("it must be source,GroupId".into()));
            };
            check_ends(line, Field::GroupId, &group)
                .map_err(|problem| bad(problem.without_line()))?;
            let group = GroupId::parse(group).map_err(|violations| bad(violations.to_string()))?;
            if listed.sources.contains_key(&source) {
                return Err(bad(format!("{source:?} is there twice: keep one")));
            }
            listed.describe(line, &group, draft_of(line, &further, fields, zone)?)?;
            listed.sources.insert(source, group);
        }
    }

    /// The community that a source becomes; names are compared as they are.
    pub fn get(&self, source: &str) -> Option<&GroupId> {
        self.0.sources.get(source)
    }

    /// The sources, in the order of their names.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.0.sources.keys().map(String::as_str)
    }

    /// Whether any community is described beyond its ID, for it to be made.
    pub fn describe_communities(&self) -> bool {
        !self.0.communities.is_empty()
    }

    /// What is said of a community beside its ID, and on which line.
    pub(crate) fn description(&self, group_id: &GroupId) -> Option<&(u64, GroupDraft)> {
        self.0.communities.get(group_id)
    }

    /// What tells these groups from others, in whichever order they were written.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut text = String::new();
        for (source, group) in &self.0.sources {
            let _ = writeln!(text, "{}\0{source}\0{group}", source.len());
        }
        for (group, (_, draft)) in &self.0.communities {
            let draft = serde_json::to_string(draft).expect("a draft is JSON");
            let _ = writeln!(text, "{group}\0{draft}");
        }
        Fingerprint::of(text.as_bytes())
    }
}

impl Listed {
    /// Several sources may become one community: one line describes it, or all in the same way.
    fn describe(
        &mut self,
        line: u64,
        group: &GroupId,
        draft: GroupDraft,
    ) -> Result<(), GroupsError> {
        if draft == GroupDraft::default() {
            return Ok(());
        }
        match self.communities.get(group) {
            Some((first_line, first)) if *first != draft => Err(GroupsError::Line {
                line,
                what: format!("{group} has other fields in line {first_line}: write them once"),
            }),
            Some(_) => Ok(()),
            None => {
                self.communities.insert(group.clone(), (line, draft));
                Ok(())
            }
        }
    }
}

fn further_columns(line: u64, names: Vec<String>) -> Result<Vec<Column>, GroupsError> {
    let mut problems = Vec::new();
    let columns = columns_of(line, names, &mut problems);
    let second = columns
        .iter()
        .find(|column| column.field == Some(Field::GroupId));
    problems.extend(second.map(|_| Problem::field_twice(line, Field::GroupId)));
    match problems.first() {
        None => Ok(columns),
        Some(problem) => Err(GroupsError::Line {
            line,
            what: problem.without_line(),
        }),
    }
}

fn draft_of(
    line: u64,
    columns: &[Column],
    cells: Vec<String>,
    zone: Option<&TimeZone>,
) -> Result<GroupDraft, GroupsError> {
    let cut = cut_cells(line, columns, &cells);
    let (draft, mut problems) = draft(line, members_of(columns, cells), zone);
    problems.splice(..0, cut);
    match problems.first() {
        None => Ok(draft),
        Some(problem) if problem.rule == ProblemRule::NoTimeZone => Err(GroupsError::NoTimeZone {
            line,
            what: problem.without_line(),
        }),
        Some(problem) => Err(GroupsError::Line {
            line,
            what: problem.without_line(),
        }),
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
        assert_eq!(error("a,@TGS#_1,b\n"), "line 1: it must be source,GroupId");
        let header = "source,GroupId,Name,CreateTime\n";
        assert_eq!(
            error(&format!("{header}a,@TGS#_1\n")),
            "line 2: it must be source,GroupId,Name,CreateTime"
        );
        assert!(
            error(&format!("{header}a,@TGS#_1,A,soon\n"))
                .starts_with("line 2: CreateTime: is \"soon\"")
        );
        assert!(
            error("source,GroupId,Nmae\n").starts_with("line 1: Nmae: is no field of import_group")
        );
        assert_eq!(
            error(&format!("{header}a,@TGS#_1,A,\nb,@TGS#_1,B,\n")),
            "line 3: @TGS#_1 has other fields in line 2: write them once"
        );
        assert!(error("a,@TGS#_1\n\nb,c\n").starts_with("line 3: GroupId: is \"c\": it must be"));
        assert_eq!(
            error("a,@TGS#_1\na,@TGS#_2\n"),
            "line 2: \"a\" is there twice: keep one"
        );
        assert!(
            error("a,@TGS#_1\n\"b")
                .starts_with("line 2: has a quotation mark that is never closed")
        );
        assert_eq!(
            Groups::read(&b"\xff,@TGS#_1"[..]).unwrap_err().to_string(),
            "line 1: is not UTF-8: save the file in that encoding"
        );
    }

    #[test]
    fn a_list_that_a_spreadsheet_saved_is_read_as_rows_are() {
        let expected = Groups::read(&b"a;b,@TGS#_1\n"[..]).unwrap();
        for text in [
            "source;GroupId\r\n\"a;b\";@TGS#_1\r\n",
            "sep=;\nsource;GroupId\n\"a;b\";@TGS#_1\n",
            "\"a;b\";@TGS#_1;;\n;;;\n",
            "source\tGroupId\na;b\t@TGS#_1\n",
            "source,GroupId,,\na;b,@TGS#_1,,\n,,,\n",
        ] {
            assert_eq!(Groups::read(text.as_bytes()).unwrap(), expected, "{text}");
        }
        let utf16 = "\u{feff}source\tGroupId\n船\t@TGS#_1\n".encode_utf16();
        let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
        let groups = Groups::read(&*utf16).unwrap();
        assert_eq!(groups.sources().collect::<Vec<_>>(), ["船"]);
        let gbk = Some("gbk".parse().unwrap());
        let named = Groups::read_in(&b"\xb4\xac,@TGS#_1\n"[..], gbk, None).unwrap();
        assert_eq!(named, groups);
        let error = Groups::read_in(&b"\xff,@TGS#_1\n"[..], gbk, None).unwrap_err();
        assert!(error.to_string().starts_with("line 1: is not GBK"));
    }
}
