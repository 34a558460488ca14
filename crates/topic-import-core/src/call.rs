//! The sans-I/O heart: one call from its first attempt to its outcome, whatever comes in between.

use alloc::boxed::Box;
use alloc::string::String;
use core::error::Error;
use core::mem;
use core::time::Duration;

use crate::attempt::AttemptResult;
use crate::code::{Code, Executed, Helps, Spoils};
use crate::error::{
    CallError, Failure, Refusal, TransportError, TransportErrorKind, Unreadable, UnreadableReason,
};
use crate::http::{HttpRequest, HttpResponse, MAX_ANSWER_BYTES, SendFailure};
use crate::operation::{Answer, Command, Effect, GetTopic, Operation, Settled};
use crate::redact;
use crate::session::{LendSession, Route};

/// How long a call may take in all, unless set otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// The first wait before a repetition; it doubles with every further one, up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
/// What is left to the last attempt before the deadline …
const LAST_ATTEMPT: Duration = Duration::from_secs(1);
/// … and to one whose outcome could not be settled. The service gives itself 3 s (RESTful API Overview).
const LAST_UNREPEATABLE_ATTEMPT: Duration = Duration::from_secs(3);
/// From this repetition on, waits are long enough for a call that the service is still busy with.
const SLOW_BACKOFFS: u32 = 4;
/// How often a topic is asked for again that should be there and is not shown.
const MAX_READ_BACKS_IN_VAIN: u32 = 3;

/// The time, as whoever drives a call reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "both clocks there are")]
pub struct Now {
    /// Since any fixed start, by a clock that never goes backwards: for waits and deadlines.
    pub elapsed: Duration,
    /// Since the Unix epoch, by the system's clock: for signatures.
    pub unix_seconds: u64,
}

/// What to do next for a [`Call`].
#[derive(Debug)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every step")]
pub enum Step<T> {
    /// Take a slot in the quota of this command, then ask again. Every attempt is preceded by one. Where none can be
    /// had, say so: [`Call::on_no_slot`].
    Pace(Command),
    /// Send this, then tell how it went: [`Call::on_result`].
    Send(HttpRequest),
    /// Ask again after this time. Asking earlier does no harm.
    Wait(Duration),
    /// The call has ended.
    Done(Result<T, CallError>),
}

/// What an attempt tells the pacer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum Feedback {
    /// Nothing.
    Fine,
    /// The service says that calls are too frequent.
    Throttled,
}

/// One call, from its first attempt to its outcome.
///
/// Ask [`next`](Self::next) for a step and carry it out, until the step is [`Step::Done`]. Retries with capped,
/// jittered backoff, the deadline, the renewal of the signature, the backup host and the settling of doubtful ends
/// are all in here; a driver moves bytes and sleeps. Dropping a call ends it; nothing is left behind.
///
/// What may have been executed is repeated only where a second execution changes nothing: for
/// [`ImportTopic`](crate::ImportTopic), where it carries a `TopicId`. An ID in use (10021), or a refusal after an
/// attempt that may have been executed, is settled by reading the topic back.
///
/// ```
/// use std::time::Duration;
/// use topic_import_core::http::HttpResponse;
/// use topic_import_core::{
///     Call, Credentials, Endpoint, ImportTopic, Imported, Now, Region, SdkAppId, SecretKey, Session, Step,
///     TopicDraft, UserId,
/// };
///
/// let key = SecretKey::new("made-up").unwrap();
/// let credentials = Credentials::with_key(SdkAppId::new(1), UserId::parse("administrator")?, key);
/// let mut session = Session::new(Endpoint::region(Region::Seoul), credentials);
///
/// let request = TopicDraft::new("@TGS#_riverside", "Welcome").validate()?;
/// let mut call = Call::new(request);
/// let imported = loop {
///     let now = Now { elapsed: Duration::ZERO, unix_seconds: 1_700_000_000 };
///     let random = 4; // a fresh one each time
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
    read_back: Option<ReadBack>,
    state: State<O::Output>,
    time_allowed: Duration,
    /// When that is over; set with the first attempt.
    deadline: Option<Duration>,
    /// An attempt may have been executed, and repeating it does no harm.
    maybe_executed: bool,
    attempts: u32,
    backoffs: u32,
    /// The signature was renewed: another one that is refused must have another reason, such as a wrong clock.
    has_renewed: bool,
    /// Refusals that help only a few times.
    refusals: u32,
    last_result: Option<AttemptResult>,
}

