use std::error::Error;

/// Why an attempt has no slot in the quota.
#[derive(Debug, thiserror::Error)]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every case")]
pub enum NoSlot {
    /// There is none before the call's deadline, and none was used up.
    #[error("no slot in the quota before the deadline")]
    TooLate,
    /// The quota is kept somewhere else, and cannot be asked now.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
}
