//! An invocation of a run: it claims rows and records their outcomes.

use std::collections::{BTreeSet, HashSet};
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Instant;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use topic_import_core::{Code, KnownTopicId};

use super::clock::unix_millis;
use super::fault::{Fault, Result};
use super::reach::Reach;
use super::schema::{FILE, GROUP_ID, STATE};
use super::stored_outcome::StoredOutcome;
use crate::journal::{
    ClaimedRow, LatencyHistogram, MILLIS_OF_PACE, Record, RowPlace, Usage, names, request_of,
};
use crate::outcome::Outcome;

/// The number of the last community. Topics are numbered from 1.
const LAST_COMMUNITY: i64 = -1;
/// A number before those of all rows.
const BEGINNING: i64 = i64::MIN;

/// An invocation, which claims rows in the order of the input, communities first.
#[derive(Debug)]
pub(super) struct Invocation {
    id: i64,
    start: Start,
    /// The row up to which this invocation has claimed.
    claimed_to: i64,
    /// The communities that were claimed and have no outcome yet. Topics wait for them.
    open_communities: BTreeSet<i64>,
    /// The communities of the input that do not exist; `None` until all of them were tried.
    missing_communities: Option<HashSet<String>>,
    /// The last row that earlier invocations have claimed. Every valid row after it is pending.
    known_to: i64,
    /// The number of the last topic that may be claimed.
    until: i64,
    /// The SQL query for topics that were claimed before and are to be processed again.
    take_up: String,
    /// The SQL query for communities.
    communities: String,
    /// The importing calls that are already recorded, and when that was done.
    imports: LatencyHistogram,
    recorded_at: i64,
}

/// When an invocation began, by the system clock and by the monotonic clock. Later times are calculated from both, so
/// that setting the system clock meanwhile neither moves a time back nor makes the work seem to take days.
#[derive(Debug)]
struct Start {
    unix_millis: i64,
    instant: Instant,
}

