//! When the attempts of a call are sent: slots, waits, the deadline. What is sent, and what the end of an attempt
//! means, is decided in `call`.

use core::time::Duration;

use crate::failure::Failure;
use crate::now::Now;
use crate::session::Route;

/// How long a call may take in total by default.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// How long a call tries by default to reach a service that has not yet answered in its session.
pub const DEFAULT_UNREACHABLE_DEADLINE: Duration = Duration::from_secs(5);
/// The longest possible first wait before a repetition. It doubles with every repetition, up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
/// From here, three waits together are longer than the 3 s that the service allows itself for a call.
const SLOW_BACKOFFS: u32 = 4;

/// The timing of one call's attempts.
#[derive(Debug)]
pub(crate) struct Schedule {
    state: State,
    /// Why the last attempt failed, until the next one is sent.
    failure: Option<Failure>,
    /// The next attempt repeats the one that failed with `failure`.
    is_repetition: bool,
    /// How long the call may take in total.
    pub(crate) time_allowed: Duration,
    /// How long the call may try to reach a service that has never answered.
    pub(crate) time_to_reach: Duration,
    /// The time that must be left before the deadline for a last attempt.
    last_attempt: Duration,
    /// An attempt that has waited for its slot until less than this time is left is not sent.
    is_strict: bool,
    /// When the first attempt was sent, or first failed to get a slot: the deadline counts from here.
    begun: Option<Duration>,
    attempts: u32,
    backoffs: u32,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// An attempt is due.
    Due,
    /// The attempt waits for its slot, or has it.
    Paced,
    /// The attempt has been sent.
    Sent(Route),
    /// A further attempt is to follow after a random wait, and no later than at this time.
    BackOff(Duration),
    Waiting(Duration),
    Over,
}

/// What the call must do next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Take a slot in the quota.
    Pace,
    /// Send an attempt.
    Send,
    /// Ask again after this time.
    Wait(Duration),
    /// The result of the attempt that was sent has not been reported.
    Unreported,
    /// Give up: there is no time left for the attempt that was to follow this failure.
    TooLate(Failure),
    Over,
}

impl Schedule {
    /// The schedule of a call whose last wait ends `last_attempt` before its deadline; with `is_strict`, no repetition is
    /// sent later either, however long it waited for its slot.
    pub(crate) const fn new(last_attempt: Duration, is_strict: bool) -> Self {
        Self {
            state: State::Due,
            failure: None,
            is_repetition: false,
            time_allowed: DEFAULT_DEADLINE,
            time_to_reach: DEFAULT_UNREACHABLE_DEADLINE,
            last_attempt,
            is_strict,
            begun: None,
            attempts: 0,
            backoffs: 0,
        }
    }

    /// Returns what to do next. `random` must be a new random number each time.
    pub(crate) fn turn(&mut self, now: Duration, random: u32) -> Turn {
        loop {
            match self.state {
                State::Due => {
                    self.state = State::Paced;
                    return Turn::Pace;
                }
                State::Paced => {
                    let is_over = self.deadline().is_some_and(|deadline| {
                        now >= deadline || self.is_strict && now > self.last_start(deadline)
                    });
                    return match self.failure.take() {
                        Some(failure) if is_over => Turn::TooLate(failure),
                        _ => Turn::Send,
                    };
                }
                State::Sent(_) => return Turn::Unreported,
                State::BackOff(last_start) => {
                    let until = now.saturating_add(backoff(self.backoffs, random));
                    self.backoffs += 1;
                    self.state = State::Waiting(until.min(last_start));
                }
                State::Waiting(until) if now < until => {
                    return Turn::Wait(until.saturating_sub(now));
                }
                State::Waiting(_) => self.state = State::Due,
                State::Over => return Turn::Over,
            }
        }
    }

    /// Records that an attempt is about to be sent, and returns the deadline, which counts from the first attempt.
    pub(crate) fn begin_attempt(&mut self, now: Now) -> Duration {
        self.attempts = self.attempts.saturating_add(1);
        let begun = *self.begun.get_or_insert(now.elapsed);
        begun.saturating_add(self.time_allowed)
    }

    /// Records the route on which the attempt was sent.
    pub(crate) const fn sent(&mut self, route: Route) {
        self.state = State::Sent(route);
    }

    /// The route of the attempt that has been sent and has not ended.
    pub(crate) const fn on_its_way(&self) -> Option<Route> {
        match self.state {
            State::Sent(route) => Some(route),
            _ => None,
        }
    }

    /// Whether an attempt is waiting for its slot.
    pub(crate) const fn waits_for_slot(&self) -> bool {
        matches!(self.state, State::Paced)
    }

    /// Takes the failure that the attempt waiting for its slot follows.
    pub(crate) const fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Schedules a repetition at once.
    pub(crate) fn repeat_at_once(&mut self, failure: Failure) {
        self.failure = Some(failure);
        self.is_repetition = true;
        self.state = State::Due;
    }

    /// Schedules a repetition after a wait, or returns the failure if no time is left.
    pub(crate) fn back_off(
        &mut self,
        now: Now,
        failure: Failure,
        is_unreachable: bool,
    ) -> Result<(), Failure> {
        let allowed = if is_unreachable {
            self.time_allowed.min(self.time_to_reach)
        } else {
            self.time_allowed
        };
        let begun = *self.begun.get_or_insert(now.elapsed);
        let last_start = self.last_start(begun.saturating_add(allowed));
        if now.elapsed >= last_start {
            return Err(failure);
        }
        self.failure = Some(failure);
        self.is_repetition = true;
        self.state = State::BackOff(last_start);
        Ok(())
    }

    /// When a last attempt can be sent before this deadline, at the latest.
    fn last_start(&self, deadline: Duration) -> Duration {
        let allowed = deadline.saturating_sub(self.begun.unwrap_or(deadline));
        deadline.saturating_sub(self.last_attempt.min(allowed / 2))
    }

    /// Makes all further waits long.
    pub(crate) fn slow_down(&mut self) {
        self.backoffs = self.backoffs.max(SLOW_BACKOFFS);
    }

    /// Schedules a different request, without a wait, that finds out what the last answer left open.
    pub(crate) fn ask_otherwise(&mut self, because: Failure) {
        self.state = State::Due;
        self.failure = Some(because);
        self.is_repetition = false;
        self.backoffs = 0;
    }

    /// Records that the attempt was not sent after all.
    pub(crate) const fn withdraw(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
    }

    /// Ends the call.
    pub(crate) const fn end(&mut self) {
        self.state = State::Over;
    }

    /// When the call runs out of time; `None` until its first attempt was sent or failed to get a slot.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.begun
            .map(|begun| begun.saturating_add(self.time_allowed))
    }

    /// How many attempts were sent.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Why the next attempt repeats the last one; `None` if it does not.
    pub(crate) const fn repeats_after(&self) -> Option<&Failure> {
        match self.state {
            State::Due | State::Paced | State::BackOff(_) | State::Waiting(_)
                if self.is_repetition =>
            {
                self.failure.as_ref()
            }
            _ => None,
        }
    }
}

/// The wait before a repetition. Half of it is random, so that calls that failed together are not repeated together.
fn backoff(repetition: u32, random: u32) -> Duration {
    let longest = FIRST_BACKOFF
        .saturating_mul(1 << repetition.min(16))
        .min(LONGEST_BACKOFF);
    let drawn = (longest / 2).as_nanos() * u128::from(random) / u128::from(u32::MAX);
    longest / 2 + Duration::from_nanos(u64::try_from(drawn).unwrap_or(0))
}
