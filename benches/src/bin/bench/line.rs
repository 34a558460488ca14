//! What is measured.

mod allocations;
mod async_client;
mod blocking_client;
mod bulk;
mod check;
mod core_answer;
mod core_request;
mod database;
mod importer;
mod latency;
mod program;
mod shared;
mod size;
mod source;

use crate::Outcome;
use crate::effort::Effort;
use crate::table::Row;

/// What is measured together, under the name by which it is asked for.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) measure: fn(&Effort) -> Outcome<Vec<Row>>,
}

pub(crate) const LINES: &[Line] = &[
    Line {
        name: "request",
        measure: core_request::measure,
    },
    Line {
        name: "answer",
        measure: core_answer::measure,
    },
    Line {
        name: "blocking",
        measure: blocking_client::measure,
    },
    Line {
        name: "async",
        measure: async_client::measure,
    },
    Line {
        name: "bulk",
        measure: bulk::measure,
    },
    Line {
        name: "check",
        measure: check::measure,
    },
    Line {
        name: "source",
        measure: source::measure,
    },
    Line {
        name: "importer",
        measure: importer::measure,
    },
    Line {
        name: "latency",
        measure: latency::measure,
    },
    Line {
        name: "size",
        measure: size::in_file,
    },
    Line {
        name: "size-postgres",
        measure: size::in_postgres,
    },
    Line {
        name: "shared",
        measure: shared::measure,
    },
];
