use std::num::NonZeroU32;

use topic_import_core::Code;

use crate::journal::LatencyHistogram;
use crate::outcome::Outcome;
use crate::request::Kind;

/// The length of a period over which calls are counted, in milliseconds.
pub(super) const MILLIS_OF_PACE: i64 = 10_000;

/// The history of the work on a journal. Times are Unix milliseconds.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Course {
    /// The SDKAppID that the journal contains. It is not validated, since the file may come from anybody.
    pub sdk_app_id: String,
    /// The endpoint that the journal contains, not validated either.
    pub origin: String,
    /// The invocations in order, including those that undo the run. Invocations of several processes at the same time
    /// count as one.
    pub invocations: Vec<InvocationSpan>,
    /// How many calls that import ended in each period, in order. Periods without calls are left out.
    pub pace: Vec<Pace>,
    /// How long the calls that import took.
    pub latencies: LatencyHistogram,
    /// When and by whom topics and communities of the run were destroyed; `None` if none were.
    pub destroyed: Option<Destruction>,
    /// How many rows failed, by code and outcome. Rows that have a code but are not finished are included.
    pub failures: Vec<FailureCount>,
}

/// When and by whom topics and communities of a run were destroyed, as far as the journal knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Destruction {
    /// When the first of them was, in Unix milliseconds.
    pub from: i64,
    /// When the last of them was.
    pub to: i64,
    /// Who did it, in the order in which they began. Not validated, since the journal may come from anybody.
    pub by: Vec<String>,
}

/// The time of an invocation, and its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvocationSpan {
    /// When it began.
    pub began_at: i64,
    /// When it was last known to be working.
    pub at: i64,
    /// How many calls that import it made.
    pub imports: u64,
    /// The quota for these calls, in calls per second; `None` if there was none.
    pub rate: Option<NonZeroU32>,
}

impl InvocationSpan {
    /// Creates a span from its fields.
    pub const fn new(began_at: i64, at: i64, imports: u64, rate: Option<NonZeroU32>) -> Self {
        Self {
            began_at,
            at,
            imports,
            rate,
        }
    }
}

/// How many calls ended within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// When the period began.
    pub from: i64,
    /// When the period ended.
    pub to: i64,
    /// How many calls ended in it.
    pub calls: u64,
}

impl Pace {
    /// Creates it from its fields.
    pub const fn new(from: i64, to: i64, calls: u64) -> Self {
        Self { from, to, calls }
    }
}

/// How many rows have the same code and outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureCount {
    /// The service's error code, if one decided the outcome.
    pub code: Option<Code>,
    /// The outcome of these rows.
    pub outcome: Outcome,
    /// How many rows.
    pub rows: u64,
    /// Whether these rows are topics or communities.
    pub kind: Kind,
}

impl FailureCount {
    /// Creates it from its fields.
    pub const fn new(kind: Kind, code: Option<Code>, outcome: Outcome, rows: u64) -> Self {
        Self {
            code,
            outcome,
            rows,
            kind,
        }
    }
}

/// How many rows of each community have each outcome.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Communities {
    /// How many communities there are in all. Invalid rows belong to none.
    pub count: u64,
    /// The outcomes of some of them, and of the invalid rows.
    pub listed: Vec<CommunityOutcomes>,
}

/// How many rows of a community have each outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommunityOutcomes {
    /// The community's GroupId; `None` for the invalid rows.
    pub group_id: Option<String>,
    /// The outcome of the community itself, if the run creates it.
    pub own: Option<Outcome>,
    /// How many topics have each outcome, in the order of [`Outcome::ALL`].
    pub rows: [u64; Outcome::ALL.len()],
}

impl CommunityOutcomes {
    /// The outcomes of the topics of a community that the run does not create.
    pub const fn new(group_id: Option<String>, rows: [u64; Outcome::ALL.len()]) -> Self {
        Self {
            group_id,
            own: None,
            rows,
        }
    }
}
