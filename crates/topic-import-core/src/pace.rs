//! The rules by which calls are paced, for a quota that is kept elsewhere, such as in a database.

use core::time::Duration;

/// The share of the quota that is used, in thousandths: 1% is left unused.
pub const SHARE_OF_QUOTA: u64 = 990;
/// How much earlier than its turn a call may be sent, so that a call that is late by no more than this does not delay
/// the ones after it. In each second [`SHARE_OF_QUOTA`] leaves 10 ms unused; this is half of that, and the other half
/// allows for variation on the way to the service.
pub const TOLERANCE: Duration = Duration::from_millis(5);
/// The first throttled call reduces the rate by 1/32.
pub const FIRST_BACK_OFF: u64 = 32;
/// Every further throttled call in a row reduces the rate by twice as much as the one before, up to 1/4.
pub const STRONGEST_BACK_OFF: u64 = 4;
/// Throttled calls within this time of a reduction count as part of it, since they were on their way together.
pub const TOGETHER: Duration = Duration::from_millis(200);
/// A throttled call within this time of the last reduction counts as the next in a row.
pub const IN_A_ROW: Duration = Duration::from_secs(1);
/// How long the rate would take to climb from zero to the full rate, in milliseconds. Between two reductions it climbs by
/// 1/100 of the full rate or more, and then loses at most 1/4: it never falls below 3/100.
pub const CLIMB_MILLIS: u64 = 20_000;
