//! Which rows are not the first of their topic, or too many for their community: kept and sorted by SQLite, in memory
//! that does not grow with the input.

use std::collections::HashMap;
use std::num::NonZeroU64;

use rusqlite::{Connection, Result, params};
use sha2::{Digest as _, Sha256};
use topic_import_core::ImportTopic;

/// A row by what counts among all others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// Its place in the input, from 1.
    pub(crate) number: u64,
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) kind: Kind,
    /// Its own ID or the derived one; `None` where no other row can be the same topic.
    pub(crate) topic_id: Option<&'a str>,
    /// The community of a sound row.
    pub(crate) group_id: Option<&'a str>,
    /// What begins on the line, in words, where an export is read.
    pub(crate) element: Option<&'a str>,
}

/// What is known of a row by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sound row with an ID of its own.
    Named = 0,
    /// A sound row without one.
    Unnamed = 1,
    /// A row with problems.
    Invalid = 2,
}

/// What a row is among all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An earlier row names its topic.
    Repeated,
    /// Earlier rows are as many topics as its community takes.
    Surplus,
    /// Which of several equal topics without a TopicId it is, from 2.
    Nth(u64),
}

/// A row of the same channel that came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) line: u64,
    /// It is the same topic in every field.
    pub(crate) is_equal: bool,
}

/// A row whose TopicId an earlier row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeat {
    pub(crate) line: u64,
    pub(crate) first_line: u64,
    pub(crate) kind: Kind,
}

/// The rows of a community that are beyond its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surplus {
    pub(crate) group_id: String,
    pub(crate) rows: u64,
    /// Where the first of them begins.
    pub(crate) line: u64,
    pub(crate) element: Option<String>,
}

/// Rows that are compared with each other, in a temporary database of which memory holds only a part.
#[derive(Debug)]
pub(crate) struct Repeats {
    database: Connection,
    /// How many sound rows each community has.
    communities: HashMap<String, u64>,
}

/// A database that is gone with its connection: nothing in it needs to be safe.
pub(crate) const TEMPORARY: &str = "
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    PRAGMA temp_store = file;
    PRAGMA cache_size = -1000;
    BEGIN;
";

const SCHEMA: &str = "
    CREATE TABLE row (
        number   INTEGER PRIMARY KEY,
        line     INTEGER NOT NULL,
        kind     INTEGER NOT NULL,
        topic_id TEXT,
        group_id TEXT,
        element  TEXT
    );
    -- What a row is among the others, where it is not the first of its topic: 0 repeated, -1 surplus, or which of
    -- several equal ones.
    CREATE TABLE standing (number INTEGER PRIMARY KEY, standing INTEGER NOT NULL);
    -- The channels of an export, by a hash of where and what they are, and a hash of their first content.
    CREATE TABLE channel (place INTEGER PRIMARY KEY, content INTEGER NOT NULL, line INTEGER NOT NULL);
    CREATE TABLE repeated (topic_id TEXT PRIMARY KEY) WITHOUT ROWID;
";
const REPEATED: i64 = 0;
const SURPLUS: i64 = -1;

