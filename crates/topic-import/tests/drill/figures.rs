//! What a drill prints.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::settlement::Settlement;

/// A paragraph of figures.
pub(crate) struct Figures {
    text: String,
}

impl Figures {
    pub(crate) fn of(drill: &str, seed: u64) -> Self {
        Self {
            text: format!("\n{drill} (seed {seed})\n"),
        }
    }

    pub(crate) fn line(mut self, name: &str, value: impl Display) -> Self {
        writeln!(self.text, "  {name:<10} {value}").unwrap();
        self
    }

    pub(crate) fn settlement(self, settlement: &Settlement) -> Self {
        let Settlement {
            outcomes,
            topics,
            duplicates,
            lost,
        } = settlement;
        self.line("rows", counts(outcomes)).line(
            "topics",
            format!(
                "{topics}, duplicates = {}, lost = {}",
                duplicates.len(),
                lost.len()
            ),
        )
    }

    pub(crate) fn print(self) {
        eprint!("{}", self.text);
    }
}

fn counts(outcomes: &BTreeMap<&str, usize>) -> String {
    let counts: Vec<String> = outcomes
        .iter()
        .map(|(outcome, rows)| format!("{rows} {outcome}"))
        .collect();
    counts.join(", ")
}
