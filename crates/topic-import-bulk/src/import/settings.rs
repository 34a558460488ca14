use std::num::{NonZeroU64, NonZeroUsize};

use crate::calls::CallSettings;
use crate::journal::Role;
use crate::outcome::Retry;

/// The settings of an import.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportSettings {
    /// How long to wait for the service.
    pub calls: CallSettings,
    /// The most rows in flight; if `None`, the service's latency decides.
    pub concurrency: Option<NonZeroUsize>,
    /// Outcomes of earlier invocations whose rows are tried again, besides those that every import takes up.
    pub retry: Vec<Retry>,
    /// Only so many rows from the beginning of the input are imported, and the communities that they name. The others are
    /// left to a later import. Only a journal in a file can be used so.
    pub first: Option<NonZeroU64>,
    /// Whether this import only helps other processes that work on the journal: held rows stay held, and `retry`
    /// and `first` are ignored.
    pub joins: bool,
}

impl ImportSettings {
    pub(super) fn role(&self, is_undone: bool) -> Role<'_> {
        if is_undone && !self.joins {
            Role::Settle(&self.retry)
        } else if self.joins {
            Role::Join
        } else if let Some(first) = self.first {
            Role::Trial(&self.retry, first)
        } else {
            Role::Import(&self.retry)
        }
    }
}
