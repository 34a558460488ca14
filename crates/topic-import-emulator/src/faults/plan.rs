use std::ops::RangeInclusive;
use std::time::Duration;

use crate::command::Command;
use crate::faults::fault::Fault;

/// A plan that says which calls suffer which [`Fault`].
///
/// Every request whose path names a command counts as a call. A call suffers at most one fault: the first in the plan
/// that is scripted for the call's number, otherwise the first random one that hits it. Chance depends only on the seed
/// and the call's number, so a run can be repeated.
///
/// A plan is written as a text of items, separated by commas.
///
/// | item | meaning |
/// | --- | --- |
/// | `lost=0.05` | each call suffers the fault with this probability |
/// | `lost@3`, `lost@3-5`, `lost@3-` | the 3rd call, the 3rd to 5th, or all from the 3rd on suffer the fault |
/// | `import_topic:lost=0.05`, `get_topic:lost@3` | the fault hits, and counts, only calls of this command |
/// | `seed=7` | the seed of the random numbers; 0 by default |
/// | `expire-signatures=10s` | this long after the plan is set, every `UserSig` that was signed before then expires |
///
/// ```
/// use topic_import_emulator::{Emulator, FaultPlan};
///
/// let plan: FaultPlan = "seed=7,lost=0.05,http502=0.02,code10002-done@3-5".parse()?;
/// let emulator = Emulator::builder().faults(plan).start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct FaultPlan {
    pub(crate) seed: u64,
    pub(crate) entries: Vec<Entry>,
    pub(crate) expire_signatures_after: Option<Duration>,
}

/// A fault, and the calls that it hits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) fault: Fault,
    /// `None` means any command.
    pub(crate) command: Option<Command>,
    pub(crate) hits: Hits,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hits {
    Calls(RangeInclusive<u64>),
    Probability(f64),
}

/// The number of a call since the plan was set, from 1: among all calls, and among those of its command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallNumber {
    pub(crate) command: Command,
    pub(crate) of_all: u64,
    pub(crate) of_command: u64,
}

impl FaultPlan {
    /// A plan without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fault that this call suffers, if any.
    pub(crate) fn fault(&self, call: CallNumber) -> Option<Fault> {
        self.scripted_fault(call).or_else(|| self.drawn_fault(call))
    }

    fn scripted_fault(&self, call: CallNumber) -> Option<Fault> {
        self.entries.iter().find_map(|entry| {
            let number = entry.number(call)?;
            matches!(&entry.hits, Hits::Calls(calls) if calls.contains(&number))
                .then_some(entry.fault)
        })
    }

    fn drawn_fault(&self, call: CallNumber) -> Option<Fault> {
        // Multiplying by an odd number is a bijection, so no two call numbers share a seed.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut chance = fastrand::Rng::with_seed(self.seed ^ call.of_all.wrapping_mul(SPREAD));
        self.entries.iter().find_map(|entry| {
            let Hits::Probability(probability) = entry.hits else {
                return None;
            };
            let drawn = chance.f64() < probability;
            (drawn && entry.number(call).is_some()).then_some(entry.fault)
        })
    }
}

impl Entry {
    /// The call's number as this entry counts calls; `None` if the entry is for another command.
    fn number(&self, call: CallNumber) -> Option<u64> {
        match self.command {
            None => Some(call.of_all),
            Some(command) if command == call.command => Some(call.of_command),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(of_all: u64) -> CallNumber {
        CallNumber {
            command: Command::ImportTopic,
            of_all,
            of_command: of_all,
        }
    }

    fn plan(text: &str) -> FaultPlan {
        text.parse().unwrap()
    }

    fn hit(plan: &FaultPlan, calls: RangeInclusive<u64>) -> Vec<u64> {
        calls.filter(|n| plan.fault(call(*n)).is_some()).collect()
    }

    #[test]
    fn scripted_calls_are_hit_and_no_others() {
        let plan = plan("lost@3,lost@5-6,lost@9-");
        assert_eq!(hit(&plan, 1..=11), [3, 5, 6, 9, 10, 11]);
    }

    #[test]
    fn a_commands_calls_are_counted_apart() {
        let plan = plan("get_topic:lost@2");
        let get = |of_all, of_command| CallNumber {
            command: Command::GetTopic,
            of_all,
            of_command,
        };
        assert_eq!(plan.fault(get(2, 1)), None);
        assert_eq!(plan.fault(get(9, 2)), Some(Fault::Lost));
        assert_eq!(plan.fault(call(2)), None);
    }

    #[test]
    fn what_is_scripted_comes_before_what_is_drawn() {
        let plan = plan("lost=1,reset-after@2");
        assert_eq!(plan.fault(call(1)), Some(Fault::Lost));
        assert_eq!(plan.fault(call(2)), Some(Fault::ResetAfter));
    }

    #[test]
    fn chance_repeats_with_its_seed_and_differs_with_another() {
        let plan = |seed: u64| plan(&format!("seed={seed},lost=0.5"));
        assert_eq!(hit(&plan(7), 1..=200), hit(&plan(7), 1..=200));
        assert_ne!(hit(&plan(7), 1..=200), hit(&plan(8), 1..=200));
    }

    #[test]
    fn chance_keeps_to_its_probability() {
        let hits = |probability: f64| {
            let plan = plan(&format!("seed=1,lost={probability}"));
            hit(&plan, 1..=10_000).len()
        };
        assert_eq!(hits(0.0), 0);
        assert_eq!(hits(1.0), 10_000);
        assert!((400..600).contains(&hits(0.05)), "{}", hits(0.05));
    }

    #[test]
    fn several_faults_are_each_drawn() {
        let plan = plan("lost=0.3,not-json=0.3");
        let of = |fault| {
            (1..=10_000)
                .filter(|n| plan.fault(call(*n)) == Some(fault))
                .count()
        };
        assert!((2_800..3_200).contains(&of(Fault::Lost)));
        assert!((1_900..2_300).contains(&of(Fault::NotJson)));
    }
}