impl Start {
    fn now_millis(&self) -> i64 {
        let elapsed = i64::try_from(self.instant.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.unix_millis.saturating_add(elapsed)
    }
}

impl Invocation {
    /// Begins to process the rows that have one of these outcomes: all, or only so many from the beginning of the input and
    /// the communities that they name.
    pub(super) fn begin(
        connection: &Connection,
        outcomes: &[Outcome],
        first: Option<NonZeroU64>,
        by: Option<&str>,
    ) -> rusqlite::Result<Self> {
        let reach = Reach::of(connection, first)?;
        let known_to: Option<i64> = connection
            .query_row(
                "SELECT number FROM progress CROSS JOIN input USING (number) \
                 WHERE number > 0 AND request IS NOT NULL ORDER BY number DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        let now = unix_millis();
        connection.execute(
            "INSERT INTO invocation (began_by, began_at, at) VALUES (?1, ?2, ?2)",
            params![by, now],
        )?;
        Ok(Self {
            id: connection.last_insert_rowid(),
            start: Start {
                unix_millis: now,
                instant: Instant::now(),
            },
            claimed_to: BEGINNING,
            open_communities: BTreeSet::new(),
            missing_communities: None,
            known_to: known_to.unwrap_or(BEGINNING),
            until: if outcomes.contains(&Outcome::Pending) {
                reach.until
            } else {
                known_to.unwrap_or(BEGINNING)
            },
            take_up: take_up(outcomes),
            communities: communities(outcomes, reach),
            imports: LatencyHistogram::default(),
            recorded_at: now,
        })
    }

    /// Claims the next rows, unless topics must wait for communities. Returns `None` if another process has taken over
    /// the journal.
    pub(super) fn claim(
        &mut self,
        connection: &mut Connection,
        at_most: usize,
    ) -> Result<Option<Found>, Fault> {
        let transaction = immediate(connection)?;
        if is_another(&transaction, self.id)? {
            return Ok(None);
        }
        let (mut rows, claimed_to) = self.find_communities(&transaction, at_most)?;
        let mut last = claimed_to;
        if rows.is_empty() && at_most > 0 {
            if !self.open_communities.is_empty() {
                return Ok(Some(Found::Later));
            }
            (rows, last) = self.find(&transaction, (claimed_to, self.until), at_most)?;
            self.block(&transaction, &mut rows)?;
        }
        {
            let mut claim = transaction.prepare_cached(
                "INSERT INTO progress (number, state) VALUES (?, 'in_flight') \
                 ON CONFLICT DO UPDATE SET state = 'in_flight', at = NULL",
            )?;
            for row in rows.iter().filter(|row| row.before != Outcome::InFlight) {
                claim.execute([row.number])?;
            }
        }
        transaction.commit()?;
        self.claimed_to = last;
        let communities = rows.iter().filter(|row| row.number <= LAST_COMMUNITY);
        self.open_communities
            .extend(communities.map(|row| row.number));
        Ok(Some(Found::Rows(rows)))
    }

    /// Finds the next communities to claim, and the row up to which everything is claimed with them.
    fn find_communities(
        &self,
        connection: &Connection,
        at_most: usize,
    ) -> Result<(Vec<ClaimedRow>, i64), Fault> {
        if self.claimed_to >= LAST_COMMUNITY {
            return Ok((Vec::new(), self.claimed_to));
        }
        let mut found = Vec::new();
        let between = (self.claimed_to, LAST_COMMUNITY);
        let last = select(connection, &self.communities, between, at_most, &mut found)?;
        let claimed_to = if found.len() < at_most {
            LAST_COMMUNITY
        } else {
            last
        };
        Ok((found, claimed_to))
    }

    /// Finds the next topics to claim after one number and up to another, and the row up to which everything is claimed
    /// with them.
    fn find(
        &self,
        connection: &Connection,
        (after, until): (i64, i64),
        at_most: usize,
    ) -> Result<(Vec<ClaimedRow>, i64), Fault> {
        let beyond = format!(
            "SELECT number, line, request, 'pending', {FILE} FROM input \
             WHERE number > ? AND number <= ? AND request IS NOT NULL ORDER BY number LIMIT ?"
        );
        let mut found = Vec::new();
        let mut claimed_to = after;
        let known_to = self.known_to.min(until);
        if claimed_to < known_to {
            let between = (claimed_to, known_to);
            claimed_to = select(connection, &self.take_up, between, at_most, &mut found)?;
            if found.len() < at_most {
                claimed_to = known_to;
            }
        }
        if claimed_to >= known_to {
            let wanted = at_most - found.len();
            let between = (claimed_to, until);
            claimed_to = select(connection, &beyond, between, wanted, &mut found)?;
        }
        Ok((found, claimed_to))
    }

    /// Marks the topics whose community is in the input but does not exist.
    fn block(&mut self, connection: &Connection, topics: &mut [ClaimedRow]) -> Result<(), Fault> {
        if topics.is_empty() {
            return Ok(());
        }
        let missing = match &mut self.missing_communities {
            Some(missing) => missing,
            none => none.insert(missing_communities(connection)?),
        };
        for topic in topics {
            topic.is_blocked = missing.contains(topic.request.group_id().as_str());
        }
        Ok(())
    }
}

/// What can be claimed.
#[derive(Debug)]
pub(super) enum Found {
    /// These rows. If they are fewer than were asked for, no more of their kind are left.
    Rows(Vec<ClaimedRow>),
    /// Nothing yet: topics wait for the outcomes of the communities.
    Later,
}

/// Reads which communities of the input do not exist.
fn missing_communities(connection: &Connection) -> rusqlite::Result<HashSet<String>> {
    let mut statement = connection.prepare(&missing(&[]))?;
    let missing = statement.query_map([], |row| row.get(0))?;
    missing.collect()
}

/// The SQL query for the communities of the input that do not exist, and have none of these outcomes either.
pub(super) fn missing(expected: &[Outcome]) -> String {
    let there = [Outcome::Imported, Outcome::Existing];
    format!(
        "SELECT {GROUP_ID} FROM input LEFT JOIN progress USING (number) \
         WHERE number < 0 AND request IS NOT NULL AND {STATE} NOT IN ({})",
        names(&[&there, expected].concat())
    )
}

/// The condition for rows with one of these outcomes that can be called.
pub(super) fn taken_up(outcomes: &[Outcome]) -> String {
    format!("request IS NOT NULL AND {STATE} IN ({})", names(outcomes))
}

/// Adds the next rows after one number and up to another to `found`. Returns the number of the last one.
fn select(
    connection: &Connection,
    select: &str,
    (after, until): (i64, i64),
    at_most: usize,
    found: &mut Vec<ClaimedRow>,
) -> Result<i64, Fault> {
    let mut statement = connection.prepare_cached(select)?;
    let mut rows = statement.query(params![after, until, at_most])?;
    let mut last = after;
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        found.push(claimed(row)?);
    }
    Ok(last)
}

fn claimed(row: &Row<'_>) -> Result<ClaimedRow, Fault> {
    let number = row.get(0)?;
    let read = || {
        let (place, before) = (
            RowPlace::new(row.get(1)?, row.get(4)?),
            row.get::<_, StoredOutcome>(3)?.0,
        );
        let request: String = row.get(2)?;
        Ok((place, before, request))
    };
    let (place, before, request) = read().map_err(|fault: Fault| fault.in_row(number))?;
    let request = request_of(number, &request)?;
    Ok(ClaimedRow::new(number, place, request, before))
}

/// Whether the latest invocation is another one, because a second process writes the same file in spite of its lock.
fn is_another(connection: &Connection, id: i64) -> rusqlite::Result<bool> {
    let latest: i64 = connection
        .prepare_cached("SELECT max(id) FROM invocation")?
        .query_row([], |row| row.get(0))?;
    Ok(latest != id)
}

/// Records outcomes and usage. Returns `None` if another process has taken over the journal.
pub(super) fn record(
    connection: &mut Connection,
    invocation: Option<&mut Invocation>,
    records: &[Record],
    usage: Usage,
) -> rusqlite::Result<Option<()>> {
    let now = invocation
        .as_ref()
        .map_or_else(unix_millis, |invocation| invocation.start.now_millis());
    let id = invocation.as_ref().map(|invocation| invocation.id);
    let transaction = immediate(connection)?;
    if let Some(id) = id
        && is_another(&transaction, id)?
    {
        return Ok(None);
    }
    {
        let mut statement = transaction.prepare_cached(RECORD)?;
        for record in records {
            statement.execute(params![
                record.number,
                record.outcome.name(),
                record.cause.code.map(Code::get),
                record.cause.said,
                record.cause.what,
                record.topic_id.as_ref().map(KnownTopicId::as_str),
                now,
            ])?;
        }
        transaction
            .prepare_cached(
                "UPDATE invocation SET at = ?, calls = ?, repeated = ?, throttled = ?, imports = ?, rate = ? WHERE id = ?",
            )?
            .execute(params![
                now,
                usage.calls,
                usage.repeated,
                usage.throttled,
                usage.imports.calls(),
                usage.rate.map(NonZeroU32::get),
                id
            ])?;
    }
    if let Some(invocation) = &invocation {
        let imports = usage.imports.since(&invocation.imports);
        count_imports(&transaction, invocation.recorded_at, now, &imports)?;
    }
    transaction.commit()?;
    if let Some(invocation) = invocation {
        for record in records {
            invocation.open_communities.remove(&record.number);
        }
        invocation.imports = usage.imports;
        invocation.recorded_at = now;
    }
    Ok(Some(()))
}

/// A row keeps its former cause until a new one is recorded, or what the row stands for exists or is destroyed.
const RECORD: &str = "\
    INSERT INTO progress (number, state, code, said, cause, topic_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
    ON CONFLICT DO UPDATE SET \
    (state, code, said, cause) = ( \
        SELECT ?2, iif(stays, progress.code, ?3), iif(stays, progress.said, ?4), iif(stays, progress.cause, ?5) \
        FROM (SELECT coalesce(?3, ?4, ?5) IS NULL AND ?2 NOT IN ('imported', 'existing', 'destroyed') AS stays) \
    ), \
    topic_id = coalesce(excluded.topic_id, topic_id), at = excluded.at";

/// Begins a transaction that takes the write lock at once. One that read first would fail if another process wrote
/// before it did.
fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Adds importing calls that ended between two times to the tables `pace` and `latency`.
fn count_imports(
    connection: &Connection,
    since: i64,
    now: i64,
    imports: &LatencyHistogram,
) -> rusqlite::Result<()> {
    if imports.calls() == 0 {
        return Ok(());
    }
    let mut pace = connection.prepare_cached(
        "INSERT INTO pace (at, calls) VALUES (?, ?) \
         ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
    )?;
    for (at, calls) in spread(since, now, imports.calls()) {
        pace.execute(params![at, calls])?;
    }
    let mut latency = connection.prepare_cached(
        "INSERT INTO latency (micros, calls) VALUES (?, ?) \
         ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
    )?;
    for range in imports.ranges().filter(|range| range.calls > 0) {
        let micros = i64::try_from(range.from.as_micros()).unwrap_or(i64::MAX);
        latency.execute(params![micros, range.calls])?;
    }
    Ok(())
}

/// Spreads calls evenly over the time since the last record. That time is long if the service did not answer for long,
/// and calls that were all counted at its end would seem to exceed the quota by far.
fn spread(since: i64, now: i64, calls: u64) -> Vec<(i64, u64)> {
    let since = since.min(now);
    let mut spread = Vec::new();
    let mut at = since - since.rem_euclid(MILLIS_OF_PACE);
    let mut counted = 0;
    while counted < calls {
        let end = at + MILLIS_OF_PACE;
        let so_far = if end >= now {
            calls
        } else {
            let share = u128::from(calls) * u128::from(end.abs_diff(since))
                / u128::from(now.abs_diff(since));
            u64::try_from(share).unwrap_or(calls)
        };
        if so_far > counted {
            spread.push((at, so_far - counted));
        }
        counted = so_far;
        at = end;
    }
    spread
}

/// The SQL query for communities with one of these outcomes.
fn communities(outcomes: &[Outcome], reach: Reach) -> String {
    let (taken_up, condition) = (taken_up(outcomes), reach.of_communities());
    format!(
        "SELECT number, line, request, {STATE}, {FILE} FROM input LEFT JOIN progress USING (number) \
         WHERE number > ? AND number <= ? AND {taken_up} AND {condition} ORDER BY number LIMIT ?"
    )
}

/// The SQL query for topics that earlier invocations claimed and that are to be processed again.
fn take_up(outcomes: &[Outcome]) -> String {
    let taken_up = taken_up(outcomes);
    format!(
        "SELECT number, line, request, state, {FILE} \
         FROM progress CROSS JOIN input USING (number) \
         WHERE number > ? AND number <= ? AND {taken_up} ORDER BY number LIMIT ?"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_clock_that_was_set_back_makes_no_moment_earlier_than_the_start() {
        let an_hour_ahead = unix_millis() + 3_600_000;
        let start = Start {
            unix_millis: an_hour_ahead,
            instant: Instant::now(),
        };
        let now = start.now_millis();
        assert!(now >= an_hour_ahead && start.now_millis() >= now);
    }

    #[test]
    fn calls_are_spread_over_the_time_in_which_they_were_made() {
        assert_eq!(spread(12_000, 12_100, 20), [(10_000, 20)]);
        assert_eq!(spread(19_900, 20_100, 20), [(10_000, 10), (20_000, 10)]);
        assert_eq!(
            spread(5_000, 40_000, 7),
            [(0, 1), (10_000, 2), (20_000, 2), (30_000, 2)]
        );
        assert_eq!(spread(0, 30_000, 1), [(20_000, 1)]);
        assert_eq!(spread(20_000, 20_000, 3), [(20_000, 3)]);
        // The clock was set back.
        assert_eq!(spread(50_000, 20_001, 3), [(20_000, 3)]);
    }
}
