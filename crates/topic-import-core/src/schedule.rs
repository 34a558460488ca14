//! When the attempts of a call leave: slots, waits, the deadline. What is called, and what an attempt's end means, is
//! decided elsewhere.

use core::time::Duration;

use crate::failure::Failure;
use crate::now::Now;
use crate::session::Route;

/// How long a call may take in all, unless set otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// How long a call tries to reach a service that has not answered its session yet, unless set otherwise.
pub const DEFAULT_UNREACHABLE_DEADLINE: Duration = Duration::from_secs(5);
/// The first wait before a repetition; it doubles with every further one, up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
/// From this repetition on, waits are long enough for a call that the service is still busy with.
const SLOW_BACKOFFS: u32 = 4;

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Schedule {
    state: State,
    /// Why the last attempt failed, until the next one is sent.
    failure: Option<Failure>,
    /// The next attempt repeats the one that failed so.
    is_repetition: bool,
    /// How long the call may take in all.
    pub(crate) time_allowed: Duration,
    /// How long it may try to reach a service that never answered.
    pub(crate) time_to_reach: Duration,
    /// What is left to the last attempt before the deadline.
    last_attempt: Duration,
    /// When the first attempt was sent.
    begun: Option<Duration>,
    attempts: u32,
    backoffs: u32,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// An attempt is due.
    Due,
    /// It waits for its slot, or has it.
    Paced,
    /// It is on its way.
    Sent(Route),
    /// There is time for a further attempt after a wait, which is not yet drawn; it leaves at the latest then.
    BackOff(Duration),
    Waiting(Duration),
    Over,
}

/// What a call does next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Take a slot in the quota.
    Pace,
    /// Send an attempt.
    Send,
    /// Ask again after this time.
    Wait(Duration),
    /// How the attempt went has not been told.
    Unreported,
    /// There is no time left for the attempt that was due after this failure.
    TooLate(Failure),
    Over,
}

impl Schedule {
    /// A call whose last attempt needs so long.
    pub(crate) const fn new(last_attempt: Duration) -> Self {
        Self {
            state: State::Due,
            failure: None,
            is_repetition: false,
            time_allowed: DEFAULT_DEADLINE,
            time_to_reach: DEFAULT_UNREACHABLE_DEADLINE,
            last_attempt,
            begun: None,
            attempts: 0,
            backoffs: 0,
        }
    }

    /// What is next. `random` is drawn anew for each question.
    pub(crate) fn turn(&mut self, now: Duration, random: u32) -> Turn {
        loop {
            match self.state {
                State::Due => {
                    self.state = State::Paced;
                    return Turn::Pace;
                }
                State::Paced => {
                    let is_over = self.deadline().is_some_and(|deadline| now >= deadline);
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

    /// Notes that an attempt is about to be sent, with the first of which the deadline begins to run; it is given back.
    pub(crate) fn begin_attempt(&mut self, now: Now) -> Duration {
        self.attempts = self.attempts.saturating_add(1);
        let begun = *self.begun.get_or_insert(now.elapsed);
        begun.saturating_add(self.time_allowed)
    }

    /// Notes how the attempt was sent.
    pub(crate) const fn sent(&mut self, route: Route) {
        self.state = State::Sent(route);
    }

    /// How the attempt on its way was sent.
    pub(crate) const fn on_its_way(&self) -> Option<Route> {
        match self.state {
            State::Sent(route) => Some(route),
            _ => None,
        }
    }

    /// Whether an attempt waits for its slot.
    pub(crate) const fn waits_for_slot(&self) -> bool {
        matches!(self.state, State::Paced)
    }

    /// What the attempt that waits for its slot comes after.
    pub(crate) const fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Has the attempt that failed so repeated at once.
    pub(crate) fn repeat_at_once(&mut self, failure: Failure) {
        self.failure = Some(failure);
        self.is_repetition = true;
        self.state = State::Due;
    }

    /// Has the attempt that failed so repeated after a wait, or gives the failure back where no time is left.
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
        let last_start = begun
            .saturating_add(allowed)
            .saturating_sub(self.last_attempt.min(allowed / 2));
        if now.elapsed >= last_start {
            return Err(failure);
        }
        self.failure = Some(failure);
        self.is_repetition = true;
        self.state = State::BackOff(last_start);
        Ok(())
    }

    /// From here on waits are long.
    pub(crate) fn slow_down(&mut self) {
        self.backoffs = self.backoffs.max(SLOW_BACKOFFS);
    }

    /// Has another request sent next, to find out what the last answer leaves open.
    pub(crate) fn ask_otherwise(&mut self, because: Failure) {
        self.state = State::Due;
        self.failure = Some(because);
        self.is_repetition = false;
        self.backoffs = 0;
    }

    /// Notes that the attempt on its way did not leave after all.
    pub(crate) const fn withdraw(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
    }

    /// Ends the call.
    pub(crate) const fn end(&mut self) {
        self.state = State::Over;
    }

    /// When the call is over; `None` before its first attempt.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.begun
            .map(|begun| begun.saturating_add(self.time_allowed))
    }

    /// How many attempts were sent.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Why the next attempt repeats the last one.
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

/// Half of it is certain, half is drawn, so that calls that failed together do not come back together.
fn backoff(repetition: u32, random: u32) -> Duration {
    let longest = FIRST_BACKOFF
        .saturating_mul(1 << repetition.min(16))
        .min(LONGEST_BACKOFF);
    let drawn = (longest / 2).as_nanos() * u128::from(random) / u128::from(u32::MAX);
    longest / 2 + Duration::from_nanos(u64::try_from(drawn).unwrap_or(0))
}
