//! Groups failed rows of one community that failed in the same way, so that very many are told in few lines. The report prints these
//! groups, and its page shows them.

use std::cmp::Reverse;
use std::collections::HashMap;

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::RowPlace;
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::request::Kind;
use topic_import_core::Code;

use crate::show::explanation::Explanation;
use crate::show::text::{self, one_line};

/// How many groups are kept apart at most.
const MOST_GROUPS: usize = 20_000;
/// How many groups are told: nobody reads more.
const MOST_TOLD: usize = 50;
/// How many rows of a group are named.
const MOST_NAMED: usize = 3;
/// How much of a topic's name is shown; a valid one is shorter.
const SHOWN_NAME_BYTES: usize = 60;

/// Failed rows by community and reason.
#[derive(Default)]
pub(crate) struct Reasons {
    groups: Vec<Alike>,
    places: HashMap<Key, usize>,
    /// Rows that are in no group, because there were too many groups already.
    ungrouped: u64,
}

/// The groups that are told.
pub(crate) struct Told {
    /// The largest groups, largest first.
    pub(crate) groups: Vec<Alike>,
    /// How many rows are in none of them.
    pub(crate) other_rows: u64,
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
pub(crate) struct Alike {
    key: Key,
    /// What [`Reasons::add`] has returned for these rows.
    places: Vec<usize>,
    pub(crate) rows: u64,
    /// How many communities the rows name.
    communities: u64,
    pub(crate) first: ReportedRow,
    /// Places and names of the first rows.
    named: Vec<(RowPlace, String)>,
    /// Whether the same words say of each why it failed.
    pub(crate) have_same_words: bool,
    words: Option<String>,
}

impl Reasons {
    /// Takes a row, and returns the place of its group; `None` if it is in no group.
    pub(crate) fn add(&mut self, row: &ReportedRow) -> Option<usize> {
        let words = Explanation::of_row(row).map(|why| why.what);
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
                .map(|words| shape(words, row))
                .unwrap_or_default(),
        };
        let named = (
            row.place.clone(),
            row.called().unwrap_or_default().to_owned(),
        );
        if let Some(place) = self.places.get(&key) {
            let group = &mut self.groups[*place];
            group.rows += 1;
            group.have_same_words &= group.words == words;
            if group.named.len() < MOST_NAMED {
                group.named.push(named);
            }
            Some(*place)
        } else if self.groups.len() == MOST_GROUPS {
            self.ungrouped += 1;
            None
        } else {
            let place = self.groups.len();
            self.places.insert(key.clone(), place);
            self.groups.push(Alike {
                communities: u64::from(key.group_id.is_some()),
                key,
                places: vec![place],
                rows: 1,
                first: row.clone(),
                named: vec![named],
                have_same_words: true,
                words,
            });
            Some(place)
        }
    }

    /// The groups that are told. If there are too many, those of several communities that failed in the same way are one.
    pub(crate) fn told(self) -> Told {
        let ungrouped = self.ungrouped;
        let mut groups = self.largest(MOST_TOLD);
        let others = groups.split_off(groups.len().min(MOST_TOLD));
        Told {
            groups,
            other_rows: others.iter().map(|group| group.rows).sum::<u64>() + ungrouped,
        }
    }

    fn largest(self, most: usize) -> Vec<Alike> {
        let mut groups = self.groups;
        if groups.len() > most {
            groups = whatever_community(groups);
        }
        groups.sort_by_key(|group| Reverse(group.rows));
        groups
    }
}

impl Told {
    /// For each place that [`Reasons::add`] can have returned, which of the groups it is; `None` if that is not told.
    #[cfg(feature = "page")]
    pub(crate) fn by_place(&self) -> Vec<Option<usize>> {
        let places = || self.groups.iter().map(|group| &group.places);
        let highest = places().flatten().max();
        let mut by_place = vec![None; highest.map_or(0, |highest| highest + 1)];
        for (number, places) in places().enumerate() {
            for place in places {
                by_place[*place] = Some(number);
            }
        }
        by_place
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
                same.places.append(&mut group.places);
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
    /// How many rows these are, and whose: `12 rows of @TGS#_a`.
    pub(crate) fn rows_in_words(&self) -> String {
        let rows = text::count(self.rows, "row");
        match (self.key.kind, self.communities, &self.first.group_id) {
            (Kind::Community, ..) => text::communities(self.rows),
            (Kind::Topic, 0, _) => rows,
            (Kind::Topic, 1, Some(id)) => format!("{rows} of {}", one_line(id)),
            (Kind::Topic, several, _) => format!("{rows} of {}", text::communities(several)),
        }
    }

    /// Lines and names of the first rows, and how many more there are.
    pub(crate) fn first_in_words(&self) -> String {
        let named: Vec<String> = self
            .named
            .iter()
            .map(
                |(place, name)| match (text::place(place), shortened(name)) {
                    (place, name) if name.is_empty() => place,
                    (place, name) => format!("{place}: {name}"),
                },
            )
            .collect();
        let more = match self.rows - self.named.len() as u64 {
            0 => String::new(),
            more => format!(", and {} more", text::number(more)),
        };
        format!("{}{more}", named.join(", "))
    }
}

/// A name in one line, its beginning if it is long.
pub(crate) fn shortened(name: &str) -> String {
    let shown = &name[..name.floor_char_boundary(SHOWN_NAME_BYTES)];
    let dots = if shown.len() < name.len() { "…" } else { "" };
    format!("{}{dots}", one_line(shown))
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
        let mut row = StoredRow::new(number, RowPlace::line(line), Outcome::Rejected);
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
            reasons.add(&row(line, group, Cause::new(words)));
        }
        reasons.add(&row(2_001, "@TGS#_b", Cause::new("is something else")));
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
        let named = [4, 8, 12].map(|line| (RowPlace::line(line), format!("n{line}")));
        assert_eq!(groups[1].named, named);
        // Too many groups: communities are no longer kept apart.
        assert_eq!(
            told(&whatever_community(groups)),
            [(2000, 2, false), (1, 1, true)]
        );
    }

    #[cfg(feature = "page")]
    #[test]
    fn each_row_leads_to_the_group_in_which_it_is_told() {
        let mut reasons = Reasons::default();
        let mut place = |line: u64, why: &str| {
            let group = format!("@TGS#_{line}");
            reasons.add(&row(line, &group, Cause::new(why.to_owned())))
        };
        let why = |number: usize| "x".repeat(number);
        let last = place(1, &why(1));
        // So many communities that they are not kept apart.
        let many: Vec<_> = (2..100).map(|line| place(line, &why(2))).collect();
        for (line, number) in (100..).zip(0..2 * (MOST_TOLD - 1)) {
            place(line, &why(3 + number / 2));
        }
        let told = reasons.told();
        assert_eq!(told.groups.len(), MOST_TOLD);
        assert_eq!((told.groups[0].rows, told.other_rows), (98, 1));
        let by_place = told.by_place();
        let number = |place: Option<usize>| by_place.get(place.unwrap()).copied().flatten();
        assert_eq!(number(last), None);
        assert!(many.into_iter().all(|place| number(place) == Some(0)));
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
            reasons.add(&row(line, "@TGS#_a", Cause::new(letters)));
        }
        assert_eq!(reasons.ungrouped, 7);
        assert_eq!(reasons.largest(MOST_GROUPS).len(), MOST_GROUPS);
    }
}
