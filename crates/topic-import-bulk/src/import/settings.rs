use std::num::NonZeroUsize;

use topic_import_core::Rate;

use crate::calls::{CallSettings, Live};
use crate::journal::{Role, Usage};
use crate::outcome::Retry;

/// How rows are imported.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportSettings {
    /// How patiently the service is called.
    pub calls: CallSettings,
    /// The quota that the client keeps to.
    pub rate: Rate,
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

    /// What an import with these settings has used, for the journal.
    pub(super) fn used(&self, live: &Live) -> Usage {
        Usage {
            rate: self.rate.per_second(),
            ..live.statistics().usage()
        }
    }
}
