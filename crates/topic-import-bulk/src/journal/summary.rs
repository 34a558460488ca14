//! Where every row of a run ended up.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use topic_import_core::Code;

use crate::outcome::Outcome;

/// Where every row of a run ended up: the counts of the outcomes add up to `rows`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many rows the input has.
    pub rows: u64,
    /// [`Outcome::Imported`]
    pub imported: u64,
    /// [`Outcome::Existing`]
    pub existing: u64,
    /// [`Outcome::Rejected`]
    pub rejected: u64,
    /// [`Outcome::Conflict`]
    pub conflict: u64,
    /// [`Outcome::Unknown`]
    pub unknown: u64,
    /// [`Outcome::Held`]
    pub held: u64,
    /// [`Outcome::Pending`] and [`Outcome::InFlight`]: the same command again takes them up.
    pub pending: u64,
    /// How many of the pending rows are [`Outcome::InFlight`].
    #[serde(skip)]
    pub in_flight: u64,
    /// [`Outcome::Destroyed`]
    #[serde(skip_serializing_if = "is_zero")]
    pub destroyed: u64,
    /// How many requests were attempted, repetitions and those that read back included.
    pub calls: u64,
    /// How long it took, to the millisecond.
    pub seconds: f64,
    /// How many rows each error code kept from being imported.
    #[serde(serialize_with = "by_number")]
    pub by_code: BTreeMap<Code, u64>,
}

impl Summary {
    /// Of a run that did not begin.
    pub fn not_begun(rows: u64) -> Self {
        Self {
            rows,
            pending: rows,
            ..Self::default()
        }
    }

    /// Whether every topic of the input is there.
    pub const fn is_complete(&self) -> bool {
        self.imported + self.existing == self.rows
    }

    /// Counts rows that have an outcome.
    pub(crate) const fn add(&mut self, outcome: Outcome, rows: u64) {
        match outcome {
            Outcome::Imported => self.imported += rows,
            Outcome::Existing => self.existing += rows,
            Outcome::Rejected => self.rejected += rows,
            Outcome::Conflict => self.conflict += rows,
            Outcome::Unknown => self.unknown += rows,
            Outcome::Held => self.held += rows,
            Outcome::InFlight => {
                self.in_flight += rows;
                self.pending += rows;
            }
            Outcome::Pending => self.pending += rows,
            Outcome::Destroyed => self.destroyed += rows,
        }
    }

    /// How many rows have each outcome; pending ones include those in flight.
    pub const fn counts(&self) -> [(Outcome, u64); Outcome::ALL.len() - 1] {
        [
            (Outcome::Imported, self.imported),
            (Outcome::Existing, self.existing),
            (Outcome::Rejected, self.rejected),
            (Outcome::Conflict, self.conflict),
            (Outcome::Unknown, self.unknown),
            (Outcome::Held, self.held),
            (Outcome::Pending, self.pending),
            (Outcome::Destroyed, self.destroyed),
        ]
    }

    /// How many rows have a place already.
    pub(crate) fn placed(&self) -> u64 {
        self.counts().iter().map(|(_, count)| count).sum()
    }
}

fn by_number<S: Serializer>(
    by_code: &BTreeMap<Code, u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(by_code.iter().map(|(code, rows)| (code.get(), rows)))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(rows: &u64) -> bool {
    *rows == 0
}
