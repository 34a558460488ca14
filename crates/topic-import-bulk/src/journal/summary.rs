//! Where every row of a run ended up.

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use topic_import_core::Code;

use crate::outcome::Outcome;
use crate::request::Kind;

/// Where every row of a run ended up: the counts of the outcomes add up to `rows`. Rows are topics here; communities
/// have counts of their own.
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
    /// Where the communities are that the run makes itself.
    #[serde(skip_serializing_if = "CommunityCounts::are_none")]
    pub communities: CommunityCounts,
}

/// Where the communities of a run ended up: the counts of the outcomes add up to `rows`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommunityCounts {
    /// How many there are.
    pub rows: u64,
    /// How many have each of [`Outcome::ALL`].
    counts: [u64; Outcome::ALL.len()],
    /// How many each error code kept from being imported.
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

    /// The same with so many communities, none of which was tried.
    #[must_use]
    pub fn with_communities(mut self, communities: u64) -> Self {
        self.communities.rows = communities;
        self.communities.counts[Outcome::Pending as usize] = communities;
        self
    }

    /// Whether every topic of the input is there, and every community.
    pub const fn is_complete(&self) -> bool {
        self.imported + self.existing == self.rows && self.communities.are_complete()
    }

    /// Counts rows of a kind that have an outcome.
    pub(crate) const fn add(&mut self, kind: Kind, outcome: Outcome, rows: u64) {
        if matches!(kind, Kind::Community) {
            self.communities.counts[outcome as usize] += rows;
            return;
        }
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

    /// Counts rows of a kind that met a code.
    pub(crate) fn add_code(&mut self, kind: Kind, code: Code, rows: u64) {
        let by_code = match kind {
            Kind::Community => &mut self.communities.by_code,
            Kind::Topic => &mut self.by_code,
        };
        *by_code.entry(code).or_default() += rows;
    }

    /// Counts those rows as pending that have no place yet.
    pub(crate) fn add_pending(&mut self) {
        let placed: u64 = self.counts().iter().map(|(_, count)| count).sum();
        self.pending += self.rows.saturating_sub(placed);
        let placed: u64 = self.communities.counts.iter().sum();
        let pending = self.communities.rows.saturating_sub(placed);
        self.communities.counts[Outcome::Pending as usize] += pending;
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
}

impl CommunityCounts {
    /// Whether the run makes no community itself.
    pub const fn are_none(&self) -> bool {
        self.rows == 0
    }

    /// How many have this outcome; those in flight are no pending ones here.
    pub const fn of(&self, outcome: Outcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// Whether every community is there.
    pub const fn are_complete(&self) -> bool {
        self.of(Outcome::Imported) + self.of(Outcome::Existing) == self.rows
    }

    /// How many have each outcome; pending ones include those in flight.
    pub fn counts(&self) -> [(Outcome, u64); Outcome::ALL.len() - 1] {
        let mut counts = Summary::default().counts();
        for (outcome, count) in &mut counts {
            *count = self.of(*outcome);
            if *outcome == Outcome::Pending {
                *count += self.of(Outcome::InFlight);
            }
        }
        counts
    }

    /// Takes that so many that were imported are destroyed.
    pub(crate) const fn destroy(&mut self, communities: u64) {
        let imported = &mut self.counts[Outcome::Imported as usize];
        *imported = imported.saturating_sub(communities);
        self.counts[Outcome::Destroyed as usize] += communities;
    }
}

/// Like the counts of topics.
impl Serialize for CommunityCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("rows", &self.rows)?;
        for (outcome, count) in self.counts() {
            if outcome != Outcome::Destroyed || count > 0 {
                members.serialize_entry(outcome.name(), &count)?;
            }
        }
        members.serialize_entry("by_code", &ByNumber(&self.by_code))?;
        members.end()
    }
}

struct ByNumber<'a>(&'a BTreeMap<Code, u64>);

impl Serialize for ByNumber<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        by_number(self.0, serializer)
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
