use std::collections::{BTreeMap, VecDeque};

use crate::memory::call::{Call, Outcome};

/// How many calls are kept, at about 150 bytes each.
const KEPT: usize = 100_000;

/// The calls so far. All of them are counted, and the newest are kept.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    kept: VecDeque<Call>,
    len: u64,
    outcomes: BTreeMap<Outcome, u64>,
}

impl Calls {
    /// Records a call with this outcome. `call` makes the record from the call's number.
    pub(crate) fn note(&mut self, outcome: Outcome, call: impl FnOnce(u64) -> Call) {
        self.len += 1;
        *self.outcomes.entry(outcome).or_default() += 1;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(call(self.len));
    }

    /// How many calls there were.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn outcomes(&self) -> &BTreeMap<Outcome, u64> {
        &self.outcomes
    }

    /// The kept calls with a number greater than this.
    pub(crate) fn after(&self, number: u64) -> impl Iterator<Item = &Call> {
        let first = self.kept.partition_point(|call| call.number <= number);
        self.kept.range(first..)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn note(calls: &mut Calls, codes: &[u32]) {
        for code in codes {
            let outcome = Outcome::ErrorCode(*code);
            calls.note(outcome, |number| Call {
                number,
                at: Duration::ZERO,
                unix_time: Duration::ZERO,
                command: None,
                random: None,
                topic_id: None,
                fault: None,
                performed: Some(*code),
                outcome,
            });
        }
    }

    fn numbers(calls: &Calls, after: u64) -> Vec<u64> {
        calls.after(after).map(|call| call.number).collect()
    }

    #[test]
    fn only_the_newest_are_kept_and_all_are_counted() {
        let mut calls = Calls::default();
        note(&mut calls, &vec![0; KEPT]);
        note(&mut calls, &[0, 10004]);
        let newest = 3..=KEPT as u64 + 2;
        assert_eq!(numbers(&calls, 0), newest.collect::<Vec<_>>());
        assert_eq!(numbers(&calls, KEPT as u64 + 1), [KEPT as u64 + 2]);
        assert_eq!(numbers(&calls, KEPT as u64 + 2), [0; 0]);
        assert_eq!(calls.len(), KEPT as u64 + 2);
        assert_eq!(calls.outcomes()[&Outcome::ErrorCode(0)], KEPT as u64 + 1);
        assert_eq!(calls.outcomes()[&Outcome::ErrorCode(10004)], 1);
    }
}
