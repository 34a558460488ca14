//! One call from its first attempt to its outcome: what follows from the end of each attempt.

use alloc::boxed::Box;
use core::error::Error;
use core::mem;
use core::time::Duration;

use crate::attempt::AttemptResult;
use crate::code::{Code, Recovery, Scope};
use crate::command::Command;
use crate::error::CallError;
use crate::exchange::{receive, request};
use crate::failure::{Failure, Refusal, TransportError, TransportErrorKind};
use crate::http::{HttpRequest, HttpResponse, SendFailure};
use crate::now::Now;
use crate::operation::{Effect, Operation, Settled};
use crate::schedule::{Schedule, Turn};
use crate::session::{LendSession, Route, Session};
use crate::step::{Feedback, Step};

/// The time that must be left before the deadline for a last attempt.
const LAST_ATTEMPT: Duration = Duration::from_secs(1);
/// The time that must be left for a last attempt that cannot be repeated safely: the service allows itself 3 s
/// (RESTful API Overview).
const LAST_UNREPEATABLE_ATTEMPT: Duration = Duration::from_secs(3);
/// How many times a read-back is repeated when the service does not show what should be there.
const MAX_READ_BACKS_IN_VAIN: u32 = 3;

/// How many times a call is repeated that may have met the limit of a day.
const MOST_REPEATS_OF_A_DAY: u32 = 2;

/// One call, from its first attempt to its outcome.
///
/// Ask [`next`](Self::next) for a step and carry it out, until the step is [`Step::Done`]. The call takes care of
/// retries with capped, jittered backoff, the deadline, the renewal of the signature, the backup host and attempts of
/// unknown outcome; a driver only moves bytes and sleeps. A call can be dropped at any time.
///
/// An attempt that may have been executed is repeated only if a second execution changes nothing. An import must carry
/// an ID of its own for that: an [`ImportTopic`](crate::ImportTopic) its `TopicId`, an
/// [`ImportGroup`](crate::ImportGroup) its `GroupId`. If the ID is in use (10021 or 10025), or the service refuses
/// after an attempt that may have been executed, the call reads back what has the ID and compares it with what was
/// sent.
///
/// ```
/// use std::time::Duration;
/// use topic_import_core::http::HttpResponse;
/// use topic_import_core::{Call, Credentials, Endpoint, Now, Region, Session, Step, TopicDraft};
///
/// let credentials = Credentials::from_key(1_400_000_001, "administrator", "made-up")?;
/// let mut session = Session::new(Endpoint::region(Region::Seoul), credentials);
///
/// let request = TopicDraft::new("@TGS#_riverside", "Welcome").validate()?;
/// let mut call = Call::new(request);
/// let imported = loop {
///     let now = Now { elapsed: Duration::ZERO, unix_seconds: 1_700_000_000 };
///     let random = 4; // a real driver draws a new random number each time
///     match call.next(&mut session, now, random) {
///         Step::Pace(_) => {}
///         Step::Send(request) => {
///             assert!(request.url.starts_with("https://adminapikr.im.qcloud.com/v4/group_open_http_svc/import_topic?"));
///             // … send it …
///             let body = br#"{"ActionStatus":"OK","ErrorCode":0,"TopicId":"@TGS#_riverside@TOPIC#_@TOPIC#c1"}"#;
///             let _ = call.on_result(&mut session, now, Ok(HttpResponse::new(200, body.to_vec())));
///         }
///         Step::Wait(duration) => std::thread::sleep(duration),
///         Step::Done(outcome) => break outcome?,
///     }
/// };
/// assert_eq!(imported.topic_id().as_str(), "@TGS#_riverside@TOPIC#_@TOPIC#c1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation> {
    operation: O,
    schedule: Schedule,
    read_back: Option<ReadBack<O::ReadBack>>,
    outcome: Option<Result<O::Output, CallError>>,
    /// An attempt of this call, or of the call that it resumes, may have been executed.
    maybe_executed: bool,
    /// The signature was renewed once: if the new one is refused too, the reason is another, such as a wrong clock.
    has_renewed: bool,
    /// Refusals so far whose code allows only a limited number of repetitions.
    refusals: u32,
    last_result: Option<AttemptResult>,
}

/// A read-back in progress, which finds out whether something has the ID and whether its content is what was sent.
#[derive(Debug)]
struct ReadBack<R> {
    operation: R,
    /// The refusal after which the read-back began.
    refusal: Refusal,
    /// How many read-backs found nothing, or failed.
    in_vain: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("the outcome of the attempt was never reported")]
