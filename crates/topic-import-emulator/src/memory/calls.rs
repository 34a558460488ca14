use std::collections::{BTreeMap, VecDeque};

use crate::memory::call::{Call, Outcome};

/// How many calls are kept to be read, the newest of them; all are counted in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallLog {
    /// None.
    Off,
    /// At most this many.
    Last(usize),
    /// Every one, at about 150 bytes a call.
    All,
}

/// The last 100,000.
impl Default for CallLog {
    fn default() -> Self {
        Self::Last(100_000)
    }
}

/// The calls so far.
#[derive(Debug)]
pub(crate) struct Calls {
    keep: usize,
    kept: VecDeque<Call>,
    len: u64,
    outcomes: BTreeMap<Outcome, u64>,
}

impl Calls {
    pub(crate) fn new(log: CallLog) -> Self {
        Self {
            keep: match log {
                CallLog::Off => 0,
                CallLog::Last(calls) => calls,
                CallLog::All => usize::MAX,
            },
            kept: VecDeque::new(),
            len: 0,
            outcomes: BTreeMap::new(),
        }
    }

    /// Notes a call that came to `outcome`; `call` makes its entry from its number, if one is kept.
    pub(crate) fn note(&mut self, outcome: Outcome, call: impl FnOnce(u64) -> Call) {
        self.len += 1;
        *self.outcomes.entry(outcome).or_default() += 1;
        if self.keep == 0 {
            return;
        }
        if self.kept.len() == self.keep {
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

    /// The kept calls whose number is greater.
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
        let mut calls = Calls::new(CallLog::Last(2));
        note(&mut calls, &[0, 0, 10004]);
        assert_eq!(numbers(&calls, 0), [2, 3]);
        assert_eq!(numbers(&calls, 2), [3]);
        assert_eq!(numbers(&calls, 3), [0; 0]);
        assert_eq!(calls.len(), 3);
        assert_eq!(calls.outcomes()[&Outcome::ErrorCode(0)], 2);
        assert_eq!(calls.outcomes()[&Outcome::ErrorCode(10004)], 1);
    }

    #[test]
    fn all_and_none_can_be_kept() {
        let (mut all, mut off) = (Calls::new(CallLog::All), Calls::new(CallLog::Off));
        note(&mut all, &[0; 5]);
        note(&mut off, &[0; 5]);
        assert_eq!(numbers(&all, 0), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(&off, 0), [0; 0]);
        assert_eq!(off.len(), 5);
    }
}
