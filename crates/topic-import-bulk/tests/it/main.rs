//! The bulk crate as a stranger uses it: what it reads, what it refuses, and where every row of a run ends up.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod answers;
mod any_bytes;
mod bad_rows;
mod check;
mod communities;
mod create_time;
mod csv;
mod delta;
mod encodings;
mod exports;
mod fingerprint;
mod journal;
mod journal_file;
mod jsonl;
mod load;
mod mapping;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod preflight;
mod resume;
mod run_counts;
mod run_existing;
mod run_journal_fails;
mod run_lost_answers;
mod run_outage;
mod run_stops;
mod service;
mod sources;
mod spread;
mod spreadsheets;
mod support;
mod whole_exports;
mod workbook;
