//! One exchange with the service: the request for an operation, and what its answer says.

use alloc::string::String;
use core::time::Duration;

use crate::failure::{Failure, Refusal, Unreadable, UnreadableReason};
use crate::http::{HttpRequest, HttpResponse, MAX_ANSWER_BYTES};
use crate::now::Now;
use crate::operation::{Answer, Operation};
use crate::redact;
use crate::session::{LendSession, Route};

/// The request for one attempt, and the route it takes.
pub(crate) fn request<O: Operation>(
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

/// What an answer says, with signatures redacted so that it can be printed.
pub(crate) fn receive<O: Operation>(
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
            info: excerpt(&refusal.info),
            ..refusal
        })),
        Err(reason) => Err(Failure::Unreadable(Unreadable {
            reason,
            body: excerpt(&String::from_utf8_lossy(body)),
        })),
    }
}
