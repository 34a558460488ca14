//! Where every row of a run ended up.

use std::collections::BTreeMap;

use serde::Serialize;

/// Where a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// This run created the topic.
    Imported,
    /// The topic was there as wanted.
    Existing,
    /// The row is invalid, or the service refused it.
    Rejected,
    /// The TopicId belongs to a topic with other content.
    Conflict,
    /// The call may have been executed, nobody can say, and repeating it could import the topic twice.
    Unknown,
    /// Not tried, or tried in vain, because its group or the run is blocked.
    Held,
    /// Not done yet; the same command again takes it up.
    Pending,
}

impl Outcome {
    /// The outcome in a word, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Existing => "existing",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Pending => "pending",
        }
    }
}

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
    /// [`Outcome::Pending`]
    pub pending: u64,
    /// How many requests were attempted, repetitions and those that read back included.
    pub calls: u64,
    /// How long it took, to the millisecond.
    pub seconds: f64,
    /// How many rows each error code kept from being imported.
    pub by_code: BTreeMap<i64, u64>,
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

    pub(crate) const fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Imported => &mut self.imported,
            Outcome::Existing => &mut self.existing,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Conflict => &mut self.conflict,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Held => &mut self.held,
            Outcome::Pending => &mut self.pending,
        };
        *count += 1;
    }

    /// How many rows have each outcome.
    pub const fn counts(&self) -> [(Outcome, u64); 7] {
        [
            (Outcome::Imported, self.imported),
            (Outcome::Existing, self.existing),
            (Outcome::Rejected, self.rejected),
            (Outcome::Conflict, self.conflict),
            (Outcome::Unknown, self.unknown),
            (Outcome::Held, self.held),
            (Outcome::Pending, self.pending),
        ]
    }

    /// How many rows have a place already.
    pub(crate) fn placed(&self) -> u64 {
        self.counts().iter().map(|(_, count)| count).sum()
    }
}
