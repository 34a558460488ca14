//! Finds the rows that repeat an earlier row's topic or exceed their community's limit. SQLite stores and sorts the
//! rows on disk, so that memory does not grow with the input.

use std::hash::{DefaultHasher, Hasher as _};
use std::num::NonZeroU64;

use rusqlite::{Connection, Result, Statement, params};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use topic_import_core::ImportTopic;

/// What is needed of a row to compare it with the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) kind: Kind,
    /// Its own ID or the derived one; `None` where the service is to name it.
    pub(crate) topic_id: Option<&'a str>,
    /// The community of the row, if the row is sound.
    pub(crate) group_id: Option<&'a str>,
    /// Its file, where the input is several.
    pub(crate) file: Option<&'a str>,
    /// In an export, a description of the element that begins on the line.
    pub(crate) element: Option<&'a str>,
    /// What its place among the topics of its community depends on, beside its ID.
    pub(crate) rank: Rank<'a>,
}

/// The order of topics in a community.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rank<'a> {
    /// The topic's `CreateTime`; without one, it comes after all others.
    pub(crate) created: Option<u32>,
    /// What tells the topic from others where it has no ID.
    pub(crate) content: Option<&'a str>,
}

/// What a row is on its own, before it is compared with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sound row with its own TopicId.
    Named = 0,
    /// A sound row without its own TopicId.
    Unnamed = 1,
    /// A row with problems.
    Invalid = 2,
}

/// What a row is compared with the rows before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An earlier row has the same TopicId.
    Repeated,
    /// The topics of earlier rows already reach the community's limit.
    Surplus,
    /// It is too many for its community, whose ID is too long for that of a further one.
    NoFurther,
    /// It is a topic of its own.
    Topic {
        /// Which of several equal topics without a TopicId it is, from 1.
        ordinal: u64,
        /// Which of the communities for its rows it goes to: 1 is the one that it names.
        community: u64,
    },
}

/// A row of the same channel that came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) line: u64,
    /// Its file, where it is another one.
    pub(crate) file: Option<String>,
    /// It is the same topic in every field.
    pub(crate) is_equal: bool,
}

/// A row with the same TopicId as an earlier row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repeat {
    pub(crate) line: u64,
    /// Its file, where the input is several.
    pub(crate) file: Option<String>,
    pub(crate) element: Option<String>,
    pub(crate) first_line: u64,
    /// The file of that one, where it is another.
    pub(crate) first_file: Option<String>,
    pub(crate) kind: Kind,
}

/// A name that was shortened, or looks as if it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShortName<'a> {
    pub(crate) group_id: &'a str,
    pub(crate) name: &'a str,
    /// As it stands in the input.
    pub(crate) written: &'a str,
    pub(crate) line: u64,
    pub(crate) file: Option<&'a str>,
}

/// Rows that are like earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alike {
    /// How many.
    pub rows: u64,
    /// The line of the first of them.
    pub line: u64,
    /// Its file, where the input is several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The earlier line that this one is like.
    pub first_line: u64,
    /// The file of the earlier line, where the input is several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_file: Option<String>,
}

/// The rows of a community that exceed its limit of topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surplus {
    pub(crate) group_id: String,
    pub(crate) rows: u64,
    /// The line on which the first of them begins.
    pub(crate) line: u64,
    pub(crate) file: Option<String>,
    pub(crate) element: Option<String>,
}

/// A topic of its own, as its community's topics are ranked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranked<'a> {
    pub(crate) line: u64,
    pub(crate) group_id: &'a str,
    pub(crate) topic_id: Option<&'a str>,
    pub(crate) file: Option<&'a str>,
    pub(crate) element: Option<&'a str>,
    /// For which community an earlier input has it.
    pub(crate) placed: Option<u64>,
}

/// Where a topic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Into this one of the communities for the rows of its own; 1 is the one that it names.
    Community(u64),
    /// Nowhere: no ID can be made for a further community.
    NoFurther,
}

/// Rows to be compared with each other, in a temporary database on disk so that memory stays small.
#[derive(Debug)]
pub(crate) struct Repeats {
    database: Connection,
}

/// Takes rows that are to be compared with each other.
#[derive(Debug)]
pub(crate) struct Adding<'r> {
    insert: Statement<'r>,
    /// Inserts a row without the columns that most rows leave empty: each would take its time.
    insert_plain: Statement<'r>,
}

