//! When the next call may leave: evenly spaced, a little under the quota, slower when the service says so.
//!
//! The numbers are public for a quota that is kept elsewhere, such as in a database, and goes by the same rules.

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::operation::Command;
use crate::step::Feedback;

/// The quota that the service documents for each command, in calls per second (specification).
pub const DOCUMENTED_QUOTA: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// 1% under the quota, in thousandths of it.
pub const SHARE_OF_QUOTA: u64 = 990;
/// A call may leave so much before its turn, so that one that is later than its turn by as much costs no other its
/// turn. Half of the distance that [`SHARE_OF_QUOTA`] keeps to the quota in a second; the other half is for the way
/// to the service.
pub const TOLERANCE: Duration = Duration::from_millis(5);
/// The first throttled call takes one part in so many off the rate …
pub const FIRST_BACK_OFF: u64 = 32;
/// … and every further one in a row twice as much, up to one part in so many.
pub const STRONGEST_BACK_OFF: u64 = 4;
/// Throttled calls that were on their way together count as one.
pub const TOGETHER: Duration = Duration::from_millis(200);
/// Throttled calls so close after each other are in a row.
pub const IN_A_ROW: Duration = Duration::from_secs(1);
/// The rate never falls below this part of the full one.
pub const SLOWEST: u64 = 100;
/// How long the rate takes to climb from nothing to the full one, in milliseconds.
pub const CLIMB_MILLIS: u64 = 20_000;

/// Whether a call may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum Slot {
    /// Now; the slot is taken.
    Taken,
    /// Not yet: ask again after this time. Asking earlier does no harm.
    After(Duration),
}

/// Spaces calls so that no one-second window holds more of them than the quota (GCRA), takes a share off the rate
/// when the service says that calls are too frequent and climbs back (AIMD).
///
/// Pure: the time goes in, measured from any fixed start; it must not go backwards.
///
/// ```
/// use core::num::NonZeroU32;
/// use core::time::Duration;
/// use topic_import_core::{Pacer, Slot};
///
/// let mut pacer = Pacer::new(NonZeroU32::new(200).unwrap());
/// assert_eq!(pacer.take(Duration::ZERO), Slot::Taken);
/// let Slot::After(wait) = pacer.take(Duration::ZERO) else { panic!("two calls at once") };
/// assert_eq!(wait, Duration::from_nanos(50_506)); // 198 calls a second are 5.05 ms apart; 5 ms early is fine
/// assert_eq!(pacer.take(wait), Slot::Taken);
/// ```
#[derive(Clone, Debug)]
pub struct Pacer {
    /// Thousandths of a call per second.
    full_rate: u64,
    /// The rate since `backed_off`, if it ever was.
    reduced: Option<Reduced>,
    /// When the next call is due (the "theoretical arrival time").
    due: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Reduced {
    rate: u64,
    at: Duration,
    /// One part in so many was taken off.
    back_off: u64,
}

impl Pacer {
    /// Keeps 1% under a quota of calls per second.
    pub const fn new(quota: NonZeroU32) -> Self {
        Self {
            full_rate: quota.get() as u64 * SHARE_OF_QUOTA,
            reduced: None,
            due: Duration::ZERO,
        }
    }

    /// Takes the next slot if a call may leave at `now`.
    pub fn take(&mut self, now: Duration) -> Slot {
        let earliest = self.due.saturating_sub(TOLERANCE);
        if now < earliest {
            return Slot::After(earliest.saturating_sub(now));
        }
        let interval = NANOS_PER_SECOND * 1000 / self.rate(now) + 1;
        self.due = self
            .due
            .max(now)
            .saturating_add(Duration::from_nanos(interval));
        Slot::Taken
    }

    /// The service said at `now` that calls are too frequent.
    pub fn throttle(&mut self, now: Duration) {
        let back_off = match self.reduced {
            Some(reduced) if now < reduced.at.saturating_add(TOGETHER) => return,
            Some(reduced) if now < reduced.at.saturating_add(IN_A_ROW) => {
                (reduced.back_off / 2).max(STRONGEST_BACK_OFF)
            }
            _ => FIRST_BACK_OFF,
        };
        let rate = self.rate(now);
        let slowest = self.full_rate / SLOWEST;
        self.reduced = Some(Reduced {
            rate: (rate - rate / back_off).max(slowest),
            at: now,
            back_off,
        });
    }