/// The call is being settled by reading the topic back.
#[derive(Debug)]
struct ReadBack {
    operation: GetTopic,
    /// The refusal that ended the call itself.
    refusal: Refusal,
    /// Whether the topic was asked for.
    has_asked: bool,
    /// How often the topic was not there, or could not be asked for.
    in_vain: u32,
}

#[derive(Debug)]
enum State<T> {
    /// An attempt is due, after this failure.
    Due(Option<Failure>),
    /// The attempt has its slot.
    Paced(Option<Failure>),
    Sent(Route),
    /// There is time for a further attempt, after a wait; how long is not yet drawn.
    BackOff(Failure),
    Waiting(Duration, Failure),
    Ended(Option<Result<T, CallError>>),
}

#[derive(Debug, thiserror::Error)]
#[error("how the attempt went was not reported")]
struct NotReported;

impl<O: Operation> Call<O> {
    /// A call that has not begun, with a deadline of 30 s.
    pub const fn new(operation: O) -> Self {
        Self {
            operation,
            read_back: None,
            state: State::Due(None),
            time_allowed: DEFAULT_DEADLINE,
            deadline: None,
            maybe_executed: false,
            attempts: 0,
            backoffs: 0,
            has_renewed: false,
            refusals: 0,
            last_result: None,
        }
    }

