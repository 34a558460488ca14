use core::time::Duration;

/// The current time, as the driver of a call reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "there are only these two clocks")]
pub struct Now {
    /// The time since any fixed start, by a clock that never goes backwards: for waits and deadlines.
    pub elapsed: Duration,
    /// The seconds since the Unix epoch, by the system's clock: for signatures.
    pub unix_seconds: u64,
}
