//! What was settled, and that it stays so: an outcome is never lost or changed, and its topic is never called again.

use std::collections::{BTreeMap, HashMap};

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::StoredRow;
use topic_import_core::Code;

use crate::holdings::Holdings;
use crate::migration::Migration;

/// Rows that had an outcome at the last look.
#[derive(Default)]
pub(crate) struct Ledger {
    settled: BTreeMap<i64, Settled>,
    expects_refusals: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Settled {
    outcome: Outcome,
    code: Option<i64>,
    topic_id: Option<String>,
    /// How often an import asked for the `TopicId`.
    tries: u32,
}

/// What a look has found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    /// The journal had all rows.
    pub(crate) is_loaded: bool,
    pub(crate) settled: usize,
    pub(crate) in_flight: usize,
}

impl Ledger {
    /// Of a service that refuses calls and leaves their rows pending: that one was called does not mean that it was
    /// claimed too late.
    pub(crate) fn with_refusals() -> Self {
        Self {
            expects_refusals: true,
            ..Self::default()
        }
    }

    /// Compares the journal with what was settled before, and with what the service has. Importer or service must be
    /// dead.
    #[track_caller]
    pub(crate) fn look(&mut self, migration: &Migration, holdings: &impl Holdings) -> Left {
        let Some(journal) = migration.journal() else {
            assert!(self.settled.is_empty(), "the journal is gone");
            assert!(holdings.topics().is_empty(), "sent before it was kept");
            return Left::default();
        };
        assert_eq!(journal.len(), migration.rows.len());
        assert_what_is_there_was_claimed(&journal, holdings);
        for row in &journal {
            let topic_id = topic_id(row);
            let tries = topic_id.as_ref().map_or(0, |id| holdings.tries(id));
            if row.outcome == Outcome::Pending && !self.expects_refusals {
                assert_eq!(tries, 0, "{row:?}");
            }
            let settled = is_settled(row).then_some(Settled {
                outcome: row.outcome,
                code: row.cause.code.map(Code::get),
                topic_id,
                tries,
            });
            match self.settled.get(&row.number) {
                Some(before) => assert_eq!(settled.as_ref(), Some(before), "{row:?}"),
                None => self
                    .settled
                    .extend(settled.map(|settled| (row.number, settled))),
            }
        }
        let in_flight = |row: &&StoredRow| row.outcome == Outcome::InFlight;
        Left {
            is_loaded: true,
            settled: self.settled.len(),
            in_flight: journal.iter().filter(in_flight).count(),
        }
    }
}

fn is_settled(row: &StoredRow) -> bool {
    !matches!(
        row.outcome,
        Outcome::Pending | Outcome::InFlight | Outcome::Held
    )
}

/// The ID of a row's topic: the row's, a derived one, or the service's.
pub(crate) fn topic_id(row: &StoredRow) -> Option<String> {
    let chosen = row.topic_id.as_ref().map(|id| id.as_str().to_owned());
    chosen.or_else(|| Some(row.topic().unwrap().topic_id()?.as_str().to_owned()))
}

/// Every topic at the service belongs to a row that is in flight at least, and every row whose topic is there has it.
#[track_caller]
fn assert_what_is_there_was_claimed(journal: &[StoredRow], holdings: &impl Holdings) {
    let mut rows: HashMap<String, &StoredRow> = HashMap::new();
    for row in journal {
        // A topic that the service has named, and whose name nobody has heard, is known by what it is called.
        let key = topic_id(row).unwrap_or_else(|| row.topic().unwrap().topic_name.to_string());
        rows.insert(key, row);
    }
    for topic in holdings.topics() {
        let row = rows
            .remove(&topic.topic_id)
            .or_else(|| rows.remove(&*topic.profile.topic_name));
        let outcome = row.map(|row| row.outcome);
        assert!(
            !matches!(outcome, None | Some(Outcome::Pending | Outcome::Held)),
            "{topic:?} is there, but {row:?}"
        );
    }
    for row in rows.values() {
        assert!(!row.outcome.is_there(), "nothing is there, but {row:?}");
    }
}