    /// The same with another deadline for the whole call, repetitions included. It runs from the first attempt:
    /// waiting for the first slot in the quota does not count.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.time_allowed = deadline;
        self
    }

    /// The same for a call that was made before, and of which nobody knows whether it was executed: a refusal is
    /// believed only once the topic has been read back.
    #[must_use]
    pub const fn resumed(mut self) -> Self {
        self.maybe_executed = true;
        self
    }

    /// The next step. `random` must be fresh each time: it goes into the URL and spreads the waits.
    ///
    /// A [`Step::Send`] whose end is not reported counts as one that may have been executed.
    pub fn next(
        &mut self,
        session: &mut impl LendSession,
        now: Now,
        random: u32,
    ) -> Step<O::Output> {
        loop {
            match mem::replace(&mut self.state, State::Ended(None)) {
                State::Due(after) => {
                    self.state = State::Paced(after);
                    return Step::Pace(self.command());
                }
                State::Paced(Some(failure)) if self.is_over(now.elapsed) => self.give_up(failure),
                State::Paced(_) => return Step::Send(self.send(session, now, random)),
                State::Sent(route) => {
                    self.state = State::Sent(route);
                    let error = TransportError::new(TransportErrorKind::Broken, NotReported);
                    let _ = self.on_result(session, now, Err(SendFailure::MaybeSent(error)));
                }
                State::BackOff(failure) => {
                    let until = now.elapsed.saturating_add(backoff(self.backoffs, random));
                    self.backoffs += 1;
                    self.state = State::Waiting(until.min(self.last_start(now)), failure);
                }
                State::Waiting(until, failure) if now.elapsed < until => {
                    self.state = State::Waiting(until, failure);
                    return Step::Wait(until.saturating_sub(now.elapsed));
                }
                State::Waiting(_, failure) => self.state = State::Due(Some(failure)),
                State::Ended(outcome) => {
                    return Step::Done(outcome.unwrap_or(Err(CallError::Ended)));
                }
            }
        }
    }

    /// Takes what became of the last [`Step::Send`].
    pub fn on_result(
        &mut self,
        session: &mut impl LendSession,
        now: Now,
        result: Result<HttpResponse, SendFailure>,
    ) -> Feedback {
        let State::Sent(route) = self.state else {
            return Feedback::Fine;
        };
        match result {
            Ok(response) => self.on_response(session, route, now, &response),
            Err(failure) => self.on_failure(session, route, now, failure),
        }
    }

    fn on_response(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        response: &HttpResponse,
    ) -> Feedback {
        if let Some(read_back) = &self.read_back {
            let received = receive(&read_back.operation, session, response);
            self.last_result = Some(AttemptResult::of(&received));
            match received {
                Ok(found) => self.settle(now, self.operation.settle(&found)),
                Err(failure) => self.read_back_failed(session, route, now, failure),
            }
        } else {
            let received = receive(&self.operation, session, response);
            self.last_result = Some(AttemptResult::of(&received));
            match received {
                Ok(output) => self.end(Ok(output)),
                Err(failure) => self.attempt_failed(session, route, now, failure),
            }
        }
    }

    fn on_failure(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: SendFailure,
    ) -> Feedback {
        let failure = match failure {
            SendFailure::MaybeSent(source) => {
                self.last_result = Some(AttemptResult::MaybeSent(source.kind));
                Failure::MaybeSent(source)
            }
            SendFailure::NotSent(source) => {
                let why = source.kind;
                self.last_result = Some(AttemptResult::NotSent(why));
                let failure = Failure::NotSent(source);
                if session.lend(|session| session.not_sent(route, why, now)) {
                    self.state = State::Due(Some(failure));
                    return Feedback::Fine;
                }
                failure
            }
        };
        if self.read_back.is_some() {
            self.read_back_failed(session, route, now, failure)
        } else {
            self.attempt_failed(session, route, now, failure)
        }
    }

    /// Takes the news that the quota could not be asked for the slot of the last [`Step::Pace`]: the attempt does not
    /// leave, and is due again after a wait. From here on the deadline runs.
    pub fn on_no_slot(&mut self, now: Now, error: impl Into<Box<dyn Error + Send + Sync>>) {
        let State::Paced(earlier) = &mut self.state else {
            return;
        };
        let earlier = earlier.take();
        self.start_deadline(now);
        let failure = match earlier {
            // What put the call in doubt says more of its end than a quota that cannot be asked now.
            Some(earlier) if self.in_doubt() => earlier,
            _ => Failure::NoSlot(error.into()),
        };
        self.back_off(now, failure);
    }

    /// When the call is over, on the clock of [`Now::elapsed`]; `None` before its first attempt.
    pub const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Ends the call in place of its last [`Step::Send`], which was not carried out: [`Failure::Withdrawn`] is then
    /// the failure in its outcome.
    pub fn withdraw(&mut self) {
        if let State::Sent(_) = self.state {
            self.attempts = self.attempts.saturating_sub(1);
            self.give_up(Failure::Withdrawn);
        }
    }

    /// How many requests were sent so far, those that read back included.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How the last attempt ended whose end was reported; `None` before.
    pub const fn last_result(&self) -> Option<AttemptResult> {
        self.last_result
    }

    /// Why the last attempt will be repeated; `None` once the repetition is on its way, where the call goes on to read
    /// the topic back instead, and when the call has ended.
    pub const fn last_failure(&self) -> Option<&Failure> {
        if let Some(ReadBack {
            has_asked: false, ..
        }) = self.read_back
        {
            return None;
        }
        match &self.state {
            State::Due(Some(failure))
            | State::Paced(Some(failure))
            | State::BackOff(failure)
            | State::Waiting(_, failure) => Some(failure),
            _ => None,
        }
    }

    const fn command(&self) -> Command {
        if self.read_back.is_some() {
            GetTopic::COMMAND
        } else {
            O::COMMAND
        }
    }

    /// When the last attempt starts at the latest: some time before the deadline.
    fn last_start(&self, now: Now) -> Duration {
        let needed = match self.operation.effect() {
            Effect::EachTime => LAST_UNREPEATABLE_ATTEMPT,
            _ => LAST_ATTEMPT,
        };
        self.deadline
            .map_or(now.elapsed.saturating_add(LONGEST_BACKOFF), |deadline| {
                deadline.saturating_sub(needed.min(self.time_allowed / 2))
            })
    }

    fn start_deadline(&mut self, now: Now) -> Duration {
        *self
            .deadline
            .get_or_insert(now.elapsed.saturating_add(self.time_allowed))
    }

    fn is_over(&self, at: Duration) -> bool {
        self.deadline.is_some_and(|deadline| at >= deadline)
    }

    fn send(&mut self, session: &mut impl LendSession, now: Now, random: u32) -> HttpRequest {
        self.attempts = self.attempts.saturating_add(1);
        let deadline = self.start_deadline(now);
        let (request, route) = match &mut self.read_back {
            Some(read_back) => {
                read_back.has_asked = true;
                request(&read_back.operation, session, now, deadline, random)
            }
            None => request(&self.operation, session, now, deadline, random),
        };
        self.state = State::Sent(route);
        request
    }

    fn attempt_failed(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: Failure,
    ) -> Feedback {
        let verdict = failure.verdict();
        if verdict.executed == Executed::Maybe {
            match self.operation.effect() {
                Effect::EachTime => return self.end(Err(CallError::OutcomeUnknown(failure))),
                Effect::Once => self.maybe_executed = true,
                Effect::None => {}
            }
        }
        match self.repeat(session, route, now, failure) {
            Ok(feedback) => feedback,
            Err(failure) => self.conclude(failure),
        }
    }

    /// The failure is final. Where the ID is in use, or an earlier attempt may have been executed, the topic is read
    /// back before anything is said.
    fn conclude(&mut self, failure: Failure) -> Feedback {
        let refusal = match failure {
            Failure::Refused(refusal) => refusal,
            failure if self.maybe_executed => {
                return self.end(Err(CallError::OutcomeUnknown(failure)));
            }
            failure => return self.end(Err(CallError::NotExecuted(failure))),
        };
        let is_in_use = says_in_use(&refusal);
        let is_open = is_in_use || self.maybe_executed;
        let error = match self.operation.read_back() {
            Some(operation) if is_open => return self.start_read_back(operation, refusal),
            None if self.maybe_executed => CallError::OutcomeUnknown(refusal.into()),
            _ => CallError::Rejected(refusal),
        };
        self.end(Err(error))
    }

    fn start_read_back(&mut self, operation: GetTopic, refusal: Refusal) -> Feedback {
        self.state = State::Due(Some(refusal.clone().into()));
        self.read_back = Some(ReadBack {
            operation,
            refusal,
            has_asked: false,
            in_vain: 0,
        });
        self.backoffs = 0;
        self.refusals = 0;
        Feedback::Fine
    }

    fn settle(&mut self, now: Now, settled: Settled<O::Output>) -> Feedback {
        match settled {
            Settled::There(output) => self.end(Ok(output)),
            Settled::Conflict(conflict) => self.end(Err(CallError::Conflict(conflict))),
            Settled::Absent => self.read_back_in_vain(now, Failure::NotShown),
            // An attempt of this call may have created the topic that somebody has deleted since.
            Settled::Deleted if self.maybe_executed => {
                self.end(Err(CallError::OutcomeUnknown(Failure::IdUsedUp)))
            }
            Settled::Deleted => self.end(Err(CallError::NotExecuted(Failure::IdUsedUp))),
        }
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
            Err(failure) if failure.verdict().spoils_in_the_end() == Spoils::Run => {
                self.end(Err(CallError::OutcomeUnknown(failure)))
            }
            Err(Failure::Refused(refusal)) if refusal.code == Code::TOPIC_DELETED => {
                self.settle(now, Settled::Deleted)
            }
            Err(Failure::Refused(refusal)) if refusal.code.means_not_there() => {
                self.read_back_in_vain(now, Failure::NotShown)
            }
            Err(failure) => self.read_back_in_vain(now, failure),
        }
    }

    /// Asks for the topic a few times more; then what is known must do.
    fn read_back_in_vain(&mut self, now: Now, failure: Failure) -> Feedback {
        let Some(read_back) = &mut self.read_back else {
            return Feedback::Fine;
        };
        read_back.in_vain += 1;
        if read_back.in_vain <= MAX_READ_BACKS_IN_VAIN {
            self.backoffs = self.backoffs.max(SLOW_BACKOFFS);
            self.back_off(now, failure);
            return Feedback::Fine;
        }
        let refusal = &read_back.refusal;
        let is_in_use = says_in_use(refusal);
        let error = match failure {
            Failure::NotShown if !is_in_use => CallError::Rejected(refusal.clone()),
            failure => CallError::OutcomeUnknown(failure),
        };
        self.end(Err(error))
    }

    /// Prepares a repetition, or gives the failure back as final.
    fn repeat(
        &mut self,
        session: &mut impl LendSession,
        route: Route,
        now: Now,
        failure: Failure,
    ) -> Result<Feedback, Failure> {
        let mut feedback = Feedback::Fine;
        match failure.verdict().helps {
            Helps::Retry => {}
            Helps::SlowDown => feedback = Feedback::Throttled,
            Helps::RetryAtMost(times) => {
                if self.refusals >= times {
                    return Err(failure);
                }
                self.refusals += 1;
            }
            Helps::SignAnew => {
                let is_new = !mem::replace(&mut self.has_renewed, true)
                    && session.lend(|session| session.renew_signature(route));
                if !is_new {
                    return Err(failure);
                }
            }
            Helps::ReadBack | Helps::Fix => return Err(failure),
        }
        self.back_off(now, failure);
        Ok(feedback)
    }

    /// Waits before a further attempt, or gives up where there is no time left for one.
    fn back_off(&mut self, now: Now, failure: Failure) {
        if now.elapsed < self.last_start(now) {
            self.state = State::BackOff(failure);
        } else {
            self.give_up(failure);
        }
    }

    const fn in_doubt(&self) -> bool {
        self.maybe_executed || self.read_back.is_some()
    }

    /// Time has run out, or the caller's patience.
    fn give_up(&mut self, failure: Failure) {
        let error = if self.in_doubt() {
            CallError::OutcomeUnknown(failure)
        } else {
            CallError::NotExecuted(failure)
        };
        self.state = State::Ended(Some(Err(error)));
    }

    fn end(&mut self, outcome: Result<O::Output, CallError>) -> Feedback {
        self.state = State::Ended(Some(outcome));
        Feedback::Fine
    }
}

