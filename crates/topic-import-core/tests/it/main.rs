//! The core as a stranger uses it: through its public names alone, one module per idea.

#![allow(
    clippy::unwrap_used,
    clippy::unchecked_time_subtraction,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod adversary;
mod advice;
mod call_machine;
mod code_by_command;
mod destroy_group;
mod destroy_topic;
mod explorer;
mod failover;
mod failure_table;
mod group_draft;
mod import_group;
mod lending;
mod limits;
mod no_slot;
mod pacer;
mod reading;
mod round_trip;
mod secrets;
mod settling;
mod shared_operation;
mod signature_renewal;
mod support;
mod topic_draft;
mod unchecked;
mod unreachable;
mod url;
mod user_sig;
