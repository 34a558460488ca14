//! The end of a migration: the input, the journal and the service, row by row.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::StoredRow;
use topic_import_emulator::Topic;

use crate::holdings::Holdings;
use crate::ledger;
use crate::migration::Migration;
use crate::rows::Row;

/// How input, journal and service agree.
pub(crate) struct Settlement {
    /// How many rows have each outcome.
    pub(crate) outcomes: BTreeMap<&'static str, usize>,
    /// Topics that are there.
    pub(crate) topics: usize,
    /// Topics that no row of the journal accounts for.
    pub(crate) duplicates: Vec<Topic>,
    /// Rows whose topic is not there as wanted, though the journal says so, and rows that have no outcome.
    pub(crate) lost: Vec<String>,
}

impl Settlement {
    pub(crate) fn of(migration: &Migration, holdings: &impl Holdings) -> Self {
        Self::between(&migration.rows, &migration.journal().unwrap(), holdings)
    }

    pub(crate) fn between(rows: &[Row], journal: &[StoredRow], holdings: &impl Holdings) -> Self {
        assert_eq!(journal.len(), rows.len());
        let topics = holdings.topics();
        let mut settlement = Self {
            outcomes: BTreeMap::new(),
            topics: topics.len(),
            duplicates: Vec::new(),
            lost: Vec::new(),
        };
        let mut unclaimed: HashMap<String, Topic> = topics
            .into_iter()
            .map(|topic| (topic.topic_id.clone(), topic))
            .collect();
        let mut unknown = Vec::new();
        for ((number, row), kept) in (1..).zip(rows).zip(journal) {
            assert_is_kept(number, row, kept);
            *settlement.outcomes.entry(kept.outcome.name()).or_default() += 1;
            let found = ledger::topic_id(kept).and_then(|id| unclaimed.remove(&id));
            match (kept.outcome, found) {
                (Outcome::Imported | Outcome::Existing, Some(topic)) if row.is(&topic) => {}
                (Outcome::Unknown, None) => unknown.push(row),
                (outcome, found) => settlement
                    .lost
                    .push(format!("{row:?} is {outcome:?}, and there is {found:?}")),
            }
        }
        settlement.duplicates = unaccounted(unclaimed, &unknown);
        settlement
    }

    /// Fails unless every row is imported, or at least known to be unknown, and nothing is there twice.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert!(self.lost.is_empty(), "lost: {}", self.lost.join("\n"));
        assert!(self.duplicates.is_empty(), "twice: {:?}", self.duplicates);
    }
}

/// Each unknown row accounts for one topic of its content at most.
fn unaccounted(mut unclaimed: HashMap<String, Topic>, unknown: &[&Row]) -> Vec<Topic> {
    for row in unknown {
        let of_row = unclaimed.iter().find(|(_, topic)| row.is(topic));
        if let Some(id) = of_row.map(|(id, _)| id.clone()) {
            unclaimed.remove(&id);
        }
    }
    unclaimed.into_values().collect()
}

/// The journal has the row as the input has it, under a `TopicId` of its group if it had none.
#[track_caller]
fn assert_is_kept(number: i64, row: &Row, kept: &StoredRow) {
    assert_eq!(
        (kept.number, kept.place.line),
        (number, number.unsigned_abs())
    );
    let mut request: Value = serde_json::from_str(kept.request.as_ref().unwrap()).unwrap();
    if kept.is_derived {
        let derived = request.as_object_mut().unwrap().remove("TopicId");
        let start = format!("{}@TOPIC#_", row.group_id);
        assert!(derived.unwrap().as_str().unwrap().starts_with(&start));
    }
    assert_eq!(request, row.json());
}
