//! What is PostgreSQL's own: several processes at work on a run, and a database that is away or refuses.

mod access;
mod away;
mod holds;
mod leases;
mod run;
mod together;

pub(crate) use run::Run;
