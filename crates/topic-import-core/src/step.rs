//! What a call asks of its driver, and what it tells the pacer.

use core::time::Duration;

use crate::error::CallError;
use crate::http::HttpRequest;
use crate::operation::Command;

/// What to do next for a [`Call`](crate::Call).
#[derive(Debug)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every step")]
pub enum Step<T> {
    /// Take a slot in the quota of this command, then ask again. Every attempt is preceded by one. Where none can be
    /// had, say so: [`Call::on_no_slot`](crate::Call::on_no_slot).
    Pace(Command),
    /// Send this, then tell how it went: [`Call::on_result`](crate::Call::on_result).
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