/// Settings for a database that exists only while it is open, and so need not survive a crash.
pub(crate) const TEMPORARY: &str = "
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    PRAGMA temp_store = file;
    PRAGMA cache_size = -1000;
    BEGIN;
";

const SCHEMA: &str = "
    CREATE TABLE row (
        -- Its place in the input, from 1.
        number   INTEGER PRIMARY KEY,
        -- The same number for rows with the same ID, and seldom for others.
        topic    INTEGER,
        line     INTEGER NOT NULL,
        kind     INTEGER NOT NULL,
        topic_id TEXT,
        group_id TEXT,
        file     TEXT,
        element  TEXT,
        created  INTEGER,
        content  TEXT
    );
    -- What a row is among the others, where it is not the first of its topic in the community that it names: which of
    -- several equal ones, or one of the negative numbers below, and which community it goes to.
    CREATE TABLE standing (
        number    INTEGER PRIMARY KEY,
        standing  INTEGER NOT NULL,
        community INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE repeated (topic INTEGER PRIMARY KEY);
    -- Topics of an earlier input, as if they were in the community that rows name.
    CREATE TABLE placed (topic_id TEXT, community INTEGER, PRIMARY KEY (topic_id, community)) WITHOUT ROWID;
    CREATE TABLE spreading (group_id TEXT PRIMARY KEY) WITHOUT ROWID;
    -- Names that were shortened, or look as if they were.
    CREATE TABLE short_name (group_id TEXT NOT NULL, name TEXT NOT NULL, written TEXT NOT NULL, line INTEGER NOT NULL, file TEXT);
    -- The channels of an export, by a hash of where and what they are, and a hash of their first content.
    CREATE TABLE channel (place INTEGER PRIMARY KEY, content INTEGER NOT NULL, line INTEGER NOT NULL, file TEXT);
";
const REPEATED: i64 = 0;
const SURPLUS: i64 = -1;
const NO_FURTHER: i64 = -2;

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
        Ok(Self { database })
    }

    /// The row that came before and is the same channel in the same community; this one is kept where there is none.
    pub(crate) fn earlier(
        &self,
        line: u64,
        file: Option<&str>,
        topic: &ImportTopic,
        own_id: &str,
    ) -> Result<Option<Earlier>> {
        let place = hash(format!("{}\0{own_id}", topic.group_id()).as_bytes());
        let content = hash(&serde_json::to_vec(topic).expect("a request is JSON"));
        let inserted = self
            .database
            .prepare_cached("INSERT OR IGNORE INTO channel VALUES (?, ?, ?, ?)")?
            .execute(params![place, content, line, file])?;
        if inserted > 0 {
            return Ok(None);
        }
        let mut statement = self
            .database
            .prepare_cached("SELECT line, content, file FROM channel WHERE place = ?")?;
        let earlier = statement.query_row([place], |row| {
            Ok(Earlier {
                line: row.get(0)?,
                is_equal: row.get::<_, i64>(1)? == content,
                file: row
                    .get::<_, Option<String>>(2)?
                    .filter(|first| Some(&**first) != file),
            })
        })?;
        Ok(Some(earlier))
    }

    /// Prepares to take rows in the order of the input.
    pub(crate) fn adding(&self) -> Result<Adding<'_>> {
        Ok(Adding {
            insert: self.database.prepare(
                "INSERT INTO row (topic, line, kind, topic_id, group_id, file, element, created, content) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            insert_plain: self.database.prepare(
                "INSERT INTO row (topic, line, kind, topic_id, group_id) VALUES (?, ?, ?, ?, ?)",
            )?,
        })
    }

    pub(crate) fn add_short_name(&self, short: ShortName<'_>) -> Result<()> {
        self.database
            .prepare_cached("INSERT INTO short_name VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                short.group_id,
                short.name,
                short.written,
                short.line,
                short.file
            ])
            .map(drop)
    }

    /// The names that are those of earlier rows in their community since they were shortened, and were others before. Rows with
    /// the same name count once.
    pub(crate) fn names_made_equal(&self) -> Result<Option<Alike>> {
        let mut statement = self.database.prepare(
            "SELECT count(*), line, first_line, file, first_file, min(row) FROM ( \
                 SELECT row, line, file, first_value(line) OVER same AS first_line, \
                     first_value(file) OVER same AS first_file, first_value(row) OVER same AS first \
                 FROM ( \
                     SELECT group_id, name, line, file, min(rowid) AS row FROM short_name \
                     GROUP BY group_id, name, written \
                 ) \
                 WINDOW same AS (PARTITION BY group_id, name ORDER BY row) \
             ) WHERE row > first",
        )?;
        statement.query_row([], |row| {
            let rows = row.get(0)?;
            Ok(match rows {
                0 => None,
                _ => Some(Alike {
                    rows,
                    line: row.get(1)?,
                    first_line: row.get(2)?,
                    file: row.get(3)?,
                    first_file: row.get(4)?,
                }),
            })
        })
    }

    /// Finds the rows that have the same TopicId as an earlier row, and calls `found` for those whose TopicId is not
    /// derived. Those that have one
    /// repeat an earlier row wholly: they are counted.
    pub(crate) fn find(&self, mut found: impl FnMut(Repeat)) -> Result<Option<Alike>> {
        // Most inputs repeat no ID, and sorting a number for each shows it quickly.
        let any = self.database.execute(
            "INSERT INTO repeated SELECT topic FROM row \
             WHERE topic IS NOT NULL GROUP BY topic HAVING count(*) > 1",
            [],
        )?;
        if any == 0 {
            return Ok(None);
        }
        let (mut repeats, mut earliest): (u64, Option<(i64, Alike)>) = (0, None);
        let mut statement = self.database.prepare(
            "SELECT number, line, kind, ordinal, first_line, file, first_file, element FROM ( \
                 SELECT number, line, kind, file, element, row_number() OVER same AS ordinal, \
                     first_value(line) OVER same AS first_line, first_value(file) OVER same AS first_file \
                 FROM row WHERE topic IN (SELECT topic FROM repeated) \
                 WINDOW same AS (PARTITION BY coalesce(topic_id, content) ORDER BY number) \
             ) WHERE ordinal > 1",
        )?;
        let mut mark = self
            .database
            .prepare("INSERT INTO standing (number, standing) VALUES (?, ?)")?;
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
                    repeats += 1;
                    if earliest.as_ref().is_none_or(|(first, _)| number < *first) {
                        let alike = Alike {
                            rows: 0,
                            line: row.get(1)?,
                            file: row.get(5)?,
                            first_line: row.get(4)?,
                            first_file: row.get(6)?,
                        };
                        earliest = Some((number, alike));
                    }
                    continue;
                }
                Kind::Named => {
                    mark.execute([number, REPEATED])?;
                }
                Kind::Invalid => {}
            }
            let file: Option<String> = row.get(5)?;
            let first_file: Option<String> = row.get(6)?;
            found(Repeat {
                line: row.get(1)?,
                element: row.get(7)?,
                first_line: row.get(4)?,
                first_file: first_file.filter(|first| Some(first) != file.as_ref()),
                file,
                kind,
            });
        }
        Ok(earliest.map(|(_, alike)| Alike {
            rows: repeats,
            ..alike
        }))
    }

    /// Finds the rows that exceed their community's limit. Call it after `find`: repeated rows do not count. If no
    /// community has more rows than the limit, this call can be skipped.
    pub(crate) fn limit_communities(&self, limit: NonZeroU64) -> Result<Vec<Surplus>> {
        self.database.execute(
            "INSERT OR REPLACE INTO standing (number, standing) SELECT number, ?1 FROM ( \
                 SELECT row.number, row_number() OVER (PARTITION BY group_id ORDER BY row.number) AS place \
                 FROM row LEFT JOIN standing USING (number) \
                 WHERE group_id IS NOT NULL AND coalesce(standing, 1) > 0 \
             ) WHERE place > ?2",
            params![SURPLUS, limit.get()],
        )?;
        let mut statement = self.database.prepare(
            "SELECT group_id, count(*), line, element, file, min(number) \
             FROM standing JOIN row USING (number) WHERE standing = ? GROUP BY group_id",
        )?;
        let surpluses = statement.query_map([SURPLUS], |row| {
            Ok(Surplus {
                group_id: row.get(0)?,
                rows: row.get(1)?,
                line: row.get(2)?,
                element: row.get(3)?,
                file: row.get(4)?,
            })
        })?;
        surpluses.collect()
    }

    /// Keeps for which community an earlier input has a topic.
    pub(crate) fn add_placed(&self, topic_id: &str, community: u64) -> Result<()> {
        self.database
            .prepare_cached("INSERT OR IGNORE INTO placed VALUES (?, ?)")?
            .execute(params![topic_id, community])
            .map(drop)
    }

    /// Gives `place` the topics of these communities, those of one community together and by their rank, and keeps the
    /// places that it finds.
    pub(crate) fn spread<'a>(
        &self,
        group_ids: impl IntoIterator<Item = &'a str>,
        mut place: impl FnMut(Ranked<'_>) -> Place,
    ) -> Result<()> {
        let mut mark = self.database.prepare("INSERT INTO spreading VALUES (?)")?;
        for group_id in group_ids {
            mark.execute([group_id])?;
        }
        // An ID that was derived for one of several equal topics has its ordinal at the end.
        let mut statement = self.database.prepare(
            "SELECT number, line, group_id, topic_id, element, ordinal, ( \
                 SELECT min(community) FROM placed WHERE placed.topic_id = topic.topic_id \
             ), file FROM ( \
                 SELECT number, line, group_id, file, element, created, content, coalesce(standing, 1) AS ordinal, \
                     topic_id || iif(standing > 1, '-' || standing, '') AS topic_id \
                 FROM row LEFT JOIN standing USING (number) \
                 WHERE group_id IN (SELECT group_id FROM spreading) AND coalesce(standing, 1) > 0 \
             ) AS topic \
             ORDER BY group_id, created IS NULL, created, topic_id, content, number",
        )?;
        let mut keep = self.database.prepare(
            "INSERT INTO standing VALUES (?1, ?2, ?3) \
             ON CONFLICT (number) DO UPDATE SET standing = ?2, community = ?3",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: u64 = row.get(0)?;
            let ordinal: i64 = row.get(5)?;
            let place = place(Ranked {
                line: row.get(1)?,
                group_id: row.get_ref(2)?.as_str()?,
                topic_id: row.get_ref(3)?.as_str_or_null()?,
                element: row.get_ref(4)?.as_str_or_null()?,
                placed: row.get(6)?,
                file: row.get_ref(7)?.as_str_or_null()?,
            });
            match place {
                Place::Community(1) => {}
                Place::Community(community) => {
                    keep.execute(params![number, ordinal, community])?;
                }
                Place::NoFurther => {
                    keep.execute(params![number, NO_FURTHER, 1])?;
                }
            }
        }
        Ok(())
    }

    /// What the next rows after this number are, at most so many; the others are the first of their topic, in the
    /// community that they name.
    pub(crate) fn standings(&self, after: u64, at_most: usize) -> Result<Vec<(u64, Standing)>> {
        let mut statement = self.database.prepare_cached(
            "SELECT number, standing, community FROM standing WHERE number > ? ORDER BY number LIMIT ?",
        )?;
        let standings = statement.query_map(params![after, at_most], |row| {
            let standing = match row.get(1)? {
                REPEATED => Standing::Repeated,
                SURPLUS => Standing::Surplus,
                NO_FURTHER => Standing::NoFurther,
                ordinal => Standing::Topic {
                    ordinal: ordinal.unsigned_abs(),
                    community: row.get(2)?,
                },
            };
            Ok((row.get(0)?, standing))
        })?;
        standings.collect()
    }
}

