//! Which failures are told one by one while a run goes on: the first of each kind, as very many may be alike.

use std::collections::HashMap;

use topic_import_bulk::import::RowError;
use topic_import_bulk::request::Kind;
use topic_import_bulk::{Outcome, RowFailure};
use topic_import_core::Code;

/// How many rows with the same code and outcome are told.
const MOST_ALIKE: u64 = 10;

/// Counts the failures of a run by code and outcome.
#[derive(Default)]
pub(crate) struct FirstFailures(HashMap<(Kind, Outcome, Option<Code>), u64>);

impl FirstFailures {
    /// Whether this failure is one of the first of its kind.
    pub(crate) fn take(&mut self, failure: &RowFailure) -> bool {
        let code = match &failure.error {
            RowError::Call(error) => error.code(),
            _ => None,
        };
        let alike = (failure.request.kind(), failure.outcome, code);
        let count = self.0.entry(alike).or_default();
        *count += 1;
        *count <= MOST_ALIKE
    }

    /// How many were not told.
    pub(crate) fn untold(&self) -> u64 {
        let counts = self.0.values();
        counts.map(|count| count.saturating_sub(MOST_ALIKE)).sum()
    }
}
