//! How many rows of a run have each outcome.

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use topic_import_core::Code;

use crate::outcome::Outcome;
use crate::request::Kind;

/// How many rows of a run have each outcome; the counts add up to `rows`. Rows are topics here, and communities are
/// counted separately.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many topics the input has.
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
    /// [`Outcome::Pending`] and [`Outcome::InFlight`]: continuing the run processes them.
    pub pending: u64,
    /// How many of the pending rows are [`Outcome::InFlight`].
    #[serde(skip)]
    pub in_flight: u64,
    /// [`Outcome::Destroyed`]
    #[serde(skip_serializing_if = "is_zero")]
    pub destroyed: u64,
    /// How many requests were attempted, including repetitions and requests that read back.
    pub calls: u64,
    /// How many of these the service refused as too frequent.
    #[serde(skip_serializing_if = "is_zero")]
    pub throttled: u64,
    /// How long the work took, to the millisecond.
    pub seconds: f64,
    /// How many rows were not imported because of each error code.
    #[serde(serialize_with = "by_number")]
    pub by_code: BTreeMap<Code, u64>,
    /// The counts of the communities that the run creates.
    #[serde(skip_serializing_if = "CommunityCounts::are_none")]
    pub communities: CommunityCounts,
}

/// How many communities of a run have each outcome; the counts add up to `rows`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommunityCounts {
    /// How many communities the run creates.
    pub rows: u64,
    /// How many have each outcome, in the order of [`Outcome::ALL`].
    counts: [u64; Outcome::ALL.len()],
    /// How many were not imported because of each error code.
    pub by_code: BTreeMap<Code, u64>,
}

impl Summary {
    /// The summary of a run that has not begun.
    pub fn not_begun(rows: u64) -> Self {
        Self {
            rows,
            pending: rows,
            ..Self::default()
        }
    }

    /// Adds communities that are all pending.
    #[must_use]
    pub fn with_communities(mut self, communities: u64) -> Self {
        self.communities.rows = communities;
        self.communities.counts[Outcome::Pending as usize] = communities;
        self
    }

    /// Whether every topic and every community of the input exists.
    pub const fn is_complete(&self) -> bool {
        self.imported + self.existing == self.rows && self.communities.are_complete()
    }

    /// How many topics have this outcome. Pending ones do not include those in flight.
    pub const fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Imported => self.imported,
            Outcome::Existing => self.existing,
            Outcome::Rejected => self.rejected,
            Outcome::Conflict => self.conflict,
            Outcome::Unknown => self.unknown,
            Outcome::Held => self.held,
            Outcome::InFlight => self.in_flight,
            Outcome::Pending => self.pending - self.in_flight,
            Outcome::Destroyed => self.destroyed,
        }
    }

    /// Whether anything of the run was destroyed.
    pub const fn is_undone(&self) -> bool {
        self.destroyed + self.communities.of(Outcome::Destroyed) > 0
    }

    /// Whether the service has accepted nothing of the run, as far as the journal knows: nothing of it is there, was there
    /// or may be there.
    pub fn is_untouched(&self) -> bool {
        let mut accepted = Outcome::ALL
            .into_iter()
            .filter(|outcome| outcome.may_be_accepted());
        accepted.all(|outcome| self.of(outcome) + self.communities.of(outcome) == 0)
    }

    /// Adds this number of rows of a kind to the count of an outcome.
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

    /// Adds this number of rows of a kind to the count of an error code.
    pub(crate) fn add_code(&mut self, kind: Kind, code: Code, rows: u64) {
        let by_code = match kind {
            Kind::Community => &mut self.communities.by_code,
            Kind::Topic => &mut self.by_code,
        };
        *by_code.entry(code).or_default() += rows;
    }

    /// Counts all rows that are not counted yet as pending.
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
    /// Whether the run creates no communities.
    pub const fn are_none(&self) -> bool {
        self.rows == 0
    }

    /// How many have this outcome. Pending ones do not include those in flight.
    pub const fn of(&self, outcome: Outcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// Whether every community exists.
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

    /// Counts imported communities as destroyed.
    pub(crate) const fn destroy(&mut self, communities: u64) {
        let imported = &mut self.counts[Outcome::Imported as usize];
        *imported = imported.saturating_sub(communities);
        self.counts[Outcome::Destroyed as usize] += communities;
    }
}

/// Serializes like the counts of topics.
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