struct NotReported;

impl<O: Operation> Call<O> {
    /// Prepares a call with a deadline of 30 s ([`DEFAULT_DEADLINE`](crate::DEFAULT_DEADLINE)); nothing is sent yet.
    pub fn new(operation: O) -> Self {
        let schedule = match operation.effect() {
            Effect::EachTime => Schedule::new(LAST_UNREPEATABLE_ATTEMPT, true),
            Effect::None | Effect::Once => Schedule::new(LAST_ATTEMPT, false),
        };
        Self {
            operation,
            schedule,
            read_back: None,
            outcome: None,
            maybe_executed: false,
            has_renewed: false,
            refusals: 0,
            last_result: None,
        }
    }

    /// Sets the deadline of the whole call, repetitions included. It counts from the first attempt: waiting for the
    /// first slot in the quota is not included.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.schedule.time_allowed = deadline;
        self
    }

    /// Sets how long the call tries to reach a service that has not yet answered anything in this [`Session`]; 5 s by
    /// default. The call's deadline still applies if it is shorter.
    #[must_use]
    pub const fn with_unreachable_deadline(mut self, deadline: Duration) -> Self {
        self.schedule.time_to_reach = deadline;
        self
    }

    /// Marks a call that was already made once and may have been executed. A refusal is then final only after the call
    /// has read back what has the ID. An import without an ID may happen a second time.
    #[must_use]
    pub const fn resumed(mut self) -> Self {
        self.maybe_executed = true;
        self
    }

    /// Returns the next step. `random` must be a new random number each time: it goes into the URL and adds jitter to
    /// the waits.
    ///
    /// If the result of the last [`Step::Send`] was not reported, the attempt counts as possibly executed.
    pub fn next(
        &mut self,
        mut session: impl LendSession,
        now: Now,
        random: u32,
    ) -> Step<O::Output> {
        loop {
            match self.schedule.turn(now.elapsed, random) {
                Turn::Pace => return Step::Pace(self.command()),
                Turn::Send => return Step::Send(self.send(&mut session, now, random)),
                Turn::Wait(time) => return Step::Wait(time),
                Turn::Unreported => {
                    let error = TransportError::new(TransportErrorKind::Broken, NotReported);
                    let result = Err(SendFailure::MaybeSent(error));
                    let _ = self.on_result(&mut session, now, result);
                }
                Turn::TooLate(failure) => self.give_up(failure),
                Turn::Over => {
                    let outcome = self.outcome.take();
                    return Step::Done(outcome.unwrap_or(Err(CallError::Ended)));
                }
            }
        }
    }

    /// Reports the result of the last [`Step::Send`]. Pass the feedback on to the pacer.
    pub fn on_result(
        &mut self,
        mut session: impl LendSession,
        now: Now,
        result: Result<HttpResponse, SendFailure>,
    ) -> Feedback {
        let Some(route) = self.schedule.on_its_way() else {
            return Feedback::Fine;
        };
        let result = match result {
            Ok(response) => {
                session.lend(Session::answered);
                Ok(response)
            }
            Err(SendFailure::MaybeSent(source)) => {
                self.last_result = Some(AttemptResult::MaybeSent(source.kind));
                Err(Failure::MaybeSent(source))
            }
            Err(SendFailure::NotSent(mut source)) => {
                let why = source.kind;
                let origin = session.lend(|session| session.origin(route).clone());
                source.origin = Some(origin);
                self.last_result = Some(AttemptResult::NotSent(why));
                let failure = Failure::NotSent(source);
                if session.lend(|session| session.not_sent(route, why, now)) {
                    self.schedule.repeat_at_once(failure);
                    return Feedback::Fine;
                }
                Err(failure)
            }
        };
        if let Some(read_back) = &self.read_back {
            let note = &mut self.last_result;
            match received(&read_back.operation, &mut session, result, note) {
                Ok(found) => self.settle(now, self.operation.settle(&found)),
                Err(failure) => self.read_back_failed(&mut session, route, now, failure),
            }
        } else {
            let note = &mut self.last_result;
            match received(&self.operation, &mut session, result, note) {
                Ok(output) => self.end(Ok(output)),
                Err(failure) => self.attempt_failed(&mut session, route, now, failure),
            }
        }
    }

    /// Reports that the last [`Step::Pace`] got no slot because the quota could not be reached. The attempt is not
    /// sent, and becomes due again after a wait. The deadline counts from here if no attempt was sent before.
    pub fn on_no_slot(&mut self, now: Now, error: impl Into<Box<dyn Error + Send + Sync>>) {
        if !self.schedule.waits_for_slot() {
            return;
        }
        let failure = match self.schedule.take_failure() {
            // The failure that left the outcome open explains it better than an unreachable quota does.
            Some(earlier) if self.in_doubt() => earlier,
            _ => Failure::NoSlot(error.into()),
        };
        self.back_off(now, failure, false);
    }

    /// When the call runs out of time, on the clock of [`Now::elapsed`]; `None` until its first attempt was sent or failed
    /// to get a slot.
    pub fn deadline(&self) -> Option<Duration> {
        self.schedule.deadline()
    }

    /// Ends the call instead of carrying out its last [`Step::Send`]. The outcome then holds [`Failure::Withdrawn`].
    pub fn withdraw(&mut self) {
        if self.schedule.on_its_way().is_some() {
            self.schedule.withdraw();
            self.give_up(Failure::Withdrawn);
        }
    }

    /// How many requests were sent so far, read-backs included.
    pub const fn attempts(&self) -> u32 {
        self.schedule.attempts()
    }

    /// How the last attempt ended; `None` until the first result is reported.
    pub const fn last_result(&self) -> Option<AttemptResult> {
        self.last_result
    }

    /// Why the last attempt will be repeated; `None` once the repetition is sent, if the call continues with a
    /// read-back instead, and after the call has ended.
    pub const fn last_failure(&self) -> Option<&Failure> {
        self.schedule.repeats_after()
    }

    const fn command(&self) -> Command {
        if self.read_back.is_some() {
            O::ReadBack::COMMAND
        } else {
            O::COMMAND
        }
    }

    fn send(&mut self, session: &mut impl LendSession, now: Now, random: u32) -> HttpRequest {
        let deadline = self.schedule.begin_attempt(now);
        let (request, route) = match &self.read_back {
            Some(read_back) => request(&read_back.operation, session, now, deadline, random),
            None => request(&self.operation, session, now, deadline, random),
        };
        self.schedule.sent(route);
        request
    }

    fn attempt_failed(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: Failure,
    ) -> Feedback {
        if failure.verdict().maybe_executed {
            match self.operation.effect() {
                Effect::EachTime => {
                    return self.end(Err(CallError::OutcomeUnknown {
                        failure,
                        asking_again_settles: false,
                    }));
                }
                Effect::Once => self.maybe_executed = true,
                Effect::None => {}
            }
        }
        match self.repeat(session, route, now, failure) {
            Ok(feedback) => feedback,
            Err(failure) => self.conclude(failure),
        }
    }

    /// Draws the conclusion from a failure that is not retried. If the ID is in use, or an earlier attempt may have
    /// been executed, a read-back comes first.
    fn conclude(&mut self, failure: Failure) -> Feedback {
        let refusal = match failure {
            Failure::Refused(refusal) => refusal,
            failure => return self.end(Err(self.without_result(failure))),
        };
        let is_open = self.maybe_executed || says_in_use(&refusal);
        let error = match self.operation.read_back() {
            Some(operation) if is_open => return self.start_read_back(operation, refusal),
            _ if self.maybe_executed => self.without_result(refusal.into()),
            _ => CallError::Rejected(refusal),
        };
        self.end(Err(error))
    }

    fn start_read_back(&mut self, operation: O::ReadBack, refusal: Refusal) -> Feedback {
        self.schedule.ask_otherwise(refusal.clone().into());
        self.read_back = Some(ReadBack {
            operation,
            refusal,
            in_vain: 0,
        });
        self.refusals = 0;
        Feedback::Fine
    }

    fn settle(&mut self, now: Now, settled: Settled<O::Output>) -> Feedback {
        let outcome = match settled {
            Settled::There(output) => Ok(output),
            Settled::Conflict(conflict) => Err(CallError::Conflict(conflict)),
            Settled::Absent => return self.read_back_in_vain(now, Failure::NotShown),
            // An attempt of this call may have created what had the ID, and somebody has deleted it since.
            Settled::Deleted if self.maybe_executed => Err(CallError::OutcomeUnknown {
                failure: Failure::IdUsedUp,
                asking_again_settles: false,
            }),
            Settled::Deleted => Err(CallError::NotExecuted(Failure::IdUsedUp)),
        };
        self.end(outcome)
    }

    fn read_back_failed(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: Failure,
    ) -> Feedback {
        match self.repeat(session, route, now, failure) {
            Ok(feedback) => feedback,
            Err(failure) if failure.verdict().final_scope() == Scope::All => {
                self.end(Err(self.without_result(failure)))
            }
            Err(Failure::Refused(refusal)) if refusal.code == Code::TOPIC_DELETED => {
                self.settle(now, Settled::Deleted)
            }
            Err(Failure::Refused(refusal)) if refusal.means_absent() => {
                self.read_back_in_vain(now, Failure::NotShown)
            }
            Err(failure) => self.read_back_in_vain(now, failure),
        }
    }

    /// Repeats the read-back a few times, then ends the call with what is known.
    fn read_back_in_vain(&mut self, now: Now, failure: Failure) -> Feedback {
        let Some(read_back) = &mut self.read_back else {
            return Feedback::Fine;
        };
        read_back.in_vain += 1;
        if read_back.in_vain <= MAX_READ_BACKS_IN_VAIN {
            self.schedule.slow_down();
            self.back_off(now, failure, false);
            return Feedback::Fine;
        }
        let error = match failure {
            Failure::NotShown if !says_in_use(&read_back.refusal) => {
                CallError::Rejected(read_back.refusal.clone())
            }
            failure => self.without_result(failure),
        };
        self.end(Err(error))
    }

    /// Schedules a repetition, or returns the failure if none helps.
    fn repeat(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: Failure,
    ) -> Result<Feedback, Failure> {
        let mut feedback = Feedback::Fine;
        match failure.verdict().recovery {
            Recovery::Retry => {}
            Recovery::SlowDown => feedback = Feedback::Throttled,
            Recovery::RetryAtMost(times) if self.refusals < times => self.refusals += 1,
            Recovery::NextDay if self.refusals < MOST_REPEATS_OF_A_DAY => {
                self.refusals += 1;
                feedback = Feedback::Throttled;
            }
            Recovery::RenewSignature => {
                let is_new = !mem::replace(&mut self.has_renewed, true)
                    && session.lend(|session| session.renew_signature(route));
                if !is_new {
                    return Err(failure);
                }
            }
            Recovery::RetryAtMost(_) | Recovery::NextDay | Recovery::ReadBack | Recovery::Fix => {
                return Err(failure);
            }
        }
        let is_unreachable = matches!(failure, Failure::NotSent(_))
            && !self.in_doubt()
            && !session.lend(|session| session.has_answered());
        self.back_off(now, failure, is_unreachable);
        Ok(feedback)
    }

    /// Schedules a further attempt after a wait, or gives up if there is no time left for one.
    fn back_off(&mut self, now: Now, failure: Failure, is_unreachable: bool) {
        if let Err(failure) = self.schedule.back_off(now, failure, is_unreachable) {
            self.give_up(failure);
        }
    }

    const fn in_doubt(&self) -> bool {
        self.maybe_executed || self.read_back.is_some()
    }

    /// Ends the call because time has run out or the caller has withdrawn it.
    fn give_up(&mut self, failure: Failure) {
        let error = self.without_result(failure);
        let _ = self.end(Err(error));
    }

    /// The error of a call that ends without a decisive answer from the service.
    fn without_result(&self, failure: Failure) -> CallError {
        if self.in_doubt() {
            CallError::OutcomeUnknown {
                failure,
                asking_again_settles: self.operation.effect() != Effect::EachTime,
            }
        } else {
            CallError::NotExecuted(failure)
        }
    }

    fn end(&mut self, outcome: Result<O::Output, CallError>) -> Feedback {
        self.schedule.end();
        self.outcome = Some(outcome);
        Feedback::Fine
    }
}

/// The output of an attempt, or its failure. If an answer came, `note` is set to what it says.
fn received<O: Operation>(
    operation: &O,
    session: &mut impl LendSession,
    result: Result<HttpResponse, Failure>,
    note: &mut Option<AttemptResult>,
) -> Result<O::Output, Failure> {
    let output = receive(operation, session, &result?);
    *note = Some(AttemptResult::of(&output));
    output
}

/// Whether the refusal says that the ID is in use, so that only a read-back can tell what has it.
fn says_in_use(refusal: &Refusal) -> bool {
    refusal.verdict().recovery == Recovery::ReadBack
}