/// So many bits that millions of channels do not meet.
fn hash(bytes: &[u8]) -> i64 {
    let digest = Sha256::digest(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

impl Repeats {
    pub(crate) fn new() -> Result<Self> {
        let database = Connection::open("")?;
        database.execute_batch(TEMPORARY)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            database,
            communities: HashMap::new(),
        })
    }

    /// The row that came before and is the same channel in the same community; this one is kept where there is none.
    pub(crate) fn earlier(
        &self,
        line: u64,
        topic: &ImportTopic,
        own_id: &str,
    ) -> Result<Option<Earlier>> {
        let place = hash(format!("{}\0{own_id}", topic.group_id()).as_bytes());
        let content = hash(&serde_json::to_vec(topic).unwrap_or_default());
        let inserted = self
            .database
            .prepare_cached("INSERT OR IGNORE INTO channel VALUES (?, ?, ?)")?
            .execute(params![place, content, line])?;
        if inserted > 0 {
            return Ok(None);
        }
        let mut statement = self
            .database
            .prepare_cached("SELECT line, content FROM channel WHERE place = ?")?;
        let earlier = statement.query_row([place], |row| {
            Ok(Earlier {
                line: row.get(0)?,
                is_equal: row.get::<_, i64>(1)? == content,
            })
        })?;
        Ok(Some(earlier))
    }

    pub(crate) fn add(&mut self, entry: Entry<'_>) -> Result<()> {
        if let Some(group_id) = entry.group_id {
            match self.communities.get_mut(group_id) {
                Some(rows) => *rows += 1,
                None => {
                    self.communities.insert(group_id.to_owned(), 1);
                }
            }
        }
        self.database
            .prepare_cached("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![
                entry.number,
                entry.line,
                entry.kind as u8,
                entry.topic_id,
                entry.group_id,
                entry.element
            ])
            .map(drop)
    }

    /// Finds the rows whose TopicId an earlier row has, and tells `found` of each that has no derived one.
    pub(crate) fn find(&self, mut found: impl FnMut(Repeat)) -> Result<()> {
        // Sorting the IDs alone is quick, and mostly all there is to do.
        let any = self.database.execute(
            "INSERT INTO repeated SELECT topic_id FROM row WHERE topic_id IS NOT NULL \
             GROUP BY topic_id HAVING count(*) > 1",
            [],
        )?;
        if any == 0 {
            return Ok(());
        }
        let mut statement = self.database.prepare(
            "SELECT number, line, kind, ordinal, first_line FROM ( \
                 SELECT number, line, kind, row_number() OVER same AS ordinal, \
                     first_value(line) OVER same AS first_line \
                 FROM row WHERE topic_id IN (SELECT topic_id FROM repeated) \
                 WINDOW same AS (PARTITION BY topic_id ORDER BY number) \
             ) WHERE ordinal > 1",
        )?;
        let mut mark = self
            .database
            .prepare("INSERT INTO standing VALUES (?, ?)")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (number, ordinal): (i64, i64) = (row.get(0)?, row.get(3)?);
            let kind = match row.get::<_, u8>(2)? {
                0 => Kind::Named,
                1 => Kind::Unnamed,
                _ => Kind::Invalid,
            };
            match kind {
                Kind::Unnamed => {
                    mark.execute([number, ordinal])?;
                    continue;
                }
                Kind::Named => {
                    mark.execute([number, REPEATED])?;
                }
                Kind::Invalid => {}
            }
            found(Repeat {
                line: row.get(1)?,
                first_line: row.get(4)?,
                kind,
            });
        }
        Ok(())
    }

    /// Finds the rows that are too many for their community, once it is known which of them are topics of their own.
    pub(crate) fn limit_communities(&self, limit: NonZeroU64) -> Result<Vec<Surplus>> {
        if self.communities.values().all(|rows| *rows <= limit.get()) {
            return Ok(Vec::new());
        }
        self.database.execute(
            "INSERT OR REPLACE INTO standing SELECT number, ?1 FROM ( \
                 SELECT row.number, row_number() OVER (PARTITION BY group_id ORDER BY row.number) AS place \
                 FROM row LEFT JOIN standing USING (number) \
                 WHERE group_id IS NOT NULL AND coalesce(standing, 1) > 0 \
             ) WHERE place > ?2",
            params![SURPLUS, limit.get()],
        )?;
        let mut statement = self.database.prepare(
            "SELECT group_id, count(*), line, element, min(number) \
             FROM standing JOIN row USING (number) WHERE standing = ? GROUP BY group_id",
        )?;
        let surpluses = statement.query_map([SURPLUS], |row| {
            Ok(Surplus {
                group_id: row.get(0)?,
                rows: row.get(1)?,
                line: row.get(2)?,
                element: row.get(3)?,
            })
        })?;
        surpluses.collect()
    }

    /// What the next rows after this number are, at most so many; the others are the first of their topic.
    pub(crate) fn standings(&self, after: u64, at_most: usize) -> Result<Vec<(u64, Standing)>> {
        let mut statement = self.database.prepare_cached(
            "SELECT number, standing FROM standing WHERE number > ? ORDER BY number LIMIT ?",
        )?;
        let standings = statement.query_map(params![after, at_most], |row| {
            let standing = match row.get(1)? {
                SURPLUS => Standing::Surplus,
                REPEATED => Standing::Repeated,
                ordinal => Standing::Nth(ordinal.unsigned_abs()),
            };
            Ok((row.get(0)?, standing))
        })?;
        standings.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANY: NonZeroU64 = NonZeroU64::MAX;

    /// Rows of one community: odd topics have an ID of their own, that of even ones is derived.
    fn of_topics(topics: impl IntoIterator<Item = u64>) -> Repeats {
        let mut repeats = Repeats::new().unwrap();
        for (number, topic) in (1..).zip(topics) {
            let kind = match topic % 2 {
                0 => Kind::Unnamed,
                _ => Kind::Named,
            };
            repeats
                .add(Entry {
                    number,
                    line: 10 * number,
                    kind,
                    topic_id: Some(&topic.to_string()),
                    group_id: Some("a"),
                    element: None,
                })
                .unwrap();
        }
        repeats
    }

    fn found(repeats: &Repeats) -> Vec<(u64, u64)> {
        let mut found = Vec::new();
        let mut take = |repeat: Repeat| found.push((repeat.line / 10, repeat.first_line / 10));
        repeats.find(&mut take).unwrap();
        found.sort_unstable();
        found
    }

    /// All standings, read in pages.
    fn standings(repeats: &Repeats) -> Vec<(u64, Standing)> {
        let mut all: Vec<(u64, Standing)> = Vec::new();
        loop {
            let after = all.last().map_or(0, |(number, _)| *number);
            let page = repeats.standings(after, 7).unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// What rows are, and which rows with an ID of their own have it from which earlier one.
    type Expected = (Vec<(u64, Standing)>, Vec<(u64, u64)>);

    fn expected(topics: &[u64], limit: u64) -> Expected {
        let mut before: HashMap<u64, (u64, u64)> = HashMap::new();
        let (mut sound, mut standings, mut found) = (0, Vec::new(), Vec::new());
        for (number, topic) in (1..).zip(topics) {
            let (count, first) = before.entry(*topic).or_insert((0, number));
            *count += 1;
            let is_repeated = *count > 1 && !topic.is_multiple_of(2);
            sound += u64::from(!is_repeated);
            if is_repeated {
                standings.push((number, Standing::Repeated));
                found.push((number, *first));
            } else if sound > limit {
                standings.push((number, Standing::Surplus));
            } else if *count > 1 {
                standings.push((number, Standing::Nth(*count)));
            }
        }
        (standings, found)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_told_apart(topics in prop::collection::vec(0_u64..40, 0..100), limit in 1..60_u64) {
            let repeats = of_topics(topics.iter().copied());
            let told = found(&repeats);
            let surpluses = repeats.limit_communities(NonZeroU64::new(limit).unwrap()).unwrap();
            let expected = expected(&topics, limit);
            prop_assert_eq!(&(standings(&repeats), told), &expected);
            let beyond: Vec<u64> = expected
                .0
                .iter()
                .filter(|(_, standing)| *standing == Standing::Surplus)
                .map(|(number, _)| *number)
                .collect();
            let told: Vec<_> = surpluses.iter().map(|all| (all.rows, all.line / 10)).collect();
            let beyond: Vec<_> = beyond.first().map(|first| (beyond.len() as u64, *first)).into_iter().collect();
            prop_assert_eq!(told, beyond);
        }
    }

    #[test]
    fn rows_far_apart_are_told_apart_beyond_what_memory_holds() {
        // The first topics come again at the end, and between them one that is equal each time.
        let once = 0..50;
        let same = std::iter::repeat_n(100, 40_000);
        let others = 1_000..60_000;
        let topics: Vec<u64> = once.clone().chain(same).chain(others).chain(once).collect();
        for limit in [ANY.get(), 70_000] {
            let repeats = of_topics(topics.iter().copied());
            let told = found(&repeats);
            repeats
                .limit_communities(NonZeroU64::new(limit).unwrap())
                .unwrap();
            assert!((standings(&repeats), told) == expected(&topics, limit));
        }
    }

    #[test]
    fn a_row_with_problems_is_told_and_stays_what_it_is() {
        let mut repeats = Repeats::new().unwrap();
        for (number, kind) in [(1, Kind::Invalid), (2, Kind::Named), (3, Kind::Invalid)] {
            let entry = Entry {
                number,
                line: 10 * number,
                kind,
                topic_id: Some("x\0y"),
                group_id: (kind == Kind::Named).then_some("a"),
                element: None,
            };
            repeats.add(entry).unwrap();
            let other = Entry {
                number: number + 10,
                topic_id: Some("x\0z").filter(|_| number == 1),
                ..entry
            };
            repeats.add(other).unwrap();
        }
        assert_eq!(found(&repeats), [(2, 1), (3, 1)]);
        assert_eq!(standings(&repeats), [(2, Standing::Repeated)]);
    }

    #[test]
    fn each_community_has_its_own_limit_and_the_first_row_beyond_it_is_named() {
        let mut repeats = Repeats::new().unwrap();
        for number in 1..=9 {
            let element = format!("channel {number}");
            repeats
                .add(Entry {
                    number,
                    line: 7,
                    kind: Kind::Named,
                    topic_id: Some(&number.to_string()),
                    group_id: Some(if number % 3 == 0 { "b" } else { "a" }),
                    element: Some(&element),
                })
                .unwrap();
        }
        repeats.find(|_| {}).unwrap();
        let surpluses = repeats
            .limit_communities(NonZeroU64::new(3).unwrap())
            .unwrap();
        let expected = Surplus {
            group_id: "a".into(),
            rows: 3,
            line: 7,
            element: Some("channel 5".into()),
        };
        assert_eq!(surpluses, [expected]);
    }
}