    /// The rate at `now`, in thousandths of a call per second.
    fn rate(&self, now: Duration) -> u64 {
        let Some(reduced) = self.reduced else {
            return self.full_rate;
        };
        let since = now.saturating_sub(reduced.at).as_millis();
        let since = u64::try_from(since).map_or(CLIMB_MILLIS, |millis| millis.min(CLIMB_MILLIS));
        let climbed = self.full_rate * since / CLIMB_MILLIS;
        (reduced.rate + climbed).min(self.full_rate)
    }
}

/// How many calls of a command may leave.
///
/// No number stands for "as many as you like", so that none that was read from somewhere can switch pacing off:
///
/// ```
/// use std::num::NonZeroU32;
/// use topic_import_core::Rate;
///
/// fn rate(per_second: u32) -> Result<Rate, &'static str> {
///     let per_second = NonZeroU32::new(per_second).ok_or("the quota must not be 0")?;
///     Ok(Rate::PerSecond(per_second))
/// }
/// assert!(rate(0).is_err());
/// ```
///
/// ```compile_fail
/// # use std::num::NonZeroU32;
/// # use topic_import_core::Pacers;
/// fn of_config(quota: u32) -> Pacers {
///     Pacers::new(NonZeroU32::new(quota))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "whoever paces must know every rate there is"
)]
pub enum Rate {
    /// Paced, a little under so many calls a second.
    PerSecond(NonZeroU32),
    /// Not paced: for an endpoint without a quota.
    Unlimited,
}

impl Rate {
    /// The calls per second; `None` where calls are not paced.
    pub const fn per_second(self) -> Option<NonZeroU32> {
        match self {
            Self::PerSecond(per_second) => Some(per_second),
            Self::Unlimited => None,
        }
    }
}

/// The documented quota of the service.
impl Default for Rate {
    fn default() -> Self {
        Self::PerSecond(DOCUMENTED_QUOTA)
    }
}

/// A [`Pacer`] for each command: every command has a quota of its own.
///
/// ```
/// use core::time::Duration;
/// use topic_import_core::{Feedback, GetTopic, ImportTopic, Operation as _, Pacers, Rate, Slot};
///
/// let mut pacers = Pacers::new(Rate::default());
/// let now = Duration::ZERO;
/// assert_eq!(pacers.take(ImportTopic::COMMAND, now), Slot::Taken);
/// assert_eq!(pacers.take(GetTopic::COMMAND, now), Slot::Taken);
/// assert!(matches!(pacers.take(ImportTopic::COMMAND, now), Slot::After(_)));
/// pacers.heed(ImportTopic::COMMAND, Feedback::Throttled, now);
/// ```
#[derive(Clone, Debug)]
pub struct Pacers {
    rate: Rate,
    pacers: Vec<(Command, Pacer)>,
}

impl Pacers {
    /// Keeps the calls of each command to this rate.
    pub const fn new(rate: Rate) -> Self {
        Self {
            rate,
            pacers: Vec::new(),
        }
    }

    /// Takes the next slot of a command if a call of it may leave at `now`.
    pub fn take(&mut self, command: Command, now: Duration) -> Slot {
        self.pacer(command)
            .map_or(Slot::Taken, |pacer| pacer.take(now))
    }

    /// Heeds what an attempt has told: calls of its command are slowed down where they are too frequent.
    pub fn heed(&mut self, command: Command, feedback: Feedback, now: Duration) {
        match (feedback, self.pacer(command)) {
            (Feedback::Throttled, Some(pacer)) => pacer.throttle(now),
            (Feedback::Throttled, None) | (Feedback::Fine, _) => {}
        }
    }

    /// The pacer of a command; there is none where calls are not paced.
    fn pacer(&mut self, command: Command) -> Option<&mut Pacer> {
        let per_second = self.rate.per_second()?;
        let found = self.pacers.iter().position(|(of, _)| *of == command);
        let position = found.unwrap_or_else(|| {
            self.pacers.push((command, Pacer::new(per_second)));
            self.pacers.len() - 1
        });
        self.pacers.get_mut(position).map(|(_, pacer)| pacer)
    }
}
