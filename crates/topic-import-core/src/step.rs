//! What a call asks its driver to do, and what it reports to the pacer.

use core::time::Duration;

use crate::command::Command;
use crate::error::CallError;
use crate::http::HttpRequest;

/// What to do next for a [`Call`](crate::Call).
#[derive(Debug)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every step")]
pub enum Step<T> {
    /// Take a slot in the quota of this command, then ask for the next step. Every attempt needs a slot. If the quota
    /// cannot be reached, report that with [`Call::on_no_slot`](crate::Call::on_no_slot).
    Pace(Command),
    /// Send this request, then report the result with [`Call::on_result`](crate::Call::on_result).
    Send(HttpRequest),
    /// Ask for the next step after this time. Asking earlier does no harm.
    Wait(Duration),
    /// The call has ended.
    Done(Result<T, CallError>),
}

/// What the end of an attempt means for the pacer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum Feedback {
    /// Nothing: the pace stays as it is.
    Fine,
    /// The service says that calls are too frequent.
    Throttled,
}
