//! Remembers what a worker has claimed and recorded, so that it can be recorded again if the database loses commits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::journal::Record;
use crate::outcome::Outcome;

/// How many outcomes are remembered: those of more than five minutes at the documented quota.
const MOST_RECORDS: usize = 65_536;

/// What a worker has claimed and recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    claims: i64,
    records: i64,
    /// Rows that were claimed and have no outcome yet.
    open: BTreeSet<i64>,
    /// The last outcomes.
    last: VecDeque<Record>,
    /// Outcomes that the database has not confirmed yet.
    unconfirmed: Vec<Record>,
}

impl Memory {
    /// How many claims and how many records there were.
    pub(super) const fn counts(&self) -> (i64, i64) {
        (self.claims, self.records)
    }

    pub(super) fn note_claim(&mut self, numbers: impl Iterator<Item = i64>) {
        self.claims += 1;
        self.open.extend(numbers);
    }

    pub(super) fn note_outcomes(&mut self, records: &[Record]) {
        self.unconfirmed = records.to_vec();
    }

    pub(super) fn note_record(&mut self, records: &[Record]) {
        self.records += 1;
        self.unconfirmed.clear();
        for record in records {
            self.open.remove(&record.number);
            self.last.push_back(record.clone());
        }
        let forgotten = self.last.len().saturating_sub(MOST_RECORDS);
        self.last.drain(..forgotten);
    }

    /// The last outcomes, only the latest for each row.
    pub(super) fn records(&self) -> Vec<Record> {
        let by_number: BTreeMap<i64, &Record> = self
            .last
            .iter()
            .chain(&self.unconfirmed)
            .filter(|record| record.outcome != Outcome::Pending)
            .map(|record| (record.number, record))
            .collect();
        by_number.into_values().cloned().collect()
    }

    /// The rows that were claimed and have no outcome yet.
    pub(super) fn open(&self) -> Vec<i64> {
        let mut open = self.open.clone();
        for record in &self.unconfirmed {
            open.remove(&record.number);
        }
        open.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(numbers: &[i64], outcome: Outcome) -> Vec<Record> {
        let numbers = numbers.iter();
        numbers
            .map(|number| Record::new(*number, outcome))
            .collect()
    }

    fn known(memory: &Memory) -> (Vec<(i64, Outcome)>, Vec<i64>) {
        let records = memory.records().into_iter();
        let outcomes = records.map(|record| (record.number, record.outcome));
        (outcomes.collect(), memory.open())
    }

    #[test]
    fn an_outcome_is_known_before_it_is_confirmed_and_a_released_row_is_not_open() {
        let mut memory = Memory::default();
        memory.note_claim(1..=4);
        memory.note_record(&records(&[1], Outcome::Held));
        memory.note_record(&records(&[3], Outcome::Pending));
        memory.note_outcomes(&records(&[1, 2], Outcome::Imported));
        let both = vec![(1, Outcome::Imported), (2, Outcome::Imported)];
        assert_eq!(known(&memory), (both.clone(), vec![4]));
        assert_eq!(memory.counts(), (1, 2));
        memory.note_record(&records(&[1, 2], Outcome::Imported));
        assert_eq!(known(&memory), (both, vec![4]));
        assert_eq!(memory.counts(), (1, 3));
    }

    #[test]
    fn the_oldest_outcomes_are_forgotten() {
        let mut memory = Memory::default();
        let most = i64::try_from(MOST_RECORDS).unwrap();
        memory.note_record(&records(&[1, 2], Outcome::Imported));
        for number in 3..=most + 1 {
            memory.note_record(&records(&[number], Outcome::Imported));
        }
        let (outcomes, _) = known(&memory);
        assert_eq!(outcomes.len(), MOST_RECORDS);
        assert_eq!(outcomes[0].0, 2);
    }
}
