//! What is PostgreSQL's own: several processes at work on a run, and a database that is away or refuses.

mod access;
mod away;
mod cut_answers;
mod documented;
mod ended_connections;
mod holds;
mod hostile_schema;
mod leases;
mod limits;
mod lost_commits;
mod plans;
mod pooled;
mod run;
mod stop;
mod together;

pub(crate) use run::Run;
