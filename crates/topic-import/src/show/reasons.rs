//! Groups failed rows of one community that failed in the same way, so that very many are told in few lines.

use std::cmp::Reverse;
use std::collections::HashMap;

use topic_import_bulk::Outcome;
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::request::Kind;
use topic_import_core::Code;

use crate::show::explanation::Explanation;
use crate::show::text::one_line;

/// How many groups are kept apart at most.
const MOST_GROUPS: usize = 20_000;
/// How many rows of a group are named.
const MOST_NAMED: usize = 3;

/// Failed rows by community and reason.
#[derive(Default)]
pub(super) struct Reasons {
    groups: Vec<Alike>,
    places: HashMap<Key, usize>,
    /// Rows that are in no group, because there were too many groups already.
    pub(super) ungrouped: u64,
}

/// What the rows of a group have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    /// The community of topics; `None` also where it does not count.
    group_id: Option<String>,
    outcome: Outcome,
    code: Option<Code>,
    shape: String,
}

/// Rows that failed in the same way.
pub(super) struct Alike {
    key: Key,
    pub(super) rows: u64,
    /// How many communities the rows name.
    pub(super) communities: u64,
    pub(super) first: ReportedRow,
    /// Lines and names of the first rows.
    pub(super) named: Vec<(u64, String)>,
    /// Whether the same words say of each why it failed.
    pub(super) have_same_words: bool,
    words: Option<String>,
}

impl Reasons {
    pub(super) fn add(&mut self, row: ReportedRow) {
        let words = Explanation::of_row(&row).map(|why| why.what);
        let key = Key {
            kind: row.kind,
            group_id: match row.kind {
                Kind::Community => None,
                Kind::Topic => row.group_id.clone(),
            },
            outcome: row.outcome,
            code: row.cause.code,
            shape: words
                .as_deref()
                .map(|words| shape(words, &row))
                .unwrap_or_default(),
        };
        let named = (row.line, row.called().unwrap_or_default().to_owned());
        if let Some(place) = self.places.get(&key) {
            let group = &mut self.groups[*place];
            group.rows += 1;
            group.have_same_words &= group.words == words;
            if group.named.len() < MOST_NAMED {
                group.named.push(named);
            }
        } else if self.groups.len() == MOST_GROUPS {
            self.ungrouped += 1;
        } else {
            self.places.insert(key.clone(), self.groups.len());
            self.groups.push(Alike {
                communities: u64::from(key.group_id.is_some()),
                key,
                rows: 1,
                first: row,
                named: vec![named],
                have_same_words: true,
                words,
            });
        }
    }

    /// The groups, largest first. If there are more than `most`, those of several communities that failed in the same way
    /// are one.
    pub(super) fn largest(self, most: usize) -> Vec<Alike> {
        let mut groups = self.groups;
        if groups.len() > most {
            groups = whatever_community(groups);
        }
        groups.sort_by_key(|group| Reverse(group.rows));
        groups
    }
}

fn whatever_community(groups: Vec<Alike>) -> Vec<Alike> {
    let mut merged: Vec<Alike> = Vec::new();
    let mut places = HashMap::new();
    for mut group in groups {
        group.key.group_id = None;
        let place = *places.entry(group.key.clone()).or_insert(merged.len());
        match merged.get_mut(place) {
            None => merged.push(group),
            Some(same) => {
                same.rows += group.rows;
                same.communities += group.communities;
                same.have_same_words &= group.have_same_words && same.words == group.words;
                let room = MOST_NAMED - same.named.len();
                same.named.extend(group.named.into_iter().take(room));
            }
        }
    }
    merged
}

impl Alike {
    pub(super) const fn kind(&self) -> Kind {
        self.key.kind
    }
}

/// What is said of a row, without what others of the same kind do not have: IDs, what stands in quotation marks, numbers.
fn shape(words: &str, row: &ReportedRow) -> String {
    let mut words = words.to_owned();
    for id in [&row.topic_id, &row.group_id].into_iter().flatten() {
        if !id.is_empty() {
            words = words.replace(&one_line(id), "");
        }
    }
    let mut shape = String::new();
    let mut rest = words.chars();
    while let Some(char) = rest.next() {
        match char {
            '"' => {
                while let Some(quoted) = rest.next() {
                    match quoted {
                        '"' => break,
                        '\\' => {
                            rest.next();
                        }
                        _ => {}
                    }
                }
                shape.push_str("\"\"");
            }
            '0'..='9' if shape.ends_with('0') => {}
            '0'..='9' => shape.push('0'),
            char => shape.push(char),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_bulk::journal::{Cause, StoredRow};

    fn row(line: u64, group: &str, cause: Cause) -> ReportedRow {
        let number = line.cast_signed();
        let mut row = StoredRow::new(number, line, Outcome::Rejected);
        row.request = Some(format!(
            "{{\"GroupId\":\"{group}\",\"TopicId\":\"{group}@TOPIC#_{line}\",\"TopicName\":\"n{line}\"}}"
        ));
        row.cause = cause;
        row.try_into().unwrap()
    }

    #[test]
    fn rows_of_one_community_and_reason_are_one_group_whatever_their_own_values() {
        let mut reasons = Reasons::default();
        for line in 1..=2_000 {
            let group = ["@TGS#_a", "@TGS#_b"][usize::from(line % 4 == 0)];
            let words =
                format!("{group}@TOPIC#_{line} has \"it's \\\"{line}\\\"\" of {line} bytes");
            reasons.add(row(line, group, Cause::new(words)));
        }
        reasons.add(row(2_001, "@TGS#_b", Cause::new("is something else")));
        let told = |groups: &[Alike]| -> Vec<(u64, u64, bool)> {
            let groups = groups.iter();
            groups
                .map(|group| (group.rows, group.communities, group.have_same_words))
                .collect()
        };
        let groups = reasons.largest(3);
        assert_eq!(
            told(&groups),
            [(1500, 1, false), (500, 1, false), (1, 1, true)]
        );
        let named = [(4, "n4".into()), (8, "n8".into()), (12, "n12".into())];
        assert_eq!(groups[1].named, named);
        // Too many groups: communities are no longer kept apart.
        assert_eq!(
            told(&whatever_community(groups)),
            [(2000, 2, false), (1, 1, true)]
        );
    }

    #[test]
    fn however_many_reasons_there_are_few_are_kept() {
        let mut reasons = Reasons::default();
        for line in 1..=MOST_GROUPS as u64 + 7 {
            let letters: String = line
                .to_string()
                .bytes()
                .map(|digit| char::from(digit - b'0' + b'a'))
                .collect();
            reasons.add(row(line, "@TGS#_a", Cause::new(letters)));
        }
        assert_eq!(reasons.ungrouped, 7);
        assert_eq!(reasons.largest(MOST_GROUPS).len(), MOST_GROUPS);
    }
}
