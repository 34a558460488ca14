use std::num::NonZeroUsize;
use std::time::Duration;

use topic_import_core::Rate;

use crate::journal::{Retry, Role, Usage};
use crate::live::Live;

/// How a run goes about its work.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunSettings {
    /// The quota that the client keeps to.
    pub rate: Rate,
    /// The most rows in flight; `None` lets the latency decide.
    pub concurrency: Option<NonZeroUsize>,
    /// How long a row is tried, and how long the service may be silent, once it has answered.
    pub give_up_after: Duration,
    /// How long calls in flight are awaited after a stop.
    pub drain_for: Duration,
    /// Outcomes of earlier invocations that are tried again, beyond what is taken up in any case.
    pub retry: Vec<Retry>,
    /// Whether it only helps others that work on the journal: what is held stays so, and nothing is tried again.
    pub joins: bool,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            rate: Rate::default(),
            concurrency: None,
            give_up_after: Duration::from_hours(1),
            drain_for: topic_import_core::DEFAULT_ANSWER_TIMEOUT,
            retry: Vec::new(),
            joins: false,
        }
    }
}

impl RunSettings {
    pub(super) fn role(&self) -> Role<'_> {
        if self.joins {
            Role::Join
        } else {
            Role::Import(&self.retry)
        }
    }

    /// What a run with these has used, for the journal.
    pub(super) fn used(&self, live: &Live) -> Usage {
        Usage {
            rate: self.rate.per_second(),
            ..live.usage()
        }
    }
}
