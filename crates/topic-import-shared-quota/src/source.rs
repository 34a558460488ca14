//! Where the keeper gets slots from.

use std::time::Duration;

use topic_import_core::Command;

use crate::clock::Reading;
use crate::error::QuotaError;
use crate::slots::{Batch, Wanted};

/// A connection to what hands out the slots: the database, or a model of it in virtual time.
pub(crate) trait Source: Sized {
    type Address;

    async fn connect(address: &Self::Address, interval: Duration) -> Result<Self, QuotaError>;

    fn is_lost(&self) -> bool;

    async fn read_clock(&self) -> Result<Reading, QuotaError>;

    /// Takes slots, and reads the clock.
    async fn take(&self, command: Command, wanted: Wanted) -> Result<(Reading, Batch), QuotaError>;

    /// Reduces the rate of a command, because the service said that calls are too frequent.
    async fn throttle(&self, command: Command) -> Result<(), QuotaError>;
}
