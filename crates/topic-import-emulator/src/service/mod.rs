//! The service as such, without a network: whom a call is from, what it asks for, what comes of it.

pub(crate) mod answer;
pub(crate) mod backend;
pub(crate) mod body;
pub(crate) mod code;
pub(crate) mod communities;
pub(crate) mod community;
pub(crate) mod difference;
pub(crate) mod differences;
pub(crate) mod field;
pub(crate) mod gateway;
pub(crate) mod limits;
pub(crate) mod operation;
pub(crate) mod query;
pub(crate) mod quota;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod user_sig;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::http::request::Parts;

use crate::clock::{Clock, Moment};
use crate::command::Command;
use crate::faults::fault::Fault;
use crate::faults::plan::FaultPlan;
use crate::faults::running_plan::Faults;
use crate::memory::call::{Call, Outcome};
use crate::service::answer::Answer;
use crate::service::backend::Backend;
use crate::service::differences::Differences;
use crate::service::gateway::{Admission, Gateway};
use crate::service::operation::{Operation, tried_topic_id};
use crate::service::query::Query;
use crate::service::refusal::Refusal;
use crate::service::route::Route;

/// The longest body that is read, in bytes: far more than any request of the API needs.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// The service as such, without a network: takes a request and gives the API's answer.
pub(crate) struct Service {
    gateway: Gateway,
    backend: Mutex<Backend>,
    faults: Mutex<Faults>,
    differences: Differences,
    clock: Clock,
}

/// A request as it came in.
pub(crate) struct Received<'a> {
    pub(crate) head: &'a Parts,
    pub(crate) route: Route,
    /// `None`: too long, or not read at all.
    pub(crate) body: Option<&'a [u8]>,
    /// What it is to suffer.
    pub(crate) fault: Option<Fault>,
}

impl Service {
    pub(crate) fn new(
        gateway: Gateway,
        backend: Backend,
        plan: FaultPlan,
        differences: Differences,
    ) -> Self {
        let clock = Clock::start();
        Self {
            gateway,
            backend: Mutex::new(backend),
            faults: Mutex::new(Faults::new(plan, clock.now())),
            differences,
            clock,
        }
    }

    /// The fault that a request to this route is to suffer. Ask once a request: it is counted.
    pub(crate) fn fault(&self, route: Route) -> Option<Fault> {
        self.faults().next(route.command()?)
    }

    pub(crate) fn set_faults(&self, plan: FaultPlan) {
        *self.faults() = Faults::new(plan, self.clock.now());
    }

    /// Does a call's work and answers it.
    pub(crate) fn answer(&self, received: &Received<'_>) -> Answer {
        let now = self.clock.now();
        let expired_before = self.faults().signatures_expired_before(now);
        let request = self
            .differences
            .check_path(received.head.uri.path())
            .and_then(|()| {
                self.gateway
                    .admit(received.head, received.route, now, expired_before)
            })
            .map(|admission| {
                let operation = decode(admission.command, received.body, &self.differences);
                (admission, operation)
            });
        let entry = Entry::new(received, &request);

        let mut backend = self.backend();
        let now = self.clock.now();
        let mut decided = request
            .and_then(|(admission, operation)| backend.decide(admission.command, operation, now));
        if let (Ok(decision), Some(Fault::Item { all, .. })) = (&mut decided, received.fault) {
            decision.spare(all);
        }
        let answer = backend.carry_out(decided, entry.tried.as_deref());
        let answer = self.differences.alter(answer);
        let outcome = Outcome::of(received.fault, Some(answer.code));
        entry.note(&mut backend, now, Some(answer.code), outcome);
        answer
    }

    /// Notes a call whose work a fault prevents.
    pub(crate) fn leave_undone(&self, received: &Received<'_>, fault: Fault) {
        let entry = Entry::unread(received);
        let mut backend = self.backend();
        let now = self.clock.now();
        backend.count_try(entry.tried.as_deref());
        entry.note(&mut backend, now, None, Outcome::of(Some(fault), None));
    }

    /// Notes a call that was not for the API and got this HTTP status.
    pub(crate) fn turn_away(&self, status: u16) {
        let mut backend = self.backend();
        let now = self.clock.now();
        Entry::default().note(&mut backend, now, None, Outcome::Status(status));
    }

    pub(crate) fn backend(&self) -> MutexGuard<'_, Backend> {
        self.backend.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Request = (Admission, Result<Operation, Refusal>);

fn decode(
    command: Command,
    body: Option<&[u8]>,
    differences: &Differences,
) -> Result<Operation, Refusal> {
    let body = body.ok_or_else(|| {
        Refusal::new(
            code::INVALID_URL,
            format!("the body is longer than {BODY_MAX} bytes"),
        )
    })?;
    Operation::decode(command, body, differences)
}

/// What the log will say of a call, as far as it is known before the call is dealt with.
#[derive(Default)]
struct Entry {
    command: Option<Command>,
    random: Option<u32>,
    tried: Option<String>,
    fault: Option<Fault>,
}

impl Entry {
    fn new(received: &Received<'_>, request: &Result<Request, Refusal>) -> Self {
        match request {
            Ok((admission, Ok(operation))) => Self {
                command: Some(admission.command),
                random: Some(admission.random),
                tried: operation.tried_topic_id().cloned(),
                fault: received.fault,
            },
            _ => Self::unread(received),
        }
    }

    /// Of a call that nobody understood: what can be read is read.
    fn unread(received: &Received<'_>) -> Self {
        let command = received.route.command();
        Self {
            command,
            random: Query::parse(received.head.uri.query().unwrap_or_default())
                .ok()
                .map(|query| query.random),
            tried: received
                .body
                .filter(|_| command == Some(Command::ImportTopic))
                .and_then(tried_topic_id),
            fault: received.fault,
        }
    }

    fn note(self, backend: &mut Backend, now: Moment, performed: Option<u32>, outcome: Outcome) {
        backend.calls.note(outcome, |number| Call {
            number,
            at: now.since_start,
            unix_time: now.unix,
            command: self.command,
            random: self.random,
            topic_id: self.tried,
            fault: self.fault,
            performed,
            outcome,
        });
    }
}
