//! When the next call may be sent: evenly spaced, a little under the quota, and slower when the service says that calls
//! are too frequent.

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::command::Command;
use crate::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, SHARE_OF_QUOTA, STRONGEST_BACK_OFF, TOGETHER, TOLERANCE,
};
use crate::step::Feedback;

/// The quota that the service documents for each command, in calls per second (specification).
pub const DOCUMENTED_QUOTA: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum Slot {
    /// The call may be sent now: its slot is taken.
    Taken,
    /// The call may not be sent yet: ask again after this time. Asking earlier does no harm.
    After(Duration),
}

/// The calls of one command.
#[derive(Clone, Debug)]
struct Pacer {
    /// In thousandths of a call per second.
    full_rate: u64,
    /// The last reduction of the rate, if there was one.
    reduced: Option<Reduced>,
    /// When the next call is due (the "theoretical arrival time").
    due: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Reduced {
    rate: u64,
    at: Duration,
    /// The reduction was by one part in `back_off`.
    back_off: u64,
}

impl Pacer {
    /// A pacer that keeps 1% under a quota, given in calls per second.
    const fn new(quota: NonZeroU32) -> Self {
        Self {
            full_rate: quota.get() as u64 * SHARE_OF_QUOTA,
            reduced: None,
            due: Duration::ZERO,
        }
    }

    /// Takes the next slot if a call may be sent at `now`.
    fn take(&mut self, now: Duration) -> Slot {
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

    /// Reduces the rate because the service said at `now` that calls are too frequent.
    fn throttle(&mut self, now: Duration) {
        let back_off = match self.reduced {
            Some(reduced) if now < reduced.at.saturating_add(TOGETHER) => return,
            Some(reduced) if now < reduced.at.saturating_add(IN_A_ROW) => {
                (reduced.back_off / 2).max(STRONGEST_BACK_OFF)
            }
            _ => FIRST_BACK_OFF,
        };
        let rate = self.rate(now);
        self.reduced = Some(Reduced {
            rate: rate - rate / back_off,
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

/// How many calls of a command may be sent per second.
///
/// No number means "unlimited", so that a number from a configuration file cannot switch pacing off by accident:
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
    reason = "code that paces calls must handle every case"
)]
pub enum Rate {
    /// Paced, a little under this many calls per second.
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

/// Spaces the calls of each command so that no one-second window holds more of them than the quota (GCRA): every command
/// has its own. Reduces a command's rate when the service says that its calls are too frequent, and raises it again over
/// time (AIMD).
///
/// The caller passes in the time, measured from any fixed start. It must not go backwards.
///
/// ```
/// use core::time::Duration;
/// use topic_import_core::{Feedback, GetTopic, ImportTopic, Operation as _, Pacers, Rate, Slot};
///
/// let mut pacers = Pacers::new(Rate::default());
/// let now = Duration::ZERO;
/// assert_eq!(pacers.take(ImportTopic::COMMAND, now), Slot::Taken);
/// assert_eq!(pacers.take(GetTopic::COMMAND, now), Slot::Taken);
/// let Slot::After(wait) = pacers.take(ImportTopic::COMMAND, now) else { panic!("two calls at once") };
/// assert_eq!(wait, Duration::from_nanos(50_506)); // 198 calls a second are 5.05 ms apart; 5 ms early is fine
/// assert_eq!(pacers.take(ImportTopic::COMMAND, wait), Slot::Taken);
/// pacers.heed(ImportTopic::COMMAND, Feedback::Throttled, wait);
/// ```
#[derive(Clone, Debug)]
pub struct Pacers {
    rate: Rate,
    pacers: Vec<(Command, Pacer)>,
}

impl Pacers {
    /// Pacers that keep the calls of each command to this rate.
    pub const fn new(rate: Rate) -> Self {
        Self {
            rate,
            pacers: Vec::new(),
        }
    }

    /// Takes the next slot of a command if a call of it may be sent at `now`.
    pub fn take(&mut self, command: Command, now: Duration) -> Slot {
        self.pacer(command)
            .map_or(Slot::Taken, |pacer| pacer.take(now))
    }

    /// Acts on the feedback from an attempt: slows down calls of its command if the service found them too frequent.
    pub fn heed(&mut self, command: Command, feedback: Feedback, now: Duration) {
        match (feedback, self.pacer(command)) {
            (Feedback::Throttled, Some(pacer)) => pacer.throttle(now),
            (Feedback::Throttled, None) | (Feedback::Fine, _) => {}
        }
    }

    /// The pacer of a command; `None` if calls are not paced.
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