/// Whether the refusal says that the ID is in use, which only reading back can settle.
fn says_in_use(refusal: &Refusal) -> bool {
    refusal.code.verdict().helps == Helps::ReadBack
}

/// The request for one attempt, and how it is sent.
fn request<O: Operation>(
    operation: &O,
    session: &mut impl LendSession,
    now: Now,
    deadline: Duration,
    random: u32,
) -> (HttpRequest, Route) {
    let (mut request, route) =
        session.lend(|session| session.request(operation, now, deadline, random));
    let admin = || session.lend(|session| session.credentials().identifier().clone());
    request.body = operation.body(admin);
    (request, route)
}

/// What an answer says, with nothing in it that must not be printed.
fn receive<O: Operation>(
    operation: &O,
    session: &mut impl LendSession,
    response: &HttpResponse,
) -> Result<O::Output, Failure> {
    let HttpResponse { status, body } = response;
    let mut excerpt = |text: &str| {
        let signatures = session.lend(|session| session.signatures_in_use());
        redact::excerpt(text, &signatures)
    };
    if *status != 200 {
        return Err(Failure::Status { status: *status });
    }
    let answer = if body.len() > MAX_ANSWER_BYTES {
        Err(UnreadableReason::TooLarge)
    } else {
        operation.read(body)
    };
    match answer {
        Ok(Answer::Done(output)) => Ok(output),
        Ok(Answer::Refused(refusal)) => Err(Failure::Refused(Refusal {
            code: refusal.code,
            info: excerpt(&refusal.info),
        })),
        Err(reason) => Err(Failure::Unreadable(Unreadable {
            reason,
            body: excerpt(&String::from_utf8_lossy(body)),
        })),
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
