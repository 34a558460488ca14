//! The text form of a fault plan.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;

use crate::command::Command;
use crate::faults::duration_text;
use crate::faults::fault::ParseFaultError;
use crate::faults::plan::{Entry, FaultPlan, Hits};

/// A text is not a [`FaultPlan`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseFaultPlanError {
    /// An item of the plan is malformed.
    #[error("{item:?}: {expected}")]
    #[non_exhaustive]
    Item {
        /// The item as written.
        item: String,
        /// The form that the item must have.
        expected: &'static str,
    },
    /// An item of the plan names an unknown fault.
    #[error(transparent)]
    Fault(#[from] ParseFaultError),
}

impl ParseFaultPlanError {
    fn item(item: &str, expected: &'static str) -> Self {
        Self::Item {
            item: item.to_owned(),
            expected,
        }
    }
}

impl FromStr for FaultPlan {
    type Err = ParseFaultPlanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .try_fold(Self::new(), with_item)
    }
}

impl fmt::Display for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed={}", self.seed)?;
        for entry in &self.entries {
            write!(f, ",{entry}")?;
        }
        match self.expire_signatures_after {
            Some(time) => write!(f, ",expire-signatures={}", duration_text::write(time)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = self.command {
            write!(f, "{command}:")?;
        }
        write!(f, "{}", self.fault)?;
        match &self.hits {
            Hits::Probability(probability) => write!(f, "={probability}"),
            Hits::Calls(calls) if calls.start() == calls.end() => write!(f, "@{}", calls.start()),
            Hits::Calls(calls) if *calls.end() == u64::MAX => write!(f, "@{}-", calls.start()),
            Hits::Calls(calls) => write!(f, "@{}-{}", calls.start(), calls.end()),
        }
    }
}

const SEED: &str = "a seed is an integer from 0 to 18446744073709551615";
const DURATION: &str = "a time is written as 250ms, 90s, 10m or 1h";
const COMMAND: &str = "the commands are import_topic, get_topic, destroy_topic, import_group, get_group_info and destroy_group";
const CALLS: &str = "calls are written as 3, 3-5 or 3-, and count from 1";
const PROBABILITY: &str = "a probability is a number from 0 to 1";
const HITS: &str = "a fault needs a probability (=0.05) or the numbers of calls (@3)";

fn with_item(mut plan: FaultPlan, item: &str) -> Result<FaultPlan, ParseFaultPlanError> {
    let bad = |expected| ParseFaultPlanError::item(item, expected);
    match item.split_once('=') {
        Some(("seed", seed)) => plan.seed = seed.parse().map_err(|_| bad(SEED))?,
        Some(("expire-signatures", time)) => {
            let time = duration_text::parse(time).ok_or_else(|| bad(DURATION))?;
            plan.expire_signatures_after = Some(time);
        }
        _ => {
            let (command, rest) = command_of(item).ok_or_else(|| bad(COMMAND))?;
            let (fault, hits) = hits_of(rest).map_err(bad)?;
            plan.entries.push(Entry {
                fault: fault.parse()?,
                command,
                hits,
            });
        }
    }
    Ok(plan)
}

/// Splits an item into the command that it is for, if it names one, and the rest.
fn command_of(item: &str) -> Option<(Option<Command>, &str)> {
    match item.split_once(':') {
        Some((word, rest)) => Some((Some(Command::parse(word)?), rest)),
        None => Some((None, item)),
    }
}

/// Splits an item into a fault's word and the calls that it hits; the error is the form that was expected.
fn hits_of(text: &str) -> Result<(&str, Hits), &'static str> {
    if let Some((fault, calls)) = text.split_once('@') {
        Ok((fault, Hits::Calls(calls_of(calls).ok_or(CALLS)?)))
    } else if let Some((fault, probability)) = text.split_once('=') {
        let probability = probability_of(probability).ok_or(PROBABILITY)?;
        Ok((fault, Hits::Probability(probability)))
    } else {
        Err(HITS)
    }
}

fn calls_of(text: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = match text.split_once('-') {
        None => (text, text),
        Some((first, last)) => (first, last),
    };
    let first = first.parse().ok().filter(|first| *first > 0)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        last.parse().ok()?
    };
    (first <= last).then_some(first..=last)
}

fn probability_of(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|probability| (0.0..=1.0).contains(probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_back_as_it_is_written() {
        for text in [
            "seed=0",
            "seed=7,lost=0.05,reset-before=1,drip-10ms=0",
            "seed=1,lost@3,http502@3-5,code10002-done@7-",
            "seed=1,import_topic:lost=0.5,get_topic:http429@2,expire-signatures=10s",
        ] {
            let plan: FaultPlan = text.parse().unwrap();
            assert_eq!(plan.to_string(), text);
        }
    }

    #[test]
    fn spaces_and_empty_items_do_not_matter() {
        let plan: FaultPlan = " lost@1 , , http502=0.5,".parse().unwrap();
        assert_eq!(plan.to_string(), "seed=0,lost@1,http502=0.5");
        assert_eq!("".parse(), Ok(FaultPlan::new()));
    }

    #[test]
    fn a_bad_item_is_named_with_what_is_expected() {
        for (text, expected) in [
            ("seed=x", SEED),
            ("expire-signatures=10", DURATION),
            ("add_topic:lost=1", COMMAND),
            ("lost@0", CALLS),
            ("lost@5-3", CALLS),
            ("lost@-3", CALLS),
            ("lost=1.1", PROBABILITY),
            ("lost=NaN", PROBABILITY),
            ("lost=-0.1", PROBABILITY),
            ("lost", HITS),
        ] {
            let error = format!("lost@1,{text}").parse::<FaultPlan>().unwrap_err();
            assert_eq!(error.to_string(), format!("{text:?}: {expected}"));
        }
        let error = "gone=1".parse::<FaultPlan>().unwrap_err();
        assert!(error.to_string().starts_with("\"gone\" is not a fault"));
    }
}
