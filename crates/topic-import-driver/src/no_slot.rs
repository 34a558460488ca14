use std::error::Error;

/// Why an attempt did not get a slot in the quota.
#[derive(Debug, thiserror::Error)]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum NoSlot {
    /// No slot is free before the call's deadline. None was taken.
    #[error("no slot in the quota is free before the deadline")]
    TooLate,
    /// The quota is kept elsewhere and cannot be reached.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
}