impl Adding<'_> {
    pub(crate) fn add(&mut self, entry: Entry<'_>) -> Result<()> {
        let Entry {
            line,
            kind,
            topic_id,
            group_id,
            file,
            element,
            rank: Rank { created, content },
        } = entry;
        let topic = topic_id.or(content).map(number_of);
        let kind = kind as u8;
        let inserted = if (file, element, created, content) == (None, None, None, None) {
            let row = params![topic, line, kind, topic_id, group_id];
            self.insert_plain.execute(row)
        } else {
            let row = params![
                topic, line, kind, topic_id, group_id, file, element, created, content
            ];
            self.insert.execute(row)
        };
        inserted.map(drop)
    }
}

/// A number that is the same for the same text, and seldom for others.
fn number_of(text: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish().cast_signed()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use proptest::prelude::*;

    /// Rows of one community: odd topics have their own TopicId, even ones a derived one.
    fn of_topics(topics: impl IntoIterator<Item = u64>) -> Repeats {
        let repeats = Repeats::new().unwrap();
        let mut adding = repeats.adding().unwrap();
        for (number, topic) in (1..).zip(topics) {
            let kind = match topic % 2 {
                0 => Kind::Unnamed,
                _ => Kind::Named,
            };
            adding
                .add(Entry {
                    line: 10 * number,
                    kind,
                    topic_id: Some(&topic.to_string()),
                    group_id: Some("a"),
                    file: None,
                    element: None,
                    rank: Rank::default(),
                })
                .unwrap();
        }
        drop(adding);
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

    /// The standings of rows, and each repeated row with the first row that has the same TopicId.
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
                let (ordinal, community) = (*count, 1);
                standings.push((number, Standing::Topic { ordinal, community }));
            }
        }
        (standings, found)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_told_apart(
            topics in prop::collection::vec(0_u64..40, 0..100),
            limit in 1..60_u64,
            numbers in 1..100_i64,
        ) {
            let repeats = of_topics(topics.iter().copied());
            // Different IDs may have the same number.
            repeats.database.execute("UPDATE row SET topic = topic % ?", [numbers]).unwrap();
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
        // The first topics come again at the end; in between, one topic is repeated many times.
        let once = 0..50;
        let same = std::iter::repeat_n(100, 40_000);
        let others = 1_000..60_000;
        let topics: Vec<u64> = once.clone().chain(same).chain(others).chain(once).collect();
        for limit in [1_000_000, 70_000] {
            let repeats = of_topics(topics.iter().copied());
            let told = found(&repeats);
            repeats
                .limit_communities(NonZeroU64::new(limit).unwrap())
                .unwrap();
            assert!((standings(&repeats), told) == expected(&topics, limit));
        }
    }

    #[test]
    fn rows_that_repeat_others_are_counted_and_the_first_is_told() {
        // Odd topics have IDs of their own.
        let repeats = of_topics([1, 2, 4, 1, 4, 2, 2]);
        let alike = repeats.find(|_| {}).unwrap();
        let expected = Alike {
            rows: 3,
            line: 50,
            first_line: 30,
            file: None,
            first_file: None,
        };
        assert_eq!(alike, Some(expected));
        assert_eq!(of_topics([1, 1, 2]).find(|_| {}).unwrap(), None);
    }

    #[test]
    fn names_that_were_others_before_they_were_shortened_are_counted() {
        let repeats = Repeats::new().unwrap();
        assert_eq!(repeats.names_made_equal().unwrap(), None);
        for (line, group_id, name, written) in [
            (1, "a", "x…", "xy"),
            (2, "b", "x…", "xy"),
            (3, "a", "y…", "yy"),
            (4, "a", "y…", "yy"),
            (5, "b", "x…", "x…"),
            (6, "a", "x…", "xz"),
            (7, "a", "x…", "xy"),
        ] {
            let short = ShortName {
                group_id,
                name,
                written,
                line,
                file: None,
            };
            repeats.add_short_name(short).unwrap();
        }
        let expected = Alike {
            rows: 2,
            line: 5,
            first_line: 2,
            file: None,
            first_file: None,
        };
        assert_eq!(repeats.names_made_equal().unwrap(), Some(expected));
    }

    #[test]
    fn a_row_with_problems_is_told_and_stays_what_it_is() {
        let repeats = Repeats::new().unwrap();
        let mut adding = repeats.adding().unwrap();
        for (number, kind) in [(1, Kind::Invalid), (2, Kind::Named), (3, Kind::Invalid)] {
            let entry = Entry {
                line: 10 * number,
                kind,
                topic_id: Some("x\0y"),
                group_id: (kind == Kind::Named).then_some("a"),
                file: None,
                element: None,
                rank: Rank::default(),
            };
            adding.add(entry).unwrap();
            let other = Entry {
                topic_id: Some("x\0z").filter(|_| number == 1),
                ..entry
            };
            adding.add(other).unwrap();
        }
        assert_eq!(found(&repeats), [(2, 1), (3, 1)]);
        assert_eq!(standings(&repeats), [(3, Standing::Repeated)]);
    }

    #[test]
    fn each_community_has_its_own_limit_and_the_first_row_beyond_it_is_named() {
        let repeats = Repeats::new().unwrap();
        let mut adding = repeats.adding().unwrap();
        for number in 1..=9 {
            let element = format!("channel {number}");
            adding
                .add(Entry {
                    line: 7,
                    kind: Kind::Named,
                    topic_id: Some(&number.to_string()),
                    group_id: Some(if number % 3 == 0 { "b" } else { "a" }),
                    file: None,
                    element: Some(&element),
                    rank: Rank::default(),
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
            file: None,
            element: Some("channel 5".into()),
        };
        assert_eq!(surpluses, [expected]);
    }
}
