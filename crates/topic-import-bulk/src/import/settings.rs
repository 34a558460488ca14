use std::num::NonZeroUsize;

use crate::calls::CallSettings;
use crate::journal::Role;
use crate::outcome::Retry;

/// How rows are imported.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportSettings {
    /// How patiently the service is called.
    pub calls: CallSettings,
    /// The most rows in flight; `None` lets the latency decide.
    pub concurrency: Option<NonZeroUsize>,
    /// Outcomes of earlier invocations that are tried again, beyond what is taken up in any case.
    pub retry: Vec<Retry>,
    /// Whether it only helps others that work on the journal: what is held stays so, and nothing is tried again.
    pub joins: bool,
}

impl ImportSettings {
    pub(super) fn role(&self) -> Role<'_> {
        if self.joins {
            Role::Join
        } else {
            Role::Import(&self.retry)
        }
    }
}
