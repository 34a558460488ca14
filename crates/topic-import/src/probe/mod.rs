//! Tests what this program believes about the service, in a community that is set aside for it.

mod belief;
mod beliefs;
mod names;
mod prober;
mod report;
mod table;
mod throwaways;
mod trials;

pub(crate) use beliefs::beliefs;
pub(crate) use names::Names;
pub(crate) use prober::{Prober, Stopped};
pub(crate) use report::Report;
pub(crate) use table::table;
