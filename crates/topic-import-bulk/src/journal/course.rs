use std::num::NonZeroU32;

use topic_import_core::Code;

use crate::journal::LatencyHistogram;
use crate::outcome::Outcome;
use crate::request::Kind;

/// For how long calls are counted together.
pub(super) const MILLIS_OF_PACE: i64 = 10_000;

/// How the work on a journal went. Times are Unix milliseconds.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Course {
    /// The app, as the journal says; a file may be anybody's.
    pub sdk_app_id: String,
    /// The endpoint, as the journal says.
    pub origin: String,
    /// Each time it was begun or taken up, to be undone included, in order; those of several processes at the same time
    /// are one.
    pub invocations: Vec<InvocationSpan>,
    /// How many calls to import were over when, in order; times without calls are left out.
    pub pace: Vec<Pace>,
    /// How long these calls took.
    pub latencies: LatencyHistogram,
    /// How many rows failed for which reason, and those that meet a code and are open.
    pub failures: Vec<FailureCount>,
}

/// One invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvocationSpan {
    /// When it began.
    pub began_at: i64,
    /// Its last sign of life.
    pub at: i64,
    /// How many calls to import it made.
    pub imports: u64,
    /// The quota that these kept to, in calls per second; `None` without one.
    pub rate: Option<NonZeroU32>,
}

impl InvocationSpan {
    /// From one moment to another, with so many calls to import under this quota.
    pub const fn new(began_at: i64, at: i64, imports: u64, rate: Option<NonZeroU32>) -> Self {
        Self {
            began_at,
            at,
            imports,
            rate,
        }
    }
}

/// Calls that were over within some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// When the time began.
    pub from: i64,
    /// When it was over.
    pub to: i64,
    /// How many calls.
    pub calls: u64,
}

impl Pace {
    /// So many calls from one moment to another.
    pub const fn new(from: i64, to: i64, calls: u64) -> Self {
        Self { from, to, calls }
    }
}

/// Rows that came to nothing for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureCount {
    /// The service's code, where one decided.
    pub code: Option<Code>,
    /// Where they are.
    pub outcome: Outcome,
    /// How many.
    pub rows: u64,
    /// What they are.
    pub kind: Kind,
}

impl FailureCount {
    /// So many rows of this kind with this code and this outcome.
    pub const fn new(kind: Kind, code: Option<Code>, outcome: Outcome, rows: u64) -> Self {
        Self {
            code,
            outcome,
            rows,
            kind,
        }
    }
}

/// Where the rows of communities are.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Communities {
    /// How many there are; invalid rows belong to none.
    pub count: u64,
    /// Some of them.
    pub listed: Vec<CommunityOutcomes>,
}

/// Where the rows of a community are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommunityOutcomes {
    /// Its GroupId; `None` for rows that are invalid.
    pub group_id: Option<String>,
    /// Where the community itself is, where the run makes it.
    pub own: Option<Outcome>,
    /// How many topics have each of [`Outcome::ALL`].
    pub rows: [u64; Outcome::ALL.len()],
}

impl CommunityOutcomes {
    /// So many topics of this community, which is not made by the run, have each of [`Outcome::ALL`].
    pub const fn new(group_id: Option<String>, rows: [u64; Outcome::ALL.len()]) -> Self {
        Self {
            group_id,
            own: None,
            rows,
        }
    }
}
